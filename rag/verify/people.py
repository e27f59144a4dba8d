"""The names of an article, what it says of each, and which of them are people."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

from rag.verify.lexicon.forms import key
from rag.verify.lexicon.meanings import everyday
from rag.verify.tokens import Name, Token, names, plain, tokenize

# A name with such a word is no person's.
BODIES = frozenset(
    """
    agency trust museum party bank union institute office ministry department committee council court
    university college school hospital company group corp inc ltd club united city town county state river
    lake bridge street association federation organization organisation commission authority administration
    alliance times news press post daily journal magazine army navy police force forces senate congress
    parliament house islands island sea ocean mountains valley province prize cup league championship
    festival airport airlines motors society foundation centre center church gallery theatre theater stadium
    park treaty act constitution
    """.split()
)
OFFICES = frozenset(
    key(word)
    for word in """
    minister president secretary director chief head leader mayor governor senator judge lawyer attorney
    prosecutor spokesman spokeswoman spokesperson manager coach captain striker goalkeeper player singer
    actor actress author professor doctor dr mr mrs ms sir king queen prince princess pope analyst economist
    expert researcher scientist officer general colonel ambassador chairman chairwoman chair executive ceo
    founder owner candidate premier chancellor runner champion nurse teacher farmer driver widow wife
    counterpart husband son daughter mother father brother sister sheriff detective inspector
    representative congressman
    lawmaker deputy clerk developer editor writer artist painter foreman witness victim suspect resident
    envoy
    """.split()
)
# In the place of one of these another is another: "Captain" for "Sergeant", "Prime" for "Foreign".
RANKS = frozenset(
    key(word)
    for word in """
    general admiral colonel major captain lieutenant sergeant corporal commander prime foreign defense
    defence interior
    finance home trade health justice education president vice minister secretary mayor governor senator judge
    prosecutor ambassador professor doctor
    """.split()
)
# What an office is of, in front of the name of who holds it.
_PORTFOLIOS = frozenset(
    map(
        key,
        "state defense defence foreign affairs prime vice deputy home finance health interior trade".split(),
    )
)
COUNTRIES = frozenset(
    key(word)
    for word in """
    us uk eu un usa america britain england scotland wales ireland france germany italy spain portugal greece
    austria belgium netherlands switzerland sweden norway denmark finland poland hungary romania bulgaria
    ukraine russia belarus turkey israel iran iraq syria lebanon egypt saudi india pakistan bangladesh china
    taiwan japan korea vietnam thailand philippines indonesia malaysia singapore australia canada mexico
    brazil argentina chile colombia peru venezuela cuba nigeria kenya ethiopia sudan ghana morocco algeria
    afghanistan ecuador europe asia africa
    tokyo washington beijing moscow london paris berlin seoul kyiv brussels pyongyang taipei
    """.split()
)
# What in a name is nobody's own.
_NO_ONES = OFFICES | _PORTFOLIOS | COUNTRIES
_SAYING = re.compile(
    r"^(?:,? (?:also|later|then|has|had))?,? (?:said|says|told|added|warned|wrote|noted|argued|insisted"
    r"|claimed|called|wants|hopes|expects|believes|thinks|tweeted|testified|replied|admitted)\b"
)
_SAID = re.compile(
    r"\b(?:said|says|told|added|according to|wrote|asked) (?:(?:the|a|its) (?:[a-z-]+ ){1,2})?$",
    re.IGNORECASE,
)
_AGE = re.compile(r"^, (?:aged )?\d\d\b|^, (?:who|whose)\b")
# "The ambassador to Japan, Rahm Emanuel".
_HOLDS = re.compile(r"\b(\w+)(?: (?:of|to|for|at|in) [^,.;:]{2,40})?, $")
_APPOSED = re.compile(
    r", (?:an?|the|its|his|her|their|who|whose|which|one|former|then|now|chief|\w+ing"
    r"|(?:[a-z-]+ ){1,3}(?:of|at|for))\b"
)
_STOPS = re.compile(r"[.;:!?“”\"()\n]")
_BEFORE, _AFTER = 4, 8
# So many characters beside a name say whether it speaks or what it is.
_LOOK = 60


class Known(NamedTuple):
    """A name: its keys, what describes it, whether it looks like a person's, whether it speaks, and where."""

    keys: frozenset[str]
    described: frozenset[str]
    person: bool
    spoke: bool
    start: int


@lru_cache(maxsize=64)
def known(text: str) -> tuple[Known, ...]:
    """The names of a text in order."""
    line = plain(text)
    tokens = tokenize(line)
    return tuple(_known(line, tokens, part) for run in names(line) for part in _apart(tokens, run))


def _apart(tokens: tuple[Token, ...], run: Name) -> Iterator[Name]:
    """A name, or the two of "Liv Aasen of the Lund Institute": who it is, and of what."""
    of = next((i for i in range(run.first, run.end) if tokens[i].word in ("of", "from", "at")), run.end)
    first = tokens[run.first : of]
    plain_name = all(t.named and t.key not in _NO_ONES and t.word not in BODIES for t in first)
    if of < run.end and len(first) > 1 and plain_name:
        rest = next(i for i in range(of, run.end) if tokens[i].named)
        yield from (Name(run.first, of), Name(rest, run.end))
    else:
        yield run


