"""A linear layer's weight -> small integers, and what makes what comes in small integers too; pure.

A few channels of this network are a hundred times larger than the rest. They are made smaller before
rounding and their weights larger (SmoothQuant, Xiao et al. 2023); where that is not enough, the largest are
not rounded at all (Dettmers et al. 2022).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Span = tuple[Array, Array]

# How much of the difference between channels goes from what comes in to the weights, of 1.
_SMOOTHED = 0.8
# Beyond what was seen there is so much room.
_ROOM = 1.1
_LEVELS = 255
# Two weights times two inputs stay below 2**15, beyond which processors without VNNI cut them off.
_TOP = 63


class Rounded(NamedTuple):
    """x @ weight.T is about round(x * factor) @ steps * worth, and what `apart` adds.

    `factor` (channels), `zero` the uint8 that stands for nothing, `steps` int8 (channels, outputs), `worth`
    (outputs); `apart` are the channels whose steps are 0, to be multiplied as they are.
    """

    factor: Array
    zero: Array
    steps: Array
    worth: Array
    apart: Array


def rounded(weight: Array, span: Span, apart: int) -> Rounded:
    """The integers of a weight (outputs, channels) in front of which channels lie between `span`'s sides."""
    low, high = (_ROOM * side for side in span)
    loud = np.maximum(np.maximum(high, -low), 1e-6)
    heavy = np.maximum(np.abs(weight).max(axis=0), 1e-6)
    smooth = loud**_SMOOTHED / heavy ** (1 - _SMOOTHED)
    largest = np.sort(np.argsort(-loud * heavy, kind="stable")[:apart])
    rest = np.setdiff1d(np.arange(len(loud)), largest)
    least = (low / smooth)[rest].min()
    step = ((high / smooth)[rest].max() - least) / _LEVELS
    heavier = weight * smooth
    heavier[:, largest] = 0
    scales = row_scales(heavier, _TOP)
    return Rounded(
        np.asarray(1 / (smooth * step), np.float32),
        np.array(round(-least / step), np.uint8),
        np.asarray(np.rint(heavier / scales).T, np.int8),
        np.asarray(scales[:, 0] * step, np.float32),
        largest,
    )


def row_scales(rows: Array, top: int) -> Array:
    """What a step of each row is worth, so that its largest value is `top` steps."""
    return np.asarray(np.maximum(np.abs(rows).max(axis=-1, keepdims=True) / top, 1e-9), np.float32)
