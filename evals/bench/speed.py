"""`python -m evals.bench` alone: Pressroom's speed as ratios of two things measured in one run."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from evals.bench.ratios import HEAD, Line, at_least, at_most, paired
from evals.bench.vectors import chroma_default
from evals.cases import load
from rag import Assistant, Config
from rag.collection import Collection
from rag.embed import MAX_TOKENS, MODEL, MiniLM, packaged
from rag.inference import TOKENIZER
from rag.passages import matching_texts
from rag.types import Scope

_IMPORTS = "import chromadb, llama_index.core, openai"
_QUESTION = "what did Hamada sign?"
_BATCH = 8


def measure(runs: int) -> None:
    """Measure and print, each line as it is known."""
    print(HEAD)
    with tempfile.TemporaryDirectory(prefix="pressroom-bench-") as folder:
        home = Path(folder)
        config = replace(Config.from_env(), home=home / "home", model=None)
        with Assistant(config) as assistant:
            assistant.ask(_QUESTION)
            print(cold(config, runs), flush=True)
            for line in embedding(assistant.collection, home, runs):
                print(line, flush=True)
            print(warm(assistant, runs), flush=True)


def cold(config: Config, runs: int) -> Line:
    """A cold question on an indexed library, beside importing the three big libraries."""
    ask = [sys.executable, "-m", "rag.ask", "--quote", "--home", str(config.home), _QUESTION]
    bare = [sys.executable, "-c", _IMPORTS]
    ratios = paired(lambda: _run(ask), lambda: _run(bare), runs)
    return at_most(f"cold `rag.ask` / `{_IMPORTS}`", ratios, 1)


def embedding(collection: Collection, folder: Path, runs: int) -> tuple[Line, Line]:
    """Embedding the seeds' passages, beside Chroma's default function and bare onnxruntime."""
    texts = [
        text
        for article in collection.library.articles()
        for text in matching_texts(collection.library.passages_of(article))
    ]
    model, chroma = MiniLM(), chroma_default(folder)
    ours = lambda: model.embed(texts)  # noqa: E731 - a name for what is timed
    beside_chroma = paired(lambda: chroma(texts), ours, runs)
    beside_bare = paired(_bare(texts), ours, runs)
    what = f"passages a second / Chroma's default function ({len(texts)} passages)"
    return (
        at_least(what, beside_chroma, 2.5),
        at_least("passages a second / bare onnxruntime, pre-batched", beside_bare, 0.85),
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

    ratios = paired(ours, bare, runs)
    what = f"warm quoted answer / (query embedding + Chroma query), {len(questions)} questions"
    return at_most(what, ratios, 3)


def _bare(texts: Sequence[str]) -> Callable[[], None]:
    """The same model in onnxruntime with its defaults, on tokens already sorted, batched and padded."""
    import onnxruntime
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(TOKENIZER))
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


def _run(command: Sequence[str]) -> None:
    subprocess.run(command, check=True, capture_output=True)
