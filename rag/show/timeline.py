"""Counts of articles by date and outlet -> a plot, each bar of which can be chosen; pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from html import escape
from typing import NamedTuple

from rag.listed import Counted, Unit
from rag.show.plain import line

# So many outlets have a colour of their own; the others share one.
TOLD_APART = 8
OTHERS = "others"
_MONTHS, _DAYS = 120, 62
# So many periods have room on a telephone; more of them are scrolled.
_ROOM = 62
_WIDTH, _HEIGHT, _TOP, _BOTTOM = 6.0, 150, 22, 24
# A bar of one article beside one of thousands can still be seen and met.
_LEAST = 3.0
_LABELS, _APART = 4, 0.28


class Bar(NamedTuple):
    """The articles of one outlet in one period, or of all the others: where they are drawn."""

    first: date
    lane: int
    articles: int


def unit_of(first: date, last: date) -> Unit:
    """Whether days, months or years suit a plot from day to day."""
    if (last - first).days < _DAYS:
        return "day"
    return "month" if _place(last, "month") - _place(first, "month") < _MONTHS else "year"


def last_day(first: date, unit: Unit) -> date:
    """The last day of the period that begins on a day."""
    if unit == "day":
        return first
    if unit == "year":
        return first.replace(month=12, day=31)
    return (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def outlet_key(outlet: str | None, ranked: Sequence[str | None] = ()) -> str:
    """How the page names an outlet: "others" for one that is not among the first of `ranked`, if given."""
    if ranked and outlet not in ranked[:TOLD_APART]:
        return OTHERS
    return "unknown" if outlet is None else f"={outlet}"


def outlet_name(key: str) -> str:
    """An outlet's name as it is shown."""
    return {OTHERS: "other outlets", "unknown": "unknown outlet"}.get(key) or line(key[1:])


def timeline_html(
    counted: Sequence[Counted], unit: Unit, ranked: Sequence[str | None], narrowed: bool = False
) -> str:
    """The plot: bars stacked by outlet over time, what their colours mean, and undated articles beside.

    `ranked` are all outlets of the library, those with most articles first: the first have colours of their
    own. `narrowed` says that not all articles are counted, and offers to show all.
    """
    bars, undated = _bars(counted, ranked)
    keys = [outlet_key(outlet) for outlet in ranked[:TOLD_APART]] + [OTHERS]
    rest = (
        f'<button type="button" class="tool" data-undated="1">{undated:,} undated</button>' if undated else ""
    )
    all_ = '<button type="button" class="tool" data-all="1">Show all</button>' if narrowed else ""
    legend = _legend_html(counted, ranked, keys)
    return (
        f'<figure class="timeline"><figcaption>{_caption(bars, unit)}{rest}{all_}</figcaption>'
        f"{_svg(bars, unit, keys) if bars else ''}{legend}</figure>"
    )


def _bars(counted: Sequence[Counted], ranked: Sequence[str | None]) -> tuple[list[Bar], int]:
    """The bars, oldest first, and how many articles are undated."""
    lanes = {outlet: lane for lane, outlet in enumerate(ranked[:TOLD_APART])}
    heights: Counter[tuple[date, int]] = Counter()
    undated = 0
    for first, outlet, articles in counted:
        if first is None:
            undated += articles
        else:
            heights[first, lanes.get(outlet, TOLD_APART)] += articles
    return [Bar(first, lane, articles) for (first, lane), articles in sorted(heights.items())], undated


def _caption(bars: Sequence[Bar], unit: Unit) -> str:
    if not bars:
        return '<span class="axis">No dated articles.</span>'
    return f'<span class="axis">Articles by {unit} and outlet</span>'


def _legend_html(counted: Sequence[Counted], ranked: Sequence[str | None], keys: Sequence[str]) -> str:
    """What the colours mean, a button an outlet that chooses it; those in sight alone."""
    totals: Counter[str] = Counter()
    for _, outlet, articles in counted:
        totals[outlet_key(outlet, ranked)] += articles
    items = "".join(
        f'<li><button type="button" class="tool" data-outlet="{escape(key)}">'
        f'<span class="swatch lane-{lane}" aria-hidden="true"></span><bdi>{escape(outlet_name(key))}</bdi>'
        f' <span class="many">{totals[key]:,}</span></button></li>'
        for lane, key in enumerate(keys)
        if totals[key]
    )
    return f'<ul class="legend" aria-label="Outlets">{items}</ul>' if items else ""


