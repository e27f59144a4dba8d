"""What lies are made of, found in texts: names, people, places, figures, days, clauses.

Words are found here by rules of their own, so that what the checks overlook is not overlooked here too.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Sequence

from evals.ledger.truths import Truth

MONTHS = "January February March April May June July August September October November December".split()
SHORT_MONTHS = [month[:3] + "." for month in MONTHS if len(month) > 4]
WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
PLACES = """
Tokyo Osaka Okinawa Washington London Paris Berlin Madrid Rome Vienna Prague Warsaw Lisbon Dublin Athens Oslo
Stockholm Helsinki Copenhagen Brussels Amsterdam Geneva Moscow Kyiv Ankara Istanbul Cairo Nairobi Lagos
Johannesburg Delhi Mumbai Beijing Shanghai Taipei Seoul Pyongyang Bangkok Jakarta Manila Hanoi Singapore
Sydney Melbourne Toronto Ottawa Chicago Boston Houston Dallas Miami Seattle Denver Japan China
Taiwan Russia Ukraine
Germany France Spain Italy Poland Portugal Ireland Greece Norway Sweden Finland Denmark Belgium Turkey Egypt
Kenya Nigeria India Pakistan Thailand Indonesia Philippines Vietnam Australia Canada Mexico Brazil Argentina
Chile Colombia Israel Iran Iraq Syria California Texas Florida Guam Hawaii Europe Asia Africa
""".split()
PLACE = re.compile(rf"\b(?:{'|'.join(PLACES)})\b(?!['’]?s? ?[A-Z])")
NAME = re.compile(r"(?<![.!?:“\"] )(?<![“\"‘])(?<!^)\b[A-Z][a-zé]+(?:[ -][A-Z][a-zé]+){0,3}\b(?! ?[A-Z])")
SAYS = r"(?:said|told|added|warned|announced|wrote|noted|explained|argued|stressed|insisted|claimed)"
PERSON = re.compile(
    rf"(?:\b(?P<a>[A-Z][a-zé]+(?: [A-Z][a-zé]+){{0,2}}),? {SAYS}\b|"
    rf"\b{SAYS} (?P<b>[A-Z][a-zé]+ [A-Z][a-zé]+)\b|\b[Aa]ccording to (?P<c>[A-Z][a-zé]+ [A-Z][a-zé]+)\b)"
)
NO_NAME = {
    *(
        "In",
        "On",
        "At",
        "For",
        "With",
        "From",
        "As",
        "Secretary",
        "Minister",
        "President",
        "State",
        "News",
        "Press",
    ),
    *(
        "Japanese",
        "Chinese",
        "American",
        "Russian",
        "British",
        "French",
        "German",
        "United",
        "States",
        "Foreign",
    ),
    *(
        "This",
        "That",
        "These",
        "There",
        "When",
        "While",
        "After",
        "Before",
        "If",
        "What",
        "You",
        "My",
        "His",
        "Her",
    ),
    *(
        "The",
        "Jan",
        "Feb",
        "Sept",
        "Oct",
        "Nov",
        "Dec",
        "No",
        "Yes",
        "Defense",
        "National",
        "Staff",
        "He",
        "She",
        "They",
        "It",
        "We",
        "I",
        "Dr",
        "Mr",
        "Mrs",
        "Ms",
        "But",
        "And",
        "One",
    ),
}
NO_PERSON = {*NO_NAME, *PLACES, *MONTHS, *WEEKDAYS}
TAIL = re.compile(
    r", ((?:which|after|while|as|because|despite|amid|following|when|since|where|who) [^,.“”\"]{25,90})[,.]"
)
WORD = re.compile(r"[^\W\d_]{5,}")
NUMBER = re.compile(r"(?<![\d.,$€£¥-])\b\d{1,3}(?:,\d{3})*(?:\.\d+)?\b(?![\d:%-])")
MONEY = re.compile(
    r"[$€£¥]\d+(?:[.,]\d+)*(?: (?:million|billion|trillion))?|"
    r"\b\d+(?:[.,]\d+)*(?: (?:million|billion|trillion))? (?:dollars|euros|pounds|yen|kronor|crowns)\b"
)
SHARE = re.compile(r"\b\d+(?:\.\d+)?(?=(?:%| percent\b| per cent\b))")
DAY = re.compile(rf"\b(?P<m>{'|'.join(map(re.escape, (*MONTHS, *SHORT_MONTHS)))}) (?P<d>\d{{1,2}})\b")
YEAR = re.compile(r"\b(?:19|20)\d\d\b(?! ?(?:people|workers|jobs|homes))")
WEEKDAY = re.compile(rf"\b(?:{'|'.join(WEEKDAYS)})\b")
QUOTED = re.compile(r"[“\"]([^“”\"]{12,})[”\"]")
SPELLED = "two three four five six seven eight nine ten eleven twelve".split()
# A capital often stands for its country, and lies in it: to exchange the two is no lie.
SEATS = (
    ("Tokyo", "Japan"),
    ("Washington", "U.S"),
    ("Washington", "United States"),
    ("Beijing", "China"),
    ("Moscow", "Russia"),
    ("Seoul", "Korea"),
    ("London", "U.K"),
    ("London", "Britain"),
    ("Paris", "France"),
    ("Berlin", "Germany"),
    ("Kyiv", "Ukraine"),
    ("Taipei", "Taiwan"),
)
STRONGER = (
    (r"\b(is|are|was|were) (?:considering|weighing|mulling|exploring|discussing)\b", r"\1 certain about"),
    (r"\b(?:is|are|was|were) expected to\b", "did"),
    (r"\b(has|have) (?:proposed|suggested)\b", r"\1 ordered"),
    (r"\bconsiders\b", "decided on"),
    (r"\bconsidering\b", "deciding on"),
    (r"\b(?:may|might|could)\b(?! not| have)", "will"),
    (r"\bmay have\b|\bmight have\b|\bcould have\b", "certainly has"),
    (r"\b(?:hopes|wants|aims|seeks|plans|intends) to\b", "has already managed to"),
    (r"\b(?:hope|want|aim|seek|plan|intend) to\b", "have already managed to"),
    (r"\bproposed\b", "approved"),
    (r"\balleged(?:ly)?\b", "proven"),
    (r"\bprobably\b|\bpossibly\b|\breportedly\b|\bapparently\b", "certainly"),
    (r"\bsuspected\b", "confirmed"),
    (r"\b[Ss]ome of\b", "all of"),
    (r"\b[Mm]any of\b|\b[Mm]ost of\b", "all of"),
)
OTHER_WAY = (
    *(("rose", "fell"), ("increased", "decreased"), ("increase", "decrease"), ("approved", "rejected")),
    *(("more than", "less than"), ("higher", "lower"), ("won", "lost"), ("strengthen", "weaken")),
    *(("bought", "sold"), ("opened", "closed"), ("began", "ended"), ("before", "after"), ("first", "last")),
    *(("supported", "opposed"), ("support", "opposition"), ("gained", "lost"), ("above", "below")),
    *(("largest", "smallest"), ("northern", "southern"), ("eastern", "western"), ("accepted", "refused")),
    *(("improved", "worsened"), ("up", "down"), ("best", "worst"), ("agreed", "refused"), ("joined", "left")),
    *(("north", "south"), ("east", "west"), ("confirmed", "denied"), ("allowed", "banned"), ("rise", "fall")),
)


class Stock:
    """What lies are made of: names, clauses and words of all articles; chance that is the same every time."""

    def __init__(self, truths: Sequence[Truth]) -> None:
        texts = list(dict.fromkeys(truth.article for truth in truths))
        self.people = sorted({name for text in texts for name in people(text)})
        self.names = sorted({name for text in texts for name in names(text)})
        self.tails = sorted({match.group(1) for text in texts for match in TAIL.finditer(text)})
        self.words = sorted({word for text in texts for word in WORD.findall(text) if word.islower()})
        self._chance = random.Random(0)

    def reset(self, seed: str) -> None:
        """Draw from here on as this seed has it."""
        self._chance = random.Random(seed)

    def draw(self, found: Iterable[str]) -> str | None:
        """One of these, or None of nothing."""
        among = list(found)
        return self._chance.choice(among) if among else None


def people(text: str) -> set[str]:
    """Those of whom a text says that they said something."""
    found = {match.group(match.lastgroup or 0) for match in PERSON.finditer(text)}
    return {name for name in found if not NO_PERSON & set(name.split())}


def names(text: str) -> set[str]:
    """Runs of capitalised words that begin no sentence, are no place or day, nor everyday words elsewhere."""
    small = set(re.findall(r"\b[a-z]\w+", text))
    found = {name for name in NAME.findall(text) if not NO_PERSON & set(name.split())}
    return {name for name in found if " " in name or not {name.lower(), name.lower().rstrip("s")} & small}


def of_a_day(text: str, match: re.Match[str]) -> bool:
    """Whether a number is the day of a month."""
    months = "|".join(map(re.escape, (*MONTHS, *SHORT_MONTHS)))
    return bool(
        re.search(rf"(?:{months}) $", text[: match.start()])
        or re.match(rf" (?:{months})", text[match.end() :])
    )
