"""`python -m evals.conflicts [--data DIR]`: disagreements shown, rightly and wrongly.

Each question is asked of its own few articles, without a model; with --seeds the eval cases are asked of the
seeds, and with --data held-out questions of SQuAD 2.0 and RGB of their texts, where what is shown is to be
looked at (--show). Exit 0 when every floor holds, 1 when one does not, 2 when it could not run.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

from evals.cases import CaseError
from evals.conflicts.items import Pair, load
from evals.conflicts.seen import RIGHT, disagreement, verdict
from evals.reader.data import Asked, rgb, seeds, squad
from evals.run import Rate
from rag import Assistant, Config
from rag.errors import PressroomError
from rag.terminal import count, tell
from rag.types import Answer

# What must be shown, and what may be shown wrongly: a little beside what was last measured (evals/LOG.md).
SHOWN_AT_LEAST, FALSE_AT_MOST, FALSE_ELSEWHERE_AT_MOST = 0.9, 0.02, 0.01


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; the exit status."""
    options = _parser().parse_args(arguments)
    try:
        pairs = load()
        with tempfile.TemporaryDirectory(prefix="pressroom-conflicts-") as home:
            config = replace(Config.from_env(), home=Path(home), cache=Path(home), model=None)
            with Assistant(config, tell=lambda _: None) as assistant:
                found = [(pair, verdict(pair, _asked(assistant, pair))) for pair in pairs]
                others = list(_elsewhere(assistant, options))
    except (PressroomError, CaseError, OSError) as error:
        tell(f"error: {error}")
        return 2
    rows = [*_rates(found), *others]
    print("| | | of | rate | 95 % interval |\n|---|--:|--:|--:|--:|")
    print("\n".join(map(_row, rows)))
    if options.show:
        print(
            "\n".join(
                f"- {p.kind}: {p.ask} {said}"
                for p, said in found
                if (said == RIGHT) != p.differs and not p.aside
            )
        )
    wrong = _below(rows)
    for rate in wrong:
        tell(f"regressed: {rate.name}: {rate.share:.3f}")
    return 1 if wrong else 0


def _asked(assistant: Assistant, pair: Pair) -> Answer:
    return assistant.ask_texts(pair.ask, [item.text for item in pair.items])


def _rates(found: Sequence[tuple[Pair, str]]) -> Iterator[Rate]:
    for name, differs in (("disagreements shown", True), ("false disagreements", False)):
        mine = [(p, said) for p, said in found if p.differs == differs]
        kinds = dict.fromkeys(p.kind for p, _ in mine)
        parts = (("", lambda p: True), (", kept aside", lambda p: p.aside))
        for part, wanted in parts:
            yield _rate(f"{name}{part}", [said == RIGHT for p, said in mine if wanted(p)])
        for kind in kinds:
            yield _rate(f"- {kind}", [said == RIGHT for p, said in mine if p.kind == kind])


def _elsewhere(assistant: Assistant, options: argparse.Namespace) -> Iterator[Rate]:
    sets: list[tuple[str, Iterable[Asked]]] = [("false on the seeds", seeds())] if options.seeds else []
    if options.data:
        sets += [("shown on SQuAD 2.0", squad(options.data)), ("shown on RGB", rgb(options.data))]
    for name, every in sets:
        shown = []
        for asked in islice(every, options.limit):
            if asked.texts:
                answer = assistant.ask_texts(asked.question, asked.texts)
            else:
                answer = assistant.ask(asked.question, history=asked.history)
            said = disagreement(answer)
            shown.append(said is not None)
            if said is not None and options.show:
                print(
                    f"- {asked.set}: {asked.question}\n  {said.text}\n  {[c.quote for c in said.citations]}"
                )
        yield _rate(name, shown)


def _rate(name: str, verdicts: Sequence[bool]) -> Rate:
    return Rate(name, sum(verdicts), len(verdicts))


def _row(rate: Rate) -> str:
    low, high = rate.interval
    return f"| {rate.name} | {rate.right} | {rate.total} | {rate.share:.3f} | {low:.3f} to {high:.3f} |"


def _below(rates: Sequence[Rate]) -> list[Rate]:
    """The rates that do not hold."""
    return [
        rate
        for rate in rates
        if (rate.name == "disagreements shown" and rate.share < SHOWN_AT_LEAST)
        or (rate.name == "false disagreements" and rate.share > FALSE_AT_MOST)
        or (rate.name == "false on the seeds" and rate.share > FALSE_ELSEWHERE_AT_MOST)
    ]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m evals.conflicts", description=__doc__)
    parser.add_argument("--seeds", action="store_true", help="ask the eval cases too")
    parser.add_argument("--data", type=Path, metavar="DIR", help="where the public sets lie")
    parser.add_argument("--limit", type=count, default=400, metavar="N", help="so many questions of each set")
    parser.add_argument("--show", action="store_true", help="print what is wrong, but of what is kept aside")
    return parser


if __name__ == "__main__":
    sys.exit(main())
