"""Days, months, years and weekdays that a text names."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

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
