"""Records -> rates and means with their 95 % intervals; pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from evals.bench.intervals import Mean
from evals.run import Rate, Record
from evals.score import KEPT
from evals.statistics import clustered

DECIDING = ("status", "citations", "forbidden", "filtered", "facts", "cited", "conflict")
RETRIEVAL = ("hit@1", f"hit@{KEPT}", "reciprocal rank")
MEANS = ("precision", "recall", *RETRIEVAL)


def rates(records: Sequence[Record]) -> list[Rate]:
    """Cases right in all, by suite and by kind; each deciding score where it applies; silence both ways."""
    found = [_rate("cases right", [r.passed for r in records])]
    for group in (lambda r: r.suite, lambda r: r.case.kind):
        found += [_rate(name, [r.passed for r in chosen]) for name, chosen in grouped(records, group)]
    for name in DECIDING:
        verdicts = [value == 1.0 for r in records if (value := due(r, name)) is not None]
        if verdicts:
            found.append(_rate(f"score: {name}", verdicts))
    silent = [r for r in records if r.answer is not None and r.answer.status == "not_in_articles"]
    wanted = [r for r in records if r.case.status == "not_in_articles"]
    found.append(_rate("silence precision", [r.case.status == "not_in_articles" for r in silent]))
    found.append(_rate("silence recall", [r.value("status") == 1.0 for r in wanted]))
    return found


def due(record: Record, name: str) -> float | None:
    """A score of a record; 0 for a crash that kept a due score from being given, None where none is due."""
    if record.error is None:
        return record.value(name)
    answered = record.case.status == "answered"
    special = {
        "filtered": record.case.kind == "as-of",
        "conflict": answered and record.case.kind == "conflict",
        "status": True,
        "citations": True,
        "forbidden": True,
    }
    return 0.0 if special.get(name, answered) else None


def means(records: Sequence[Record]) -> dict[str, Mean]:
    """The mean of each score that does not decide, over the cases it is due in, clustered by article."""
    found = {}
    for name in MEANS:
        given = [(value, r.cluster) for r in records if (value := due(r, name)) is not None]
        if given:
            found[name] = clustered([value for value, _ in given], [cluster for _, cluster in given])
    return found


def carried(records: Sequence[Record]) -> list[bool]:
    """For each case with an answer due: facts right, and each carried by a cited gold sentence."""
    return [
        due(r, "facts") == 1.0 and due(r, "recall") == 1.0 for r in records if r.case.status == "answered"
    ]


def grouped(records: Iterable[Record], key: Callable[[Record], str]) -> list[tuple[str, list[Record]]]:
    """The records parted by a name, in the order of their first."""
    found: dict[str, list[Record]] = {}
    for record in records:
        found.setdefault(key(record), []).append(record)
    return list(found.items())


def _rate(name: str, verdicts: Sequence[bool]) -> Rate:
    return Rate(name, sum(verdicts), len(verdicts))
