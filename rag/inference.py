"""Small ONNX models on the CPU: files held to their SHA-256, sessions, and one pool of threads for all.

The only home of onnxruntime and tokenizers; both are imported when a model is first used.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from rag.errors import PressroomError, ReaderError

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Encoding, Tokenizer

    Session: TypeAlias = InferenceSession
    Encoded: TypeAlias = Encoding

# all-MiniLM-L6-v2's own (Apache-2.0), which the reader was trained with too.
TOKENIZER = Path(__file__).parent / "reader" / "tokenizer.json"
TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
_OURS = "reinstall Pressroom"
_UNKNOWN = "[UNK]"
_ENDINGS = frozenset("##s ##es ##d ##ed ##ing ##ly ##er ##ers".split())

Item = TypeVar("Item")
Result = TypeVar("Result")
Raises = type[PressroomError]


def verified(path: Path, sha256: str | None, advice: str, raises: Raises) -> bytes:
    """A file's bytes, refused when they are not the ones this code was measured with.

    `advice` says how to mend it; `raises` is raised when the file is missing, unreadable or altered. With no
    `sha256` any bytes will do.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise raises(f"cannot read {path}: {error.strerror}; {advice}") from error
    if sha256 is not None and hashlib.sha256(raw).hexdigest() != sha256:
        raise raises(f"{path} has been altered or cut short (sha256 differs): {advice}")
    return raw


def reader_file(path: Path, sha256: str | None) -> bytes:
    """The bytes of a file that comes with Pressroom's reader. Raises ReaderError."""
    return verified(path, sha256, _OURS, ReaderError)


def session(raw: bytes, raises: Raises = ReaderError) -> InferenceSession:
    """A model ready to run, in the thread that calls it; `raises` when onnxruntime cannot use it."""
    try:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        # Measured: one thread a batch beats several threads inside one.
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        return onnxruntime.InferenceSession(raw, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # whatever onnxruntime raises, which has no base of its own
        raise raises(f"onnxruntime cannot use the model: {_line(error)}") from error


def tokenizer(raises: Raises = ReaderError) -> Tokenizer:
    """The tokenizer of both models, which neither pads nor cuts; shared, so its settings stay as they are."""
    try:
        return _tokenizer(TOKENIZER, TOKENIZER_SHA256)
    except ReaderError as error:
        raise raises(str(error)) from error


@lru_cache(maxsize=10_000)
def is_word(word: str) -> bool:
    """Whether the models' vocabulary, which was learnt from English, holds a word but for its ending.

    Raises ReaderError when the tokenizer cannot be used.
    """
    first, *endings = tokenizer().encode(word, add_special_tokens=False).tokens or [_UNKNOWN]
    return first != _UNKNOWN and not first.startswith("##") and _ENDINGS.issuperset(endings)


@cache
def _tokenizer(path: Path, sha256: str) -> Tokenizer:
    raw = reader_file(path, sha256)
    try:
        from tokenizers import Tokenizer

        loaded = Tokenizer.from_str(raw.decode())
    except Exception as error:  # the library raises Exception itself
        raise ReaderError(f"tokenizers cannot use {path}: {_line(error)}") from error
    # The file asks for padding to 128 tokens, which would drown short texts, and for cutting there.
    loaded.no_padding()
    loaded.no_truncation()
    return loaded


def _line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def batches(lengths: Sequence[int], budget: int) -> Iterator[list[int]]:
    """Positions grouped by length, each group at most `budget` tokens with padding, or one position."""
    batch: list[int] = []
    for position in sorted(range(len(lengths)), key=lambda i: (lengths[i], i)):
        if batch and lengths[position] * (len(batch) + 1) > budget:
            yield batch
            batch = []
        batch.append(position)
    if batch:
        yield batch


def spread(function: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
    """The function's results in the items' order, worked out side by side; what it raises is raised here.

    A single item stays in the thread that calls. The function must not spread anything itself.
    """
    if len(items) < 2:
        return [function(item) for item in items]
    return list(_pool(os.getpid()).map(function, items))


@cache
def _pool(process: int) -> ThreadPoolExecutor:
    """One pool a process: threads do not live on in a fork."""
    return ThreadPoolExecutor(min(os.cpu_count() or 1, 8), thread_name_prefix=f"pressroom-{process}")
