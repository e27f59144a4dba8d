"""`python -m evals.faults`: the gate must close on each of these faults, put in one at a time.

Exit 0 when it did each time, naming the case that caught it, and held without a fault; 1 when one got past;
2 when it could not run.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import cache
from pathlib import Path
from unittest.mock import patch

from evals import gate, suites
from evals.baseline import Row, row
from evals.cases import Case, CaseError
from evals.faults.kinds import FAULTS, Fault
from evals.faults.model import LIE, replies
from evals.gate import Verdict
from evals.rates import rates
from evals.run import Record, ask_suites
from evals.suites import Suite
from rag import Config
from rag.errors import PressroomError
from rag.terminal import tell

_MODEL = "scripted"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit status."""
    options = _parser().parse_args(arguments)
    faults = [fault for fault in FAULTS if options.only in (None, fault.name)]
    if not faults:
        tell(f"error: faults are: {', '.join(fault.name for fault in FAULTS)}")
        return 2
    try:
        passed = [fault for fault in faults if not _caught(fault)]
    except (PressroomError, CaseError) as error:
        tell(f"error: {error}")
        return 2
    print(f"\n{len(faults) - len(passed)} of {len(faults)} faults close the gate")
    return 1 if passed else 0


def _caught(fault: Fault) -> bool:
    """Whether the gate holds without the fault and closes with it; prints a line."""
    before = _sound(fault.kinds, fault.written)
    with fault.put_in():
        records = _ask(fault.kinds, fault.written)
    verdict = gate.judge(records, before, rates(records), {})
    print(f"{'caught' if verdict.stops else 'PASSED'}: {fault.name}: {_first(verdict)}", flush=True)
    return bool(verdict.stops)


@cache
def _sound(kinds: tuple[str, ...], written: bool) -> Mapping[str, Row]:
    """What these cases give without a fault. Raises CaseError when the gate is closed without one."""
    records = _ask(kinds, written)
    before = {record.case.id: row(record) for record in records}
    if stops := gate.judge(records, before, (), {}).stops:
        raise CaseError(f"the gate is closed without a fault: {stops[0]}")
    return before


def _chosen(kinds: tuple[str, ...], written: bool) -> Iterator[Suite]:
    for suite in suites.own():
        cases = [case for case in suite.cases if case.kind in kinds]
        if cases:
            yield replace(suite, cases=tuple(_watching(cases) if written else cases))


def _watching(cases: Iterable[Case]) -> Iterable[Case]:
    """The cases, each forbidding what the scripted model makes up and nothing else."""
    return (replace(case, must_not=(LIE,), invariant=True) for case in cases)


def _ask(kinds: tuple[str, ...], written: bool) -> list[Record]:
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pressroom-faults-")))
        if written:
            stack.enter_context(patch("rag.write.stream_chat", replies))
        model = _MODEL if written else None
        asked = tuple(_chosen(kinds, written))
        return ask_suites(asked, Config(home=home, cache=home, folder=home, model=model))


def _first(verdict: Verdict) -> str:
    """What closed the gate, on one line of bearable length."""
    line = verdict.stops[0] if verdict.stops else f"{len(verdict.worse)} cases worse, not enough"
    return line if len(line) <= 160 else f"{line[:157]}..."


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m evals.faults", description=__doc__)
    parser.add_argument("--only", metavar="FAULT", help="this fault alone")
    return parser


if __name__ == "__main__":
    sys.exit(main())
