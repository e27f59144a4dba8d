"""`python -m evals`: exit 0 when every floor holds, 1 when one does not, 2 when it could not run."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import yaml

from evals import report, run
from evals.cases import Case, CaseError, load
from rag import Assistant, Config
from rag.errors import PressroomError
from rag.terminal import tell

FLOORS = Path(__file__).parent / "floors.yaml"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit status."""
    options = _parser().parse_args(arguments)
    try:
        floors = {} if options.model else _floors()
        cases = [c for c in load() if options.only is None or options.only in (c.id, c.kind)]
        records = _ask(cases, options.model)
    except (PressroomError, CaseError) as error:
        tell(f"error: {error}")
        return 2
    if options.only is not None:
        floors = {}
    rates = run.rates(records)
    summary = f"{report.table(rates, floors)}\n\n{report.failures(records)}\n"
    folder = Path(options.out) / datetime.now().astimezone().strftime("%Y%m%d-%H%M%S-%f")
    try:
        run.write(folder, records, summary)
    except OSError as error:
        tell(f"error: cannot write {folder}: {error.strerror}")
        return 2
    print(summary if options.failures else report.table(rates, floors))
    print(f"\nrecords and failures: {folder}")
    regressed = report.below(rates, floors)
    for line in regressed:
        tell(f"regressed: {line}")
    return 1 if regressed else 0


def _ask(cases: Sequence[Case], model: str | None) -> list[run.Record]:
    """Ask in a library of its own, made for this run from the seeds."""
    if not cases:
        raise CaseError("no case has this id or kind")
    with tempfile.TemporaryDirectory(prefix="pressroom-evals-") as home:
        config = replace(Config.from_env(), home=Path(home), model=model)
        with Assistant(config, tell=lambda _: None) as assistant:
            return run.ask_all(assistant, cases)


def _floors() -> dict[str, float]:
    try:
        stored = yaml.safe_load(FLOORS.read_text(encoding="utf-8"))
        return {str(name): float(floor) for name, floor in stored.items()}
    except (OSError, ValueError, AttributeError, TypeError, yaml.YAMLError) as error:
        raise CaseError(f"cannot use {FLOORS}: {error}") from error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m evals", description=__doc__)
    parser.add_argument("--model", metavar="NAME", help="answer with this model; floors do not apply")
    parser.add_argument("--only", metavar="ID_OR_KIND", help="only these cases; floors do not apply")
    parser.add_argument("--failures", action="store_true", help="print each failed case too")
    parser.add_argument("--out", default="runs", metavar="DIR", help="where the run's folder goes")
    return parser


if __name__ == "__main__":
    sys.exit(main())
