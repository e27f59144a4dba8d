"""Whether days, months, years and weekdays of a text stand in what it cites, or follow from it.

What is cited is resolved by the day its article was published. That day itself may be named for what has no
other date; where the cited sentence names a day or a year, another one is a mistake even if it is that of
publication.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from rag.verify.source import Source
from rag.verify.when import When, mentions

_TO_DAY = {"today": 0, "tonight": 0, "yesterday": -1, "tomorrow": 1, "overnight": -1, "this morning": 0}
_RELATIVE = re.compile(
    r"\b(last|next|this|past|coming|previous|earlier this|later this|end of the|the)[ -]"
    r"(year|month|week|weekend|summer|spring|autumn|fall|winter)(?:['’]s|[ -]end)?\b",
    re.IGNORECASE,
)
_COUNTS = "a two three four five six seven eight nine ten eleven twelve".split()
# "Seven years later", "a year ago", "eleven days after": reckoned from what is named, and from publication.
_APART = re.compile(
    rf"\b(?P<n>an|one|\d{{1,3}}|{'|'.join(_COUNTS)}) (?:more |full )?(?P<unit>day|week|year|decade)s? "
    r"(?P<way>ago|earlier|before|previously|later|after|sooner|since|from now)\b",
    re.IGNORECASE,
)
_BACK = ("ago", "earlier", "previously")
# Of days, "two days after" the other one points back too: what is named came after it.
_BACK_BY_DAYS = (*_BACK, "after", "since")
_UNIT = {"day": 1, "week": 7, "year": 1, "decade": 10}
# Without such words a weekday is the last one.
_AHEAD = re.compile(
    r"\b(?:will|would|shall|expect\w*|due|schedule\w*|plan\w*|until|next|by|may|might|could|should|must|ahead"
    r"|set|begins?|starts?|opens?|is|are|hopes?|wants?|forecast\w*|likely)\b",
    re.IGNORECASE,
)
# A day without a year is the nearest one, unless it lies about half a year away on either side.
_NEAR = 150


def missing_dates(text: str, source: Source) -> str | None:
    """What is wrong with a text's dates: one that what it cites does not name or imply."""
    own = tuple(when for when, _, _ in mentions(text))
    if not own:
        return None
    there = _There(source, own)
    strange = [when.written for when in own if not there.holds(when)]
    return f"has a date that is not in what it cites: {', '.join(strange)}" if strange else None


