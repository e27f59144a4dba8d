"""Where the bench gets vectors from: remembered ones, pretended ones, and Chroma's own function."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from rag.embed import MODEL, Embedder, Vectors, packaged
from rag.inference import TOKENIZER

_BATCH = 512


class Remembered:
    """An embedder that embeds each text once, and keeps vectors between runs only in a given folder.

    Several systems that embed the same texts share the work. The id is that of the model.
    """

    def __init__(self, embedder: Embedder, folder: Path | None = None, anew: Collection[str] = ()) -> None:
        """Remember what `embedder` makes, in `folder` when there is one; `anew` is embedded every time.

        Questions belong there, since embedding one is part of what answering it costs.
        """
        self.id = embedder.id
        self._embedder = embedder
        self._anew = frozenset(anew)
        name = hashlib.sha256(embedder.id.encode()).hexdigest()[:12]
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
        where = ":memory:" if folder is None else str(folder / f"vectors-{name}.sqlite")
        self._kept = sqlite3.connect(where, timeout=60, check_same_thread=False)
        self._kept.execute("CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB)")

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One unit vector a text: float32, shape (len(texts), dimension)."""
        if self._anew.issuperset(texts):
            return self._embedder.embed(texts)
        keys = [hashlib.sha256(text.encode()).digest() for text in texts]
        absent = {key: text for key, text in zip(keys, texts, strict=True) if self._get(key) is None}
        new = list(absent.items())
        for first in range(0, len(new), _BATCH):
            self._embed(new[first : first + _BATCH])
        rows = [np.frombuffer(self._get(key) or b"", np.float32) for key in keys]
        return np.stack(rows) if rows else self._embedder.embed([])

    def _embed(self, items: Sequence[tuple[bytes, str]]) -> None:
        vectors = self._embedder.embed([text for _, text in items])
        rows = [(key, vector.tobytes()) for (key, _), vector in zip(items, vectors, strict=True)]
        with self._kept:
            self._kept.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", rows)

    def _get(self, key: bytes) -> bytes | None:
        row = self._kept.execute("SELECT vector FROM vectors WHERE key = ?", (key,)).fetchone()
        return bytes(row[0]) if row else None

    def close(self) -> None:
        """Close the file of vectors."""
        self._kept.close()


class Pretended:
    """An embedder that costs next to nothing: unit vectors drawn by a text's hash.

    For measuring what is not embedding. `texts` are all texts that it was given, in order.
    """

    def __init__(self, id: str, dimension: int) -> None:
        self.id = id
        self.texts: list[str] = []
        self._dimension = dimension

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One unit vector a text: float32, shape (len(texts), dimension)."""
        self.texts.extend(texts)
        rows = np.empty((len(texts), self._dimension), np.float32)
        for row, text in zip(rows, texts, strict=True):
            seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "little")
            row[:] = np.random.default_rng(seed).standard_normal(self._dimension, np.float32)
        unit: Vectors = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return unit


def chroma_function(folder: Path) -> Any:
    """Chroma's default embedding function, given the same model file so that it downloads nothing."""
    from chromadb.utils.embedding_functions import ONNXMiniLM_L6_V2

    files = folder / ONNXMiniLM_L6_V2.EXTRACTED_FOLDER_NAME
    files.mkdir(parents=True)
    for name in ("config.json", "special_tokens_map.json", "tokenizer_config.json", "vocab.txt"):
        (files / name).touch()
    (files / "model.onnx").write_bytes(packaged(*MODEL).read_bytes())
    (files / "tokenizer.json").write_bytes(TOKENIZER.read_bytes())
    function = ONNXMiniLM_L6_V2(preferred_providers=["CPUExecutionProvider"])
    function.DOWNLOAD_PATH = folder
    return function


def chroma_default(folder: Path) -> Callable[[Sequence[str]], Any]:
    """That function, called with any sequence of texts; rows of 384 numbers."""
    function = chroma_function(folder)
    return lambda texts: function(list(texts))


def embed_model(embed: Callable[[Sequence[str]], Any], batch: int = 10) -> Any:
    """A function that embeds, as LlamaIndex's BaseEmbedding; 10 is LlamaIndex's own batch size."""
    from llama_index.core.embeddings import BaseEmbedding

    class Ours(BaseEmbedding):
        """Rows of `embed`, as lists of floats."""

        def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
            return [[float(x) for x in row] for row in embed(texts)]

        def _get_text_embedding(self, text: str) -> list[float]:
            return self._get_text_embeddings([text])[0]

        def _get_query_embedding(self, query: str) -> list[float]:
            return self._get_text_embedding(query)

        async def _aget_query_embedding(self, query: str) -> list[float]:
            return self._get_text_embedding(query)

    return Ours(model_name="all-MiniLM-L6-v2", embed_batch_size=batch)


def chroma_store(folder: Path) -> Any:
    """A new Chroma collection in `folder` as LlamaIndex's vector store."""
    import chromadb
    from chromadb.config import Settings
    from llama_index.vector_stores.chroma import ChromaVectorStore

    client = chromadb.PersistentClient(str(folder), Settings(anonymized_telemetry=False))
    return ChromaVectorStore(chroma_collection=client.create_collection("articles"))
