"""Whether two sentences that give different answers speak of the same thing; precision before all.

Each test looks for one way in which both may be true: another place, person or time, a part of a whole, a
forecast or a demand beside an outcome, another kind of loss. What none of them parts is taken for the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from rag.conflict.differ import clash
from rag.conflict.sides import LYING, Asked, Side
from rag.conflict.values import states
from rag.verify.lexicon.forms import key
from rag.verify.lexicon.meanings import OPPOSITES, among
from rag.verify.tokens import names, tokenize
from rag.verify.when import mentions
from rag.words import keys

_PART = re.compile(
    r"\b(?:among|including|includes?|alone|another|further|additional|extra|each|per|every|apiece|of them"
    r"|of whom|of which|others?|more(?! than))\b|\ba (?:day|week|month|year|head)\b"
    r"|[,;—] ?of (?:the|those|its|his|all)\b",
    re.IGNORECASE,
)
_OF_MANY = re.compile(r"(?:^|: )Of (?:the|those|these|its|his|her|their|all)\b")
_OF_THEM = re.compile(r" of (?:the|those|these|its|them|his|her|their|all)\b")
_WITH = re.compile(r"(?: [^\W\d_]+)? (?:with|for|from|in|of|among|at|on) ((?:[^\W\d_]+[ -]?){1,3})")
_FURTHER = re.compile(
    r"\b(?:is|are|was|were|has|have|had|will|would|can|in|on|at|of|for|from|with|by|to|after)\b.*"
)
_COMING = re.compile(r"(?<!\bhis )(?<!\bher )(?<!\ba )(?<!\bthe )\b(?:will|shall|going to|(?:is|are) to)\b")
_TOO = re.compile(r"\b(?:too|also|as well|likewise|both|another|others?|among|including|one of)\b")
# What an article says of its own mistake; and what tells that another value is no more thought right.
CORRECTS = re.compile(
    r"^corrections?\b|\bcorrect(?:s|ed)\b|\b(?:wrongly|mistakenly|misstated|misreported)\b", re.IGNORECASE
)
_NO_MORE = re.compile(
    rf"{CORRECTS.pattern}|\b(?:not|instead of|rather than|earlier|previous(?:ly)?|up from)\b", re.IGNORECASE
)
# The share of what is asked about that a sentence must hold, and how much of it one with a name may lack.
_HELD_AT_LEAST, _MAY_LACK = 0.5, 1
# Beside names these say of whom the question is, and not what is asked.
_ROLES = frozenset(
    keys("minister president secretary foreign defense prime chief director chairman mayor judge")
)
# Letters of a name that is made of another, and of its ending: "Orsia", "Orsian".
_ROOT, _ENDING = 4, 3
_TIMES = frozenset(keys("night day evening morning week weekend month year hour summer winter time total"))
_AFTER = re.compile(
    r"\b(?:after|before|following|since) (?:the |its |his |her |their )?([^\W\d_]+)", re.IGNORECASE
)
_RELATED = re.compile(
    r"(?:['’]s|\bhis|\bher|\btheir) (?:late |former )?(?:father|mother|son|daughter|wife|husband|brother"
    r"|sister|uncle|aunt|widow|deputy)\b"
)
# Of another of these another figure is true.
_PERIODS = frozenset(keys("day weekend week month quarter half season opening lottery"))
_BY = re.compile(
    r"\b(?:up|down|ris\w+|rose|fall\w*|fell|increas\w+|decreas\w+|cut|raised|lowered|grew|grow\w*|drop\w*)"
    r" by $"
)
_BOUNDS_OF_TIME = frozenset("before after since until during".split())
_ORDINALS = frozenset(map(key, "first second third fourth fifth sixth last final".split()))
_ASKING = frozenset(map(key, "demand offer ask urge propose request sue".split()))
_ONLY_PLANNED = frozenset(
    keys(
        "plan intend expect anticipate forecast predict envisage estimate would bet hope aim may might could"
        " consider weigh likely possible potential scheduled originally initially proposed tentative"
    )
)
# What can each happen to many at once: of people, of a year's accounts; and halves of one whole.
_APART = tuple(
    tuple(frozenset(map(key, part.split())) for part in line.split("|"))
    for line in (
        "kill die dead death toll | injure injury wound hurt | missing | displace homeless evacuate"
        " | arrest detain | rescue | infect case",
        "profit | revenue sales turnover | loss lose lost | debt | cost",
        "men man male boy | women woman female girl | children child | mixed",
        "upper | lower | middle",
        "north northern | south southern | east eastern | west western",
        "gross | net",
        "soldier troop military | civilian",
    )
)


def same_thing(one: Side, other: Side, asked: Asked) -> bool:
    """Whether nothing tells that both sentences, whose values differ, are true of two things."""
    return not any(apart(one, other, asked) or apart(other, one, asked) for apart in _EACH)


def _elsewhere(one: Side, other: Side, asked: Asked) -> bool:
    """Names that the other article does not know, on both sides; or a name of the question that one lacks."""
    mine = [word for word in one.named - asked.words if not _knows(other.article, word)]
    theirs = [word for word in other.named - asked.words if not _knows(one.article, word)]
    return bool(mine and theirs) or any(not _knows(one.article, w) for w in asked.words & other.named)


def _knows(words: frozenset[str], name: str) -> bool:
    """Whether a name stands among words, or one that is made of it: "Orsia" and "Orsian"."""
    if name in words:
        return True
    near = ((w, name) if len(w) > len(name) else (name, w) for w in words if min(len(w), len(name)) >= _ROOT)
    return any(long.startswith(short) and len(long) - len(short) <= _ENDING for long, short in near)


def _loosely(one: Side, _: Side, asked: Asked) -> bool:
    """A name or a day apart from what is asked about: many stand in a sentence, for many things."""
    if one.value.family == "figure":
        return False
    wanted = asked.words - asked.category
    if one.value.family == "name" and one.value.name <= asked.words:
        return True
    lacked = [w for w in wanted if not among(w, one.keys) and not (w in asked.names and w in one.article)]
    deed = wanted - asked.names
    return len(lacked) > _MAY_LACK or bool(deed and not any(among(word, one.near) for word in deed))


def _grown(one: Side, other: Side, asked: Asked) -> bool:
    """A longer name of which the question's is a part, "Draft Lottery"; or somebody's relative."""
    longer = {b.key for a, b in pairwise(one.tokens) if a.named and b.named and a.key in asked.names}
    if any(not _knows(asked.words | other.keys, word) for word in longer):
        return True
    return bool(_RELATED.search(one.text)) and not _RELATED.search(other.text)


def _beside_it(one: Side, other: Side, asked: Asked) -> bool:
    """What was after or before that which is asked about."""
    mine, theirs = ({key(m.group(1).lower()) for m in _AFTER.finditer(side.text)} for side in (one, other))
    return bool((mine - theirs) & (asked.words - asked.names))


def _period(one: Side, other: Side, asked: Asked) -> bool:
    """A figure of another stretch of time, or one by which something changed."""
    if one.value.family != "figure":
        return False
    mine, theirs = ({t.key for t in tokenize(side.clause)} & _PERIODS for side in (one, other))
    changes = [bool(_BY.search(side.text[: side.at])) for side in (one, other)]
    return mine != theirs or changes[0] != changes[1]


def _of_another(one: Side, _: Side, asked: Asked) -> bool:
    """A sentence that names somebody or something, and nothing of what the question is about."""
    return bool(one.named and asked.names) and asked.names.isdisjoint(one.named)


def _placed(one: Side, other: Side, asked: Asked) -> bool:
    """A figure said of a place that the other article does not know: part of a whole."""
    if one.value.family != "figure":
        return False
    known = other.article | asked.words
    tokens = tokenize(one.clause)
    return any(
        LYING.search(one.clause[: tokens[run.first].start])
        and not any(among(t.key, known) for t in tokens[run.first : run.end])
        for run in names(one.clause)
    )


def _off(one: Side, other: Side, asked: Asked) -> bool:
    """A sentence that holds less than half of what is asked about, or lacks what the other says of it."""
    held, theirs = ({w for w in asked.words if among(w, side.keys)} for side in (one, other))
    deed = asked.words - asked.names - _ROLES
    return bool(theirs & deed and not held & deed) or len(held) < _HELD_AT_LEAST * len(asked.words)


def _in_place_of(one: Side, other: Side, asked: Asked) -> bool:
    """Another speaker than the one asked about, or another purpose: "for parking" and "for littering"."""
    lacked = {frame for word, frame in one.framed if word in asked.words and not among(word, other.article)}
    known = one.article | asked.words
    return any(frame in lacked and not among(word, known) for word, frame in other.framed)


def _times(one: Side, other: Side, asked: Asked) -> bool:
    """Dates on both sides, or in the question and on one, of which none can be the same time."""
    day, others = one.offered.article.published, other.offered.article.published
    beside = [clash(a, day, b, others) for a in one.dates for b in other.dates]
    wanted = [clash(a, day, b, None) for a in one.dates for b in asked.dates]
    return any(pairs and all(pairs) for pairs in (beside if one.value.family != "date" else [], wanted))


def _bounded(one: Side, other: Side, asked: Asked) -> bool:
    """Before and since, first and second, and opposites: a word on each side that parts them."""
    mine, theirs = ({t.word for t in side.tokens} & _BOUNDS_OF_TIME for side in (one, other))
    if one.value.family != "date" and mine and theirs and mine.isdisjoint(theirs):
        return True
    said = frozenset(keys(one.clause))
    if any(
        asked.words & a and said & b and not said & a for sides in OPPOSITES for a, b in (sides, sides[::-1])
    ):
        return True
    new, old = one.keys - other.keys, other.keys - one.keys
    if (new & _ORDINALS) and (old & _ORDINALS):
        return True
    return any(new & a and old & b for a, b in OPPOSITES)


def _classes(one: Side, other: Side, _: Asked) -> bool:
    """Killed and injured, profit and revenue, men and women."""
    for line in _APART:
        mine, theirs = ({i for i, part in enumerate(line) if part & side.keys} for side in (one, other))
        if mine and theirs and mine.isdisjoint(theirs):
            return True
    return False


def _part(one: Side, other: Side, asked: Asked) -> bool:
    """A figure of a part: "12 of the", "among", "another", "ships with grain"."""
    if one.value.family != "figure":
        return False
    share = one.value.figure is not None and one.value.figure.unit == "%"
    if not share and _OF_THEM.match(one.text, one.until) and not _OF_THEM.match(other.text, other.until):
        return True
    if _PART.search(one.clause) and not _PART.search(other.clause):
        return True
    if _OF_MANY.search(one.text) and not _OF_MANY.search(other.text):
        return True
    known = other.keys | other.article | asked.words
    return any(not any(among(word, known) for word in narrowing) for narrowing in _narrowing(one))


def _narrowing(side: Side) -> Iterator[list[str]]:
    """The words that narrow down what a figure counts, of each such phrase behind it."""
    place = side.until
    while found := _WITH.match(side.text, place):
        place = found.end(1) - len(found.group(1)) + len(_FURTHER.sub("", found.group(1)).rstrip())
        words = [t.key for t in tokenize(side.text[found.start(1) : place]) if t.carries]
        if words and not mentions(found.group(1)) and _TIMES.isdisjoint(words):
            yield words


def _uncertain(one: Side, other: Side, _: Asked) -> bool:
    """A forecast, a plan or a demand beside what is said to be so."""
    # "May" is a month.
    mine, theirs = (frozenset(keys(side.clause.replace("May", ""))) for side in (one, other))
    if not mine & _ASKING <= theirs:
        return True
    coming = _COMING.search(other.clause) or (theirs & _ONLY_PLANNED)
    if mine & _ONLY_PLANNED and not coming:
        return True
    return one.value.family == "figure" and bool(_COMING.search(one.clause)) and not coming


def _listed(one: Side, other: Side, _: Asked) -> bool:
    """Several may be right: "too"; or the other holds this value as well, and does not take it back."""
    if one.value.family != "figure" and _TOO.search(one.clause):
        return True
    if one.value.name & frozenset(token.key for token in other.tokens):
        return not _NO_MORE.search(other.text)
    beside = f"{other.text[: other.at]} {other.text[other.until :]}"
    return states(beside, one.value) and not _NO_MORE.search(other.text)


_EACH = (
    _off,
    _loosely,
    _grown,
    _beside_it,
    _period,
    _elsewhere,
    _of_another,
    _in_place_of,
    _placed,
    _times,
    _bounded,
    _classes,
    _part,
    _uncertain,
    _listed,
)
