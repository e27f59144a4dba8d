"""How likely each sentence answers a question, read by a small network, without any language model.

`Reader.read` is the way in: the network sees each candidate passage beside the question (`model.py`), the
words are looked at too (`features.py`), and both are weighed into chances (`weigh.py`).
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from itertools import islice
from typing import NamedTuple

import numpy as np

from rag.named import fits, named
from rag.reader.features import ask, features
from rag.reader.model import Network, Seen, Text
from rag.reader.weigh import COLUMNS, Floats, chances
from rag.types import Article, Passage, Question, Reading, Span
from rag.words import STOPWORDS, key, words

__all__ = ["Candidate", "Network", "Reader", "Sight", "Text"]

# Beyond this the network is sure, and surer tells nothing.
_SURE = 12.0
_LEAST_FOUND = 1e-4


class Candidate(NamedTuple):
    """A passage to be read, its article, and how likely retrieval takes it to answer, 0 to 1."""

    passage: Passage
    article: Article
    found: float


class Sight(NamedTuple):
    """All sentences of all candidates, a row each: what is weighed, what it gives as answer, and where."""

    texts: list[str]
    matrix: Floats
    said: list[Hashable]
    passages: list[int]
    seen: list[Seen]


class Reader:
    """Reads candidate passages beside a question; usable from several threads."""

    def __init__(self, network: Network | None = None) -> None:
        """Read with this network; by default the built-in one, loaded at first use."""
        self._network = Network() if network is None else network

    def read(self, question: Question, candidates: Sequence[Candidate]) -> list[tuple[Reading, ...]]:
        """The readings of each candidate's sentences, in the order given.

        Raises ReaderError when the model cannot be used.
        """
        sight = self.look(question, candidates)
        found = zip(chances(sight.matrix, sight.said, sight.passages), sight.seen, strict=True)
        return [
            tuple(
                Reading(span.start, span.end, float(chance), _placed(span, seen.focus))
                for span, (chance, seen) in zip(
                    c.passage.sentences, islice(found, len(c.passage.sentences)), strict=True
                )
            )
            for c in candidates
        ]

    def look(self, question: Question, candidates: Sequence[Candidate]) -> Sight:
        """What there is to weigh, before any weight. Raises as `read` does."""
        texts = [Text(_heading(c), _sentences(c)) for c in candidates]
        every = self._network.see(asked_in_full(question), texts)
        asked, names = ask(question), named(question.standalone, _outlets(candidates))
        rows, said, passages = [], [], []
        for number, (candidate, text, seen) in enumerate(zip(candidates, texts, every, strict=True)):
            beside = (np.log(max(candidate.found, _LEAST_FOUND)), fits(names, candidate.article))
            shown = features(asked, candidate.passage, candidate.article)
            for sentence, sight, feature in zip(text.sentences, seen, shown, strict=True):
                rows.append((_clipped(sight.answers), _clipped(sight.worded), *beside, *feature))
                said.append(_said(sentence, sight.focus))
                passages.append(number)
        matrix = np.array(rows, np.float64).reshape(len(rows), len(COLUMNS) - 1)
        sentences = [sentence for text in texts for sentence in text.sentences]
        return Sight(sentences, matrix, said, passages, [s for seen in every for s in seen])


def asked_in_full(question: Question) -> str:
    """The question with what it takes over from earlier ones."""
    about = f" ({', '.join(question.topic)})" if question.topic else ""
    return f"{question.standalone}{about}"


def _outlets(candidates: Sequence[Candidate]) -> list[str]:
    return sorted({c.article.outlet for c in candidates if c.article.outlet})


def _heading(candidate: Candidate) -> str:
    """Title and date; no title that only repeats the article's beginning, or what stands in the passage."""
    article = candidate.article
    own = not article.title.endswith("…") and article.title not in candidate.passage.text
    day = article.published.isoformat() if article.published else None
    return ", ".join(part for part in (article.title if own else None, day) if part)


def _sentences(candidate: Candidate) -> list[str]:
    return [candidate.article.text[a:b] for a, b in candidate.passage.sentences]


def _clipped(log_odds: float) -> float:
    return max(-_SURE, min(_SURE, log_odds))


def _said(sentence: str, focus: Span | None) -> Hashable:
    """What two sentences share when they give the same answer: its content words' keys."""
    kept = [key(w) for w in words(sentence[focus.start : focus.end]) if w not in STOPWORDS] if focus else []
    return frozenset(kept) if kept else None


def _placed(sentence: Span, focus: Span | None) -> Span | None:
    return Span(sentence.start + focus.start, sentence.start + focus.end) if focus else None
