"""Articles that disagree on the answer: found among what was read, and said with both sides; pure.

A sentence's value is what the reader takes for the answer in it (`values.py`); two sentences disagree when
their values cannot both be true and nothing tells that they speak of two things (`same.py`). What is said of
them is composed of the values as the sentences write them, and of outlets and days as the metadata have them
(`told.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from rag.answer import Read
from rag.conflict.differ import differ
from rag.conflict.same import CORRECTS, same_thing
from rag.conflict.sides import Asked, Side, asked_for
from rag.conflict.told import Groups, composed, undated
from rag.conflict.values import Value, states, value_of
from rag.reader.kinds import Kind, kind_of
from rag.types import DraftSentence, Offered, Sentence
from rag.verify import Checked, check
from rag.words import keys

# Beside the likeliest answer, another sentence is no answer to the same question below this share of its
# chance, nor below this chance.
_LIKELY_FROM, _LEAST = {"figure": 0.04, "date": 0.2, "name": 0.2}, 0.01
# So many values are told at most, each with so many articles that give it.
_MOST_VALUES, _MOST_ARTICLES = 3, 2
# Of what is asked for by name, many may be right unless it is one that does, is or gets this.
_ONE = frozenset(
    keys(
        "win won write wrote written author lead led head chair found discover invent design compose "
        "direct paint succeed host own buy bought acquire appoint name elect choose nominate become "
        "coach manage born held hold happen built build crash die buried arrest open close begin start "
        "end beat defeat marry land base located place kill shoot first winning replace champion sink "
        "sank sign erupt expire publish release"
    )
)
_DEFINITE = re.compile(r"\b(?:who|what|which \w+)(?: is| was| are| were|['’]s) the\b", re.IGNORECASE)
# What follows asks nothing: "How fast was it when it fell?"
_BESIDE = re.compile(r"(?<=\w) (?=(?:when|where|who|whom|whose|while|after|before|because)\b)")
# What can be done at many places.
_ANYWHERE = frozenset(keys("travel visit go tour speak sell play perform work live operate fight protest"))
_HABIT = re.compile(r"\bwh\w+ (?:does|do)\b", re.IGNORECASE)
_MANY = re.compile(r"\b(?:which|what) (?:\w+s|people)\b(?<!ss)", re.IGNORECASE)


def differences(
    asked: str, read: Sequence[Read], sentences: Sequence[Sentence], offered: Mapping[int, Offered]
) -> tuple[Checked, ...]:
    """What an answer lacks where articles disagree on what it says: the other sides, and what differs.

    Empty when they do not, or when what differs cannot be said; each is checked as every sentence is.
    """
    groups = _conflict(asked, read, sentences)
    if groups is None:
        return ()
    cited = {(c.article.id, c.start) for sentence in sentences for c in sentence.citations}
    lacking = [g[0] for g in groups if not any((s.offered.article.id, s.offered.start) in cited for s in g)]
    quotes = [
        DraftSentence(s.offered.quote, (s.offered.number,), quoting=True, focus=s.focus) for s in lacking
    ]
    whole = composed(groups)
    said = check(replace(whole, text=undated(whole.text)), offered)
    if not said.passed:
        return ()
    told = said._replace(draft=whole, reason="composed of what the cited sentences give as the answer")
    return (*(check(quote, offered) for quote in quotes), told)


def _conflict(asked: str, read: Sequence[Read], sentences: Sequence[Sentence]) -> Groups | None:
    """The values that cannot all be true, the first of them one that the answer gives."""
    kind = kind_of(_BESIDE.split(asked)[0])
    wanted = asked_for(asked)
    sides = tuple(
        side
        for side in _sides(read, kind)
        if not states(asked, side.value) and side.described not in wanted.things
    )
    for sentence in sentences:
        places = {(c.article.id, c.start) for c in sentence.citations}
        for side in sides:
            here = (side.offered.article.id, side.offered.start) in places and states(
                sentence.text, side.value
            )
            if here and _asks_for_one(asked, side.value) and (found := _grouped(side, sides, wanted)):
                return found
    return None


def _sides(read: Sequence[Read], kind: Kind | None) -> Iterator[Side]:
    for each in read:
        value = value_of(each.offered, each.reading.focus, kind)
        if value is None or each.reading.chance < _least(value, read[0]):
            continue
        if (side := Side(each.offered, value, each.reading.focus)).says:
            yield side


def _least(value: Value, best: Read) -> float:
    return max(_LEAST, _LIKELY_FROM[value.family] * best.reading.chance)


def _asks_for_one(asked: str, value: Value) -> bool:
    """Whether a question for a name or a day has one right answer."""
    if value.family != "name":
        return True
    if _HABIT.search(asked) or _MANY.search(asked):
        return False
    if asked.casefold().startswith("where"):
        return _ANYWHERE.isdisjoint(keys(asked))
    return bool(_DEFINITE.search(asked)) or not _ONE.isdisjoint(keys(asked))


def _grouped(first: Side, sides: Sequence[Side], asked: Asked) -> Groups | None:
    """The first side's value with those who give it too, and each value that it cannot be true beside."""
    against = [side for side in sides if _against(first, side, asked)]
    groups: list[list[Side]] = []
    for side in (first, *against):
        mine = next((g for g in groups if not _differ(g[0], side)), None)
        if mine is None and len(groups) < _MOST_VALUES:
            groups.append([side])
        elif mine is not None:
            mine.append(side)
    agreeing = [s for s in sides if s is not first and s not in against and _agree(first, s)]
    return tuple(_apart(group) for group in ([*groups[0], *agreeing], *groups[1:])) if against else None


def _against(one: Side, other: Side, asked: Asked) -> bool:
    if one.offered.article.id == other.offered.article.id and not _corrects(one, other):
        return False
    return _differ(one, other) and same_thing(one, other, asked)


def _differ(one: Side, other: Side) -> bool:
    return differ(one.value, one.offered, other.value, other.offered)


def _agree(one: Side, other: Side) -> bool:
    return states(other.offered.quote, one.value) and one.value.figure == other.value.figure


def _corrects(one: Side, other: Side) -> bool:
    """Whether one of two sentences of an article takes the other back."""
    earlier, later = sorted((one, other), key=lambda side: side.offered.start)
    return bool(CORRECTS.search(later.text)) and not CORRECTS.search(earlier.text)


def _apart(group: Sequence[Side]) -> tuple[Side, ...]:
    """One side an article, and no more than are told."""
    found = {side.offered.article.id: side for side in reversed(group)}
    return tuple(reversed(found.values()))[:_MOST_ARTICLES]