@lru_cache(maxsize=8_192)
def bare(keys: frozenset[str]) -> frozenset[str]:
    """The keys of a name without its offices, if anything else is left."""
    return keys - OFFICES - _PORTFOLIOS or keys


def parts_of(mine: tuple[Token, ...]) -> Iterator[tuple[Token, ...]]:
    """The parts of a name that no office, "of" or the like parts."""
    for kind, part in groupby(
        mine, key=lambda t: t.named and not {t.key} & (OFFICES | _PORTFOLIOS | COUNTRIES)
    ):
        if kind:
            yield tuple(part)


def _own(mine: tuple[Token, ...]) -> frozenset[str]:
    """The keys of a name alone: of "Japanese Foreign Minister Hayashi" the last."""
    offices = [i for i, token in enumerate(mine) if token.key in OFFICES]
    rest = mine[offices[-1] + 1 :] if offices else mine
    named = frozenset(token.key for token in rest if token.named and token.word != "the") - _PORTFOLIOS
    return named or bare(frozenset(token.key for token in mine if token.named))


def _known(line: str, tokens: tuple[Token, ...], run: Name) -> Known:
    mine = tokens[run.first : run.end]
    before = tuple(_beside(line, tokens[max(0, run.first - _BEFORE) : run.first], mine[0].start))
    after = tuple(_apposed(line, tokens[run.end : run.end + _AFTER], mine[-1].end))
    ahead = line[max(0, mine[0].start - _LOOK) : mine[0].start]
    behind = line[mine[-1].end : mine[-1].end + _LOOK]
    spoke = bool(_SAYING.match(behind) or _SAID.search(ahead))
    office = (
        _holds(ahead)
        or any(t.word.endswith("ist") and not t.named for t in before[:1])
        or any(token.key in OFFICES for token in (*mine, *before[:1], *after[:6]))
    )
    a_body = any(token.word in BODIES for token in mine) or ahead.lower().endswith(" the ")
    keys = _own(mine)
    return Known(
        keys,
        frozenset(token.key for token in (*mine, *before, *after) if token.carries),
        not a_body and keys.isdisjoint(COUNTRIES) and (office or spoke or bool(_AGE.match(behind))),
        spoke,
        mine[0].start,
    )


def _beside(line: str, tokens: tuple[Token, ...], end: int) -> Iterator[Token]:
    """The words just before a name, the nearest first, as far as nothing parts them from it."""
    for token in reversed(tokens):
        between = line[token.end : end]
        if _STOPS.search(between) or (between.startswith(",") and token.named):
            return
        yield token
        end = token.start


def _apposed(line: str, tokens: tuple[Token, ...], end: int) -> Iterator[Token]:
    """What follows a name after a comma, up to the next mark."""
    if not _APPOSED.match(line, end):
        return
    first = True
    for token in tokens:
        if not first and re.search(r"[,.;:”\"]", line[end : token.start]):
            return
        yield token
        first, end = False, token.end


def _holds(ahead: str) -> bool:
    match = _HOLDS.search(ahead)
    return bool(match and key(match.group(1).lower()) in OFFICES)


@lru_cache(maxsize=64)
def persons(text: str) -> frozenset[frozenset[str]]:
    """The people whom an article names; what things are in or near is none."""
    return frozenset(name.keys for name in known(text) if name.person) - _places(plain(text)) | _surnamed(
        text
    )


def _surnamed(text: str) -> frozenset[frozenset[str]]:
    """Names of two parts of which an article uses the last alone, and never the first, as of people."""
    line = plain(text)
    tokens = tokenize(line)
    runs = [tokens[run.first : run.end] for run in names(line)]
    alone = {run[0].key for run in runs if len(run) == 1}
    return frozenset(
        frozenset(token.key for token in run)
        for run in runs
        if len(run) == 2 and run[1].key in alone and run[0].key not in alone and _may_be_surnamed(run, line)
    )


def _may_be_surnamed(run: tuple[Token, ...], line: str) -> bool:
    keys = {token.key for token in run}
    own = not any(token.word in BODIES or everyday(token.key) for token in run)
    # "Petrenko was more cautious. He said ..."
    meant = re.search(rf"\b{re.escape(run[1].text)}\b[^.!?]*[.!?][”\"]? (?:He|She)\b", line)
    return bool(own and meant and keys.isdisjoint(_NO_ONES) and all(t.text.isalpha() for t in run))


@lru_cache(maxsize=64)
def _places(line: str) -> frozenset[frozenset[str]]:
    tokens = tokenize(line)
    return frozenset(
        frozenset(token.key for token in tokens[run.first : run.end])
        for run in names(line)
        if run.first and tokens[run.first - 1].word in ("in", "near", "across", "outside")
    )


def has_spoken(keys: frozenset[str], text: str) -> bool:
    """Whether an article has a person of this name speak."""
    return is_person(keys, text) and any(n.spoke and keys & n.keys for n in known(text))


@lru_cache(maxsize=4_096)
def is_person(keys: frozenset[str], text: str) -> bool:
    """Whether an article treats this name as a person's."""
    mine = bare(keys)
    return any(mine <= person or person <= mine for person in persons(text))
