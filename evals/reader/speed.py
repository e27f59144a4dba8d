"""What reading costs: beside a query's embedding, and at a cold start."""

from __future__ import annotations

import statistics
import subprocess
import sys

from evals.bench.ratios import HEAD, Line, at_most, paired
from rag import Config
from rag.collection import shelve_texts
from rag.embed import Embedder, MiniLM
from rag.reader import Candidate, Reader
from rag.types import Question

_QUESTION = "What did the two ministers sign in Washington?"
_DAYS, _SENTENCES = ("Monday", "Tuesday", "Thursday", "Friday"), 6
_FOUND = 0.25
_SENTENCE = (
    "The minister said on {} that the {} agreement would be signed in {} by both governments next month."
)
_COLD = (
    "import time; from rag.embed import MiniLM; MiniLM().embed(['a']);"
    " from rag.reader import Network, Text; began = time.perf_counter();"
    " Network().see('Who came?', [Text('', ['Ito came.'])]); print(time.perf_counter() - began)"
)


def measure(runs: int) -> tuple[str, Line, str]:
    """The lines of the table: 24 sentences beside one embedding, then the first reading of a process."""
    reader, model, question = Reader(), MiniLM(), Question(_QUESTION, standalone=_QUESTION)
    found = candidates(model)
    ratios = paired(lambda: reader.read(question, found), lambda: model.embed([_QUESTION]), runs)
    count = sum(len(each.passage.sentences) for each in found)
    reading = at_most(f"reading {count} sentences / embedding the question", ratios, 12)
    taken = [_cold() for _ in range(max(3, runs // 3))]
    middle = statistics.median(taken)
    verdict = "reached" if middle < 0.5 else "**not reached**"
    cold = (
        f"| loading the model and reading once, seconds | {middle:.2f} | {min(taken):.2f} to {max(taken):.2f}"
        f" | {len(taken)} | under 0.5 | {verdict} |"
    )
    return HEAD, reading, cold


def candidates(embedder: Embedder) -> list[Candidate]:
    """24 sentences of four articles, as retrieval hands their passages over."""
    texts = [
        " ".join(_SENTENCE.format(day, f"{n}th", f"city {n}") for n in range(_SENTENCES)) for day in _DAYS
    ]
    library = shelve_texts(texts, Config.from_env({}), embedder).library
    found = [
        Candidate(passage, article, _FOUND)
        for article in library.articles()
        for passage in library.passages_of(article)
    ]
    library.close()
    return found


def _cold() -> float:
    done = subprocess.run([sys.executable, "-c", _COLD], check=True, capture_output=True, text=True)
    return float(done.stdout)
