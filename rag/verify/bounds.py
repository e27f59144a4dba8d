"""Whether a text's figures are bounds, rates and measures of the kind that what it cites gives."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from rag.verify.source import Source

_LOWER = (
    r"at least|no (?:fewer|less) than|not less than|a minimum of|more than|over|above|upwards? of"
    r"|exceed(?:s|ed|ing)?"
)
_UPPER = (
    r"at most|up to|no more than|not more than|a maximum of|fewer than|less than|under|below"
    r"|as many as|as much as|nearly|almost|close to|just short of"
)
_FIGURE = (
    r"[$€£¥]?(?P<value>\d[\d,]*(?:\.\d+)?|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
    r"(?![\d.,]*\d)"
)
_BOUND = re.compile(
    rf"\b(?:(?P<lower>{_LOWER})|(?P<upper>{_UPPER})) (?:a |an |the |about )?{_FIGURE}", re.IGNORECASE
)
# "1 percent at best", "three or more".
_BOUND_AFTER = re.compile(
    rf"(?<![\w.,]){_FIGURE}(?: ?%| \w+)? (?:(?P<lower>at least|at worst|or more|or over|at the earliest)"
    r"|(?P<upper>at most|at best|or less|or fewer|at the latest))\b",
    re.IGNORECASE,
)
_ANY = re.compile(rf"(?<![\w.,]){_FIGURE}", re.IGNORECASE)
_MEASURES = (
    "second minute hour day week month year decade century".split(),
    "metre meter kilometre kilometer km mile foot feet yard inch acre hectare".split(),
    "celsius fahrenheit".split(),
    "gram kilogram kilo kg pound tonne ton litre liter gallon barrel".split(),
)
_MEASURE = re.compile(
    rf"[ -](?:degrees? )?(?P<unit>{'|'.join(unit for units in _MEASURES for unit in units)})s?(?:[ -]old)?\b",
    re.IGNORECASE,
)
_SAME = {
    "meter": "metre",
    "kilometer": "km",
    "kilometre": "km",
    "feet": "foot",
    "kilogram": "kg",
    "kilo": "kg",
}
_SAME |= {"ton": "tonne", "liter": "litre"}
_RATE = re.compile(
    r"(?<!half )\b(?:a|per|each|every) (?P<unit>second|minute|hour|day|night|week|month|quarter|year)\b"
    r"(?! (?:ago|earlier|before|later|after|old|of))|\b(?P<adverb>hourly|daily|nightly|weekly|monthly"
    r"|quarterly"
    r"|yearly|annually|annual)\b",
    re.IGNORECASE,
)
_ADVERBS = {"hourly": "hour", "daily": "day", "nightly": "night", "weekly": "week", "monthly": "month"}
_ADVERBS |= {"quarterly": "quarter", "yearly": "year", "annually": "year", "annual": "year"}
_IN_ALL = re.compile(
    r"\b(?:over|in|within) (?:the (?:next|last|past|coming) )?"
    r"(?:\d+|two|three|four|five|six|seven|eight|nine|ten) (?:days|weeks|months|years)\b|\bat once\b",
    re.IGNORECASE,
)
_SHARED_OUT = re.compile(
    rf"{_FIGURE}(?: \w+){{1,2}} (?:each|apiece)\b(?! (?:year|month|week|day))", re.IGNORECASE
)
_TO_EACH = re.compile(r"\b(?:each|every|apiece|per|both)\b", re.IGNORECASE)


_STEP = re.compile(
    rf"\b(?P<step>by|to) (?:about |some |around |a |an |the )?(?!(?:19|20)\d\d\b){_FIGURE}", re.IGNORECASE
)


_EXACT = re.compile(r"\b(?:exactly|precisely) [$€£¥]?\d", re.IGNORECASE)
_SPAN = re.compile(r"\b(?:from|between) ([\w.,$€£¥%]*\w%?) (?:to|and|until) ([\w.,$€£¥%]*\w%?)")


_RANKED = re.compile(
    r"\b(first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|last)"
    r" ((?!half\b|quarter\b)[a-z]{3,})\b"
)


_N = r"\d[\d,]*|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
_PART = re.compile(rf"\b({_N}|one) of (?:the |its |their |his |her |all )?({_N})\b")
_WHOLE = re.compile(rf"\ball (?:of )?(?:the |its |their |his |her )?({_N})\b")
_ONE_MIND = re.compile(r"\bunanimous(?:ly)?\b", re.IGNORECASE)
_VOTED = re.compile(r"\b(?:[1-9]\d*) (?:votes )?to [1-9]\d*\b")
_CLOCK = re.compile(r"\b(?P<time>\d{1,2}(?::\d\d)?) ?(?P<half>[ap])\.?m\b", re.IGNORECASE)
_DEGREES = frozenset(("celsius", "fahrenheit"))


class _Given(NamedTuple):
    value: str
    way: str
    unit: str
    step: str


def misjudged(text: str, source: Source) -> str | None:
    """What is wrong with how a text puts its figures: a bound turned round, another measure, rate or step."""
    return next(
        filter(
            None, (test(text, source) for test in (_figures, _rate, _span, _exact, _rank, _all, _half_of_day))
        ),
        None,
    )


def _figures(text: str, source: Source) -> str | None:
    theirs = [given for quote in source.quotes for given in _given(quote)]
    # What is given in both is seldom told of the wrong one, but for degrees.
    units = {given.unit for given in theirs} - _DEGREES
    for mine in _given(text):
        same = [other for other in theirs if other.value == mine.value]
        if same and mine.way and all({mine.way, other.way} == {"lower", "upper"} for other in same):
            return f"makes another bound of {mine.value} than what it cites"
        if same and mine.step and all({mine.step, other.step} == {"by", "to"} for other in same):
            return f"has {mine.step} {mine.value} where what it cites has another step"
        if same and mine.unit not in units and all(_other_measure(mine.unit, o.unit) for o in same):
            return f"measures {mine.value} in another unit than what it cites: {mine.unit}"
    return None


def _rate(text: str, source: Source) -> str | None:
    mine, theirs = set(_rates(text)), {rate for quote in source.quotes for rate in _rates(quote)}
    same = {each.value for each in _given(text)} & {each.value for q in source.quotes for each in _given(q)}
    if mine and not theirs and same and any(map(_IN_ALL.search, source.quotes)):
        return f"gives by the {min(mine)} what that which it cites gives in all"
    if mine and theirs and mine.isdisjoint(theirs):
        return f"gives another rate than what it cites: by the {min(mine)}"
    return None


def _span(text: str, source: Source) -> str | None:
    theirs = {span for quote in source.quotes for span in _spans(quote)}
    back = next((span for span in _spans(text) if span not in theirs and span[::-1] in theirs), None)
    return f"turns round a span: {' to '.join(back)}" if back else None


def _exact(text: str, source: Source) -> str | None:
    if _EXACT.search(text) and not any(map(_EXACT.search, source.quotes)):
        return "is more exact than what it cites"
    if _SHARED_OUT.search(text) and not any(map(_TO_EACH.search, source.quotes)):
        return "gives to each what that which it cites gives to all"
    return None


def _rank(text: str, source: Source) -> str | None:
    """The second of something that what it cites has as the first."""
    theirs = {match.groups() for quote in source.quotes for match in _RANKED.finditer(quote.lower())}
    for rank, what in (match.groups() for match in _RANKED.finditer(text.lower())):
        others = {other for other, same in theirs if same == what}
        if others and rank not in others:
            return f"says {rank} {what} where what it cites says {min(others)} {what}"
    return None


def _all(text: str, source: Source) -> str | None:
    """All of so many, or of one mind, where what it cites has a part of them."""
    cited = source.text.lower()
    parts = {whole: part for part, whole in _PART.findall(cited)}
    for whole in _WHOLE.findall(text.lower()):
        if whole in parts and parts[whole] != whole and not _WHOLE.search(cited):
            return f"says all {whole} where what it cites says {parts[whole]}"
    if _ONE_MIND.search(text) and _VOTED.search(cited) and not _ONE_MIND.search(cited):
        return "says that all voted alike where what it cites counts votes against"
    return None


def _half_of_day(text: str, source: Source) -> str | None:
    """A time in the afternoon that what it cites has in the morning, or the other way round."""
    theirs = {_time(match) for match in _CLOCK.finditer(source.text)}
    for time, half in map(_time, _CLOCK.finditer(text)):
        if (time, half) not in theirs and (time, "p" if half == "a" else "a") in theirs:
            return f"says {time} {half}.m. where what it cites says the other half of the day"
    return None


def _time(match: re.Match[str]) -> tuple[str, str]:
    return match.group("time"), match.group("half").lower()


def _other_measure(mine: str, other: str) -> bool:
    return mine != other and any(mine in units and other in units for units in _UNITS)


_UNITS = tuple(frozenset(_SAME.get(unit, unit) for unit in units) for units in _MEASURES)


@lru_cache(maxsize=4_096)
def _given(text: str) -> tuple[_Given, ...]:
    bounds = (*_BOUND.finditer(text), *_BOUND_AFTER.finditer(text))
    ways = {m.start("value"): "lower" if m.group("lower") else "upper" for m in bounds}
    steps = {m.start("value"): m.group("step").lower() for m in _STEP.finditer(text)}
    found = []
    for match in _ANY.finditer(text):
        measure = _MEASURE.match(text, match.end())
        unit = measure.group("unit").lower() if measure else ""
        value = match.group("value").lower()
        found.append(
            _Given(
                value,
                ways.get(match.start("value"), ""),
                _SAME.get(unit, unit),
                steps.get(match.start("value"), ""),
            )
        )
    return tuple(found)


def _spans(text: str) -> list[tuple[str, ...]]:
    return [match.groups() for match in _SPAN.finditer(text)]


@lru_cache(maxsize=4_096)
def _rates(text: str) -> tuple[str, ...]:
    return tuple(_each_rate(text))


def _each_rate(text: str) -> Iterator[str]:
    for match in _RATE.finditer(text):
        adverb = match.group("adverb")
        yield _ADVERBS[adverb.lower()] if adverb else match.group("unit").lower()
