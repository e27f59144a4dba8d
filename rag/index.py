"""Chroma: the vector index, derived from the library; the only home of chromadb.

An index is built into a folder of its own and never changed afterwards, so a reader sees a whole one
or none. Chroma's errors are translated here.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from rag.errors import EmbedderMismatch, IndexFailed
from rag.library import Row, Vectors
from rag.types import Hit, Scope

if TYPE_CHECKING:
    from chromadb.api import ClientAPI

_NAME = "passages"
_UNDATED = 0


class VectorIndex(Protocol):
    """Finds the passages whose vectors lie nearest."""

    def search(self, vector: Vectors, count: int, scope: Scope) -> list[Hit]:
        """The `count` nearest passages in scope, by cosine similarity, best first."""
        ...


class ChromaIndex:
    """A collection that Chroma keeps in a folder."""

    def __init__(self, folder: Path) -> None:
        """Open the index in `folder`. Raises IndexFailed when it is not there or damaged."""
        self._copy: tempfile.TemporaryDirectory[str] | None = None
        with _translated(folder):
            try:
                self._client = _client(folder)
            except Exception as error:
                # Chroma writes when it opens, so a read-only index is opened as a copy.
                if "readonly" not in str(error) and "read-only" not in str(error).lower():
                    raise
                self._copy = tempfile.TemporaryDirectory(prefix="pressroom-index-")
                shutil.copytree(folder, self._copy.name, dirs_exist_ok=True)
                self._client = _client(Path(self._copy.name))
            self._collection = self._client.get_collection(_NAME, embedding_function=None)
        self._folder = folder

    @property
    def model(self) -> tuple[str, int]:
        """The embedding model's id and dimension, as recorded when the index was built."""
        stored = self._collection.metadata or {}
        return str(stored.get("embedder")), int(stored.get("dimension", 0))

    def search(self, vector: Vectors, count: int, scope: Scope) -> list[Hit]:
        """The `count` nearest passages in scope, by cosine similarity, best first.

        Raises EmbedderMismatch for a vector of another length than those in the index.
        """
        _, dimension = self.model
        if dimension and len(vector) != dimension:
            raise EmbedderMismatch(
                f"the index in {self._folder} holds vectors of {dimension} numbers and the question's has"
                f" {len(vector)}: the embedding model has changed; run python -m rag.ingest --embed-again"
            )
        if scope.outlets == ():
            return []
        with _translated(self._folder):
            found = self._collection.query(
                query_embeddings=np.asarray([vector], dtype=np.float32),
                n_results=count,
                where=_where(scope),
                include=["distances"],
            )
        ids, distances = found["ids"][0], (found["distances"] or [[]])[0]
        return [Hit(key, 1.0 - float(d)) for key, d in zip(ids, distances, strict=True)]

    def missing(self, rows: Iterable[Row]) -> list[str]:
        """Passages that the index should hold, and does not, or with another vector."""
        absent: list[str] = []
        for batch in _batched(rows, 500):
            with _translated(self._folder):
                got = self._collection.get(ids=[row.passage_id for row in batch], include=["embeddings"])
            embeddings = got["embeddings"] if got["embeddings"] is not None else []
            held = dict(zip(got["ids"], embeddings, strict=True))
            absent.extend(
                row.passage_id
                for row in batch
                if row.passage_id not in held or not np.allclose(held[row.passage_id], row.vector, atol=1e-5)
            )
        return absent

    def close(self) -> None:
        """Let go of the folder."""
        _close(self._client)
        if self._copy is not None:
            self._copy.cleanup()


class MemoryIndex:
    """Vectors of a few texts in memory, searched exactly; nothing is stored."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._rows = tuple(rows)

    def search(self, vector: Vectors, count: int, scope: Scope) -> list[Hit]:
        """The `count` nearest passages in scope, by cosine similarity, best first."""
        hits = [
            Hit(row.passage_id, float(row.vector @ vector))
            for row in self._rows
            if in_scope(row.published, row.outlet, scope)
        ]
        return sorted(hits, key=lambda hit: -hit.score)[:count]

    def close(self) -> None:
        """Nothing to let go of."""


def in_scope(published: date | None, outlet: str | None, scope: Scope) -> bool:
    """Whether an article of this day and outlet may answer."""
    dated = scope.since is not None or scope.latest is not None
    if dated and published is None:
        return False
    return (
        (scope.since is None or (published is not None and published >= scope.since))
        and (scope.latest is None or (published is not None and published <= scope.latest))
        and (scope.outlets is None or outlet in scope.outlets)
    )


def build(folder: Path, rows: Iterable[Row], embedder: str, dimension: int) -> None:
    """Build an index of all rows in a new folder. Raises IndexFailed."""
    with _translated(folder):
        folder.mkdir(parents=True)
        client = _client(folder)
        collection = client.create_collection(
            _NAME,
            embedding_function=None,
            configuration={"hnsw": {"space": "cosine"}},
            metadata={"embedder": embedder, "dimension": dimension},
        )
        for batch in _batched(rows, client.get_max_batch_size()):
            collection.add(
                ids=[row.passage_id for row in batch],
                embeddings=np.stack([row.vector for row in batch]),
                metadatas=[_metadata(row) for row in batch],
            )
        _close(client)


def _client(folder: Path) -> ClientAPI:
    # Chroma takes 1.5 s to import, so it waits until an index is needed.
    import chromadb
    from chromadb.config import Settings

    return chromadb.PersistentClient(str(folder), settings=Settings(anonymized_telemetry=False))


def _close(client: ClientAPI) -> None:
    """Let go of the files; not part of Chroma's declared interface, so done only where it is there."""
    close = getattr(client, "close", None)
    if close is not None:
        close()


@contextmanager
def _translated(folder: Path) -> Iterator[None]:
    """The wall: whatever Chroma raises becomes IndexFailed with the way out."""
    try:
        yield
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise IndexFailed(f"cannot use the index in {folder}: {reason}") from error
    except Exception as error:
        words = " ".join(str(error).split())[:200] or type(error).__name__
        raise IndexFailed(
            f"the index in {folder} failed ({words}); python -m rag.ingest --rebuild makes it anew"
        ) from error


def _batched(rows: Iterable[Row], size: int) -> Iterator[list[Row]]:
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


def _metadata(row: Row) -> dict[str, Any]:
    return {"published": _day(row.published), "outlet": row.outlet or ""}


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
