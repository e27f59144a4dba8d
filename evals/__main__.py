"""`python -m evals`: the cases beside their baseline; exit 0 it holds, 1 it regressed, 2 it could not run.

`--suite DIR` asks your own collection: articles in DIR/articles, cases in DIR/cases/*.yaml (evals/cases shows
what they look like); `--accept` then keeps DIR/baseline.jsonl to compare with from then on. `--suite FILE`
asks a public set, SQuAD 2.0 or RGB as gzipped JSON lines (evals/public.py); a folder of such files asks them
all. What is printed is the same, byte for byte, whenever the answers are; times go to stderr and to
times.jsonl in the run's folder.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import yaml

from evals import baseline, check, gate, page, public, report, run, suites
from evals.baseline import Row
from evals.cases import CaseError, unlike
from evals.gate import Verdict
from evals.rates import rates
from evals.run import Record
from evals.suites import Suite
from rag import Config
from rag.errors import PressroomError
from rag.terminal import count, tell

FLOORS = Path(__file__).parent / "floors.yaml"


@dataclass(frozen=True, slots=True)
class Plan:
    """What is asked, and what it is compared with; nothing is, where only some cases are asked."""

    suites: tuple[Suite, ...]
    file: Path
    rows: Mapping[str, Row]
    floors: Mapping[str, float]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit status."""
    options = _parser().parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="pressroom-suites-") as made:
        return _run(options, Path(made))


def _run(options: argparse.Namespace, made: Path) -> int:
    """Ask, compare and report; `made` is where suites are written that are made of public sets."""
    try:
        plan = _plan(options, made)
        records = run.ask_suites(plan.suites, replace(Config.from_env(), model=None), _progress(plan))
        found = gate.judge(records, plan.rows, rates(records), plan.floors)
        text = report.summary(records, rates(records), plan.floors, found)
        if options.model:
            text += "\n\n" + _written(plan, options.model, options.times, records)
        written = page.page(records, rates(records), found)
        tell(f"records, times and a page to look at: {_kept(options.out, records, text, written)}")
        if options.accept and not options.only:
            baseline.save(records, plan.file)
            tell(f"accepted: {plan.file}; commit it")
    except (PressroomError, CaseError, OSError) as error:
        tell(f"error: {error}")
        return 2
    print(text + (f"\n\n{report.failures(records)}" if options.failures else ""))
    tell(report.times(records))
    return _status(found, accepted=options.accept)


def _status(found: Verdict, accepted: bool) -> int:
    """The exit status; what is broken cannot be accepted."""
    stops = [line for line in found.stops if not accepted or line.startswith(("broken", "crashed", "floor"))]
    for line in stops:
        tell(f"regressed: {line}")
    if found.better and not stops and not accepted:
        tell(f"{len(found.better)} cases got better: python -m evals --accept makes this run the baseline")
    return 1 if stops else 0


def _plan(options: argparse.Namespace, made: Path) -> Plan:
    if options.model and Config.from_env().model is None:
        raise CaseError("a model needs OPENAI_API_KEY or OPENAI_BASE_URL")
    chosen = _suites(options, made)
    unlike([case for suite in chosen for case in suite.cases])
    for suite in chosen:
        if wrong := check.faults(suite.cases, suite.read()):
            raise CaseError("cases that are not true of their articles:\n  " + "\n  ".join(wrong))
    file = _baseline(options.suite)
    if options.only is not None:
        return Plan(_only(chosen, options.only), file, {}, {})
    known = options.suite is None or file.exists()
    rows = baseline.saved(file) if known and not options.accept else {}
    return Plan(chosen, file, rows, _floors() if options.suite is None else {})


def _suites(options: argparse.Namespace, made: Path) -> tuple[Suite, ...]:
    """Pressroom's own, or those that are named."""
    if options.suite is None:
        return suites.own()
    place = Path(options.suite)
    if public.is_public(place):
        return public.public_suites(place, made, options.sample)
    return (suites.suite_in(place),)


