"""How a measured thing grows with the number of articles, and where it meets a limit; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np


@dataclass(frozen=True, slots=True)
class Growth:
    """A power of the number of articles, and a straight line; the truth lies mostly between them."""

    scale: float
    exponent: float
    constant: float
    slope: float

    def power(self, articles: float) -> float:
        """What the power gives."""
        return self.scale * float(articles**self.exponent)

    def line(self, articles: float) -> float:
        """What the straight line gives."""
        return self.constant + self.slope * articles

    def meets(self, limit: float) -> float:
        """At how many articles the straight line meets the limit; infinite when it does not rise."""
        return max(0.0, (limit - self.constant) / self.slope) if self.slope > 0 else float("inf")


def fit(sizes: Sequence[int], values: Sequence[float]) -> Growth:
    """Least squares on the logarithms for the power, on the values for a line that never falls.

    At least two sizes.
    """
    known = np.maximum(np.asarray(values, dtype=np.float64), 1e-6)
    exponent, begin = np.polyfit(np.log(sizes), np.log(known), 1)
    slope, constant = np.polyfit(sizes, known, 1)
    if slope < 0:
        slope, constant = 0.0, known.mean()
    return Growth(float(np.exp(begin)), float(exponent), float(constant), float(slope))


class Limit(NamedTuple):
    """Something that runs out: how much of it a million articles take, how much there is, and when."""

    what: str
    unit: str
    at_million: float
    limit: float
    meets: float


def limit(what: str, unit: str, growth: Growth, least: float) -> Limit:
    """The limit `least` beside what the straight line says of a million articles."""
    return Limit(what, unit, growth.line(1_000_000), least, growth.meets(least))


def proportional(each: float) -> Growth:
    """So much an article."""
    return Growth(each, 1.0, 0.0, each)


def table(limits: Sequence[Limit]) -> list[str]:
    """The limits, the one that is met first at the top, and a sentence that names it."""
    first = sorted(limits, key=lambda each: each.meets)
    lines = ["| what runs out | at a million articles | limit | met at articles |", "|---|--:|--:|--:|"]
    for each in first:
        needed, there = f"{each.at_million:,.1f} {each.unit}", f"{each.limit:,g} {each.unit}"
        lines.append(f"| {each.what} | {needed} | {there} | {_count(each.meets)} |")
    return [*lines, "", f"First to break: {first[0].what}, at about {_count(first[0].meets)} articles."]


def _count(articles: float) -> str:
    """Two figures are more than such a projection knows."""
    return "never" if articles == float("inf") else f"{float(f'{articles:.2g}'):,.0f}"
