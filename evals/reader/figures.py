"""Records -> figures with 95 % intervals; pure, with a fixed seed."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from evals.bench.intervals import Mean
from evals.reader.ask import Record

_DRAWS = 1_000
_SEED = 11
_BINS = 10

Statistic = Callable[[Sequence[Record]], float]
Values = npt.NDArray[np.float64]
Item = TypeVar("Item")


def interval(records: Sequence[Record], statistic: Statistic) -> Mean:
    """A statistic with its percentile bootstrap interval (Efron 1979), whole clusters drawn."""
    return _interval(records, [each.asked.cluster for each in records], statistic)


def difference(ours: Sequence[Record], theirs: Sequence[Record], statistic: Statistic) -> Mean:
    """Ours minus theirs on the same questions in the same order, with the paired bootstrap interval."""
    pairs = list(zip(ours, theirs, strict=True))

    def apart(drawn: Sequence[tuple[Record, Record]]) -> float:
        return statistic([one for one, _ in drawn]) - statistic([other for _, other in drawn])

    return _interval(pairs, [one.asked.cluster for one in ours], apart)


def _interval(
    items: Sequence[Item], clusters: Sequence[Hashable], statistic: Callable[[Sequence[Item]], float]
) -> Mean:
    together: dict[Hashable, list[Item]] = {}
    for item, cluster in zip(items, clusters, strict=True):
        together.setdefault(cluster, []).append(item)
    groups = list(together.values())
    random = np.random.default_rng(_SEED)
    drawn = [
        statistic([each for i in random.integers(0, len(groups), len(groups)) for each in groups[i]])
        for _ in range(_DRAWS)
    ]
    low, high = np.nanpercentile(drawn, [2.5, 97.5])
    return Mean(statistic(items), float(low), float(high))


def share(test: Callable[[Record], bool]) -> Statistic:
    """The share of records that pass."""
    return lambda records: float(np.mean([test(each) for each in records])) if records else float("nan")


def told_apart(score: Callable[[Record], float]) -> Statistic:
    """How likely an answerable question scores above one that is not (area under the ROC curve)."""

    def statistic(records: Sequence[Record]) -> float:
        above = [score(each) for each in records if each.answerable]
        return auroc(above, [score(each) for each in records if not each.answerable])

    return statistic


def auroc(above: Sequence[float], below: Sequence[float]) -> float:
    """How likely one of `above` is greater than one of `below`, equals counting half; nan without either."""
    if not len(above) or not len(below):
        return float("nan")
    ordered = np.sort(np.asarray(below, np.float64))
    less = np.searchsorted(ordered, above, "left") + np.searchsorted(ordered, above, "right")
    return float(less.mean() / (2 * len(ordered)))


def calibration_error(records: Sequence[Record]) -> float:
    """Expected calibration error of confidence, ten bins of equal width (Guo et al. 2017)."""
    sure, right = _sure(records)
    return _gap(sure, right, np.minimum((sure * _BINS).astype(np.int64), _BINS - 1))


def calibration_error_by_mass(records: Sequence[Record]) -> float:
    """The same with ten bins of equally many, so that no bin is nearly empty (Nguyen and O'Connor 2015)."""
    sure, right = _sure(records)
    ranks = np.argsort(np.argsort(sure, kind="stable"), kind="stable")
    return _gap(sure, right, ranks * _BINS // max(len(sure), 1))


def _gap(sure: Values, right: Values, bins: npt.NDArray[np.int64]) -> float:
    gaps = [abs(sure[bins == b].sum() - right[bins == b].sum()) for b in range(_BINS)]
    return float(sum(gaps) / max(len(sure), 1))


def risk_area(records: Sequence[Record]) -> float:
    """Mean share of wrong answers over all coverages, the surest first (AURC, Geifman and El-Yaniv 2017)."""
    sure, right = _sure(records)
    wrong = 1 - right[np.argsort(-sure, kind="stable")]
    return float(np.mean(np.cumsum(wrong) / np.arange(1, len(wrong) + 1)))


def _sure(records: Sequence[Record]) -> tuple[Values, Values]:
    sure = np.array([each.confidence for each in records], np.float64)
    return sure, np.array([each.correct for each in records], np.float64)
