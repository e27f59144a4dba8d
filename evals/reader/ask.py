"""Ask each question of the product, and note what it read, what it showed, and what is right."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from evals.bench.vectors import Remembered
from evals.reader.data import Asked
from rag import Assistant
from rag.answer import ordered, pair
from rag.embed import MiniLM
from rag.types import Answer, number_sentences
from rag.words import content_words, key, keys

# Okapi BM25 (Robertson and Zaragoza 2009).
_K, _B = 1.2, 0.75


@dataclass(frozen=True, slots=True)
class Order:
    """The sentences by one system: whether the first is right, the first three together, and one score.

    By the score answerable is told from unanswerable.
    """

    first: bool
    three: bool
    best: float


@dataclass(frozen=True, slots=True)
class Record:
    """One question: what three systems make of its sentences, and what was shown.

    `reader`, `bm25` and `cosine` order the sentences that the product read; `reader` as it would quote them.
    `answered` says whether anything was shown, `opening` whether the first shown sentence is right, `shown`
    whether all together are.
    """

    asked: Asked
    reader: Order
    bm25: Order
    cosine: Order
    answered: bool
    opening: bool
    shown: bool
    confidence: float

    @property
    def answerable(self) -> bool:
        """Whether the texts answer."""
        return bool(self.asked.answers)

    @property
    def correct(self) -> bool:
        """Whether what was shown is right: an answer that holds it, or silence where the texts do not say."""
        return self.shown if self.answered else not self.answerable


def records(assistant: Assistant, every: Iterable[Asked], tell: Callable[[str], None]) -> Iterator[Record]:
    """A record a question, in order."""
    for number, asked in enumerate(every, start=1):
        if asked.texts:
            answer = assistant.ask_texts(asked.question, asked.texts)
        else:
            answer = assistant.ask(asked.question, history=asked.history)
        yield record(asked, answer)
        if number % 200 == 0:
            tell(f"{number} questions asked")


def record(asked: Asked, answer: Answer) -> Record:
    """What became of a question, from its answer alone."""
    read = pair(number_sentences(answer.evidence), answer.evidence)
    quoted = [each.offered.quote for each in ordered(read)]
    texts = [each.offered.quote for each in sorted(read, key=lambda each: each.offered.number)]
    shown = [sentence.text for sentence in answer.sentences]
    return Record(
        asked,
        reader=order(asked, quoted, sum(each.reading.chance for each in read)),
        bm25=_by(bm25(asked.question, texts), asked, texts),
        cosine=_by(cosine(asked.question, texts), asked, texts),
        answered=answer.status == "answered",
        opening=bool(shown) and asked.right(shown[0]),
        shown=asked.right(" ".join(shown)),
        confidence=answer.confidence,
    )


def order(asked: Asked, texts: Sequence[str], best: float) -> Order:
    """How these texts do in this order."""
    return Order(bool(texts) and asked.right(texts[0]), asked.right(" ".join(texts[:3])), best)


def _by(scores: Sequence[float], asked: Asked, texts: Sequence[str]) -> Order:
    ranked = sorted(range(len(texts)), key=lambda i: -scores[i])
    return order(asked, [texts[i] for i in ranked], max(scores, default=0.0))


def bm25(question: str, texts: Sequence[str]) -> list[float]:
    """BM25 of each text to the question, among these texts."""
    split = [keys(text) for text in texts]
    mean = sum(map(len, split)) / max(len(split), 1) or 1.0
    total = [0.0] * len(split)
    for word in dict.fromkeys(key(w) for w in content_words(question)):
        held = [words.count(word) for words in split]
        count = sum(map(bool, held))
        rarity = np.log(1 + (len(split) - count + 0.5) / (count + 0.5))
        for i, (n, words) in enumerate(zip(held, split, strict=True)):
            total[i] += rarity * n * (_K + 1) / (n + _K * (1 - _B + _B * len(words) / mean))
    return total


def cosine(question: str, texts: Sequence[str]) -> list[float]:
    """Cosine of all-MiniLM-L6-v2's vectors of each text and of the question."""
    vectors = _remembered().embed([question, *texts])
    return [float(score) for score in vectors[1:] @ vectors[0]]


@cache
def _remembered() -> Remembered:
    """Sentences come again: SQuAD's with each question of a paragraph, RGB's at each share of noise."""
    return Remembered(MiniLM())
