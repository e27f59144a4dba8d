"""Whether two values can both be true of one thing: rounding, bounds, units, days, parts of names."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal

from rag.conflict.values import Value
from rag.types import Offered
from rag.verify.lexicon.forms import key
from rag.verify.lexicon.meanings import alike
from rag.verify.tokens import tokenize
from rag.verify.when import When
from rag.words import keys

_ABOUT = re.compile(
    r"\b(?:about|around|roughly|approximately|some|nearly|almost|close to|just (?:under|over|short of)|up to"
    r"|(?:an )?estimated|more than|over|fewer than|less than|under|as many as|as much as|at most|between)"
    r"[ \w]{0,4}[$€£¥]?$",
    re.IGNORECASE,
)
_AT_LEAST = re.compile(r"\bat least[ \w]{0,4}[$€£¥]?$", re.IGNORECASE)
_RANGE = re.compile(r"\d ?(?:to|and|-|–) ?[$€£¥]?$|\bbetween [^,;]{1,24} and [$€£¥]?$", re.IGNORECASE)
_RANGE_GOES_ON = re.compile(r" ?(?:to|-|–) ?[$€£¥]?\d|[^,;]{0,12}\band [$€£¥]?\d")
_TOLL = frozenset(
    map(key, "kill dead die death toll injure wound hurt miss victim fatality infect lost perish".split())
)
# So far apart may figures be of which one is said to be no exact one, or of which one is round.
_ABOUT_WITHIN, _BOUND_WITHIN, _ROUND_WITHIN = Decimal("0.12"), Decimal("0.5"), Decimal("0.05")
_ROUND_FROM = 100
# What is counted in one of these is another figure in the next.
_MEASURES = frozenset(
    keys(
        "dozen pair score mile kilometre kilometer km metre meter foot feet inch yard tonne ton kilogram "
        "kg lb gram ounce litre liter gallon barrel hectare acre square cubic degree celsius fahrenheit "
        "hour minute second day week month year decade"
    )
)
_PEOPLE = frozenset(keys("people person persons life lives soul victim casualty man woman"))
_COUNTRIES = frozenset(
    key(part)
    for part in """
    afghanistan albania algeria angola argentina armenia australia austria azerbaijan bahrain bangladesh
    belarus belgium bolivia bosnia botswana brazil bulgaria cambodia cameroon canada chad chile china
    colombia congo croatia cuba cyprus czechia denmark ecuador egypt england eritrea estonia ethiopia
    europe fiji finland france gabon georgia germany ghana greece guatemala guinea haiti honduras hungary
    iceland india indonesia iran iraq ireland israel italy jamaica japan jordan kazakhstan kenya korea
    kosovo kuwait kyrgyzstan laos latvia lebanon lesotho liberia libya lithuania luxembourg madagascar
    malawi malaysia mali malta mauritania mexico moldova mongolia montenegro morocco mozambique myanmar
    namibia nepal netherlands nicaragua niger nigeria norway oman pakistan panama paraguay peru
    philippines poland portugal qatar romania russia rwanda scotland senegal serbia singapore slovakia
    slovenia somalia spain sudan sweden switzerland syria taiwan tajikistan tanzania thailand togo
    tunisia turkey turkmenistan uganda ukraine uruguay uzbekistan venezuela vietnam wales yemen zambia
    zimbabwe greenland palestine us uk africa asia america
    """.split()
)


def differ(one: Value, one_said: Offered, other: Value, other_said: Offered) -> bool:
    """Whether two values are of one kind and cannot both be true of the same thing."""
    if one.family != other.family:
        return False
    if one.figure is not None and other.figure is not None:
        return _figures_differ(one, one_said.quote, other, other_said.quote)
    if one.when is not None and other.when is not None:
        return clash(one.when, one_said.article.published, other.when, other_said.article.published)
    return _names_differ(one.name, other.name)


def _names_differ(one: frozenset[str], other: frozenset[str]) -> bool:
    if any(alike(a, b) for a in one for b in other):
        return False
    # A town and the country it lies in can both be right.
    return bool(one & _COUNTRIES) == bool(other & _COUNTRIES)


def _figures_differ(one: Value, one_text: str, other: Value, other_text: str) -> bool:
    a, b = one.figure, other.figure
    if a is None or b is None or a.unit != b.unit or not _nouns_agree(one, one_text, other, other_text):
        return False
    if a.value == b.value or _in_range(one, one_text) or _in_range(other, other_text):
        return False
    low, high = sorted((a.value, b.value))
    apart = (high - low) / high
    if _bounded(one, one_text) or _bounded(other, other_text):
        return apart > (_ABOUT_WITHIN if _is_toll(one_text) else _BOUND_WITHIN / (1 + _BOUND_WITHIN))
    return not (apart <= _ROUND_WITHIN and (_rounds(a.value, b.value) or _rounds(b.value, a.value)))


def _is_toll(text: str) -> bool:
    return any(token.key in _TOLL for token in tokenize(text))


def _bounded(value: Value, text: str) -> bool:
    """Whether a figure is said to be no exact one; a toll of "at least" so many is what was known."""
    before = text[: value.place.start]
    return bool(_ABOUT.search(before) or (_AT_LEAST.search(before) and not _is_toll(text)))


def _in_range(value: Value, text: str) -> bool:
    return bool(_RANGE.search(text[: value.place.start]) or _RANGE_GOES_ON.match(text, value.place.end))


def _nouns_agree(one: Value, one_text: str, other: Value, other_text: str) -> bool:
    """Whether both figures may count the same, as far as the words behind them tell."""
    if not one.noun or not other.noun or one.noun == other.noun:
        return True
    if one.noun in _MEASURES or other.noun in _MEASURES:
        return False
    if alike(one.noun, other.noun) or {one.noun, other.noun} <= _PEOPLE:
        return True
    return any(alike(one.noun, t.key) for t in tokenize(other_text)) or any(
        alike(other.noun, t.key) for t in tokenize(one_text)
    )


def _rounds(coarse: Decimal, fine: Decimal) -> bool:
    """Whether the first may be the second rounded: to whole ones, or to its own noughts from 100 on."""
    exponent = Decimal(coarse).normalize().as_tuple().exponent
    if not isinstance(exponent, int) or (
        exponent >= 0 and coarse < _ROUND_FROM and fine == fine.to_integral_value()
    ):
        return False
    return fine.quantize(Decimal(1).scaleb(exponent)) == coarse


def clash(one: When, one_day: date | None, other: When, other_day: date | None) -> bool:
    """Whether two mentions cannot be of the same time, each read by the day of its article's publication."""
    if one.weekday is not None and other.weekday is not None:
        return one.weekday != other.weekday
    if one.weekday is not None or other.weekday is not None:
        if one.weekday is None:
            one, one_day, other, other_day = other, other_day, one, one_day
        if one_day is None or other.day is None:
            return False
        near = (one_day + timedelta(days=step) for step in range(-7, 8))
        return not any(
            d.weekday() == one.weekday and (d.month, d.day) == (other.month, other.day) for d in near
        )
    pairs = ((one.year, other.year), (one.month, other.month), (one.day, other.day))
    return any(a is not None and b is not None and a != b for a, b in pairs)
