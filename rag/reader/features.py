"""What a sentence shows beside a question by its words alone: rare words, kinds of things, years."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from rag.reader.kinds import Kind, kind_of, shows
from rag.types import Article, Passage, Question
from rag.words import content_words, key, keys, words

# What an earlier question named matters more to a follow-up than what it said of it.
_NAMED_WEIGHT, _TOPIC_WEIGHT = 1.0, 0.5
_UNHEARD_SHARE = 0.5
_WINDOW = 5


class Features(NamedTuple):
    """What is looked at, each between 0 and 1."""

    covered: float
    covered_near: float
    pairs: float
    shows_kind: float
    lacks_kind: float
    shows_count: float
    wrong_year: float
    brevity: float


class Asked(NamedTuple):
    """A question by its words: keys with their weights, neighbours, the kind it asks for, years."""

    weights: Mapping[str, float]
    pairs: tuple[tuple[str, str], ...]
    kind: Kind | None
    years: frozenset[str]


def ask(question: Question, rarity: Mapping[str, float]) -> Asked:
    """What a question looks for; `rarity` gives each word's weight (see `rarities`)."""
    own = content_words(question.standalone)
    weights = {key(word): rarity.get(word, 1.0) for word in own}
    for word in question.topic:
        share = _NAMED_WEIGHT if word[:1].isupper() else _TOPIC_WEIGHT
        for folded in words(word):
            weights.setdefault(key(folded), share * rarity.get(folded, 1.0))
    years = frozenset(w for w in words(question.standalone) if len(w) == 4 and w[:2] in ("19", "20"))
    pairs = tuple(pairwise(key(word) for word in own))
    return Asked(weights, pairs, kind_of(question.standalone), years)


def rarities(frequencies: Mapping[str, int], total: int) -> dict[str, float]:
    """Inverse document frequency of words, as in BM25 (Robertson and Zaragoza 2009), above zero.

    A word that no passage holds tells less than a rare one: as often as not it is the asker's own
    wording for something that the articles call otherwise.
    """
    return {
        word: math.log(1 + (total - count + 0.5) / (count + 0.5)) * (1.0 if count else _UNHEARD_SHARE)
        for word, count in frequencies.items()
    }


def features(asked: Asked, passage: Passage, article: Article) -> list[Features]:
    """The features of each sentence of a passage, in order."""
    day = article.published.strftime("%B %Y") if article.published else ""
    told = frozenset(_keys(f"{article.title} {article.outlet or ''} {day}"))
    before: frozenset[str] = frozenset()
    found = []
    for span in passage.sentences:
        sentence = article.text[span.start : span.end]
        own = frozenset(_keys(sentence))
        found.append(_features(asked, sentence, own, own | before | told, _wrong_year(asked, own, article)))
        before = own
    return found


def _features(
    asked: Asked, sentence: str, own: frozenset[str], near: frozenset[str], wrong_year: float
) -> Features:
    total = sum(asked.weights.values()) or 1.0
    shown = shows(asked.kind, sentence, asked.weights.keys()) if asked.kind else None
    return Features(
        covered=sum(w for k, w in asked.weights.items() if k in own) / total,
        covered_near=sum(w for k, w in asked.weights.items() if k in near) / total,
        pairs=_pairs(asked, sentence),
        shows_kind=1.0 if shown else 0.0,
        lacks_kind=1.0 if shown is False else 0.0,
        shows_count=1.0 if shown and asked.kind and asked.kind.name == "count" else 0.0,
        wrong_year=wrong_year,
        brevity=1 / (1 + len(sentence) / 200),
    )


def _pairs(asked: Asked, sentence: str) -> float:
    """Share of the question's neighbouring words that stand close together in the sentence."""
    if not asked.pairs:
        return 0.0
    places: dict[str, list[int]] = {}
    for place, word in enumerate(_keys(sentence)):
        places.setdefault(word, []).append(place)
    close = sum(
        any(abs(x - y) <= _WINDOW for x in places.get(a, ()) for y in places.get(b, ()))
        for a, b in asked.pairs
    )
    return close / len(asked.pairs)


def _wrong_year(asked: Asked, own: frozenset[str], article: Article) -> float:
    """1 when the question names years and neither the sentence nor its article's date is of one."""
    if not asked.years:
        return 0.0
    known = own | ({str(article.published.year)} if article.published else set())
    stated = {word for word in known if len(word) == 4 and word[:2] in ("19", "20")}
    return 1.0 if stated and not stated & asked.years else 0.0


@lru_cache(maxsize=20_000)
def _keys(text: str) -> tuple[str, ...]:
    return tuple(keys(text))
