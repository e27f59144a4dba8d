"""The built wheel answers from any folder: prompts, seeds and the page's files travel inside it."""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.conftest import ROOT, child_environment


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the checkout and unpacked as an installer would."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        check=True,
        capture_output=True,
        cwd=ROOT,
    )
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")  # noqa: S202 - a wheel, built right here
    return folder / "site"


def test_it_holds_what_it_needs_and_nothing_else(unpacked: Path) -> None:
    """Prompts, articles, cases and the page are inside; tests, tools and scripts are not."""
    data = unpacked / "rag" / "data"
    assert len(list((ROOT / "prompts").iterdir())) == len(list((data / "prompts").iterdir()))
    for seed in (ROOT / "seeds").iterdir():
        assert seed.read_bytes() == (data / "seeds" / seed.name).read_bytes()
    assert (unpacked / "evals" / "cases").is_dir()
    tops = {path.name for path in unpacked.iterdir() if path.suffix != ".dist-info"}
    assert {"rag", "evals", "page", "pressroom_page.py"} == tops


def test_the_reader_travels_with_it(unpacked: Path) -> None:
    """Model, tokenizer and model card are in the wheel, byte for byte."""
    kept = [path for path in (ROOT / "rag" / "reader").iterdir() if path.suffix in {".onnx", ".json", ".md"}]
    assert {"model.onnx", "tokenizer.json", "MODEL.md"} == {path.name for path in kept}
    for path in kept:
        assert path.read_bytes() == (unpacked / "rag" / "reader" / path.name).read_bytes()


def test_the_reader_is_in_the_source_archive(tmp_path: Path) -> None:
    """What the wheel is built from elsewhere holds the reader's files too."""
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", str(tmp_path)],
        check=True,
        capture_output=True,
        cwd=ROOT,
    )
    (path,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        names = {name.split("/", 1)[1] for name in archive.getnames()}
    assert {"rag/reader/model.onnx", "rag/reader/tokenizer.json"} <= names


def test_it_answers_from_an_empty_folder(unpacked: Path, tmp_path: Path) -> None:
    """Asked far from the checkout, the wheel answers from its own seeds, which the citation names."""
    done = subprocess.run(
        [sys.executable, "-m", "rag.ask", "--json", "what did Hamada sign?"],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env={**child_environment(RAG_HOME=str(tmp_path / "home")), "PYTHONPATH": str(unpacked)},
    )
    answer = json.loads(done.stdout)
    cited = answer["citations"][0]
    assert cited["source"].startswith(str(unpacked))
    text = Path(cited["source"]).read_text(encoding="utf-8")
    assert cited["quote"] == text[cited["start"] : cited["end"]]


def test_its_page_starts(unpacked: Path, tmp_path: Path) -> None:
    """The page's module is importable from the wheel and prints its usage."""
    done = subprocess.run(
        [sys.executable, "-m", "pressroom_page", "--help"],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env={**child_environment(), "PYTHONPATH": str(unpacked)},
    )
    assert "--port" in done.stdout
