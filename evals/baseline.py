"""What was measured when the baseline was accepted: one JSON line a case, committed beside the cases."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import NamedTuple

from evals.cases import Case, CaseError
from evals.rates import DECIDING, MEANS, due
from evals.run import Record

FILE = Path(__file__).parent / "baseline.jsonl"
_DIGITS = 4


class Row(NamedTuple):
    """One case as it was: what it asked (a digest), whether it passed, and its scores."""

    id: str
    kind: str
    asked: str
    passed: bool
    scores: Mapping[str, float]


def row(record: Record) -> Row:
    """What the baseline keeps of a record."""
    given = {name: value for name in (*DECIDING, *MEANS) if (value := due(record, name)) is not None}
    scores = {name: round(value, _DIGITS) for name, value in given.items()}
    return Row(record.case.id, record.case.kind, digest(record.case), record.passed, scores)


def digest(case: Case) -> str:
    """Eight hex digits that change when what is asked or expected changes; its reason may be reworded."""
    told = {name: value for name, value in asdict(case).items() if name not in ("why", "invariant")}
    return hashlib.sha256(repr(sorted(told.items())).encode()).hexdigest()[:8]


def save(records: Sequence[Record], path: Path) -> None:
    """Write the baseline; its lines are in the order of the cases."""
    lines = (json.dumps(row(record)._asdict(), ensure_ascii=False) + "\n" for record in records)
    path.write_text("".join(lines), encoding="utf-8")


def saved(path: Path) -> dict[str, Row]:
    """The rows by id. Raises CaseError for a file that is none."""
    try:
        rows = [Row(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]
    except (OSError, ValueError, TypeError) as error:
        raise CaseError(f"cannot use {path}: {' '.join(str(error).split())}") from error
    return {each.id: each for each in rows}