def _baseline(suite: str | None) -> Path:
    """Where the baseline is kept: with the cases, or beside the file of a public set."""
    if suite is None:
        return baseline.FILE
    place = Path(suite)
    name = place.name.removesuffix(public.ENDING)
    return place.with_name(f"{name}.baseline.jsonl") if place.is_file() else place / "baseline.jsonl"


def _only(chosen: Sequence[Suite], name: str) -> tuple[Suite, ...]:
    """The suites with the cases of this id or kind alone. Raises CaseError when there are none."""
    kept = [replace(s, cases=tuple(c for c in s.cases if name in (c.id, c.kind))) for s in chosen]
    if not any(suite.cases for suite in kept):
        raise CaseError("no case has this id or kind")
    return tuple(suite for suite in kept if suite.cases)


def _written(plan: Plan, model: str, times: int, quoted: Sequence[Record]) -> str:
    """The same cases by a model, beside quoting. Raises CaseError when the model never answered."""
    config = replace(Config.from_env(), model=model)
    parts = []
    for number in range(1, times + 1):
        records = run.ask_suites(plan.suites, config, _progress(plan))
        if not any(r.answer is not None and r.answer.model == model for r in records):
            raise CaseError(f"{model} did not answer once; is its endpoint set and up?")
        tell(report.times(records))
        changed = gate.judge(records, {r.case.id: baseline.row(r) for r in quoted}, (), {})
        parts += [
            f"## {model}, run {number} of {times}",
            report.side_by_side(rates(quoted), rates(records), model),
        ]
        parts += [report.verdict_lines(changed), report.invariants(records), report.citations(records)]
        parts += [report.tokens(records)]
    return "\n\n".join(parts)


def _kept(out: str, records: Sequence[Record], text: str, written: str) -> Path:
    """The new folder with everything of this run. Raises CaseError when it cannot be written."""
    folder = Path(out) / datetime.now().astimezone().strftime("%Y%m%d-%H%M%S-%f")
    try:
        summary = f"{text}\n\n{report.failures(records)}\n"
        run.write(folder, records, {"summary.md": summary, "report.html": written})
    except OSError as error:
        raise CaseError(f"cannot write {folder}: {error.strerror}") from error
    return folder


def _progress(plan: Plan) -> run.Tell:
    """A line on stderr for every fifty cases."""
    total, asked = sum(len(suite.cases) for suite in plan.suites), 0

    def note(_: str) -> None:
        nonlocal asked
        asked += 1
        if asked % 50 == 0:
            tell(f"{asked} of {total} cases")

    return note


def _floors() -> dict[str, float]:
    try:
        stored = yaml.safe_load(FLOORS.read_text(encoding="utf-8"))
        return {str(name): float(floor) for name, floor in stored.items()}
    except (OSError, ValueError, AttributeError, TypeError, yaml.YAMLError) as error:
        raise CaseError(f"cannot use {FLOORS}: {error}") from error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m evals",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--accept", action="store_true", help="make this run the baseline")
    parser.add_argument(
        "--suite", metavar="DIR", help="ask the articles and cases of this folder, or a public set, instead"
    )
    parser.add_argument(
        "--sample",
        metavar="N",
        type=count,
        default=300,
        help="at most N questions of a public set (default: 300)",
    )
    parser.add_argument("--model", metavar="NAME", help="answer with this model too, beside quoting")
    parser.add_argument(
        "--times", metavar="N", type=count, default=1, help="ask the model N times (default: 1)"
    )
    parser.add_argument("--only", metavar="ID_OR_KIND", help="only these cases; nothing is compared")
    parser.add_argument("--failures", action="store_true", help="print each failed case too")
    parser.add_argument("--out", default="runs", metavar="DIR", help="where the run's folder goes")
    return parser


if __name__ == "__main__":
    sys.exit(main())
