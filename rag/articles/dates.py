"""Days as sources write them. A day is only ever read; nothing relative ("Friday") becomes one."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from rag.types import Basis

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_MONTH_FIRST = re.compile(r"\b([A-Z][a-z]{2,8})\.? (\d{1,2}),? (\d{4})\b")
_DAY_FIRST = re.compile(r"\b(\d{1,2}) ([A-Z][a-z]{2,8})\.?,? (\d{4})\b")
_ISO = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")
_EAST = re.compile(r"(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日")
# 2023-01-13T10:00, 2023/1/3, 20230113, 202301131000.
_STAMP = re.compile(r"(\d{4})(?:[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)|(\d\d)(\d\d)(?:(?:\d\d){2,3})?(?!\d))")
_SLASHED = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})")
_IN_ADDRESS = re.compile(r"/((?:19|20)\d\d)[/-]([01]?\d)[/-]([0-3]?\d)(?=[/-]|$)")
_EPOCH = date(1970, 1, 1)
# Seconds since 1970 have nine or ten digits from 1973 on; milliseconds thirteen from 2001 on.
_SECONDS = re.compile(r"\d{9,10}(?:\.\d+)?")
_MILLISECONDS = re.compile(r"\d{13}")


class Dated(NamedTuple):
    """A day, whether the source states it or it was inferred, and from what."""

    day: date
    basis: Basis
    origin: str


def find_date(text: str) -> date | None:
    """The first full date (day, month and year) that stands in `text`, or None."""
    forms = ((_ISO, "ymd"), (_MONTH_FIRST, "mdy"), (_DAY_FIRST, "dmy"), (_EAST, "ymd"))
    for pattern, order in forms:
        for match in pattern.finditer(text):
            parts = dict(zip(order, match.groups(), strict=True))
            month = parts["m"][:3].lower()
            number = int(month) if month.isdigit() else _month_number(month)
            if (found := _day(parts["y"], number, parts["d"])) is not None:
                return found
    return None


def parse_date(value: Any) -> date | None:
    """The day in a field that holds a date: ISO 8601, RFC 822, words, seconds since 1970, or a date.

    A timestamp gives the day at its own offset. 01/02/2023 is two days, and so none.
    """
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return None
    return _written(str(value).strip())


def _written(text: str) -> date | None:
    if _MILLISECONDS.fullmatch(text):
        return _EPOCH + timedelta(milliseconds=int(text))
    if _SECONDS.fullmatch(text):
        return _EPOCH + timedelta(seconds=float(text))
    if found := _STAMP.match(text):
        return _day(*filter(None, found.groups()))
    if found := _SLASHED.match(text):
        return _unambiguous(*map(int, found.groups()))
    return find_date(text[:200])


def date_in_url(url: str) -> Dated | None:
    """The day in the path of an address: /2023/01/13/talks."""
    found = _IN_ADDRESS.search(url.split("?", 1)[0])
    day = _day(*found.groups()) if found else None
    return Dated(day, "inferred", "the address") if day else None


def _unambiguous(first: int, second: int, year: int) -> date | None:
    """The day when only one of the two orders is on the calendar, or both say the same."""
    days = {_day(year, first, second), _day(year, second, first)} - {None}
    return days.pop() if len(days) == 1 else None


def _day(year: str | int, month: str | int, day: str | int) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _month_number(name: str) -> int:
    return _MONTHS.index(name) + 1 if name in _MONTHS else 0
