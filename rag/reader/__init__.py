"""How likely each sentence answers a question, read without any language model.

A log-linear reader over a handful of features: how much of the question stands in the sentence and
around it, weighted by how rare each word is; whether the sentence holds the kind of thing asked for;
whether its article is of the right time. `tools/fit_reader.py` fits the weights.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from rag.reader.kinds import Kind, kind_of, shows
from rag.types import Offered, Question
from rag.words import content_words, key, keys, words

# Fitted by tools/fit_reader.py; the order is that of `Features`.
WEIGHTS = (1.93, 1.15, 0.64, -0.19, -1.46, 0.93, -1.59, -1.3)
BIAS = -2.76
# How much a passage's score in retrieval adds to the order of its sentences (not to probability).
_FOUND_WEIGHT = 1.0
# News of a month is mostly in the articles of that month; they go first when a question names it.
_MONTH_WEIGHT = 1.0
_MONTH = re.compile(r"\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?,? (\d{4})\b", re.I)
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
# What an earlier question named matters more to a follow-up than what it said of it.
_NAMED_WEIGHT, _TOPIC_WEIGHT = 1.0, 0.5
_UNHEARD_SHARE = 0.5
_WINDOW = 5


class Features(NamedTuple):
    """What the reader looks at, each between 0 and 1."""

    covered: float
    covered_near: float
    pairs: float
    shows_kind: float
    lacks_kind: float
    shows_count: float
    wrong_year: float
    brevity: float


class Reading(NamedTuple):
    """One sentence as read, with the question's words that it holds.

    `probability` is how likely it answers; `score` orders sentences and also knows how well its
    passage was found.
    """

    offered: Offered
    probability: float
    score: float
    held: frozenset[str]


class Asked(NamedTuple):
    """A question as the reader sees it: keys with their weights, neighbours, kind, years, a month."""

    weights: Mapping[str, float]
    pairs: tuple[tuple[str, str], ...]
    kind: Kind | None
    years: frozenset[str]
    month: tuple[int, int] | None


def ask(question: Question, rarity: Mapping[str, float]) -> Asked:
    """What a question looks for; `rarity` gives each word's weight (see `rarities`)."""
    own = content_words(question.standalone)
    weights = {key(word): rarity.get(word, 1.0) for word in own}
    for word in question.topic:
        share = _NAMED_WEIGHT if word[:1].isupper() else _TOPIC_WEIGHT
        for folded in words(word):
            weights.setdefault(key(folded), share * rarity.get(folded, 1.0))
    years = frozenset(w for w in words(question.standalone) if len(w) == 4 and w[:2] in ("19", "20"))
    ordered = [key(word) for word in own]
    pairs = tuple(pairwise(ordered))
    return Asked(weights, pairs, kind_of(question.standalone), years, _month(question.standalone))


def _month(text: str) -> tuple[int, int] | None:
    """The year and month that a question names, as in "January 2022"."""
    found = _MONTH.search(text)
    return (int(found.group(2)), _MONTHS.index(found.group(1).lower()) + 1) if found else None


def rarities(frequencies: Mapping[str, int], total: int) -> dict[str, float]:
    """Inverse document frequency of words, as in BM25 (Robertson and Zaragoza 2009), above zero.

    A word that no passage holds tells less than a rare one: as often as not it is the asker's own
    wording for something that the articles call otherwise.
    """
    return {
        word: math.log(1 + (total - count + 0.5) / (count + 0.5)) * (1.0 if count else _UNHEARD_SHARE)
        for word, count in frequencies.items()
    }


def read(asked: Asked, offered: Sequence[Offered], found: Mapping[int, float]) -> list[Reading]:
    """Each offered sentence with the probability that it answers, in the order given.

    `found` maps the rank of a piece of evidence to its score in retrieval.
    """
    readings = []
    for sentence, held, near in _held(asked, offered):
        values = _features(asked, sentence, held, near)
        logit = BIAS + sum(w * f for w, f in zip(WEIGHTS, values, strict=True))
        score = logit + _FOUND_WEIGHT * found.get(sentence.evidence_rank, 0.0)
        published = sentence.article.published
        if asked.month and published and asked.month == (published.year, published.month):
            score += _MONTH_WEIGHT
        readings.append(Reading(sentence, 1 / (1 + math.exp(-logit)), score, held))
    return readings


def features(asked: Asked, offered: Sequence[Offered]) -> list[Features]:
    """The features of each offered sentence, for fitting."""
    return [_features(asked, *place) for place in _held(asked, offered)]


def _held(
    asked: Asked, offered: Sequence[Offered]
) -> Iterator[tuple[Offered, frozenset[str], frozenset[str]]]:
    """Each sentence with the question's keys that it holds, and those it holds or has near."""
    around = _surroundings(offered)
    for sentence in offered:
        held = frozenset(_keys(sentence.quote)) & asked.weights.keys()
        yield sentence, held, held | (around[sentence.number] & asked.weights.keys())


def _features(asked: Asked, sentence: Offered, held: frozenset[str], near: frozenset[str]) -> Features:
    total = sum(asked.weights.values()) or 1.0
    in_sentence = sum(asked.weights[k] for k in held)
    in_near = sum(asked.weights[k] for k in near - held)
    shown = shows(asked.kind, sentence.quote, asked.weights.keys()) if asked.kind else None
    return Features(
        covered=in_sentence / total,
        covered_near=(in_sentence + in_near) / total,
        pairs=_pairs(asked, sentence),
        shows_kind=1.0 if shown else 0.0,
        lacks_kind=1.0 if shown is False else 0.0,
        shows_count=1.0 if shown and asked.kind and asked.kind.name == "count" else 0.0,
        wrong_year=_wrong_year(asked, sentence),
        brevity=1 / (1 + len(sentence.quote) / 200),
    )


def _pairs(asked: Asked, sentence: Offered) -> float:
    """Share of the question's neighbouring words that stand close together in the sentence."""
    if not asked.pairs:
        return 0.0
    places: dict[str, list[int]] = {}
    for place, word in enumerate(_keys(sentence.quote)):
        places.setdefault(word, []).append(place)
    close = sum(
        any(abs(x - y) <= _WINDOW for x in places.get(a, ()) for y in places.get(b, ()))
        for a, b in asked.pairs
    )
    return close / len(asked.pairs)


def _wrong_year(asked: Asked, sentence: Offered) -> float:
    """1 when the question names years and neither the sentence nor its article's date is of one."""
    if not asked.years:
        return 0.0
    published = sentence.article.published
    known = set(_keys(sentence.quote)) | ({str(published.year)} if published else set())
    stated = {word for word in known if len(word) == 4 and word[:2] in ("19", "20")}
    return 1.0 if stated and not stated & asked.years else 0.0


def _surroundings(offered: Sequence[Offered]) -> dict[int, frozenset[str]]:
    """For each sentence, the keys of the one before it, the title, the outlet and the date."""
    before: dict[tuple[str, int], Offered] = {}
    ordered = sorted(offered, key=lambda o: (o.article.id, o.start))
    for previous, current in pairwise(ordered):
        if previous.article.id == current.article.id:
            before[(current.article.id, current.start)] = previous
    around = {}
    for sentence in offered:
        article = sentence.article
        day = article.published.strftime("%B %Y") if article.published else ""
        known = set(_keys(f"{article.title} {article.outlet or ''} {day}"))
        earlier = before.get((article.id, sentence.start))
        around[sentence.number] = frozenset(known | set(_keys(earlier.quote) if earlier else ()))
    return around


@lru_cache(maxsize=20_000)
def _keys(text: str) -> tuple[str, ...]:
    return tuple(keys(text))
