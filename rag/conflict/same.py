"""Whether two sentences that give different answers speak of the same thing; precision before all.

Each test looks for one way in which both may be true: another place, person or time, a part of a whole, a
forecast or a demand beside an outcome, another kind of loss. What none of them parts is taken for the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from rag.conflict.values import DATELINE, Value, clash, states
from rag.types import Offered, Span
from rag.verify.meanings import OPPOSITES, among
from rag.verify.roles import speakers
from rag.verify.tokens import Token, names, tokenize
from rag.verify.when import When, mentions
from rag.words import content_words, key, keys

_CLAUSE = re.compile(r"[,;:—()]|\b(?:who|which|whose|where|when|because|while|although|but|and)\b")
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
_LYING = re.compile(r"\b(?:in|at|on|near|outside|inside) (?:the )?$", re.IGNORECASE)
_COMING = re.compile(r"(?<!\bhis )(?<!\bher )(?<!\ba )(?<!\bthe )\b(?:will|shall|going to|(?:is|are) to)\b")
_TOO = re.compile(r"\b(?:too|also|as well|likewise|both|another|others?|among|including|one of)\b")
# What an article says of its own mistake; and what tells that another value is no more thought right.
CORRECTS = re.compile(
    r"^corrections?\b|\bcorrect(?:s|ed)\b|\b(?:wrongly|mistakenly|misstated|misreported)\b", re.IGNORECASE
)
_NO_MORE = re.compile(
    rf"{CORRECTS.pattern}|\b(?:not|instead of|rather than|earlier|previous(?:ly)?|up from)\b", re.IGNORECASE
)
_HELD_AT_LEAST = 0.5
# Beside names these say of whom the question is, and not what is asked.
_ROLES = frozenset(
    keys("minister president secretary foreign defense prime chief director chairman mayor judge")
)
_ROOT, _ENDING = 4, 3
_ACCORDING = re.compile(r"\b[Aa]ccording to (?:the |its |his |her )?([^\W\d_]+)")
_PURPOSE = frozenset("for against per about".split())
_SAYING = frozenset("said says say told claimed claims claim".split())
_TIMES = frozenset(keys("night day evening morning week weekend month year hour summer winter time total"))
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


class Side:
    """A sentence with the value that it gives as the answer."""

    def __init__(self, offered: Offered, value: Value, focus: Span | None) -> None:
        self.offered = offered
        self.value = value
        self.focus = focus
        opening = DATELINE.match(offered.quote)
        self._begins = opening.end() if opening else 0
        self.text = offered.quote[self._begins :]
        self.at = value.place.start - self._begins
        self.until = value.place.end - self._begins

    @cached_property
    def tokens(self) -> tuple[Token, ...]:
        """The words of the sentence, its value apart."""
        return tuple(t for t in tokenize(self.text) if t.end <= self.at or t.start >= self.until)

    @property
    def says(self) -> bool:
        """Whether the value stands in words that say something, and not in the dateline."""
        return self.at >= 0 and bool(self.keys)

    @cached_property
    def keys(self) -> frozenset[str]:
        """Keys of the words that carry something."""
        return frozenset(token.key for token in self.tokens if token.carries)

    @cached_property
    def framed(self) -> tuple[tuple[str, str], ...]:
        """The words that carry something and stand behind such a preposition, or before a verb of saying."""
        behind = [(b.key, a.word) for a, b in pairwise(self.tokens) if a.word in _PURPOSE and b.carries]
        speaks = [(a.key, "says") for a, b in pairwise(self.tokens) if b.word in _SAYING and a.carries]
        told = [(key(m.group(1).lower()), "according") for m in _ACCORDING.finditer(self.text)]
        return (*behind, *speaks, *told)

    @cached_property
    def clause(self) -> str:
        """The part of the sentence in which the value stands."""
        cuts = [0, *(m.end() for m in _CLAUSE.finditer(self.text, 0, self.at)), len(self.text)]
        end = next((m.start() for m in _CLAUSE.finditer(self.text, self.until)), len(self.text))
        return self.text[max(c for c in cuts if c <= self.at) : end]

    @cached_property
    def article(self) -> frozenset[str]:
        """Keys of the article's title and text."""
        article = self.offered.article
        return frozenset(keys(f"{article.title}\n{article.text}"))

    @cached_property
    def named(self) -> frozenset[str]:
        """Keys of the names beside the value, but of those who only speak."""
        said = {word for who in speakers(self.text) for word in who}
        return frozenset(t.key for t in self.tokens if t.named) - said

    @cached_property
    def dates(self) -> tuple[When, ...]:
        """The dates beside the value."""
        # Behind a capital, "In May" is read as no month.
        text = self.text[:1].lower() + self.text[1:]
        return tuple(w for w, start, end in mentions(text) if end <= self.at or start >= self.until)


class Asked(NamedTuple):
    """A question: keys of its words and of the names among them, and its dates."""

    words: frozenset[str]
    names: frozenset[str]
    dates: tuple[When, ...]


def asked_for(question: str) -> Asked:
    """A question as the sentences are held against it."""
    named = frozenset(token.key for token in tokenize(question) if token.named)
    words = frozenset(key(word) for word in content_words(question))
    return Asked(words, named & words, tuple(when for when, _, _ in mentions(question)))


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
        _LYING.search(one.clause[: tokens[run.first].start])
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


def _bounded(one: Side, other: Side, _: Asked) -> bool:
    """Before and since, first and second, and opposites: a word on each side that parts them."""
    mine, theirs = ({t.word for t in side.tokens} & _BOUNDS_OF_TIME for side in (one, other))
    if one.value.family != "date" and mine and theirs and mine.isdisjoint(theirs):
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
    beside = f"{other.text[: other.at]} {other.text[other.until :]}"
    return states(beside, one.value) and not _NO_MORE.search(other.text)


_EACH = (
    _off,
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
