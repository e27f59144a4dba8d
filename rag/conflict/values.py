"""What a sentence gives as the answer: a figure, a date or a name; and whether two can both be true."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal, NamedTuple

from rag.reader.kinds import Kind
from rag.types import Offered, Span
from rag.verify.figures import Figure, figures
from rag.verify.meanings import alike
from rag.verify.tokens import Token, names, tokenize
from rag.verify.when import When, mentions
from rag.words import STOPWORDS, key, keys

Family = Literal["figure", "date", "name"]

_FAMILIES: dict[str, Family] = {
    **{"when": "date", "money": "figure", "count": "figure", "number": "figure"},
    **{"who": "name", "where": "name"},
}
# The opening of an article: "TOKYO (Jiji Press) —".
DATELINE = re.compile(r"[A-Z][\w .,'’-]{1,40}(?:\([^()]{2,40}\)\s*)?[—–-]{1,2}\s")
# Questions whose answers are statements, of which many can be true.
_FREE = frozenset({"why", "said"})
# A focus with more words beside the value is a statement too.
_MOST_BESIDE = 3
_MOST_SHOWN = 5
_FIGURE_AT_MOST = 40

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
# Two neighbouring characters of one word or figure.
_INSIDE = re.compile(r"\w\w|\d[.,]|[.,]\d|[$€£¥]\d")
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
# Titles, roles and the like, which are no part of a name that tells it from another.
_NO_NAME = frozenset(
    "mr mrs ms dr sir prime minister president secretary chancellor general professor judge captain king"
    " queen foreign defense the company inc ltd corp sa ag plc group with from by in at on".split()
)
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


class Value(NamedTuple):
    """What one sentence gives as the answer, where it stands in the sentence's words, and how it is shown.

    One of `figure`, `when` and `name` is set, by the family; a name is the keys of its parts. `noun` is what
    a figure counts or measures, as far as the next word tells; `place` is the range in the sentence.
    """

    family: Family
    place: Span
    shown: str
    figure: Figure | None = None
    noun: str = ""
    when: When | None = None
    name: frozenset[str] = frozenset()


def value_of(offered: Offered, focus: Span | None, kind: Kind | None) -> Value | None:
    """The value in the words that the reader takes for the answer; None where they hold none of the kind."""
    if focus is None or (kind is not None and kind.name in _FREE):
        return None
    sentence = offered.quote
    place = _whole(sentence, focus.start - offered.start, focus.end - offered.start)
    words = sentence[place.start : place.end]
    wanted = _FAMILIES[kind.name] if kind is not None else None
    found = next(
        (
            value
            for family, make in (("date", _date), ("figure", _figure), ("name", _name))
            if wanted in (None, family) and (value := make(sentence, words, place)) is not None
        ),
        None,
    )
    return found if found is not None and _is_bare(words, found, sentence) else None


def _whole(sentence: str, start: int, end: int) -> Span:
    """A range that cuts no word and no figure in two."""
    while start > 0 and _INSIDE.fullmatch(sentence, start - 1, start + 1):
        start -= 1
    while end < len(sentence) and _INSIDE.fullmatch(sentence, end - 1, end + 1):
        end += 1
    return Span(start, end)


def _is_bare(words: str, value: Value, sentence: str) -> bool:
    """Whether the focus says little beside the value."""
    inside = sentence[value.place.start : value.place.end]
    beside = [t for t in tokenize(words.replace(inside, " ")) if t.carries]
    return len(beside) <= _MOST_BESIDE


def _date(sentence: str, words: str, place: Span) -> Value | None:
    for when, start, end in mentions(sentence):
        if start < place.end and place.start < end:
            return Value("date", Span(start, end), " ".join(when.written.split()), when=when)
    return None


def _figure(sentence: str, words: str, place: Span) -> Value | None:
    found = [f for f in figures(words) if not re.search(r"\d(?:st|nd|rd|th)$", f.written)]
    if not found:
        return None
    at = sentence.find(found[0].written, place.start)
    if at < 0 or at >= place.end:
        return None
    # The focus may leave out the unit.
    figure = next((f for f in figures(sentence[at : at + _FIGURE_AT_MOST]) if f.written), found[0])
    span = Span(at, at + len(figure.written))
    noun = re.match(r"[ -]([^\W\d_]+)", sentence[span.end :])
    following = key(noun.group(1).lower()) if noun and noun.group(1).lower() not in STOPWORDS else ""
    return Value("figure", span, _shown(words, figure.written), figure=figure, noun=following)


def _name(sentence: str, words: str, place: Span) -> Value | None:
    tokens, opening = tokenize(sentence), DATELINE.match(sentence)
    begins = max(place.start, opening.end() if opening else 0)
    for run in names(sentence):
        mine = tokens[run.first : run.end]
        span = Span(mine[0].start, mine[-1].end)
        if span.start < place.end and begins < span.end and (parts := _parts(mine)):
            return Value("name", span, sentence[span.start : span.end], name=parts)
    return None


def _parts(tokens: tuple[Token, ...]) -> frozenset[str]:
    return frozenset(t.key for t in tokens if t.named and t.word not in _NO_NAME)


def _shown(words: str, written: str) -> str:
    """The focus where it is short and no more than the value and its noun, else the value."""
    flat = " ".join(words.split()).strip(" ,.;:")
    shown = flat if written in flat and len(flat.split()) <= _MOST_SHOWN else written
    return shown if any(c.isdigit() for c in shown) else shown.lower()


def differ(one: Value, one_said: Offered, other: Value, other_said: Offered) -> bool:
    """Whether two values are of one kind and cannot both be true of the same thing."""
    if one.family != other.family:
        return False
    if one.figure is not None and other.figure is not None:
        return _figures_differ(one, one_said.quote, other, other_said.quote)
    if one.when is not None and other.when is not None:
        return clash(one.when, one_said.article.published, other.when, other_said.article.published)
    return _names_differ(one.name, other.name)


def states(text: str, value: Value) -> bool:
    """Whether a text holds the value, in any form."""
    if value.figure is not None:
        return any((f.value, f.unit) == (value.figure.value, value.figure.unit) for f in figures(text))
    if value.when is not None:
        return any(when[:4] == value.when[:4] for when, _, _ in mentions(text))
    return value.name <= {token.key for token in tokenize(text)}


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
