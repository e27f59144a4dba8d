"""Days, months, years and weekdays that a text names, resolved by the day its article was published."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from rag.verify.source import Source

_MONTHS = "january february march april may june july august september october november december".split()
_WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b\.?)"
)
_DAY = r"(?:[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?"
_YEAR = r"(?:1[5-9]|20)\d\d"
_FORMS = tuple(
    re.compile(form)
    for form in (
        rf"\b(?P<y>{_YEAR})-(?P<n>0[1-9]|1[0-2])-(?P<d>0[1-9]|[12]\d|3[01])\b",
        rf"\b(?P<m>{_MONTH}) (?P<d>{_DAY})(?:(?:,| of)? (?P<y>{_YEAR}))?"
        r"(?!\d| ?(?:percent|%|million|billion))\b",
        rf"\b(?P<d>{_DAY})(?: of)? (?P<m>{_MONTH})(?:,? (?P<y>{_YEAR}))?(?!\w)",
        rf"\b(?P<m>{_MONTH})(?:,| of)? (?P<y>{_YEAR})\b",
    )
)
# "May" and "March" alone are months after such words only, or in the middle of a sentence.
_BARE = re.compile(rf"\b(?P<m>{_MONTH})(?!\w)")
_ALONE = re.compile(
    rf"(?<![\w$€£¥.,/-])(?P<y>{_YEAR})(?![\w%]|[.,]\d|-\d| (?:million|billion|people|percent))"
)
_NAMED = re.compile(rf"\b({'|'.join(day.title() for day in _WEEKDAYS)})s?\b")
_TO_DAY = {"today": 0, "tonight": 0, "yesterday": -1, "tomorrow": 1, "overnight": -1, "this morning": 0}
_RELATIVE = re.compile(
    r"\b(last|next|this|past|coming|previous|earlier this|later this|end of the|the)[ -]"
    r"(year|month|week|weekend|summer|spring|autumn|fall|winter)(?:['’]s|[ -]end)?\b",
    re.IGNORECASE,
)


class When(NamedTuple):
    """A mention: what of a date it says, and how it is written; a weekday counts from Monday, 0."""

    year: int | None
    month: int | None
    day: int | None
    weekday: int | None
    written: str


@lru_cache(maxsize=4_096)
def mentions(text: str) -> tuple[tuple[When, int, int], ...]:
    """The dates that a text names, each with where it stands."""
    found: list[tuple[When, int, int]] = []
    taken = bytearray(len(text))

    def take(match: re.Match[str], when: When) -> None:
        if not any(taken[match.start() : match.end()]):
            taken[match.start() : match.end()] = b"1" * (match.end() - match.start())
            found.append((when, match.start(), match.end()))

    for form in _FORMS:
        for match in form.finditer(text):
            take(match, _when(match))
    for match in _BARE.finditer(text):
        if match.group() not in ("May", "March", "Mar", "Dec") or _in_the_middle(text, match.start()):
            take(match, _when(match))
    for match in _ALONE.finditer(text):
        take(match, When(int(match.group()), None, None, None, match.group()))
    for match in _NAMED.finditer(text):
        take(match, When(None, None, None, _WEEKDAYS.index(match.group(1).lower()), match.group()))
    return tuple(found)


def _when(match: re.Match[str]) -> When:
    parts = match.groupdict()
    name = (parts.get("m") or "").lower().rstrip(".")
    month = (
        int(parts["n"]) if parts.get("n") else next(i for i, m in enumerate(_MONTHS, 1) if m[:3] == name[:3])
    )
    day, year = parts.get("d"), parts.get("y")
    return When(
        int(year) if year else None,
        month,
        int(re.sub(r"\D", "", day)) if day else None,
        None,
        match.group(),
    )


def _in_the_middle(text: str, start: int) -> bool:
    before = re.search(r"(\w+) $|-$", text[:start])
    return bool(before and (before.group(1) is None or before.group(1).islower()))


def without_dates(text: str) -> str:
    """The text with blanks where dates stand."""
    for _, start, end in mentions(text):
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def missing_dates(text: str, source: Source) -> str | None:
    """What is wrong with a text's dates: one that what it cites does not name or imply."""
    own = mentions(text)
    if not own:
        return None
    there = _There(source)
    strange = [when.written for when, _, _ in own if not there.holds(when)]
    return f"has a date that is not in what it cites: {', '.join(strange)}" if strange else None


class _There:
    """Everything that cited sentences say of time, as far as the day of publication makes it plain."""

    def __init__(self, source: Source) -> None:
        self.days: set[tuple[int | None, int, int]] = set()
        self.months: set[tuple[int | None, int]] = set()
        self.years: set[int] = set()
        self.weekdays: set[int] = set()
        for published in source.days:
            self._exactly(published)
        for quote in (*source.quotes, source.told):
            for when, _, _ in mentions(quote):
                self._named(when, source.days)
        for published in source.days:
            for quote in source.quotes:
                self._implied(quote, published)

    def holds(self, when: When) -> bool:
        """Whether a mention says no more than what is there."""
        if when.weekday is not None:
            return when.weekday in self.weekdays
        if when.month is None:
            return when.year in self.years
        if when.day is None:
            return any(_agree(when.year, y) and m == when.month for y, m in self.months)
        return any(_agree(when.year, y) and (m, d) == (when.month, when.day) for y, m, d in self.days)

    def _exactly(self, day: date) -> None:
        self.days.add((day.year, day.month, day.day))
        self.months.add((day.year, day.month))
        self.years.add(day.year)
        self.weekdays.add(day.weekday())

    def _named(self, when: When, published: tuple[date, ...]) -> None:
        if when.weekday is not None:
            self.weekdays.add(when.weekday)
            for day in published:
                for step in range(-7, 8):
                    near = day + timedelta(days=step)
                    if near.weekday() == when.weekday:
                        self.days.add((near.year, near.month, near.day))
                        self.months.add((near.year, near.month))
            return
        years: set[int | None] = {when.year}
        if when.year is None and published:
            years = {year for day in published for year in _nearest(day, when.month)}
        for year in years:
            if year is not None:
                self.years.add(year)
            if when.month is not None:
                self.months.add((year, when.month))
            if when.month is not None and when.day is not None:
                self.days.add((year, when.month, when.day))
                self._weekday_of(year, when.month, when.day)

    def _weekday_of(self, year: int | None, month: int, day: int) -> None:
        if year is not None:
            try:
                self.weekdays.add(date(year, month, day).weekday())
            except ValueError:
                return

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


def _agree(one: int | None, other: int | None) -> bool:
    return one is None or other is None or one == other


def _nearest(published: date, month: int | None) -> Iterator[int]:
    """The years that a month without one may mean: that of publication, and the one next to it."""
    yield published.year
    if month is not None and month > published.month:
        yield published.year - 1
    if month is not None and month < published.month:
        yield published.year + 1
