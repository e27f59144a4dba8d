"""Lines of a table of ratios: two things measured in turn, several times."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

HEAD = "| ratio | median | lowest to highest | runs | reach | |\n|---|--:|--:|--:|--:|---|"


@dataclass(frozen=True, slots=True)
class Line:
    """One comparison: the ratios of neighbouring measurements, and the number to reach."""

    what: str
    ratios: tuple[float, ...]
    reach: str
    reached: Callable[[float], bool]

    def __str__(self) -> str:
        """The line of the Markdown table."""
        middle = statistics.median(self.ratios)
        spread = f"{min(self.ratios):.2f} to {max(self.ratios):.2f}"
        verdict = "reached" if self.reached(middle) else "**not reached**"
        return f"| {self.what} | {middle:.2f} | {spread} | {len(self.ratios)} | {self.reach} | {verdict} |"


def at_least(what: str, ratios: tuple[float, ...], least: float) -> Line:
    """A line whose median should not fall below `least`."""
    return Line(what, ratios, f"at least {least:g}", lambda ratio: ratio >= least)


def at_most(what: str, ratios: tuple[float, ...], most: float) -> Line:
    """A line whose median should not rise above `most`."""
    return Line(what, ratios, f"at most {most:g}", lambda ratio: ratio <= most)


def paired(first: Callable[[], object], second: Callable[[], object], runs: int) -> tuple[float, ...]:
    """Seconds of `first` over seconds of `second`, in turn, after one turn that is not counted."""
    ratios = []
    for _ in range(runs + 1):
        a = seconds(first)
        ratios.append(a / seconds(second))
    return tuple(ratios[1:])


def seconds(action: Callable[[], object]) -> float:
    """How long the action takes."""
    began = time.perf_counter()
    action()
    return time.perf_counter() - began
