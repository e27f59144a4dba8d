"""An index, whichever place it lies in: filled, searched, proven; Chroma's errors as ours."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from rag.errors import EmbedderMismatch, IndexFailed, PressroomError
from rag.index.manifest import Manifest
from rag.library import Row, Vectors
from rag.types import Scope

if TYPE_CHECKING:
    from chromadb.api.models.Collection import Collection

_UNDATED = 0
# How far the search of Chroma's graph looks when it wants fewer. Small, so that proving is quick and
# strict; questions ask for more neighbours and are searched that far.
_EF = 16
_BATCH = 500
# A passage is reached when it is among so many nearest to itself: at first few, then half of what a
# question asks for. Texts repeat in news: one is as good as another that is as near as this.
_NEAR, _FAR, _AS_NEAR = 3, 20, 1e-5
# More strays than this share mean that something is wrong with the index itself.
_STRAYS_AT_MOST = 0.05

# Gives the passages to index, from the first, as often as it is called.
Rows = Callable[[], Iterable[Row]]
# Gives the passages that the index in a folder does not find. Raises IndexFailed when it is broken.
Prove = Callable[[Path, Manifest], Iterable[int]]


class Place(Protocol):
    """Where indexes live: a folder, or a Chroma server."""

    def open(self, name: str) -> ChromaIndex:
        """The index of this name. Raises IndexFailed when it is not there or damaged."""
        ...

    def manifest(self, name: str) -> Manifest:
        """What the index of this name was built of; quicker than opening it. Raises IndexFailed."""
        ...

    def build(self, name: str, rows: Rows, manifest: Manifest) -> Manifest:
        """Build an index, prove that it answers, keep it; the manifest as proven. Raises IndexFailed."""
        ...

    def clear(self, keep: str) -> None:
        """Delete every index but one."""
        ...


class ChromaIndex:
    """A collection of Chroma, to search."""

    def __init__(
        self, collection: Collection, manifest: Manifest, where: str, close: Callable[[], None]
    ) -> None:
        """Search `collection`; `close` lets go of its place, when nobody holds this index any more."""
        self.manifest = manifest
        self._collection = collection
        self._where = where
        self._let_go = weakref.finalize(self, close)
        self._let_go.atexit = False

    def search(self, vector: Vectors, count: int, scope: Scope = Scope()) -> list[tuple[int, float]]:
        """The `count` nearest passages in scope: number and cosine similarity, best first.

        Raises EmbedderMismatch for a vector of another length than those in the index.
        """
        if len(vector) != self.manifest.dimension:
            raise EmbedderMismatch(
                f"the index in {self._where} holds vectors of {self.manifest.dimension} numbers and the"
                f" question's has {len(vector)}: the embedding model has changed; run"
                " python -m rag.ingest --embed-again"
            )
        if scope.outlets == ():
            return []
        with translated(self._where):
            found = self._collection.query(
                query_embeddings=np.asarray([vector], dtype=np.float32),
                n_results=count,
                where=_where(scope),
                include=["distances"],
            )
            numbers, distances = found["ids"][0], (found["distances"] or [[]])[0]
            return [(int(key), 1.0 - float(d)) for key, d in zip(numbers, distances, strict=True)]

    def unreached(self, rows: Iterable[Row]) -> Iterator[int]:
        """The passages that the index lacks, holds with another vector, or does not find by their own."""
        for batch in batched(rows, _BATCH):
            keys = [str(row.number) for row in batch]
            with translated(self._where):
                got = self._collection.get(ids=keys, include=["embeddings"])
            embeddings = got["embeddings"] if got["embeddings"] is not None else []
            held = dict(zip(got["ids"], embeddings, strict=True))
            true = [row for row in batch if _same(held.get(str(row.number)), row.vector)]
            yield from {row.number for row in batch} - {row.number for row in true}
            far = [row for row, found in zip(true, self._reached(true, _NEAR), strict=True) if not found]
            yield from (
                row.number for row, found in zip(far, self._reached(far, _FAR), strict=True) if not found
            )

    def _reached(self, rows: Sequence[Row], among: int) -> list[bool]:
        """Whether each passage, or nothing but its equals, is nearest to its own vector."""
        if not rows:
            return []
        with translated(self._where):
            found = self._collection.query(
                query_embeddings=np.stack([row.vector for row in rows]),
                n_results=among,
                include=["distances"],
            )
        nearest = zip(rows, found["ids"], found["distances"] or [], strict=True)
        return [
            str(row.number) in keys or (len(keys) == among and far[-1] <= _AS_NEAR)
            for row, keys, far in nearest
        ]

    def close(self) -> None:
        """Let go of the place."""
        self._let_go()


def configuration(passages: int) -> dict[str, Any]:
    """How Chroma keeps a collection of so many passages."""
    # Written to disk once, when the last row is in: what is left in Chroma's log is read again,
    # row by row, whenever the index is opened.
    return {"hnsw": {"space": "cosine", "ef_search": _EF, "sync_threshold": max(2, passages)}}


def fill(collection: Collection, rows: Iterable[Row], at_once: int) -> None:
    """Put all rows into a new collection, `at_once` at most in one call."""
    for batch in batched(rows, at_once):
        collection.add(
            ids=[str(row.number) for row in batch],
            embeddings=np.stack([row.vector for row in batch]),
            metadatas=[{"published": _day(row.published), "outlet": row.outlet or ""} for row in batch],
        )


def few(strays: Iterable[int], passages: int) -> tuple[int, ...]:
    """The strays. Raises IndexFailed when there are too many of them to be chance."""
    found = tuple(sorted(strays))
    if len(found) > max(_BATCH // 10, _STRAYS_AT_MOST * passages):
        raise IndexFailed(f"the new index does not find {len(found)} of its {passages} passages")
    return found


def _same(held: Any, vector: Vectors) -> bool:
    return held is not None and np.allclose(held, vector, atol=1e-5)


@contextmanager
def translated(where: str) -> Iterator[None]:
    """The wall: whatever Chroma raises becomes IndexFailed with the way out."""
    try:
        yield
    except PressroomError:
        raise
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise IndexFailed(
            f"cannot use the index in {where}: {reason}; python -m rag.ingest --rebuild makes it anew"
        ) from error
    except Exception as error:
        raise IndexFailed(_explained(error, where)) from error


def _explained(error: Exception, where: str) -> str:
    words = " ".join(str(error).split())[:200] or type(error).__name__
    if type(error).__module__.startswith("httpx"):
        return f"the Chroma server at {where} does not answer ({words}): start it, or unset RAG_CHROMA_URL"
    return f"the index in {where} failed ({words}); python -m rag.ingest --rebuild makes it anew"


def batched(rows: Iterable[Row], size: int) -> Iterator[list[Row]]:
    """Rows in lists of `size`, the last one shorter."""
    batch: list[Row] = []
    for row in rows:
        batch.append(row)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def _day(day: date | None) -> int:
    """A day as a number that sorts like it, since Chroma compares numbers only."""
    return day.year * 10_000 + day.month * 100 + day.day if day else _UNDATED


def _where(scope: Scope) -> dict[str, Any] | None:
    conditions: list[dict[str, Any]] = []
    if scope.since is not None:
        conditions.append({"published": {"$gte": _day(scope.since)}})
    if scope.latest is not None:
        conditions.append({"published": {"$lte": _day(scope.latest)}})
        conditions.append({"published": {"$gt": _UNDATED}})
    if scope.outlets is not None:
        conditions.append({"outlet": {"$in": list(scope.outlets)}})
    if len(conditions) > 1:
        return {"$and": conditions}
    return conditions[0] if conditions else None
