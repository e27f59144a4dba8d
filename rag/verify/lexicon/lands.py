"""Countries: what comes from them, where words of one root do not tell, and the continent that each is in."""

from __future__ import annotations

from collections.abc import Collection

from rag.verify.lexicon.forms import key

# Names that share too little of their spelling, or none, with the country.
_FROM = """
denmark danish danes dane | spain spanish spaniard spaniards | wales welsh | poland polish poles pole |
greece greek greeks | netherlands dutch holland | switzerland swiss | ireland irish | scotland scottish
scots scot | norway norwegian norwegians | finland finnish finns finn | turkey turkish turks turk turkiye |
czechia czech czechs | portugal portuguese | iceland icelandic icelanders | thailand thai thais | iraq iraqi
iraqis | peru peruvian peruvians | cyprus cypriot cypriots | croatia croatian croat croats | serbia serbian
serb serbs | england english | myanmar burmese burma | lebanon lebanese | congo congolese | nepal nepali
nepalese | kazakhstan kazakh | uzbekistan uzbek | kosovo kosovar | luxembourg luxembourgish | malta maltese
| mali malian malians | niger nigerien | chad chadian | togo togolese | oman omani | kuwait kuwaiti | qatar
qatari | yemen yemeni | laos lao laotian
"""
_IN = {
    "african": """algeria angola benin botswana burkina burundi cameroon chad congo djibouti egypt eritrea
    ethiopia gabon
    gambia ghana guinea kenya lesotho liberia libya madagascar malawi mali mauritania mauritius morocco
    mozambique
    namibia niger nigeria rwanda senegal somalia sudan tanzania togo tunisia uganda zambia zimbabwe""",
    "european": """albania austria belarus belgium bosnia bulgaria croatia cyprus czechia denmark england
    estonia finland
    france germany greece hungary iceland ireland italy kosovo latvia lithuania luxembourg malta moldova
    montenegro
    netherlands norway poland portugal romania scotland serbia slovakia slovenia spain sweden switzerland
    uk ukraine
    wales""",
    "asian": """afghanistan bangladesh bhutan cambodia china india indonesia iran iraq israel japan jordan
    kazakhstan korea
    kuwait laos lebanon malaysia mongolia myanmar nepal pakistan philippines qatar singapore syria taiwan
    thailand
    uzbekistan vietnam yemen""",
}
_GROUPS = tuple(frozenset(map(key, group.split())) for group in _FROM.split("|"))
_LANDS = {adjective: frozenset(map(key, lands.split())) for adjective, lands in _IN.items()}


def of_one_land(word: str, others: Collection[str]) -> bool:
    """Whether a key is that of a land, or of what is from there, and another key too: Danish, Denmark."""
    return any(word in group and not group.isdisjoint(others) for group in _GROUPS)


def holds(word: str, others: Collection[str]) -> bool:
    """Whether a word says of which continent something is, and a key is that of a land in it: African, Mali.

    The continent itself is too much: what Japan does Asia does not.
    """
    return not _LANDS.get(word, frozenset()).isdisjoint(others)
