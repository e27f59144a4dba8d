"""How sure figures are: intervals, and whether two runs differ; pure, with a fixed seed."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence

import numpy as np

from evals.bench.intervals import Mean

_CONFIDENCE_95 = 1.959964
_DRAWS = 2_000
_SEED = 11


def wilson(right: int, total: int) -> tuple[float, float]:
    """The 95 % interval of a rate (Wilson 1927), as shares of 1; (0, 1) when there is nothing."""
    if total == 0:
        return 0.0, 1.0
    z2 = _CONFIDENCE_95**2
    share = right / total
    middle = (share + z2 / (2 * total)) / (1 + z2 / total)
    half = math.sqrt(share * (1 - share) / total + z2 / (4 * total**2)) * _CONFIDENCE_95 / (1 + z2 / total)
    return max(0.0, middle - half), min(1.0, middle + half)


def at_most(total: int) -> float:
    """The upper 95 % bound of a rate of which none was seen in `total`: 3/n (Hanley 1983), at most 1."""
    return min(1.0, 3 / total) if total else 1.0


def clustered(values: Sequence[float], clusters: Sequence[Hashable]) -> Mean:
    """The mean and its percentile bootstrap interval (Efron 1979), whole clusters drawn.

    One value a case, at least one; cases of one cluster lean on the same article. The mean of per-case
    differences gives the paired bootstrap.
    """
    together: dict[Hashable, list[float]] = {}
    for value, cluster in zip(values, clusters, strict=True):
        together.setdefault(cluster, []).append(value)
    sums = np.array([sum(group) for group in together.values()])
    sizes = np.array([len(group) for group in together.values()])
    drawn = np.random.default_rng(_SEED).integers(0, len(sums), size=(_DRAWS, len(sums)))
    low, high = np.percentile(sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1), [2.5, 97.5])
    return Mean(float(sums.sum() / sizes.sum()), float(low), float(high))


def mcnemar(worse: int, better: int) -> float:
    """How likely chance alone makes so many of the changed cases worse (McNemar 1947, exact, one-sided)."""
    changed = worse + better
    return math.fsum(math.comb(changed, k) / 2**changed for k in range(worse, changed + 1))


def risk_coverage(sure: Sequence[float], right: Sequence[bool]) -> list[tuple[float, float]]:
    """For each share of the cases that is kept, the surest first: how many of them are wrong.

    The mean of the second values is the AURC (Geifman and El-Yaniv 2017).
    """
    order = sorted(range(len(sure)), key=lambda i: (-sure[i], i))
    wrong, points = 0, []
    for kept, i in enumerate(order, start=1):
        wrong += not right[i]
        points.append((kept / len(order), wrong / kept))
    return points


def calibration(
    sure: Sequence[float], right: Sequence[bool], bins: int = 10
) -> list[tuple[float, float, int]]:
    """For each bin of equal width that is not empty: mean confidence, share right, and how many.

    The mean gap, weighed by how many, is the expected calibration error (Guo et al. 2017).
    """
    filled: dict[int, list[int]] = {}
    for i, each in enumerate(sure):
        filled.setdefault(min(int(each * bins), bins - 1), []).append(i)
    return [
        (sum(sure[i] for i in own) / len(own), sum(right[i] for i in own) / len(own), len(own))
        for _, own in sorted(filled.items())
    ]


def calibration_error(points: Sequence[tuple[float, float, int]]) -> float:
    """The expected calibration error of `calibration`'s bins; 0 for none."""
    total = sum(count for *_, count in points)
    return sum(abs(sure - right) * count for sure, right, count in points) / max(total, 1)
