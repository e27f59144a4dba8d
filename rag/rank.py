"""Which passages answer best: the best articles first, then all of their passages, by a fitted model.

A linear model over eleven features of a passage beside the question, made into probabilities by softmax
over all that compete. `tools/fit_ranker.py` fits the weights. Pure: no model, no I/O.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from rag.library import Shelved
from rag.passages import heading
from rag.types import Hit
from rag.words import STOPWORDS, token_key, tokens

Floats = npt.NDArray[np.float64]

# Fitted by tools/fit_ranker.py; the order is that of `Features`.
WEIGHTS = (0.904, -0.489, 7.034, 1.017, 0.285, 2.041, 0.736, 0.302, 0.525, -0.82, -0.262)

# How much many good passages in one article tell beside its best one, when articles are chosen.
_SUM_WEIGHT = 0.5
# BM25's saturation and length (Robertson and Zaragoza 2009): of passages, and of whole articles.
_PASSAGE_K, _PASSAGE_B = 1.2, 0.75
_ARTICLE_K, _ARTICLE_B = 0.8, 0.5
# A heading's word counts once in each passage and twice in the article.
_HEADING_IN_ARTICLE = 2
# Differences below this come from the order of arithmetic, and order nothing.
_DECIMALS = 9
# A few dozen megabytes of words.
_LOOKS_AT_MOST = 200_000

_SOUGHT = (
    ("when", re.compile(r"\bwhen\b(?! .*\bhow many\b)|\b(?:what|which) (?:date|day|year|month|decade)\b")),
    ("number", re.compile(r"\bhow (?:many|much|long|old|far|high|big|tall|often|fast|large)\b")),
    (
        "number",
        re.compile(r"\bper ?cent|\bwhat (?:number|age|score|share|price|percentage|is the average)\b"),
    ),
    ("name", re.compile(r"\bwh(?:o|om|ose|ere|ich)\b|\bwhat (?:is|was) the name\b")),
)
_NUMBERS = frozenset(
    """
    one two three four five six seven eight nine ten eleven twelve dozen dozens hundred hundreds thousand
    thousands million millions billion billions trillion half twice double third quarter percent
    """.split()
)
_DAYS = frozenset(
    """
    january february march april may june july august september october november december
    monday tuesday wednesday thursday friday saturday sunday
    """.split()
)
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")


class Asked(NamedTuple):
    """A question as the ranker sees it: its words by their keys, each with its weight, and what it seeks.

    A weight is the word's inverse document frequency; `seeks` is "when", "number", "name" or "".
    """

    weights: Mapping[str, float]
    seeks: str
    keys: frozenset[str]


class Features(NamedTuple):
    """What the ranker looks at, one number a passage.

    By cosine to the question and by BM25 with and without the heading: of the passage and its article,
    standardised over all that compete; how far above its article's mean it is. The shares of the question's
    words that passage and heading hold, and the heading alone, by weight. How many things there are of the
    kind that is sought, and whether any. How long the article is, and how far down the passage stands.
    """

    similar: Floats
    lexical: Floats
    covered: Floats
    article_lexical: Floats
    article_similar: Floats
    titled: Floats
    things: Floats
    shows: Floats
    above: Floats
    length: Floats
    place: Floats


class Run(NamedTuple):
    """Neighbouring passages, `first` up to and without `last`, and how likely one of them answers."""

    first: int
    last: int
    probability: float


def ask(text: str, weights: Mapping[str, float]) -> Asked:
    """What a question looks for; `weights` has each content word's key."""
    lowered = text.casefold()
    seeks = next((name for name, pattern in _SOUGHT if pattern.search(lowered)), "")
    return Asked(weights, seeks, frozenset(map(token_key, tokens(text))))


def rarities(frequencies: Mapping[str, int], total: int) -> dict[str, float]:
    """Inverse document frequency of words, as in BM25 (Robertson and Zaragoza 2009), above zero."""
    return {word: math.log(1 + (total - count + 0.5) / (count + 0.5)) for word, count in frequencies.items()}


def best_articles(lexical: Sequence[Hit], dense: Sequence[Hit], count: int) -> list[str]:
    """Ids of the `count` articles whose passages both legs found best, best first."""
    ids = sorted({hit.article_id for hit in (*lexical, *dense)})
    total = _standard(_best(ids, lexical)) + _standard(_best(ids, dense))
    total += _SUM_WEIGHT * _standard(np.sqrt(_excess(ids, lexical)))
    return [ids[i] for i in order(total)[:count]]


def _best(ids: Sequence[str], hits: Sequence[Hit]) -> Floats:
    """Each article's best score; where the leg brought none of it, the leg's lowest."""
    best: dict[str, float] = {}
    for hit in hits:
        best[hit.article_id] = max(hit.score, best.get(hit.article_id, hit.score))
    low = min((hit.score for hit in hits), default=0.0)
    return np.array([best.get(key, low) for key in ids])


def _excess(ids: Sequence[str], hits: Sequence[Hit]) -> Floats:
    """What each article's passages have in sum above the leg's lowest score."""
    low = min((hit.score for hit in hits), default=0.0)
    total = dict.fromkeys(ids, 0.0)
    for hit in hits:
        total[hit.article_id] += hit.score - low
    return np.array([total[key] for key in ids])


