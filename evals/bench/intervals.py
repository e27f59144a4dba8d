"""How sure a mean is: bootstrap intervals over questions; pure, with a fixed seed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

_DRAWS = 4_000
_SEED = 11
Values = npt.NDArray[np.float64]


class Mean(NamedTuple):
    """A mean with its 95 % interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        """As a cell of a table shows it."""
        return f"{_short(self.value)} ({_short(self.low)} to {_short(self.high)})"


def mean(values: Sequence[float] | Values) -> Mean:
    """The mean and its percentile bootstrap interval (Efron 1979), one value a question.

    The mean of per-question differences gives the paired bootstrap. At least one value.
    """
    each = np.asarray(values, dtype=np.float64)
    count = len(each)
    drawn = np.random.default_rng(_SEED).integers(0, count, size=(_DRAWS, count), dtype=np.int32)
    low, high = np.percentile(each[drawn].mean(axis=1), [2.5, 97.5])
    return Mean(float(each.mean()), float(low), float(high))


def difference(ours: Sequence[float] | Values, theirs: Sequence[float] | Values) -> Mean:
    """Ours minus theirs on the same questions, with the paired bootstrap interval."""
    return mean(np.asarray(ours, np.float64) - np.asarray(theirs, np.float64))


def _short(value: float) -> str:
    """Three decimals without the leading zero: .607, -.012, 1.000."""
    text = f"{value:.3f}"
    return text.replace("0.", ".", 1) if abs(value) < 1 and "0." in text[:3] else text
