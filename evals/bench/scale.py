"""`python -m evals.bench scale`: how query time grows with the library, and what a million would break."""

from __future__ import annotations

import random
import statistics
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from evals.bench import cut, growth
from evals.bench.data import Data, Quiz, Story, write_lines
from evals.bench.pressroom import Watch, config_for, find, opened
from evals.bench.ratios import HEAD, Line, seconds
from evals.bench.vectors import Remembered
from rag import Assistant
from rag.embed import Embedder

Tell = Callable[[str], None]

SIZES = (500, 1_000, 2_500, 5_000)
STEPS = ("embed", "lexical", "dense", "rows", "read", "rank", "retrieve", "quoted answer")
_STEP_OF = {"embed": "embed", "lexical": "lexical", "dense": "dense", "library": "rows", "read": "read"}
_ROUNDS = 3
_SEED = 5
_TIMED = 5
# What a laptop has to give: half of 16 GB, a second a question, 100 GB of disk, a day for the first ingest.
_MEMORY_GB, _QUERY_MS, _DISK_GB, _INGEST_HOURS = 8, 1_000, 100, 24


@dataclass
class Size:
    """A library of one size: its bytes, and each step's milliseconds for every question of every round."""

    articles: int
    assistant: Assistant
    record: int
    index: int
    ms: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def ask(self, question: str, watch: Watch) -> None:
        """Time the steps of retrieval, and then the whole quoted answer."""
        config = self.assistant.config
        watch.clear()
        total = seconds(lambda: find(question, watch.shelf, config.candidates, config.evidence, config.run))
        spent = {_STEP_OF[step]: took for step, took in watch.seconds.items()}
        spent |= {"rank": max(0.0, total - sum(spent.values())), "retrieve": total}
        spent["quoted answer"] = seconds(lambda: self.assistant.ask(question))
        for step in STEPS:
            self.ms[step].append(1000 * spent.get(step, 0.0))

    def round(self, number: int, step: str) -> float:
        """The step's median in one round."""
        each = len(self.ms[step]) // _ROUNDS
        return statistics.median(self.ms[step][number * each : (number + 1) * each])


def measure(
    data: Data, embedder: Embedder, sizes: Sequence[int], tell: Tell, cache: Path | None = None
) -> str:
    """The whole report as Markdown; sizes beyond what the data holds become all that it holds."""
    stories = list(data.stories)
    random.Random(_SEED).shuffle(stories)  # noqa: S311 - an order, no secret
    counts = sorted({min(size, len(stories)) for size in sizes})
    with tempfile.TemporaryDirectory(prefix="pressroom-bench-") as folder, ExitStack() as stack:
        remembered = Remembered(embedder, cache)
        stack.callback(remembered.close)
        made = []
        for count in counts:
            tell(f"a library of {count:,} articles")
            made.append(_library(Path(folder) / str(count), stories[:count], remembered, stack))
        _ask_all(made, data.questions, tell)
    return "\n".join((*table(made), "", *ratios(made), "", *projection(made, _hours(stories, embedder))))


def _library(home: Path, stories: Sequence[Story], embedder: Embedder, stack: ExitStack) -> Size:
    with opened(home, embedder) as collection:
        collection.ingest([write_lines(stories, home.with_suffix(".jsonl"))])
        collection.shelf()
    files = [path for path in home.rglob("*") if path.is_file()]
    record = sum(path.stat().st_size for path in files if path.parent == home)
    index = sum(path.stat().st_size for path in files if path.parent != home)
    return Size(len(stories), stack.enter_context(Assistant(config_for(home))), record, index)


def _ask_all(sizes: Sequence[Size], questions: Sequence[Quiz], tell: Tell) -> None:
    """Each question put to every size in turn; the first round is not counted."""
    watches = [Watch(size.assistant.collection.shelf()) for size in sizes]
    for number in range(_ROUNDS + 1):
        tell(f"round {number} of {_ROUNDS}")
        for quiz in questions:
            for size, watch in zip(sizes, watches, strict=True):
                size.ask(quiz.question, watch)
        if number == 0:
            for size in sizes:
                size.ms.clear()


def table(sizes: Sequence[Size]) -> list[str]:
    """Median milliseconds by step and size (95th percentile of the totals), and each step's growth."""
    heads = " | ".join(f"{size.articles:,}" for size in sizes)
    lines = [
        f"| ms a question | {heads} | grows as articles to the | a million: by that power, by a line |",
        "|---" + "|--:" * (len(sizes) + 2) + "|",
    ]
    for step in STEPS:
        cells = " | ".join(_cell(size.ms[step], step in STEPS[-2:]) for size in sizes)
        lines.append(f"| {step} | {cells} | {_grown(sizes, step)} |")
    return lines


def _cell(ms: Sequence[float], total: bool) -> str:
    middle = f"{statistics.median(ms):.1f}"
    return f"{middle} (p95 {np.percentile(ms, 95):.1f})" if total else middle


def _grown(sizes: Sequence[Size], step: str) -> str:
    if len(sizes) < 2:
        return " | "
    grown = growth.fit([size.articles for size in sizes], [statistics.median(s.ms[step]) for s in sizes])
    return f"{grown.exponent:.2f} | {grown.power(1_000_000):,.0f}, {grown.line(1_000_000):,.0f}"


def ratios(sizes: Sequence[Size]) -> Iterator[str]:
    """Query time in the largest over the smallest library, a ratio of medians a round."""
    yield HEAD
    small, large = sizes[0], sizes[-1]
    for step in STEPS[-2:]:
        found = tuple(large.round(n, step) / small.round(n, step) for n in range(_ROUNDS))
        what = f"{step}: {large.articles:,} articles / {small.articles:,}"
        yield str(Line(what, found, "below 2", lambda ratio: ratio < 2))


def projection(sizes: Sequence[Size], hours: float) -> Iterator[str]:
    """What a million articles would need, from the bytes of one more and the fitted query time."""
    record, index = _each(sizes, "record"), _each(sizes, "index")
    yield (
        f"Bytes an article: {record:,.0f} in SQLite, {index:,.0f} in the index, which is held in memory when"
        " it is searched. `rows` are what SQLite gives besides the lexical search; `rank` is the rest of"
        " retrieval."
    )
    yield ""
    limits = [
        growth.limit("memory for the index", "GB", growth.proportional(index / 1e9), _MEMORY_GB),
        growth.limit("disk", "GB", growth.proportional((record + index) / 1e9), _DISK_GB),
        growth.limit("the first ingest's embedding", "hours", growth.proportional(hours), _INGEST_HOURS),
    ]
    if len(sizes) > 1:
        grown = growth.fit(
            [size.articles for size in sizes], [statistics.median(s.ms["retrieve"]) for s in sizes]
        )
        limits.append(growth.limit("time of a retrieval", "ms", grown, _QUERY_MS))
    yield from growth.table(limits)


def _each(sizes: Sequence[Size], what: str) -> float:
    """Bytes that one more article takes; what an empty library takes is left out where that can be seen."""
    small, large = sizes[0], sizes[-1]
    if small is large:
        return float(getattr(large, what) / large.articles)
    return max(0.0, float(getattr(large, what) - getattr(small, what)) / (large.articles - small.articles))


def _hours(stories: Sequence[Story], embedder: Embedder) -> float:
    """Hours that embedding one article takes, by a few of them cut into plain passages."""
    some = stories[:_TIMED]
    texts = [passage.text for passage in cut.plain(some)]
    return seconds(lambda: embedder.embed(texts)) / len(some) / 3600
