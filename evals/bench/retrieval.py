"""`python -m evals.bench retrieval`: how often the right passage is found, beside the peers."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from itertools import product
from pathlib import Path

import numpy as np

from evals.bench.data import Data, Found, Names, Quiz, first_hit, holds_within, is_hit, write_lines
from evals.bench.intervals import Mean, Values, difference, mean
from evals.bench.peers import KEEP, System, peers
from evals.bench.pressroom import Watch, config_for, find, opened
from evals.bench.vectors import Remembered
from rag.collection import Collection
from rag.embed import Embedder

Tell = Callable[[str], None]

_WARM = 3
_DEPTH = 100
# Evidence of a single passage is as long as what most peers return; of four, nearly as a LlamaIndex node.
_RUNS = (1, 4)
# About what one node of LlamaIndex's default splitter holds.
_READ = 4_000


@dataclass
class Outcome:
    """What became of every question in one system: the first hit's rank (0: none), and the time."""

    system: System
    ranks: list[int] = field(default_factory=list)
    ms: list[float] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)
    reached: list[bool] = field(default_factory=list)

    def ask(self, quiz: Quiz) -> None:
        """Ask one question and keep what came of it."""
        began = time.perf_counter()
        found = self.system.ask(quiz)
        self.ms.append((time.perf_counter() - began) * 1000)
        self.ranks.append(first_hit(found[:KEEP], quiz))
        self.lengths += [len(each.text) for each in found]
        self.reached.append(holds_within(found, quiz, _READ))

    def hits(self, count: int) -> Values:
        """1 for each question with a hit among its first `count`, else 0."""
        ranks = np.array(self.ranks)
        return ((ranks > 0) & (ranks <= count)).astype(np.float64)

    @property
    def reciprocals(self) -> Values:
        """One over the rank of each question's first hit, 0 where there is none."""
        return np.array([1 / rank if rank else 0.0 for rank in self.ranks])


def measure(data: Data, embedder: Embedder, tell: Tell, cache: Path | None = None) -> str:
    """The whole report as Markdown; `cache` is where vectors are kept between runs."""
    with tempfile.TemporaryDirectory(prefix="pressroom-bench-") as folder:
        home = Path(folder)
        asked = [quiz.question for quiz in data.questions]
        remembered = Remembered(embedder, cache, anew=asked)
        with closing(remembered), opened(home / "home", remembered) as collection:
            tell(f"Pressroom: ingesting {len(data.stories)} articles")
            for problem in collection.ingest([write_lines(data.stories, home / "articles.jsonl")]).problems:
                tell(str(problem))
            systems = [*pressroom(collection, data)]
            own = len(systems)
            for system in peers(data, remembered, home / "peers", tell):
                tell(f"ready: {system.name}")
                systems.append(system)
            outcomes = ask_all(systems, data.questions, tell)
            held = held_by_both_legs(collection, data)
    ours, others = outcomes[:own], outcomes[own:]
    parts = (table(outcomes), differences(ours, others), ceiling(ours, held), notes(data, outcomes))
    return "\n\n".join("\n".join(part) for part in parts)


def pressroom(collection: Collection, data: Data) -> Iterator[System]:
    """Pressroom as it answers, and with evidence of a single passage and of up to four."""
    shelf, names, config = collection.shelf(), Names(data.stories), config_for(collection.folder)

    def ask(run: int, quiz: Quiz) -> list[Found]:
        evidence = find(quiz.question, shelf, config.candidates, KEEP, run)
        return [Found(names.of(each.article.text), each.passage.text) for each in evidence]

    for run in dict.fromkeys((config.run, *_RUNS)):
        what = f"runs of up to {run} passages" if run > 1 else "plain passages"
        told = "its defaults" if run == config.run else f"its defaults but for runs of {run}"
        note = f"{told}, {config.candidates} candidates of each leg".capitalize()
        yield System(f"**Pressroom**, {what}", partial(ask, run), note)