class _There:
    """Everything that cited sentences say of time, as far as the day of publication makes it plain."""

    def __init__(self, source: Source, own: tuple[When, ...]) -> None:
        self.days: set[tuple[int | None, int, int]] = set()
        self.months: set[tuple[int | None, int]] = set()
        self.years: set[int] = set()
        self.weekdays: set[int] = set()
        self._published = source.days
        for quote in (*source.quotes, source.told):
            for when, _, _ in mentions(quote):
                self._named(when, quote)
        for published in source.days:
            for quote in source.quotes:
                self._implied(quote, published)
        for quote in source.quotes:
            self._reckoned(quote)
        self._of_publication(source, own)

    def holds(self, when: When) -> bool:
        """Whether a mention says no more than what is there."""
        if when.weekday is not None:
            return when.weekday in self.weekdays
        if when.month is None:
            return when.year in self.years
        if when.day is None:
            return any(_agree(when.year, y) and m == when.month for y, m in self.months)
        return any(_agree(when.year, y) and (m, d) == (when.month, when.day) for y, m, d in self.days)

    def _of_publication(self, source: Source, own: tuple[When, ...]) -> None:
        """The day of publication, as far as the text keeps what else is named of that kind."""
        named = [when for quote in source.quotes for when, _, _ in mentions(quote)]
        days = {(w.weekday, w.month, w.day) for w in named if w.weekday is not None or w.day is not None}
        kept_days = days <= {(w.weekday, w.month, w.day) for w in own}
        years = {w.year for w in named if w.year is not None}
        kept_years = years <= {w.year for w in own} and not _other_year(source)
        for day in source.days:
            if kept_years:
                self.years.add(day.year)
                self.months.add((day.year, day.month))
            if kept_days:
                self.days.add((day.year, day.month, day.day))
                self.weekdays.add(day.weekday())

    def _exactly(self, day: date) -> None:
        self.days.add((day.year, day.month, day.day))
        self.months.add((day.year, day.month))
        self.years.add(day.year)
        self.weekdays.add(day.weekday())

    def _named(self, when: When, quote: str) -> None:
        if when.weekday is not None:
            self._on(when.weekday, ahead=bool(_AHEAD.search(quote)))
            return
        years: set[int | None] = {when.year}
        if when.year is None and self._published:
            years = {year for day in self._published for year in _nearest(day, when)}
        for year in years:
            if year is not None:
                self.years.add(year)
            if when.month is not None:
                self.months.add((year, when.month))
            if when.month is not None and when.day is not None:
                self.days.add((year, when.month, when.day))
                if day := _day(year, when.month, when.day):
                    self.weekdays.add(day.weekday())

    def _on(self, weekday: int, ahead: bool) -> None:
        self.weekdays.add(weekday)
        for day in self._published:
            for near in (day + timedelta(days=step) for step in range(-7, 8 if ahead else 1)):
                if near.weekday() == weekday:
                    self.days.add((near.year, near.month, near.day))
                    self.months.add((near.year, near.month))
                    self.years.add(near.year)

    def _implied(self, text: str, published: date) -> None:
        lowered = text.lower()
        for word, step in _TO_DAY.items():
            if re.search(rf"\b{word}\b", lowered):
                self._exactly(published + timedelta(days=step))
        for match in _RELATIVE.finditer(text):
            self._relative(match.group(1).lower(), match.group(2).lower(), published)

    def _relative(self, which: str, unit: str, published: date) -> None:
        step = {"last": -1, "past": -1, "previous": -1, "next": 1, "coming": 1}.get(which, 0)
        if unit == "month":
            index = published.year * 12 + published.month - 1 + step
            self.months.add((index // 12, index % 12 + 1))
            self.years.add(index // 12)
        elif unit == "year":
            self.years.add(published.year + step)
        elif unit not in ("week", "weekend"):
            self.years |= {published.year, published.year + step}

    def _reckoned(self, text: str) -> None:
        for match in _APART.finditer(text):
            count, unit = match.group("n").lower(), match.group("unit").lower()
            n = (
                int(count)
                if count.isdecimal()
                else 1 + _COUNTS.index("a" if count in ("an", "one") else count)
            )
            long = unit in ("year", "decade")
            back = match.group("way").lower() in (_BACK if long else _BACK_BY_DAYS)
            steps = (-n * _UNIT[unit], *(() if back else (n * _UNIT[unit],)))
            if long:
                known = self.years | {day.year for day in self._published}
                self.years |= {year + step for year in known for step in steps}
            else:
                self._shifted(steps)

    def _shifted(self, steps: tuple[int, ...]) -> None:
        known = {day for each in self.days if (day := _day(*each))} | set(self._published)
        for day in known:
            for step in steps:
                self._exactly(day + timedelta(days=step))


def _other_year(source: Source) -> bool:
    """Whether what is cited says of a year that it is not that of publication."""
    found = (match for quote in source.quotes for match in _RELATIVE.finditer(quote))
    return any(
        m.group(2).lower() == "year" and m.group(1).lower() in ("last", "past", "previous", "next")
        for m in found
    )


def _day(year: int | None, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if year else None
    except ValueError:
        return None


def _agree(one: int | None, other: int | None) -> bool:
    return one is None or other is None or one == other


def _nearest(published: date, when: When) -> Iterator[int]:
    """The years that a day or a month without one may mean: that of publication, or one next to it."""
    years = (published.year - 1, published.year, published.year + 1)
    if when.month is not None and when.day is not None:
        days = [day for year in years if (day := _day(year, when.month, when.day))]
        near = [day for day in days if abs((day - published).days) <= _NEAR]
        yield from (day.year for day in near or days)
        return
    yield published.year
    if when.month is not None and when.month > published.month:
        yield published.year - 1
    if when.month is not None and when.month < published.month:
        yield published.year + 1
