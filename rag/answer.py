"""Evidence as read -> Draft, by quoting the sentences that answer."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rag.types import Draft, DraftSentence, Evidence, Offered, Reading, Sentence
from rag.words import STOPWORDS, key, words

# Sentences are quoted until it is so likely that the answer is among them, of all that answer at all.
_ENOUGH = 0.85
# A further sentence is quoted when it is at least so likely beside the first.
_JOINS_FROM = 0.15
# The share of their words from which two sentences say the same.
_SAME_FROM = 0.7
# How much steeper, and how much higher, the log odds are of being right than those of the chances of what is
# shown (Platt 1999); fitted by tools/fit_confidence.py.
CALIBRATION = (0.747, 0.549)


class Read(NamedTuple):
    """An offered sentence with its reading."""

    offered: Offered
    reading: Reading


def pair(offered: Sequence[Offered], evidence: Sequence[Evidence]) -> tuple[Read, ...]:
    """The offered sentences that were read, likeliest first."""
    readings = {(e.article.id, r.start): r for e in evidence for r in e.readings}
    found = ((o, readings.get((o.article.id, o.start))) for o in offered)
    read = [Read(each, reading) for each, reading in found if reading is not None]
    return tuple(sorted(read, key=lambda r: (-r.reading.chance, r.offered.number)))


def ordered(read: Sequence[Read]) -> tuple[Read, ...]:
    """The same, where what gives an answer again comes after all that give another.

    Should the likeliest be wrong, so are those that say the same.
    """
    given: set[frozenset[str]] = set()
    first: list[Read] = []
    again: list[Read] = []
    for each in read:
        gives = _gives(each)
        (again if gives and gives in given else first).append(each)
        given.add(gives)
    return (*first, *again)


def quote(read: Sequence[Read], most: int, silence_below: float) -> Draft:
    """The likeliest sentence, and up to `most - 1` further ones while the answer may well be elsewhere.

    `read` is in order, likeliest first. Silence (no sentences) when it is less likely than `silence_below`
    that any of them answers.
    """
    confidence = sum(each.reading.chance for each in read)
    if not read or confidence < silence_below:
        return Draft((), confidence)
    return Draft(tuple(_drafted(each) for each in _chosen(read, most, confidence)), confidence)


def _chosen(read: Sequence[Read], most: int, total: float) -> Iterator[Read]:
    chosen: list[Read] = []
    covered = 0.0
    for each in ordered(read):
        if chosen and each.reading.chance < _JOINS_FROM * chosen[0].reading.chance:
            continue
        covered += each.reading.chance
        if not any(_same(each, other) for other in chosen):
            chosen.append(each)
            yield each
        if len(chosen) == most or covered >= _ENOUGH * total:
            return


def _drafted(each: Read) -> DraftSentence:
    offered = each.offered
    return DraftSentence(offered.quote, (offered.number,), quoting=True, focus=each.reading.focus)


def _same(a: Read, b: Read) -> bool:
    first, second = set(words(a.offered.quote)), set(words(b.offered.quote))
    return len(first & second) >= _SAME_FROM * min(len(first), len(second))


def likelihood(read: Sequence[Read], sentences: Sequence[Sentence]) -> float:
    """How likely it is that the shown sentences answer, 0 to 1; that any does, if none is shown.

    That comes of the chance of the places which they cite, and of those that give the same as the answer:
    what two outlets report is right when either report is.
    """
    return calibrated(chance_of(read, sentences), CALIBRATION)


def chance_of(read: Sequence[Read], sentences: Sequence[Sentence]) -> float:
    """The chances of what the shown sentences give, added up; of all, if none is shown."""
    shown = {(c.article.id, c.start) for s in sentences for c in s.citations}
    cited = [r for r in read if (r.offered.article.id, r.offered.start) in shown]
    given = {gives for r in cited if (gives := _gives(r))}
    said = [r for r in read if not shown or r in cited or _gives(r) in given]
    return min(1.0, sum(each.reading.chance for each in said))


def calibrated(chance: float, calibration: tuple[float, float]) -> float:
    """A chance with its log odds stretched and moved; one that is certain stays so."""
    if not 0.0 < chance < 1.0:
        return chance
    slope, shift = calibration
    return 1.0 / (1.0 + math.exp(-(slope * math.log(chance / (1.0 - chance)) + shift)))


def _gives(each: Read) -> frozenset[str]:
    """What a sentence gives as the answer: its content words' keys."""
    focus = each.reading.focus
    text = each.offered.article.text[focus.start : focus.end] if focus else ""
    return frozenset(key(word) for word in words(text) if word not in STOPWORDS)
