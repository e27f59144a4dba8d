"""Figures that follow from what is cited: differences, sums, parts, other units, rounder ones, lists."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import combinations, pairwise

from rag.verify.tokens import names, tokenize

_DIFFERENCE = re.compile(
    r"\b(?:more|fewer|less|lower|higher|cheaper|difference|gap|lead|ahead|behind|margin|r[io]se|risen|fell|fallen"
    r"|eased?|slowed|down|up|increased?|decreased?|dropp?e?d?|gain(?:ed)?|lost|cut|raised?|lowered|grew|shrank"
    r"|narrowed|widened|slower|faster|quicker|longer|shorter|earlier|later|sooner|other|others|remaining|rest"
    r"|extra|additional)\b",
    re.IGNORECASE,
)
_SUM = re.compile(
    r"\b(?:together|combined|total|altogether|in all|overall|sum|both|between them|or more)\b", re.I
)
_AGAINST = re.compile(r"\b(?:compared (?:with|to)|against|(?:down|up) from|instead of)\b", re.IGNORECASE)
# How many of one unit make another that news likes as well: (what is said, what it is made of).
_MADE_OF = {
    **dict.fromkeys(("decade", "decades"), (10, "year")),
    **dict.fromkeys(("century", "centuries"), (100, "year")),
    **dict.fromkeys(("dozen", "dozens"), (12, "")),
    **dict.fromkeys(("week", "weeks"), (7, "day")),
    **dict.fromkeys(("year", "years"), (12, "month")),
    **dict.fromkeys(("day", "days"), (24, "hour")),
    **dict.fromkeys(("hour", "hours"), (60, "minute")),
    **dict.fromkeys(("fortnight", "fortnights"), (14, "day")),
}
_UNIT = re.compile(rf"(?:[ -](?P<unit>{'|'.join(_MADE_OF)})\b)")
_ONE_UNIT = re.compile(rf"\b(?:an?|one|per)[ -](?P<unit>{'|'.join(_MADE_OF)})\b", re.IGNORECASE)
# "Half an hour" is thirty minutes.
_HALVES = {"hour": 30, "day": 12, "year": 6, "century": 50, "decade": 5}
_HALF = re.compile(rf"\bhalf (?:an?|the) (?P<unit>{'|'.join(_HALVES)})\b", re.IGNORECASE)
_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split()
_ORDINAL = re.compile(rf"\b(?:{'|'.join(_ORDINALS)})\b", re.IGNORECASE)
_ROUNDLY = re.compile(
    r"\b(?:about|around|roughly|nearly|almost|some|over|more than|less than|under|approximately|well over)$",
    re.IGNORECASE,
)
_SHORT_OF = ("nearly", "almost", "less than", "under")
_BEYOND = ("over", "more than", "well over")
# "More than 3,000" are 3,400, and would hardly be said of 4,000.
_NEXT, _LARGE = Decimal("1.2"), 100
_ROUND_WITHIN = Decimal("0.05")
# More than so many names are seldom counted.
MOST_LISTED = 6
# "In Mill Street, on Castle Hill and at the bus station": three, of whatever they are.
_LIST = re.compile(r"[^,.;:]{2,40}(?P<more>(?:, [^,.;:]{2,40}?)+),? and ")
# What is compared or added up is seldom of a different order.
_APART_AT_MOST = 20


def more_of(text: str, values: Sequence[tuple[Decimal, int]]) -> Iterator[Decimal]:
    """Values that a text gives in other units, as ordinals or with others; `values` with their ends in it."""
    for value, end in values:
        if match := _UNIT.match(text, end):
            yield value * _MADE_OF[match.group("unit").lower()][0]
        if re.match(r"(?: \w+)? others?\b", text[end:]):
            yield value + 1
    for match in _HALF.finditer(text):
        yield Decimal(_HALVES[match.group("unit").lower()])
    for match in _ONE_UNIT.finditer(text):
        yield Decimal(_MADE_OF[match.group("unit").lower()][0])
    for match in _ORDINAL.finditer(text):
        yield Decimal(1 + _ORDINALS.index(match.group().lower()))


def follows(value: Decimal, text: str, end: int, known: Iterable[Decimal], one_is_there: bool) -> bool:
    """Whether a value follows from known ones of its unit, as the text says that it does."""
    there = sorted(set(known))
    if (match := _UNIT.match(text, end)) and value * _MADE_OF[match.group("unit").lower()][0] in there:
        return True
    pairs = [(a, b) for a, b in combinations(there, 2) if a * _APART_AT_MOST >= b]
    if _DIFFERENCE.search(text) and any(b - a == value for a, b in pairs):
        return True
    if _AGAINST.search(text) and any(a + b == value for a, b in pairs):
        # "Nine fewer than a year ago" are 87, so there were 96.
        return True
    if _SUM.search(text) and (sum(there) == value or any(a + b == value for a, b in pairs)):
        return True
    return _part_of(value, text, end, there, one_is_there)


def _part_of(value: Decimal, text: str, end: int, there: Sequence[Decimal], one_is_there: bool) -> bool:
    """Whether it is what remains: "three of the five" where two of five are cited."""
    if not re.match(r" (?:out )?of\b", text[end:]):
        return False
    rest = {whole - value for whole in there if whole > value}
    return not rest.isdisjoint(there) or (one_is_there and 1 in rest)


def is_rough(text: str, start: int) -> bool:
    """Whether the figure that begins at this place is said to be about right."""
    return bool(_ROUNDLY.search(text[:start].rstrip("$€£¥ a")))


def rounded(value: Decimal, known: Iterable[Decimal], text: str, start: int) -> bool:
    """Whether it is near a known value, a rounder one, and on the side of it that the text says."""
    said = _ROUNDLY.search(text[:start].rstrip("$€£¥ a"))
    how = said.group().lower() if said else ""
    if (
        how in _BEYOND
        and value >= _LARGE
        and any(value <= o < value * _NEXT and _digits(value) < _digits(o) for o in known)
    ):
        return True
    return any(
        other
        and abs(other - value) <= _ROUND_WITHIN * other
        and _digits(value) < _digits(other)
        and not (how in _SHORT_OF and other > value)
        and not (how in _BEYOND and other < value)
        for other in known
    )


def _digits(value: Decimal) -> int:
    return len(value.normalize().as_tuple().digits)


def listed(text: str) -> frozenset[int]:
    """How many names the lists of a text hold: "A and B", "A, B and C"."""
    tokens, found, count = tokenize(text), set(), 1
    runs = names(text)
    for one, other in pairwise(runs):
        between = text[tokens[one.end - 1].end : tokens[other.first].start]
        if re.fullmatch(r"(?:, |,? and |, and )(?:(?:the |its |their )?(?:[a-z’'-]+ ){0,2})", between):
            count += 1
            found.add(count)
        else:
            count = 1
    found |= {2 + match.group("more").count(",") for match in _LIST.finditer(text)}
    return frozenset(n for n in found if n <= MOST_LISTED)
