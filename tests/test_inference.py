"""Model files are held to their hashes, sessions and batches come from one place, and order is kept."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag import inference
from rag.errors import EmbedError, ReaderError
from rag.reader.model import MODEL, MODEL_SHA256

ODD = ("", " ", "\n", "Ito signed.", "日本と米国", "وقع الوزير", "a\u0301", "\x07", "x" * 9_999, "[SEP]")


def test_the_files_that_come_along_are_ours() -> None:
    """Model and tokenizer in the repository are those that the code was measured with."""
    assert inference.reader_file(MODEL, MODEL_SHA256)
    assert inference.reader_file(inference.TOKENIZER, inference.TOKENIZER_SHA256)


@pytest.mark.parametrize("raises", [EmbedError, ReaderError])
def test_a_file_is_refused_in_one_line(tmp_path: Path, raises: type[EmbedError]) -> None:
    """A missing, a cut and an altered file are named, with what mends it, as the error that was asked for."""
    path = tmp_path / "model.onnx"
    with pytest.raises(raises, match=r"^cannot read .*model\.onnx: .*; reinstall it$"):
        inference.verified(path, "0" * 64, "reinstall it", raises)
    for raw in (b"", b"half", MODEL.read_bytes()[:-1]):
        path.write_bytes(raw)
        with pytest.raises(raises, match=r"model\.onnx has been altered or cut short .*: reinstall it$"):
            inference.verified(path, MODEL_SHA256, "reinstall it", raises)


def test_what_onnxruntime_cannot_use_is_told_in_one_line() -> None:
    """Bytes that are no model raise our error, whatever the library raises."""
    with pytest.raises(ReaderError, match="onnxruntime cannot use the model") as raised:
        inference.session(b"not a model")
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("text", ODD)
def test_the_tokenizer_neither_pads_nor_cuts(text: str) -> None:
    """Texts of any script and length keep all their tokens, between the two that every text has."""
    alone = inference.tokenizer().encode(text).ids
    together = inference.tokenizer().encode_batch([text, "a much longer text " * 99])[0].ids
    assert alone == together
    assert (101, 102) == (alone[0], alone[-1])


@given(st.lists(st.integers(1, 300), max_size=40), st.integers(1, 900))
def test_batches_hold_everything_once(lengths: list[int], budget: int) -> None:
    """Every position is in one batch, within the budget unless it is alone."""
    found = list(inference.batches(lengths, budget))
    assert list(range(len(lengths))) == sorted(i for batch in found for i in batch)
    for batch in found:
        assert len(batch) == 1 or max(lengths[i] for i in batch) * len(batch) <= budget


def test_results_come_in_order_from_several_threads() -> None:
    """What is spread comes back in order; one item stays where it is; errors come through."""
    assert [n * n for n in range(50)] == inference.spread(lambda n: n * n, list(range(50)))
    assert [threading.get_ident()] == inference.spread(lambda _: threading.get_ident(), [0])
    with pytest.raises(ZeroDivisionError):
        inference.spread(lambda n: 1 / n, [1, 0])
