"""Ask every case, score every answer, and keep the records."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.cases import Case
from evals.score import Score, score, wilson
from rag import Assistant
from rag.types import Answer


@dataclass(frozen=True, slots=True)
class Record:
    """What became of one case: its answer and scores, or the error that it ended with."""

    case: Case
    answer: Answer | None
    scores: tuple[Score, ...]
    error: str | None = None

    @property
    def passed(self) -> bool:
        """Whether every score passed; a crash never does."""
        return self.error is None and all(score.passed for score in self.scores)

    def to_dict(self) -> dict[str, Any]:
        """The record as a JSON object."""
        return {
            "id": self.case.id,
            "kind": self.case.kind,
            "passed": self.passed,
            "error": self.error,
            "scores": {s.name: {"passed": s.passed, "reason": s.reason} for s in self.scores},
            "answer": self.answer.to_dict() if self.answer else None,
        }


@dataclass(frozen=True, slots=True)
class Rate:
    """How many of how many, with the 95 % interval."""

    name: str
    right: int
    total: int

    @property
    def share(self) -> float:
        """The rate, 0 to 1; 1 when there was nothing to get wrong."""
        return self.right / self.total if self.total else 1.0

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's 95 % interval."""
        return wilson(self.right, self.total)


def ask_all(assistant: Assistant, cases: Iterable[Case]) -> list[Record]:
    """One record a case, in order; an error is a record too."""
    return [_record(assistant, case) for case in cases]


def _record(assistant: Assistant, case: Case) -> Record:
    try:
        answer = assistant.ask(case.question, history=case.history, id=case.id)
    except Exception as error:  # noqa: BLE001 - a crash is a record, never an end of the run
        return Record(case, None, (), f"{type(error).__name__}: {error}")
    return Record(case, answer, score(case, answer))


def rates(records: Sequence[Record]) -> list[Rate]:
    """Cases right, in all and by kind, and each scorer's rate over the cases that it applies to."""
    found = [_rate("cases right", [r.passed for r in records])]
    kinds = dict.fromkeys(r.case.kind for r in records)
    found += [_rate(kind, [r.passed for r in records if r.case.kind == kind]) for kind in kinds]
    names = dict.fromkeys(s.name for r in records for s in r.scores)
    for name in names:
        verdicts = [s.passed for r in records for s in r.scores if s.name == name]
        crashed = [False for r in records if r.error is not None]
        found.append(_rate(f"score: {name}", verdicts + crashed))
    silent = [r for r in records if r.answer is not None and r.answer.status == "not_in_articles"]
    due = [r for r in records if r.case.status == "not_in_articles"]
    found.append(_rate("silence precision", [r.case.status == "not_in_articles" for r in silent]))
    found.append(
        _rate("silence recall", [r.answer is not None and r.answer.status == r.case.status for r in due])
    )
    return found


def _rate(name: str, verdicts: Sequence[bool]) -> Rate:
    return Rate(name, sum(verdicts), len(verdicts))


def write(folder: Path, records: Sequence[Record], summary: str) -> None:
    """The records (records.jsonl) and the summary (summary.md), in a new folder."""
    folder.mkdir(parents=True)
    lines = (json.dumps(record.to_dict(), ensure_ascii=False) + "\n" for record in records)
    (folder / "records.jsonl").write_text("".join(lines), encoding="utf-8")
    (folder / "summary.md").write_text(summary, encoding="utf-8")
