"""`python -m evals.bench`: Pressroom's speed as ratios of two things measured in one run.

Machines differ and are shared, so no figure here is an absolute time: each line measures two things
in turn, several times, and gives the ratio of neighbours: median, lowest and highest.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from evals.cases import load
from rag import Assistant, Config
from rag.collection import Collection
from rag.embed import MAX_TOKENS, MODEL, TOKENIZER, MiniLM, packaged
from rag.retrieve import matching_texts
from rag.types import Scope

_IMPORTS = "import chromadb, llama_index.core, openai"
_QUESTION = "what did Hamada sign?"
_BATCH = 8


@dataclass(frozen=True, slots=True)
class Line:
    """One comparison: the ratios of neighbouring measurements, and the number to reach."""

    what: str
    ratios: tuple[float, ...]
    reach: str
    reached: Callable[[float], bool]

    def __str__(self) -> str:
        """The line of the Markdown table."""
        middle = statistics.median(self.ratios)
        spread = f"{min(self.ratios):.2f} to {max(self.ratios):.2f}"
        verdict = "reached" if self.reached(middle) else "**not reached**"
        return f"| {self.what} | {middle:.2f} | {spread} | {len(self.ratios)} | {self.reach} | {verdict} |"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; the exit status is 0 whatever the figures say."""
    parser = argparse.ArgumentParser(prog="python -m evals.bench", description=__doc__)
    parser.add_argument("--runs", type=int, default=7, metavar="N", help="measurements of each (7)")
    runs = parser.parse_args(arguments).runs
    print("| ratio | median | lowest to highest | runs | reach | |")
    print("|---|--:|--:|--:|--:|---|")
    with tempfile.TemporaryDirectory(prefix="pressroom-bench-") as folder:
        home = Path(folder)
        config = replace(Config.from_env(), home=home / "home", model=None)
        with Assistant(config) as assistant:
            assistant.ask(_QUESTION)
            print(cold(config, runs), flush=True)
            for line in embedding(assistant.collection, home, runs):
                print(line, flush=True)
            print(warm(assistant, runs), flush=True)
    return 0


def cold(config: Config, runs: int) -> Line:
    """A cold question on an indexed library, beside importing the three big libraries."""
    ask = [sys.executable, "-m", "rag.ask", "--quote", "--home", str(config.home), _QUESTION]
    bare = [sys.executable, "-c", _IMPORTS]
    ratios = _paired(lambda: _run(ask), lambda: _run(bare), runs)
    return Line(f"cold `rag.ask` / `{_IMPORTS}`", ratios, "at most 1", lambda r: r <= 1)


def embedding(collection: Collection, folder: Path, runs: int) -> tuple[Line, Line]:
    """Embedding the seeds' passages, beside Chroma's default function and bare onnxruntime."""
    texts = [
        text
        for article in collection.library.articles()
        for text in matching_texts(article, collection.library.passages_of(article))
    ]
    model, chroma = MiniLM(), _chroma_default(folder)
    ours = lambda: model.embed(texts)  # noqa: E731 - a name for what is timed
    beside_chroma = _paired(lambda: chroma(texts), ours, runs)
    beside_bare = _paired(_bare(texts), ours, runs)
    return (
        Line(
            f"passages a second / Chroma's default function ({len(texts)} passages)",
            beside_chroma,
            "at least 2.5",
            lambda r: r >= 2.5,
        ),
        Line(
            "passages a second / bare onnxruntime, pre-batched",
            beside_bare,
            "at least 0.85",
            lambda r: r >= 0.85,
        ),
    )


def warm(assistant: Assistant, runs: int) -> Line:
    """A warm quoted answer, beside one query embedding and one bare Chroma query."""
    questions = [case.question for case in load() if not case.history]
    shelf = assistant.collection.shelf()

    def bare() -> None:
        for question in questions:
            shelf.index.search(shelf.embedder.embed([question])[0], 10, Scope())

    def ours() -> None:
        for question in questions:
            assistant.ask(question)

    ratios = _paired(ours, bare, runs)
    what = f"warm quoted answer / (query embedding + Chroma query), {len(questions)} questions"
    return Line(what, ratios, "at most 3", lambda r: r <= 3)


def _bare(texts: Sequence[str]) -> Callable[[], None]:
    """The same model in onnxruntime with its defaults, on tokens already sorted, batched and padded."""
    import onnxruntime
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(packaged(*TOKENIZER)))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS)
    encoded = sorted((e.ids for e in tokenizer.encode_batch(list(texts))), key=len)
    session = onnxruntime.InferenceSession(str(packaged(*MODEL)), providers=["CPUExecutionProvider"])
    feeds = [_padded(encoded[first : first + _BATCH]) for first in range(0, len(encoded), _BATCH)]

    def run() -> None:
        for feed in feeds:
            session.run(None, feed)

    return run


def _padded(rows: Sequence[Sequence[int]]) -> dict[str, npt.NDArray[np.int64]]:
    ids = np.zeros((len(rows), max(map(len, rows))), np.int64)
    mask = np.zeros_like(ids)
    for number, row in enumerate(rows):
        ids[number, : len(row)] = row
        mask[number, : len(row)] = 1
    return {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}


def _chroma_default(folder: Path) -> Callable[[Sequence[str]], object]:
    """Chroma's default embedding function, given the same model file so that it downloads nothing."""
    from chromadb.utils.embedding_functions import ONNXMiniLM_L6_V2

    files = folder / ONNXMiniLM_L6_V2.EXTRACTED_FOLDER_NAME
    files.mkdir()
    for name in ("config.json", "special_tokens_map.json", "tokenizer_config.json", "vocab.txt"):
        (files / name).touch()
    (files / "model.onnx").write_bytes(packaged(*MODEL).read_bytes())
    (files / "tokenizer.json").write_bytes(packaged(*TOKENIZER).read_bytes())
    function = ONNXMiniLM_L6_V2(preferred_providers=["CPUExecutionProvider"])
    function.DOWNLOAD_PATH = folder
    return lambda texts: function(list(texts))


def _paired(first: Callable[[], object], second: Callable[[], object], runs: int) -> tuple[float, ...]:
    """Seconds of `first` over seconds of `second`, in turn, after one turn that is not counted."""
    ratios = []
    for _ in range(runs + 1):
        a = _seconds(first)
        ratios.append(a / _seconds(second))
    return tuple(ratios[1:])


def _seconds(action: Callable[[], object]) -> float:
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def _run(command: Sequence[str]) -> None:
    subprocess.run(command, check=True, capture_output=True)


if __name__ == "__main__":
    sys.exit(main())
