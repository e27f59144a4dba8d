"""The dense leg: Chroma's index for what it holds, exact search for everything else.

What was added since the index was built, what it does not reach, and all of it where there is no
index, is compared with the question number by number. So an article is found as soon as it is stored,
and a broken index costs time and no answer.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Protocol

import numpy as np

from rag.errors import EmbedderMismatch, IndexFailed
from rag.index import ChromaIndex
from rag.library import Library, Row, Vectors
from rag.types import Hit, Scope

# A scope of this many passages or fewer is searched exactly: about as fast as Chroma's filters, and sure.
_EXACT_AT_MOST = 5_000

Scored = tuple[int, float]


class VectorIndex(Protocol):
    """Finds the passages whose vectors lie nearest."""

    def search(self, vector: Vectors, count: int, scope: Scope) -> list[Hit]:
        """The `count` nearest passages in scope, by cosine similarity, best first."""
        ...


class Dense:
    """Searches a library's vectors, with an index or without."""

    def __init__(
        self,
        library: Library,
        index: ChromaIndex | None = None,
        instead: Callable[[IndexFailed], ChromaIndex | None] = lambda _: None,
    ) -> None:
        """Search `library`; `instead` gives another index, or None, for one that failed."""
        self._library = library
        self._instead = instead
        self._changing = threading.Lock()
        self._index: ChromaIndex | None = None
        self._late = Exact()
        self._revision = -1
        self._use(index)

    def search(self, vector: Vectors, count: int, scope: Scope = Scope()) -> list[Hit]:
        """The `count` nearest passages in scope, by cosine similarity, best first.

        Raises EmbedderMismatch for a vector of another length than those stored.
        """
        found = self._found(vector, count, scope)
        best = sorted(found.items(), key=lambda item: (-item[1], item[0]))
        # Some that Chroma still holds may be gone from the library.
        known = self._library.ids_of([number for number, _ in best])
        return [Hit(known[number], score) for number, score in best if number in known][:count]

    def close(self) -> None:
        """Let go of the index."""
        if self._index is not None:
            self._index.close()

    def _found(self, vector: Vectors, count: int, scope: Scope, trials: int = 2) -> dict[int, float]:
        library = self._library
        if scope != Scope() and library.passage_count(scope) <= _EXACT_AT_MOST:
            return dict(Exact().with_rows(library.rows(scope=scope)).search(vector, count))
        index, late = self._current()
        found = dict(late.search(vector, count, scope))
        if index is not None:
            try:
                found |= dict(index.search(vector, self._spare(index, count), scope))
            except IndexFailed as error:
                if isinstance(error, EmbedderMismatch):
                    raise
                self._use(self._instead(error) if trials else None)
                return self._found(vector, count, scope, trials - 1)
        return found

    def _current(self) -> tuple[ChromaIndex | None, Exact]:
        """The index, and what it lacks of the library as it is now."""
        with self._changing:
            revision = self._library.revision
            if revision != self._revision:
                # Earlier versions resemble the one that answers, and would take its place.
                here = self._late.only(self._library.ids_of(self._late.numbers))
                self._late = here.with_rows(self._library.rows(after=here.last))
                self._revision = revision
            return self._index, self._late

    def _use(self, index: ChromaIndex | None) -> None:
        with self._changing:
            self._index = index
            strays = index.manifest.strays if index else ()
            rows = [row for number in strays for row in self._library.rows(number - 1, number)]
            self._late = Exact(last=index.manifest.last if index else 0).with_rows(rows)
            self._revision = -1

    def _spare(self, index: ChromaIndex, count: int) -> int:
        """Enough neighbours that `count` are left when those gone from the library are passed over."""
        gone = index.manifest.passages - self._library.passages_up_to(index.manifest.last)
        return min(index.manifest.passages, count + gone)


@dataclass(frozen=True, slots=True)
class Exact:
    """Vectors in memory, each compared with the one asked for.

    `vectors` has a row for each of `numbers`; `last` is the highest passage number that was seen.
    """

    numbers: tuple[int, ...] = ()
    vectors: Vectors = field(default_factory=lambda: np.zeros((0, 0), np.float32))
    told: tuple[tuple[date | None, str | None], ...] = ()
    last: int = 0

    def with_rows(self, rows: Iterable[Row]) -> Exact:
        """These and more."""
        new = list(rows)
        if not new:
            return self
        vectors = np.stack([row.vector for row in new])
        return Exact(
            self.numbers + tuple(row.number for row in new),
            np.concatenate([self.vectors, vectors]) if self.numbers else vectors,
            self.told + tuple((row.published, row.outlet) for row in new),
            max(self.last, new[-1].number),
        )

    def only(self, numbers: Container[int]) -> Exact:
        """Those of these numbers."""
        kept = [i for i, number in enumerate(self.numbers) if number in numbers]
        if len(kept) == len(self.numbers):
            return self
        found = tuple(self.numbers[i] for i in kept)
        return Exact(found, self.vectors[kept], tuple(self.told[i] for i in kept), self.last)

    def search(self, vector: Vectors, count: int, scope: Scope = Scope()) -> Sequence[Scored]:
        """The `count` nearest in scope: number and cosine similarity, best first.

        Raises EmbedderMismatch for a vector of another length.
        """
        if not self.numbers:
            return []
        if len(vector) != self.vectors.shape[1]:
            raise EmbedderMismatch(
                f"the library holds vectors of {self.vectors.shape[1]} numbers and the question's has"
                f" {len(vector)}: the embedding model has changed; run python -m rag.ingest --embed-again"
            )
        scores = self.vectors @ vector
        best = np.argsort(-scores, kind="stable")
        inside = (i for i in best if scope == Scope() or scope.admits(*self.told[i]))
        return [(self.numbers[i], float(scores[i])) for i in islice(inside, count)]
