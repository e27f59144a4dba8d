"""`python -m evals.opinion [--data DIR]`: what the reader's second opinion on a model catches, and costs.

The eval cases are asked, and with --data the held-out questions of SQuAD 2.0 and RGB. For each threshold: of
questions that nothing answers, how often a model's true sentence would not count, and of the others how often
a right one would be lost; and how often a silent model would be overruled, wrongly and rightly. Exit 0, or 2
when nothing can be measured.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from evals.cases import CaseError
from evals.reader.data import Asked, rgb, seeds, squad
from evals.run import Rate
from rag import Assistant, Config
from rag.errors import PressroomError
from rag.opinion import NEAR_FROM, SURELY_ANSWERS
from rag.terminal import count, tell
from rag.types import Answer

_NEAR = (0.002, 0.005, 0.01, 0.02)
_SURE = (0.5, 0.6, 0.7, 0.8, 0.9)


class Seen(NamedTuple):
    """A question as the reader sees it: the chance that anything answers, and that the best sentence does.

    `cited` is the chance of the sentence that a model may cite: the right one where the texts answer, else a
    middling one, which is true and beside the point.
    """

    set: str
    answerable: bool
    any: float
    best: float
    cited: float


def seen(asked: Asked, answer: Answer) -> Seen:
    """What the reader made of a question."""
    found = {(e.article.id, r.start): (e.article.text, r) for e in answer.evidence for r in e.readings}
    chances = sorted(r.chance for _, r in found.values()) or [0.0]
    right = [r.chance for text, r in found.values() if asked.right(text[r.start : r.end])]
    cited = max(right, default=1.0) if asked.answers else chances[len(chances) // 2]
    return Seen(asked.set, bool(asked.answers), sum(chances), chances[-1], cited)


def rows(every: Sequence[Seen], silence_below: float) -> Iterator[tuple[str, Rate, Rate]]:
    """For each threshold: how many it fails or overrules of the unanswerable, and of the answerable."""
    groups = ([s for s in every if not s.answerable], [s for s in every if s.answerable])
    for limit in _NEAR:
        without, with_ = (
            Rate("", sum(s.cited < limit and s.any < silence_below for s in group), len(group))
            for group in groups
        )
        yield f"sentence does not count below {limit}", without, with_
    for limit in _SURE:
        without, with_ = (Rate("", sum(s.best >= limit for s in group), len(group)) for group in groups)
        yield f"silence overruled from {limit}", without, with_


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; the exit status."""
    options = _parser().parse_args(arguments)
    try:
        config = replace(Config.from_env(), model=None)
        every = list(_ask(options, config))
    except (PressroomError, CaseError, OSError) as error:
        tell(f"error: {error}")
        return 2
    for name in dict.fromkeys(s.set.partition(",")[0] for s in every):
        mine = [s for s in every if s.set.startswith(name)]
        print("\n".join(table(name, mine, config.silence_below)))
    print(f"\nin use: sentences do not count below {NEAR_FROM}, silence is overruled from {SURELY_ANSWERS}")
    return 0


def table(name: str, every: Sequence[Seen], silence_below: float) -> Iterator[str]:
    """The rows of a set as Markdown."""
    yield f"\n| {name} | nothing answers | 95 % interval | something answers | 95 % interval |"
    yield "|---|--:|--:|--:|--:|"
    for what, without, with_ in rows(every, silence_below):
        yield f"| {what} | {_cells(without)} | {_cells(with_)} |"


def _cells(rate: Rate) -> str:
    low, high = rate.interval
    return f"{rate.right} of {rate.total} | {low:.3f} to {high:.3f}"


def _ask(options: argparse.Namespace, config: Config) -> Iterator[Seen]:
    sets: list[Iterable[Asked]] = [seeds()]
    if options.data:
        sets += [squad(options.data), rgb(options.data)]
    with tempfile.TemporaryDirectory(prefix="pressroom-opinion-") as home:
        placed = replace(config, home=Path(home), cache=Path(home))
        with Assistant(placed, tell=lambda _: None) as assistant:
            for asked in (each for every in sets for each in islice(every, options.limit)):
                if asked.texts:
                    yield seen(asked, assistant.ask_texts(asked.question, asked.texts))
                else:
                    yield seen(asked, assistant.ask(asked.question, history=asked.history))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m evals.opinion", description=__doc__)
    parser.add_argument("--data", type=Path, metavar="DIR", help="where the public sets lie")
    parser.add_argument("--limit", type=count, default=600, metavar="N", help="so many questions of each set")
    return parser


if __name__ == "__main__":
    sys.exit(main())
