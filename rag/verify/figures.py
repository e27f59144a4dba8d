"""Numbers, shares and amounts of money as values: "9 billion dollars" and "$9bn", "two" and 2."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from rag.verify.source import Source
from rag.verify.when import without_dates

_SMALL = {
    word: value
    for listed, values in (
        ("zero one two three four five six seven eight nine ten eleven twelve thirteen".split(), range(14)),
        ("fourteen fifteen sixteen seventeen eighteen nineteen".split(), range(14, 20)),
        ("twenty thirty forty fifty sixty seventy eighty ninety".split(), range(20, 100, 10)),
    )
    for word, value in zip(listed, values, strict=True)
}
_MAGNITUDES = {
    **{"hundred": 10**2, "thousand": 10**3, "k": 10**3, "million": 10**6, "m": 10**6, "mn": 10**6},
    **{"billion": 10**9, "bn": 10**9, "b": 10**9, "trillion": 10**12, "tn": 10**12},
}
_UNITS = {
    **{"%": "%", "percent": "%", "per cent": "%", "percentage point": "%", "percentage points": "%"},
    **{"$": "dollar", "dollar": "dollar", "dollars": "dollar", "€": "euro", "euro": "euro", "euros": "euro"},
    **{"£": "pound", "pound": "pound", "pounds": "pound", "¥": "yen", "yen": "yen", "yuan": "yuan"},
    **{"rubles": "ruble", "roubles": "ruble", "rupees": "rupee", "won": "won", "francs": "franc"},
    **{"kronor": "krona", "kroner": "krona", "krone": "krona", "krona": "krona", "pesos": "peso"},
}
_WORDS = "|".join(_SMALL)
_SPELLED = rf"(?:{_WORDS})(?:[ -](?:{_WORDS}))?"
_FIGURE = re.compile(
    rf"(?P<sign>[$€£¥])? ?(?<![\w.,])(?P<value>\d+(?:,\d{{3}})*(?:\.\d+)?"
    rf"|(?P<spelled>\b(?:a |half a )?{_SPELLED}\b)"
    r"|\b(?:a|half a)(?= (?:hundred|thousand|million|billion|trillion)\b))"
    r"(?:[ -]?(?P<magnitude>hundred|thousand|million|billion|trillion|bn|mn|tn|[mbk](?![\w])))?"
    r"(?:[ -](?P<more>thousand|million|billion|trillion)\b)?"
    r"(?:[ -]?(?P<unit>%|percent(?:age points?)?\b|per cent\b|dollars?\b|euros?\b|pounds?\b|yen\b|yuan\b"
    r"|ro?ubles\b|rupees\b"
    r"|won\b(?= (?:in|for|from|to|and|over|a)\b|[,.])|francs\b|kron[aoe]r?\b|pesos\b))?"
    r"(?P<ordinal>st\b|nd\b|rd\b|th\b)?",
    re.IGNORECASE,
)
_RANGE = re.compile(
    r" ?(?:to|and|or|-|–|—) ?[$€£¥]?\d+(?:[.,]\d+)* (hundred|thousand|million|billion|trillion)"
)
_ONE_IN = re.compile(r"\b(?:one|1) (?:in|out of) (\w+)\b", re.IGNORECASE)
_PARTS = {"half": ("50",), "third": ("33", "33.3"), "quarter": ("25",), "fifth": ("20",), "tenth": ("10",)}
_PART = re.compile(r"\b(?:one|a|1)[ -](third|quarter|fifth|tenth)\b|\b(half)\b", re.IGNORECASE)
# "The two countries": two who were named, not counted.
_BOTH = re.compile(
    r" (?:countries|sides|nations|governments|allies|parties|leaders|men|women|ministers|companies|groups"
    r"|others"
    r"|clubs|teams|officials|presidents|secretaries)\b|[’'] | of them\b|,|\."
)


class Figure(NamedTuple):
    """A value with its unit ("%", "dollar" ... or none), and how it is written."""

    value: Decimal
    unit: str
    written: str


def missing_figures(text: str, source: Source) -> str | None:
    """What is wrong with a text's figures: one that stands in nothing it cites."""
    there = [figure for each in (*source.quotes, source.told) for figure in figures(each)]
    strange = [
        figure.written
        for figure in figures(text)
        if figure.written != "half"
        and not any(_same(figure, other) for other in there)
        and not _tallied(figure, text, source)
    ]
    return f"has a figure that is not in what it cites: {', '.join(strange)}" if strange else None


def _same(one: Figure, other: Figure) -> bool:
    return one.value == other.value and (one.unit == other.unit or (not one.unit and other.unit != "%"))


def _tallied(figure: Figure, text: str, source: Source) -> bool:
    """A small number that counts what the cited sentence lists, or two that are "both"."""
    if figure.unit or figure.value != figure.value.to_integral_value() or not 2 <= figure.value <= 4:
        return False
    if figure.value == 2 and re.search(
        r"\bboth\b|\bpair\b|\bbilateral\b|\bcouple\b|\btwice\b", source.text, re.I
    ):
        return True
    place = re.search(rf"\b{re.escape(figure.written)}\b", text)
    return bool(figure.value == 2 and place and _BOTH.match(text, place.end()))


@lru_cache(maxsize=4_096)
def figures(text: str) -> tuple[Figure, ...]:
    """All figures of a text but the parts of its dates; "one" alone is none."""
    bare = without_dates(text)
    return (*_plain(_ONE_IN.sub(" ", bare)), *_shares(bare))


def _plain(text: str) -> Iterator[Figure]:
    for match in _FIGURE.finditer(text):
        written = match.group().strip()
        raw = match.group("value").lower()
        unit = _UNITS.get((match.group("sign") or match.group("unit") or "").lower(), "")
        magnitude = match.group("magnitude")
        if raw in ("one", "a one") and not (magnitude or unit):
            continue
        value = _value(raw)
        for part in (magnitude, match.group("more")):
            value *= _MAGNITUDES[part.lower()] if part else 1
        inherited = None if magnitude else _RANGE.match(text, match.end("value"))
        if inherited:
            value *= _MAGNITUDES[inherited.group(1).lower()]
        yield Figure(value, unit, written)


def _value(raw: str) -> Decimal:
    if raw[0].isdigit():
        return Decimal(raw.replace(",", ""))
    if raw in ("a", "half a"):
        return Decimal("0.5" if raw == "half a" else 1)
    return Decimal(sum(_SMALL[word] for word in re.split(r"[ -]", raw) if word in _SMALL))


def _shares(text: str) -> Iterator[Figure]:
    """Percentages that words stand for; only what is cited needs them."""
    for match in _ONE_IN.finditer(text):
        of = _SMALL.get(match.group(1).lower(), int(match.group(1)) if match.group(1).isdecimal() else 0)
        if of:
            yield Figure(Decimal(100) / of, "%", match.group())
    for match in _PART.finditer(text):
        for value in _PARTS[(match.group(1) or match.group(2)).lower()]:
            yield Figure(Decimal(value), "%", match.group())
