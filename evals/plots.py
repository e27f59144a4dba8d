"""Figures -> plots as SVG that stand inside a page; pure, and everything written into them is escaped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from evals.run import Rate

_WIDE, _HIGH, _LEFT, _ROW = 640, 300, 190, 20
_EDGE = 34


def bars(rates: Sequence[Rate]) -> str:
    """Each rate as a dot on its 95 % interval, one under the other, from 0 to 1."""
    high = _ROW * len(rates) + _EDGE
    across = _WIDE - _LEFT - 60
    parts = [_line(_LEFT + x * across, 8, _LEFT + x * across, high - 24, "grid") for x in (0, 0.5, 1)]
    parts += [_text(_LEFT + x * across, high - 8, f"{x:g}", "middle") for x in (0, 0.5, 1)]
    for number, rate in enumerate(rates):
        y = 18 + number * _ROW
        low, top = (_LEFT + edge * across for edge in rate.interval)
        parts += [
            _text(_LEFT - 8, y + 4, rate.name, "end"),
            _line(low, y, top, y, "span"),
            _dot(_LEFT + rate.share * across, y, f"{rate.name}: {rate.right} of {rate.total}"),
            _text(_WIDE - 52, y + 4, f"{rate.right}/{rate.total}", "start"),
        ]
    return _svg(high, parts)


def curve(points: Sequence[tuple[float, float]], below: str, beside: str) -> str:
    """A line through points of the unit square."""
    path = " ".join(f"{_x(x):.1f},{_y(y):.1f}" for x, y in points)
    return _svg(_HIGH, [*_axes(below, beside), f'<polyline class="curve" points="{path}"/>'])


def reliability(points: Sequence[tuple[float, float, int]], below: str, beside: str) -> str:
    """Dots beside the diagonal, larger where they stand for more."""
    most = max((count for *_, count in points), default=1)
    dots = [
        _dot(_x(sure), _y(right), f"{count} cases: {sure:.2f} sure, {right:.2f} right", 3 + 9 * count / most)
        for sure, right, count in points
    ]
    return _svg(_HIGH, [*_axes(below, beside), _line(_x(0), _y(0), _x(1), _y(1), "grid"), *dots])


def steps(times: Mapping[str, tuple[float, float]]) -> str:
    """A bar a step: milliseconds at the median, and a line on to the ninetieth percentile."""
    most = max((late for _, late in times.values()), default=1.0) or 1.0
    across = _WIDE - _LEFT - 130
    parts = []
    for number, (step, (median, late)) in enumerate(times.items()):
        y = 18 + number * _ROW
        parts += [
            _text(_LEFT - 8, y + 4, step, "end"),
            f'<rect class="bar" x="{_LEFT}" y="{y - 6}" width="{median / most * across:.1f}" height="12"/>',
            _line(_LEFT + median / most * across, y, _LEFT + late / most * across, y, "span"),
            _text(_WIDE - 122, y + 4, f"{median:.1f} ms, {late:.1f} at 90 %", "start"),
        ]
    return _svg(_ROW * len(times) + 16, parts)


def _axes(below: str, beside: str) -> list[str]:
    marks = [_text(_x(x), _HIGH - 18, f"{x:g}", "middle") for x in (0, 0.5, 1)]
    marks += [_text(_EDGE - 4, _y(y) + 4, f"{y:g}", "end") for y in (0, 0.5, 1)]
    marks += [_line(_x(0), _y(y), _x(1), _y(y), "grid") for y in (0, 0.5, 1)]
    return [*marks, _text(_x(0.5), _HIGH - 4, below, "middle"), _text(_x(0), 12, beside, "start")]


def _x(share: float) -> float:
    return _EDGE + share * (_WIDE - 2 * _EDGE)


def _y(share: float) -> float:
    return _HIGH - _EDGE - share * (_HIGH - 2 * _EDGE)


def _svg(high: float, parts: Sequence[str]) -> str:
    return f'<svg viewBox="0 0 {_WIDE} {high:.0f}" role="img">{"".join(parts)}</svg>'


def _line(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def _dot(x: float, y: float, told: str, radius: float = 4.0) -> str:
    shape = f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}">'
    return f"{shape}<title>{escape(told)}</title></circle>"


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