def held_by_both_legs(collection: Collection, data: Data) -> Values:
    """1 for each question with a hit among the first hundred of Pressroom's lexical or dense leg."""
    names, watch = Names(data.stories), Watch(collection.shelf())
    found = []
    for quiz in data.questions:
        watch.clear()
        find(quiz.question, watch.shelf, _DEPTH, 1, 1)
        ids = list({hit.passage_id for hits in watch.hits.values() for hit in hits})
        passages = collection.shelf().library.passages(ids).values()
        found.append(any(is_hit(Found(names.of(a.text), p.text), quiz) for p, a in passages))
    return np.array(found, dtype=np.float64)


def ask_all(systems: Sequence[System], questions: Sequence[Quiz], tell: Tell) -> list[Outcome]:
    """Each question put to every system in turn, so that they share the machine's noise."""
    for system in systems:
        for quiz in questions[:_WARM]:
            system.ask(quiz)
    outcomes = [Outcome(system) for system in systems]
    for number, quiz in enumerate(questions, start=1):
        for outcome in outcomes:
            outcome.ask(quiz)
        if number % 100 == 0:
            tell(f"{number} of {len(questions)} questions")
    return outcomes


def table(outcomes: Sequence[Outcome]) -> list[str]:
    """A row a system: rates with their 95 % intervals, the median time, the mean passage."""
    lines = [
        f"| system | Hit@1 | Hit@4 | Hit@10 | MRR@10 | in {_READ:,} characters | ms | characters |",
        "|---|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for each in outcomes:
        reached = np.array(each.reached, dtype=np.float64)
        columns = (*map(each.hits, (1, 4, 10)), each.reciprocals, reached)
        rates = " | ".join(str(mean(values)) for values in columns)
        length = statistics.fmean(each.lengths) if each.lengths else 0.0
        middle = statistics.median(each.ms)
        lines.append(f"| {each.system.name} | {rates} | {middle:.1f} | {length:.0f} |")
    return lines


def differences(ours: Sequence[Outcome], others: Sequence[Outcome]) -> list[str]:
    """The lead of each of our rows over each other system, paired question by question."""
    lines = ["| minus | Hit@1 | MRR@10 |", "|---|--:|--:|"]
    for one, other in product(ours, others):
        first = difference(one.hits(1), other.hits(1))
        reciprocal = difference(one.reciprocals, other.reciprocals)
        lines.append(f"| {one.system.name} minus {other.system.name} | {first} | {reciprocal} |")
    return lines


def ceiling(ours: Sequence[Outcome], held: Values) -> Iterator[str]:
    """How far each of our rows stays below what both legs bring."""
    yield (
        f"Ceiling: the first {_DEPTH} candidates of each of Pressroom's two legs together hold a hit for"
        f" {mean(held)} of the questions."
    )
    yield ""
    for each in ours:
        reached, short = mean(each.hits(KEEP)), difference(held, each.hits(KEEP))
        yield (
            f"- {each.system.name}: Hit@{KEEP} is {reached.value:.3f}, which is {short} below"
            f" (within .04: {_verdict(short)})."
        )


def notes(data: Data, outcomes: Sequence[Outcome]) -> list[str]:
    """What the figures rest on: the counts, and how each system was set up."""
    return [
        f"{len(data.questions)} questions of {len({quiz.week for quiz in data.questions})} weeks,"
        f" {len(data.stories)} articles. For {data.in_reach} questions an answer stands in one of the"
        " articles named for it, which is the most that any system could reach by the rule of hits."
        " Intervals are 95 %, by bootstrap over questions; milliseconds are the median of a query."
        f" A longer passage holds an answer more easily: `in {_READ:,} characters` counts a question when an"
        " answer stands among so many first characters of what was returned, whatever the passages' length;"
        " `characters` is the mean of a passage. Plain passages are Pressroom's own.",
        "",
        *(f"- {each.system.name}: {each.system.note}." for each in outcomes),
    ]


def _verdict(short: Mean) -> str:
    return "reached" if short.value <= 0.04 else "**not reached**"