def _svg(bars: Sequence[Bar], unit: Unit, keys: Sequence[str]) -> str:
    """The plot itself. Along the time it is laid out in hundredths, so that letters keep their size."""
    start, count = _place(bars[0].first, unit), _place(bars[-1].first, unit) - _place(bars[0].first, unit) + 1
    totals: Counter[date] = Counter()
    for bar in bars:
        totals[bar.first] += bar.articles
    most = max(totals.values())
    step = 100 / count
    width = min(step * 0.8, _WIDTH) if step * 0.8 > 0.25 else 0.25

    def middle(first: date) -> float:
        return (_place(first, unit) - start + 0.5) * step

    grid = "".join(_line(y) for y in (_TOP, _TOP + _HEIGHT))
    marks = _marks(bars, unit, keys, most, lambda first: (middle(first) - width / 2, width))
    labels = "".join(_label(middle(first), _named(first, unit)) for first in _labelled(sorted(totals)))
    top = f'<text class="most" x="0" y="{_TOP - 6}">{most:,}</text>'
    tall = _TOP + _HEIGHT + _BOTTOM
    room = " long" if count > _ROOM else ""
    return (
        f'<div class="plot{room}">'
        f'<svg xmlns="http://www.w3.org/2000/svg" class="bars" width="100%" height="{tall}" role="group"'
        f' aria-label="Articles by {unit} and outlet; the arrow keys lead from bar to bar">'
        f"{grid}{top}{marks}{labels}</svg></div>"
    )


def _marks(
    bars: Sequence[Bar],
    unit: Unit,
    keys: Sequence[str],
    most: int,
    across: Callable[[date], tuple[float, float]],
) -> str:
    """The bars; the first can be reached with the tabulator key, the others from there."""
    marks: list[str] = []
    base, period = 0.0, None
    for bar in bars:
        if bar.first != period:
            period, base = bar.first, float(_TOP + _HEIGHT)
        height = max(bar.articles / most * _HEIGHT, _LEAST)
        base -= height
        x, width = across(bar.first)
        told = f"{outlet_name(keys[bar.lane])}, {_named(bar.first, unit)}: {_articles(bar.articles)}"
        marks.append(
            f'<rect class="bar lane-{bar.lane}" x="{x:.3f}%" y="{base:.2f}" width="{width:.3f}%"'
            f' height="{height:.2f}" role="button" tabindex="{-1 if marks else 0}"'
            f' aria-label="{escape(told)}" data-since="{bar.first}" data-until="{last_day(bar.first, unit)}"'
            f' data-outlet="{escape(keys[bar.lane])}" data-articles="{bar.articles}">'
            f"<title>{escape(told)}</title></rect>"
        )
    return "".join(marks)


def _line(y: int) -> str:
    return f'<line class="rule" x1="0" x2="100%" y1="{y}" y2="{y}"/>'


def _label(x: float, text: str) -> str:
    """The name of a period below its bar, and not beyond the edge of the plot."""
    anchor, at = ("start", 0.0) if x < 12 else ("end", 100.0) if x > 88 else ("middle", x)
    return f'<text x="{at:.3f}%" y="{_TOP + _HEIGHT + 17}" text-anchor="{anchor}">{escape(text)}</text>'


def _labelled(days: Sequence[date]) -> list[date]:
    """The periods that are named: the first, the last, and those nearest to even distances between."""
    first, last = days[0].toordinal(), days[-1].toordinal()
    wanted = [first + (last - first) * n / (_LABELS - 1) for n in range(_LABELS)]
    nearest = {min(days, key=lambda day: abs(day.toordinal() - at)) for at in wanted}
    kept: list[date] = []
    for day in sorted(nearest):
        # Two names side by side would run into each other.
        if not kept or day.toordinal() - kept[-1].toordinal() > (last - first) * _APART:
            kept.append(day)
    # The last is named whatever stands before it, unless that is the first.
    return kept if kept[-1] == days[-1] else [*(kept[:-1] or kept), days[-1]]


def _named(first: date, unit: Unit) -> str:
    written = {"day": f"{first.day} {first:%b} {first.year}", "month": f"{first:%b} {first.year}"}
    return written.get(unit, str(first.year))


def _articles(count: int) -> str:
    return f"{count:,} article" + ("" if count == 1 else "s")


def _place(day: date, unit: Unit) -> int:
    """The number of the period that a day lies in."""
    if unit == "day":
        return day.toordinal()
    return day.year if unit == "year" else day.year * 12 + day.month - 1