def features(asked: Asked, shelved: Sequence[Shelved], similar: npt.NDArray[np.floating]) -> Features:
    """The features of every passage, in the order in which they are shelved.

    `similar` has each one's cosine to the question.
    """
    of = np.repeat(np.arange(len(shelved)), [len(each.passages) for each in shelved])
    own, lengths, things = _read([passage.text for each in shelved for passage in each.passages], asked)
    head, head_lengths, _ = _read([heading(each.article) for each in shelved], asked)
    weights = np.array(list(asked.weights.values()))
    share = weights / max(weights.sum(), 1e-9)
    whole = _summed(own, of) + _HEADING_IN_ARTICLE * head
    with_heading = _bm25(own + head[of], lengths + head_lengths[of], weights, _PASSAGE_K, _PASSAGE_B)
    alone = _bm25(own, lengths, weights, _PASSAGE_K, _PASSAGE_B)
    by_article = _bm25(whole, _summed(lengths, of), weights, _ARTICLE_K, _ARTICLE_B)
    nearest = np.full(len(shelved), -1.0)
    np.maximum.at(nearest, of, similar)
    means = _summed(alone, of) / np.bincount(of)
    return Features(
        similar=_standard(similar),
        lexical=_standard(with_heading),
        covered=((own + head[of]) > 0) @ share,
        article_lexical=_standard(by_article)[of],
        article_similar=_standard(nearest)[of],
        titled=((head > 0) @ share)[of],
        things=np.log1p(things),
        shows=(things > 0).astype(np.float64),
        above=(alone - means[of]) / (alone.std() + 1e-6),
        length=np.log([len(each.article.text) for each in shelved])[of],
        place=np.array([p.start / len(e.article.text) for e in shelved for p in e.passages]),
    )


def _read(texts: Sequence[str], asked: Asked) -> tuple[Floats, Floats, Floats]:
    """How often each text holds each word of the question, how many words it has, and how many things.

    Shapes (texts, words), (texts,) and (texts,). Things are of the kind that is sought, each counted once,
    without those that the question names.
    """
    columns = {key: column for column, key in enumerate(asked.weights)}
    counts, lengths, things = [], [], []
    for text in texts:
        found = tokens(text)
        row, named = [0] * len(columns), set()
        for key, kinds in map(_LOOKS.__getitem__, found):
            if key in columns:
                row[columns[key]] += 1
            if asked.seeks in kinds and key not in asked.keys:
                named.add(key)
        counts.append(row)
        lengths.append(len(found))
        things.append(len(named))
    shape = (len(texts), len(columns))
    return np.array(counts, dtype=np.float64).reshape(shape), _floats(lengths), _floats(things)


class _Looks(dict[str, tuple[str, tuple[str, ...]]]):
    """A token's key, and what it may be by its looks; each is looked at once."""

    def __missing__(self, token: str) -> tuple[str, tuple[str, ...]]:
        if len(self) >= _LOOKS_AT_MOST:
            self.clear()
        looks = self[token] = (token_key(token), tuple(_kinds(token)))
        return looks


def _kinds(token: str) -> Iterator[str]:
    lowered = token.lower()
    if token[0].isupper() and lowered not in STOPWORDS:
        yield "name"
    if lowered in _DAYS or _YEAR.fullmatch(token):
        yield "when"
    if token[0].isdigit() or lowered in _NUMBERS:
        yield "number"


_LOOKS = _Looks()


def _floats(values: Sequence[int]) -> Floats:
    return np.array(values, dtype=np.float64)


def _summed(values: Floats, of: npt.NDArray[np.int64]) -> Floats:
    """Sums over the passages of each article, which stand together."""
    return np.add.reduceat(values, np.flatnonzero(np.diff(of, prepend=-1)), axis=0)


def _bm25(counts: Floats, lengths: Floats, weights: Floats, k: float, b: float) -> Floats:
    """Okapi BM25 of texts with these counts of the words with these weights."""
    norm = k * (1 - b + b * lengths / max(lengths.mean(), 1.0))
    score: Floats = (weights * counts * (k + 1) / (counts + norm[:, None])).sum(axis=1)
    return score


def _standard(values: npt.NDArray[np.floating]) -> Floats:
    """Values with mean 0 and deviation 1; all 0 where they are the same."""
    return np.asarray((values - values.mean()) / (values.std() + 1e-9) if len(values) else values)


def scores(found: Features) -> Floats:
    """What the model says of each passage: log odds, up to a constant."""
    return np.asarray(np.stack(found, axis=1) @ np.array(WEIGHTS))


def probabilities(logits: Floats) -> Floats:
    """How likely each is to answer, when one of them does (softmax)."""
    odds = np.exp(logits - logits.max())
    return np.asarray(np.round(odds / odds.sum(), _DECIMALS))


def runs(probability: Floats, joined: Sequence[bool], longest: int) -> Iterator[Run]:
    """Runs of up to `longest` neighbours, each time the most likely of those left; no passage twice.

    `joined[i]` says whether passage i follows on from the one before it.
    """
    windows = []
    for first in range(len(probability)):
        total = 0.0
        for last in range(first, min(first + longest, len(probability))):
            if last > first and not joined[last]:
                break
            total += float(probability[last])
            windows.append((-round(total, _DECIMALS), last + 1 - first, first))
    free = set(range(len(probability)))
    for negative, count, first in sorted(windows):
        if free.issuperset(range(first, first + count)):
            free.difference_update(range(first, first + count))
            yield Run(first, first + count, -negative)


def order(values: Floats) -> list[int]:
    """Places by value, highest first; of equals the first first."""
    return [int(i) for i in np.argsort(-np.round(values, _DECIMALS), kind="stable")]
