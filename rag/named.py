"""Which outlets and days a question names, and how well an article fits them; pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from rag.types import Article
from rag.words import STOPWORDS

_MONTHS = "january february march april may june july august september october november december".split()
_MONTH = r"(?P<month>(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)(?:\.|[a-z]+)?|may)"
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_DAY = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th)?"
_DATES = tuple(
    re.compile(rf"\b{pattern}\b", re.IGNORECASE)
    for pattern in (
        rf"{_MONTH} {_DAY},? {_YEAR}",
        rf"{_DAY} (?:of )?{_MONTH},? {_YEAR}",
        rf"{_MONTH},? (?:of )?{_YEAR}",
        _YEAR,
    )
)
# Names that are everyday words too count only behind "the".
_EVERYDAY = frozenset(
    "times post guardian independent sun mirror star globe herald today week hill mail".split()
)
_TAIL = re.compile(r"(?: (?:News|Online|Newspaper|Agency)|\.com|\.org|\.net)+$")
_NEAR_DAYS = 3


class Day(NamedTuple):
    """A year, with its month and day where they are named."""

    year: int
    month: int | None = None
    day: int | None = None


class Named(NamedTuple):
    """The outlets, as the library spells them, and the days that a question names."""

    outlets: tuple[str, ...] = ()
    days: tuple[Day, ...] = ()


def named(text: str, outlets: Sequence[str]) -> Named:
    """What a question names, of these outlets and of all days."""
    return Named(tuple(o for o in outlets if _names(text, o)), tuple(dict.fromkeys(_days(text))))


def fits(asked: Named, article: Article) -> float:
    """How well an article's outlet and date fit, -1 to 1; 0 when nothing is named, or nothing known."""
    found = [_outlet_fits(asked, article)] if asked.outlets and article.outlet else []
    if asked.days and article.published:
        found.append(max(_day_fits(day, article.published) for day in asked.days))
    return sum(found) / len(found) if found else 0.0


def _outlet_fits(asked: Named, article: Article) -> float:
    return 1.0 if article.outlet in asked.outlets else -1.0


def _day_fits(day: Day, published: date) -> float:
    """1 for the day or month, 0.5 for the year alone or another day of the month, -1 for another year."""
    if day.year != published.year:
        return -1.0
    if day.month is None:
        return 0.5
    if day.day is not None and 0 <= (published - date(day.year, day.month, day.day)).days <= _NEAR_DAYS:
        return 1.0
    if day.month != published.month:
        return -0.5
    return 1.0 if day.day is None else 0.5


def _days(text: str) -> Iterator[Day]:
    left = text
    for pattern in _DATES:
        for found in pattern.finditer(left):
            parts = found.groupdict()
            yield _day(int(parts["year"]), parts.get("month"), parts.get("day"))
        left = pattern.sub(" ", left)


def _day(year: int, month: str | None, day: str | None) -> Day:
    if month is None:
        return Day(year)
    number = next(i for i, name in enumerate(_MONTHS, start=1) if name.startswith(month[:3].lower()))
    try:
        return Day(year, number, date(year, number, int(day)).day if day else None)
    except ValueError:
        return Day(year, number)


def _names(text: str, outlet: str) -> bool:
    """Whether the text names the outlet, by its name or without its News, .com or The."""
    short = _TAIL.sub("", outlet).removeprefix("The ").strip()
    flags = re.IGNORECASE if text == text.lower() else re.RegexFlag(0)
    return any(
        _stands_alone(text, match, form) for form in {outlet, short} for match in _found(form, text, flags)
    )


def _found(form: str, text: str, flags: re.RegexFlag) -> Iterator[re.Match[str]]:
    return re.finditer(rf"(?<!\w){re.escape(form)}(?!\w)", text, flags) if form else iter(())


def _stands_alone(text: str, match: re.Match[str], form: str) -> bool:
    """Whether a match is the whole name, and no everyday word."""
    before, after = text[: match.start()].split(), text[match.end() :].split()
    article = bool(before) and before[-1].lower() == "the"
    if " " not in form and form.lower() in _EVERYDAY and not article:
        return False
    leads = before[-1] if before else ""
    longer = leads[:1].isupper() and leads.lower() not in STOPWORDS and len(before) > 1
    follows = bool(after) and text[match.end()] == " " and after[0][:1].isupper()
    return not longer and not follows
