"""What reading changes in the order of passages, on news of weeks that nothing was trained on."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path

from evals.bench.data import Data, Found, Names, Quiz, load, write_lines
from evals.bench.intervals import difference, mean
from evals.bench.peers import KEEP, System
from evals.bench.pressroom import config_for, find, opened
from evals.bench.retrieval import Outcome
from evals.bench.vectors import Remembered
from evals.reader.data import held_out
from rag.embed import MiniLM
from rag.errors import UsageError
from rag.retrieve import Shelf

_QUESTIONS = 150
_SEED = 3
_RUNS = (1, 4)


def measure(folder: Path, cache: Path | None, whole: bool, tell: Callable[[str], None]) -> Iterator[str]:
    """The table, over the `whole` library, or over the articles that bear an answer and as many others."""
    data = unseen(load(folder)) if whole else sample(load(folder))
    with tempfile.TemporaryDirectory(prefix="pressroom-news-") as name:
        home, remembered = Path(name), Remembered(MiniLM(), cache)
        with closing(remembered), opened(home / "home", remembered) as collection:
            tell(f"ingesting {len(data.stories)} articles of news")
            collection.ingest([write_lines(data.stories, home / "articles.jsonl")])
            yield from table(data, collection.shelf(), tell)


def unseen(data: Data) -> Data:
    """All articles, and the questions of the weeks held out. Raises UsageError when there are none."""
    asked = tuple(quiz for quiz in data.questions if held_out(quiz.week))
    if not asked:
        raise UsageError("news: no question is of a week held out")
    return replace(data, questions=asked)


def sample(data: Data, most: int = _QUESTIONS) -> Data:
    """Some questions of the weeks held out, the articles that bear their answers, and as many others.

    Raises as `unseen` does.
    """
    draw = random.Random(_SEED)  # noqa: S311 - a sample, no secret
    held = unseen(data).questions
    asked = draw.sample(held, min(most, len(held)))
    bearing = {key for quiz in asked for key in quiz.bearing}
    others = [story for story in data.stories if story.id not in bearing]
    kept = bearing | {story.id for story in draw.sample(others, min(len(bearing), len(others)))}
    return Data(tuple(story for story in data.stories if story.id in kept), tuple(asked))


def table(data: Data, shelf: Shelf, tell: Callable[[str], None]) -> Iterator[str]:
    """Hits with and without reading, for single passages and for runs, and the differences."""
    names, config = Names(data.stories), config_for(Path())

    def ask(where: Shelf, run: int, quiz: Quiz) -> list[Found]:
        found = find(quiz.question, where, config.candidates, KEEP, run)
        return [Found(names.of(each.article.text), each.passage.text) for each in found]

    what = f"news: {len(data.questions)} questions, {len(data.stories)} articles"
    yield f"| {what} | Hit@1 | Hit@4 | Hit@10 | MRR@10 |"
    yield "|---|--:|--:|--:|--:|"
    for run in _RUNS:
        what = f"runs of up to {run} passages" if run > 1 else "single passages"
        ways = ("ranked", replace(shelf, reader=None)), ("ranked and read", shelf)
        outcomes = [Outcome(System(f"{what}, {how}", partial(ask, where, run), "")) for how, where in ways]
        for quiz in data.questions:
            for outcome in outcomes:
                outcome.ask(quiz)
        tell(f"{what}: asked")
        for outcome in outcomes:
            cells = " | ".join(str(mean(outcome.hits(count))) for count in (1, 4, 10))
            yield f"| {outcome.system.name} | {cells} | {mean(outcome.reciprocals)} |"
        ranked, read = outcomes
        cells = " | ".join(str(difference(read.hits(n), ranked.hits(n))) for n in (1, 4, 10))
        yield f"| {what}: what reading adds | {cells} | {difference(read.reciprocals, ranked.reciprocals)} |"
