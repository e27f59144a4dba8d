"""Figures -> the tables of `python -m evals.reader`; pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from evals.bench.intervals import Mean
from evals.reader.ask import Order, Record
from evals.reader.data import NOISE
from evals.reader.figures import (
    Statistic,
    calibration_error,
    calibration_error_by_mass,
    difference,
    interval,
    risk_area,
    share,
    told_apart,
)

_SYSTEMS: tuple[tuple[str, Callable[[Record], Order]], ...] = (
    ("BM25", lambda record: record.bm25),
    ("MiniLM cosine", lambda record: record.cosine),
    ("reader", lambda record: record.reader),
)
_LITTLE, _MUCH = "RGB, noise .2", "RGB, noise .8"
# As published for RGB (Chen et al. 2024), five passages in a prompt.
_CHATGPT = {_LITTLE: ".947", "RGB, noise .4": ".940", "RGB, noise .6": ".900", _MUCH: ".760"}
_LLMS_SILENT = "LLMs: .05 to .45"
_POOLED = "RGB and SQuAD 2.0 together"


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
    """The records that a row is about: answerable ones, but to tell those apart from others, if there are."""
    found = [record for name in row.sets for record in by_set.get(name, ())]
    if row.kind != "apart":
        return [record for record in found if record.answerable]
    return found if len({record.answerable for record in found}) > 1 else []


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
    for name, mine in by_set.items():
        yield from _answering(name, mine)
    pooled = [record for record in records if record.asked.set != "seeds"]
    whole = {"SQuAD 2.0", _LITTLE, NOISE} <= by_set.keys()
    for name, mine in (*by_set.items(), *([(_POOLED, pooled)] if whole else [])):
        yield from _sureness(name, mine)


def _answering(name: str, mine: Sequence[Record]) -> Iterator[str]:
    silent = share(lambda record: not record.answered)
    able, unable = [r for r in mine if r.answerable], [r for r in mine if not r.answerable]
    if able:
        most = 0.15 if name == _LITTLE else None
        beside = f" (ChatGPT {_CHATGPT[name]})" if name in _CHATGPT else ""
        yield _line(f"{name}: right in the first sentence shown", [interval(able, share(_opening))], None)
        yield _line(f"{name}: right in what is shown{beside}", [interval(able, share(_shown))], None)
        yield _line(f"{name}: false silence", [interval(able, silent)], most, _at_most)
    if unable:
        least, beside = (0.6, f" ({_LLMS_SILENT})") if name == NOISE else (None, "")
        yield _line(f"{name}: silence where it is due{beside}", [interval(unable, silent)], least)


def _sureness(name: str, mine: Sequence[Record]) -> Iterator[str]:
    most = 0.08 if name == _POOLED else None
    error = interval(mine, calibration_error)
    yield _line(f"{name}: calibration error of confidence", [error], most, _at_most)
    evenly = interval(mine, calibration_error_by_mass)
    yield _line(f"{name}: the same, bins of equally many", [evenly], None)
    yield _line(f"{name}: risk over coverage (AURC)", [interval(mine, risk_area)], None)


def notes(records: Sequence[Record]) -> Iterator[str]:
    """What the figures rest on, and what they must not be taken for."""
    counts = ", ".join(f"{name} {len(mine)}" for name, mine in grouped(records).items())
    yield (
        f"Questions: {counts}. Intervals are 95 %, by bootstrap, questions of one paragraph or query drawn"
        " together. BM25 and MiniLM order the sentences that the product found and read. The network never"
        " saw these questions, but tools/fit_reader.py fits the weights of rag/reader/weigh.py to those of"
        " SQuAD 2.0 and RGB; it prints cross-validated figures beside them."
    )


def beside(ours: Sequence[Record], theirs: Sequence[Record]) -> Iterator[str]:
    """The table of two networks on the same questions: how far the shipped one is from the other."""
    yield "| int8 beside fp32 | int8 | fp32 | int8 minus fp32 | reach | |\n|---|--:|--:|--:|--:|---|"
    first, second = grouped(ours), grouped(theirs)
    for row in ROWS:
        if mine := taken(row, first):
            counted, other = statistic(row.kind, lambda record: record.reader), taken(row, second)
            apart = difference(mine, other, counted)
            verdict = "reached" if abs(apart.value) <= 0.01 else "**not reached**"
            a, b = interval(mine, counted), interval(other, counted)
            yield f"| {row.what} | {a} | {b} | {apart} | within .01 | {verdict} |"


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


def _at_most(value: float, reach: float) -> bool:
    return value <= reach


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
