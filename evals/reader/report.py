"""Figures -> the tables of `python -m evals.reader`; pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from evals.bench.intervals import Mean
from evals.reader.ask import Order, Record
from evals.reader.data import NOISE
from evals.reader.figures import Statistic, calibration_error, interval, risk_area, share, told_apart

_SYSTEMS: tuple[tuple[str, Callable[[Record], Order]], ...] = (
    ("BM25", lambda record: record.bm25),
    ("MiniLM cosine", lambda record: record.cosine),
    ("reader", lambda record: record.reader),
)
_LITTLE, _MUCH = "RGB, noise .2", "RGB, noise .8"


class Row(NamedTuple):
    """A figure that each system has: over which sets, of which records, what, and the number to reach."""

    what: str
    sets: tuple[str, ...]
    kind: str
    reach: float | None


ROWS = (
    Row("SQuAD 2.0: right sentence of the paragraph first", ("SQuAD 2.0",), "first", 0.94),
    Row("SQuAD 2.0: answerable told from unanswerable (AUROC)", ("SQuAD 2.0",), "apart", 0.82),
    Row("RGB, noise .2: answer in the first sentence", (_LITTLE,), "first", 0.78),
    Row("RGB, noise .2: in the first three", (_LITTLE,), "three", 0.96),
    Row("RGB, noise .4: in the first sentence", ("RGB, noise .4",), "first", None),
    Row("RGB, noise .4: in the first three", ("RGB, noise .4",), "three", None),
    Row("RGB, noise .6: in the first sentence", ("RGB, noise .6",), "first", None),
    Row("RGB, noise .6: in the first three", ("RGB, noise .6",), "three", None),
    Row("RGB, noise .8: in the first sentence", (_MUCH,), "first", 0.50),
    Row("RGB, noise .8: in the first three", (_MUCH,), "three", 0.75),
    Row("RGB: noise .2 told from only noise (AUROC)", (_LITTLE, NOISE), "apart", 0.78),
    Row("RGB: noise .8 told from only noise (AUROC)", (_MUCH, NOISE), "apart", None),
    Row("seeds: answer in the first sentence", ("seeds",), "first", 50 / 57),
    Row("seeds: in the first three", ("seeds",), "three", 56 / 57),
    Row("seeds: answerable told from unanswerable (AUROC)", ("seeds",), "apart", 0.93),
)


def statistic(kind: str, order: Callable[[Record], Order]) -> Statistic:
    """What a row counts, by one system's order."""
    if kind == "apart":
        return told_apart(lambda record: order(record).best)
    return share(lambda record: order(record).first if kind == "first" else order(record).three)


def taken(row: Row, by_set: Mapping[str, Sequence[Record]]) -> list[Record]:
    """The records that a row is about: answerable ones, but to tell those apart."""
    found = [record for name in row.sets for record in by_set.get(name, ())]
    return found if row.kind == "apart" else [record for record in found if record.answerable]


def reading(records: Sequence[Record]) -> Iterator[str]:
    """The table of what is read, each row beside what the reader replaces."""
    yield "| | " + " | ".join(name for name, _ in _SYSTEMS) + " | reach | |"
    yield "|---|" + "--:|" * (len(_SYSTEMS) + 1) + "---|"
    by_set = grouped(records)
    for row in ROWS:
        if mine := taken(row, by_set):
            found = [interval(mine, statistic(row.kind, order)) for _, order in _SYSTEMS]
            yield _line(row.what, found, row.reach, lambda value, reach: value >= reach)


def shown(records: Sequence[Record]) -> Iterator[str]:
    """The table of what is shown, by the threshold that ships."""
    yield "| as it answers | | reach | |\n|---|--:|--:|---|"
    by_set = grouped(records)
    silent = share(lambda record: not record.answered)
    for name, mine in by_set.items():
        able, unable = [r for r in mine if r.answerable], [r for r in mine if not r.answerable]
        if able:
            most = 0.15 if name == _LITTLE else None
            yield _line(f"{name}: right in the first sentence shown", [interval(able, share(_opening))], None)
            yield _line(f"{name}: right in what is shown", [interval(able, share(_shown))], None)
            yield _line(f"{name}: false silence", [interval(able, silent)], most, lambda v, reach: v <= reach)
        if unable:
            least = 0.6 if name == NOISE else None
            yield _line(f"{name}: silence where it is due", [interval(unable, silent)], least)
    for name, mine in (*by_set.items(), ("all of these", list(records))):
        error = interval(mine, calibration_error)
        most = 0.08 if name == "all of these" else None
        yield _line(f"{name}: calibration error of confidence", [error], most, lambda v, reach: v <= reach)
    yield _line("all of these: risk over coverage (AURC)", [interval(records, risk_area)], None)


def beside(ours: Sequence[Record], theirs: Sequence[Record]) -> Iterator[str]:
    """The table of two networks on the same questions: how far the shipped one is from the other."""
    yield "| int8 beside fp32 | int8 | fp32 | apart | reach | |\n|---|--:|--:|--:|--:|---|"
    first, second = grouped(ours), grouped(theirs)
    for row in ROWS:
        if mine := taken(row, first):
            counted = statistic(row.kind, lambda record: record.reader)
            a, b = counted(mine), counted(taken(row, second))
            verdict = "reached" if abs(a - b) <= 0.01 else "**not reached**"
            yield f"| {row.what} | {a:.3f} | {b:.3f} | {abs(a - b):.3f} | at most .01 | {verdict} |"


def grouped(records: Sequence[Record]) -> dict[str, list[Record]]:
    """Records by their set, in order of first appearance."""
    found: dict[str, list[Record]] = {}
    for each in records:
        found.setdefault(each.asked.set, []).append(each)
    return found


def _opening(record: Record) -> bool:
    return record.opening


def _shown(record: Record) -> bool:
    return record.shown


def _line(
    what: str,
    found: Sequence[Mean],
    reach: float | None,
    reached: Callable[[float, float], bool] = lambda value, reach: value >= reach,
) -> str:
    verdict = ""
    if reach is not None:
        verdict = "reached" if reached(round(found[-1].value, 3), round(reach, 3)) else "**not reached**"
    target = "" if reach is None else f"{reach:.3f}".lstrip("0")
    return f"| {what} | {' | '.join(map(str, found))} | {target} | {verdict} |"
