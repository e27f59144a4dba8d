"""The key by which the checks compare words: that of `rag.words`, irregular forms counted as their base.

Search must stem as SQLite does; here "knew" is "know" and "children" is "child".
"""

from __future__ import annotations

from functools import lru_cache

from rag import words

# Those that are as often words of their own are not here: "found", "left", "gone", "written".
_IRREGULAR = """
arise: arose arisen | eat: ate eaten | awake: awoke awoken | beat: beat beaten | become: became |
befall: befell | begin: begun began | bend: bent | bite: bitten bit | blow: blew blown |
break: broke broken | bring: brought | build: built | buy: bought | catch: caught | choose: chose chosen |
come: came | creep: crept | deal: dealt | draw: drew drawn | drink: drank drunk | drive: drove driven |
fall: fell fallen | feed: fed | feel: felt | fight: fought | fly: flew flown | forbid: forbade forbidden |
foresee: foresaw foreseen | foretell: foretold | forget: forgot forgotten | freeze: froze frozen |
get: got gotten | give: gave given | go: went | grow: grew grown | hear: heard | hide: hid hidden |
hold: held | keep: kept | know: knew known | lay: laid | lead: led | learn: learnt | leap: leapt | burn:
burnt | dream: dreamt | lend: lent |
lose: lost | make: made | mean: meant | meet: met | overcome: overcame | overthrow: overthrew overthrown |
pay: paid | run: ran | ring: rang rung | rise: rose risen | say: said | sink: sank sunk | see: saw seen |
seek: sought | sell: sold | shake: shook shaken | shine: shone | shoot: shot |
show: showed shown | shrink: shrank shrunk | sing: sang sung | sleep: slept | slide: slid |
speak: spoke spoken | speed: sped | spend: spent | spin: spun | spring: sprang sprung | stand: stood |
steal: stole stolen | strike: struck stricken | strive: strove striven | swear: swore sworn |
sweep: swept | swim: swam swum | swing: swung | take: took taken | teach: taught | tell: told |
think: thought | throw: threw thrown | understand: understood | undertake: undertook undertaken |
uphold: upheld | wake: woke woken | wear: wore worn | win: won | withdraw: withdrew withdrawn |
withhold: withheld | withstand: withstood | write: wrote | rewrite: rewrote rewritten |
child: children | man: men | woman: women | foot: feet | tooth: teeth | life: lives | wife: wives
"""
_BASE = {
    form: base.strip()
    for base, _, forms in (entry.partition(":") for entry in _IRREGULAR.split("|"))
    for form in forms.split()
}
# Plurals, and what is an adjective as often as a past.
_NO_PAST = frozenset("children men women feet teeth lives wives held said meant lost known lay laid".split())
_SHORT = 4


@lru_cache(maxsize=50_000)
def key(word: str) -> str:
    """What two folded words share when they count as the same."""
    return words.key(_BASE.get(word, word))


def is_past(word: str) -> bool:
    """Whether a folded word looks like the past of a verb."""
    return (word in _BASE and word not in _NO_PAST) or (word.endswith("ed") and len(word) > _SHORT)
