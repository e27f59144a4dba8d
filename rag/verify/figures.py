"""Numbers, shares and amounts of money as values: "9 billion dollars" and "$9bn", "two" and 2."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import lru_cache
from itertools import combinations
from typing import NamedTuple

from rag.verify.lexicon.forms import key
from rag.verify.reckoned import MOST_LISTED, follows, is_rough, listed, more_of, rounded
from rag.verify.source import Source
from rag.verify.tokens import tokenize
from rag.verify.when import mentions, without_dates

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
    **{"%": "%", "percent": "%", "per cent": "%", "percentage point": "point"},
    **{"percentage points": "point", "point": "point", "points": "point"},
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
    r"(?:[ -]?(?P<unit>%|percentage points?\b|percent\b|points?\b|dollars?\b|euros?\b|pounds?\b"
    r"|yen\b|yuan\b|ro?ubles\b|rupees\b"
    r"|won\b(?= (?:in|for|from|to|and|over|a)\b|[,.])|francs\b|kron[aoe]r?\b|pesos\b))?"
    r"(?P<ordinal>st\b|nd\b|rd\b|th\b)?",
    re.IGNORECASE,
)
_RANGE = re.compile(
    r" ?(?:to|and|or|-|–|—) ?[$€£¥]?\d+(?:[.,]\d+)* (hundred|thousand|million|billion|trillion)"
)
_RANGE_OF = re.compile(
    r" ?(?:to|and|or|-|–|—) ?(?P<sign>[$€£¥])?\d+(?:[.,]\d+)*(?: (?:thousand|million|billion|trillion))?"
    r"(?: ?(?P<unit>%|percent\b|dollars?\b|euros?\b|pounds?\b|yen\b))?"
)
# "From 12 percent to 5", "5 percent instead of 12".
_STEPPED = re.compile(
    r"(?P<sign>[$€£¥])?\d[\d.,]*(?: ?(?P<unit>%|percent))?,?(?: up| down)?"
    r" (?:to|instead of|rather than|from|against|compared with) ?$"
)
_NO_UNIT = re.compile(r"[.,;)]|$| (?:and|in|over|this|last)\b")
_TENTHS = re.compile(rf"\b(?P<n>{_WORDS}) tenths of a (?:percentage )?point\b", re.IGNORECASE)
_HUNDREDS = re.compile(
    rf"\b(?P<n>one|two|three|four|five|six|seven|eight|nine|a) hundred(?: and)? (?P<rest>{_SPELLED})\b",
    re.IGNORECASE,
)
_IN = re.compile(
    rf"\b(?P<n>\d{{1,2}}|{_WORDS}) (?:(?!times |points )[a-z]+ )?(?:in|out of)(?: every)? "
    rf"(?P<of>\d0?0?|{_WORDS})\b",
    re.IGNORECASE,
)
_FRACTION = re.compile(
    rf"\b(?P<n>{_WORDS})[ -](?P<of>third|quarter|fifth|sixth|eighth|tenth)s\b", re.IGNORECASE
)
_NTHS = {"third": 3, "quarter": 4, "fifth": 5, "sixth": 6, "eighth": 8, "tenth": 10}
# A share in words comes so near to the figure that it stands for, in points; "about" allows for more.
_NOUN_WITHIN = 40
_NEARLY, _ABOUT = Decimal("0.5"), Decimal(5)
_PARTS = {"half": ("50",), "third": ("33", "33.3"), "quarter": ("25",), "fifth": ("20",), "tenth": ("10",)}
_PART = re.compile(
    r"\b(?:one|a|1)[ -](third|quarter|fifth|tenth)\b(?! (?:time|consecutive|straight|successive|\w+ in a row"
    r"|year\b|month|week|day|term|meeting|person|case|round|victim))|\b(half)\b",
    re.IGNORECASE,
)
# "The two countries": two who were named, not counted.
_BOTH = re.compile(
    r" (?:countries|sides|nations|governments|allies|parties|leaders|men|women|ministers|companies|groups"
    r"|others"
    r"|clubs|teams|officials|presidents|secretaries)\b|[’'] | of them\b"
)
_THE = re.compile(r"\b(?:[Tt]he|[Tt]hese|[Tt]hose) ?$")
_MARGIN = re.compile(r"\bmargin\b", re.IGNORECASE)
_YEARS = [key("years")]
_NAMED_SO = re.compile(r"\b[A-Z][\w’'-]*-\d+$")
_PAIRED = re.compile(r"\bboth\b|\bpair\b|\bbilateral\b|\bcouple\b|\btwice\b", re.IGNORECASE)


class Figure(NamedTuple):
    """A value with its unit ("%", "dollar" ... or none), and how it is written."""

    value: Decimal
    unit: str
    written: str


class _Placed(NamedTuple):
    figure: Figure
    start: int
    end: int
    share_in_words: bool


def missing_figures(text: str, source: Source) -> str | None:
    """What is wrong with a text's figures: one that stands in nothing it cites, nor follows from it."""
    own = [placed for placed in _placed(text) if placed.figure.written.lower() != "half"]
    if not own:
        return None
    there = _Known(source)
    strange = dict.fromkeys(
        placed.figure.written
        for placed in own
        if not there.holds(placed, text) and not _of_a_name(placed, text, source)
    )
    if strange:
        return f"has a figure that is not in what it cites: {', '.join(strange)}"
    if moved := _moved(own, text, source):
        return f"has {moved} change places"
    return None


def _moved(own: Sequence[_Placed], text: str, source: Source) -> str | None:
    """A number of things of which what it cites has another, where it has that number of other things."""
    theirs = [
        (each.figure.value, _counted_things(quote, each.end))
        for quote in source.quotes
        for each in _placed(quote)
        if not each.figure.unit
    ]
    said = [(placed, _counted_things(text, placed.end)) for placed in own if not placed.figure.unit]
    for (one, things), (other, others) in combinations(said, 2):
        turned = (one.figure.value, others) in theirs and (other.figure.value, things) in theirs
        if turned and things and others and things != others and (one.figure.value, things) not in theirs:
            return f"{one.figure.written} and {other.figure.written}"
    return None


def _of_a_name(placed: _Placed, text: str, source: Source) -> bool:
    """Whether it ends a name that the article has as well: "Halley-2"."""
    name = _NAMED_SO.search(text, 0, placed.end)
    written = re.compile(rf"\b{re.escape(name.group())}(?!\w)") if name else None
    return bool(written and any(written.search(a.text) for a in source.articles))


class _Known:
    """The figures that cited sentences give, and what may be reckoned with them."""

    def __init__(self, source: Source) -> None:
        placed = [(each, quote) for quote in source.quotes for each in _placed(quote)]
        self._cited = [each.figure for each, _ in placed]
        self._bare = {Figure(each.value, each.unit, "") for each in self._cited}
        self._told = figures(source.told)
        self._counts = {word for each, quote in placed for word in _counted_things(quote, each.end)}
        self._quotes = source.quotes
        self._text = source.text
        self._more: set[Decimal] = set()
        self._years: set[Decimal] = set()
        for quote in source.quotes:
            counts = [(each.figure.value, each.end) for each in _placed(quote) if not each.figure.unit]
            self._more.update(more_of(quote, counts))
            self._years |= _between_years(quote)

    def holds(self, placed: _Placed, text: str) -> bool:
        """Whether a figure of a text is there, or follows."""
        figure = placed.figure
        # Points are what shares differ by, and nothing that shares are.
        units = ("point", "%", "") if figure.unit == "point" else (figure.unit,)
        known = [other.value for other in self._cited if other.unit in units]
        like = [other.value for other in self._cited if other.unit == figure.unit]
        rough = is_rough(text, placed.start)
        # "8 percent, and they offered 4.5", "96 million euros on sales of 530 million".
        bare = bool(figure.unit and like) and Figure(figure.value, "", "") in self._bare
        near = rough and rounded(figure.value, like, text, placed.start)
        margin = _MARGIN.search(text) and any(a - b == figure.value for a in known for b in known)
        if bare or near or margin or any(_same(figure, other) for other in self._cited):
            return True
        if not figure.unit and not self._counts.isdisjoint(_counted_things(text, placed.end)):
            # So many of these are cited, and it is another number.
            return False
        if any(_same(figure, other) for other in self._told):
            return True
        if placed.share_in_words:
            return any(abs(figure.value - other) <= (_ABOUT if rough else _NEARLY) for other in like)
        reckoned = figure.value in self._more or self._counted(placed, text)
        years = figure.value in self._years and _counted_things(text, placed.end) == _YEARS
        if not figure.unit and (reckoned or years):
            return True
        one = bool(re.search(r"\bone\b", self._text, re.IGNORECASE))
        return follows(figure.value, text, placed.end, () if figure.unit == "%" else known, one)

    def _counted(self, placed: _Placed, text: str) -> bool:
        """A small number that counts what is listed, or two that are "both"."""
        value = placed.figure.value
        if value <= MOST_LISTED and any(value in listed(each) for each in (text, *self._quotes)):
            return True
        the_two = _BOTH.match(text, placed.end) or _THE.search(text, 0, placed.start)
        return bool(value == 2 and (_PAIRED.search(self._text) or the_two))


def _between_years(text: str) -> set[Decimal]:
    """How many years lie between those that a text names."""
    years = [when.year for when, _, _ in mentions(text) if when.year]
    return {Decimal(abs(a - b)) for a, b in combinations(years, 2)}


def _counted_things(text: str, end: int) -> list[str]:
    """The key of the word that follows a figure, which says what is counted."""
    following = tokenize(text[end : end + _NOUN_WITHIN])[:1]
    return [token.key for token in following if token.carries]


def _same(one: Figure, other: Figure) -> bool:
    if one.value != other.value:
        return False
    loose = {one.unit, other.unit} == {"", "point"} or (not one.unit and other.unit != "%")
    return one.unit == other.unit or loose


@lru_cache(maxsize=4_096)
def figures(text: str) -> tuple[Figure, ...]:
    """All figures of a text but the parts of its dates; "one" alone is none."""
    return tuple(placed.figure for placed in _placed(text))


@lru_cache(maxsize=4_096)
def _placed(text: str) -> tuple[_Placed, ...]:
    bare = _HUNDREDS.sub(_in_digits, without_dates(text))
    shares = list(_shares(bare))
    for share in shares:
        if share.figure.written.lower() not in ("half", "a half"):
            bare = bare[: share.start] + " " * (share.end - share.start) + bare[share.end :]
    return (*_plain(bare), *shares, *_tenths(text))


def _in_digits(match: re.Match[str]) -> str:
    """Words such as "one hundred and forty" as 140, as long as it was, so that places stay."""
    n = match.group("n").lower()
    value = 100 * (1 if n == "a" else _number(n)) + int(_value(match.group("rest").lower()))
    return f"{value:>{len(match.group())}}"


def _plain(text: str) -> Iterator[_Placed]:
    for match in _FIGURE.finditer(text):
        written = match.group().strip()
        raw = match.group("value").lower()
        unit = _UNITS.get((match.group("sign") or match.group("unit") or "").lower(), "")
        magnitude = match.group("magnitude")
        if magnitude == "m" and not unit and match.group()[-2:] == " m":
            magnitude = None  # 900 m are metres
        if not unit and (
            other := _RANGE_OF.match(text, match.end())
            or (_NO_UNIT.match(text, match.end()) and _STEPPED.search(text, 0, match.start()))
        ):
            unit = _UNITS.get((other.group("sign") or other.group("unit") or "").lower(), "")
        if raw in ("one", "a one") and not (magnitude or unit not in ("", "point")):
            continue
        value = _value(raw)
        for part in (magnitude, match.group("more")):
            value *= _MAGNITUDES[part.lower()] if part else 1
        inherited = None if magnitude else _RANGE.match(text, match.end("value"))
        if inherited:
            value *= _MAGNITUDES[inherited.group(1).lower()]
        yield _Placed(Figure(value, unit, written), match.start("value"), match.end(), False)


def _tenths(text: str) -> Iterator[_Placed]:
    """Points that words stand for: "eight tenths of a point"."""
    for match in _TENTHS.finditer(text):
        value = Decimal(_number(match.group("n").lower())) / 10
        yield _Placed(Figure(value, "point", match.group()), match.start(), match.end(), False)


def _value(raw: str) -> Decimal:
    if raw[0].isdigit():
        return Decimal(raw.replace(",", ""))
    if raw in ("a", "half a"):
        return Decimal("0.5" if raw == "half a" else 1)
    return Decimal(sum(_SMALL[word] for word in re.split(r"[ -]", raw) if word in _SMALL))


def _shares(text: str) -> Iterator[_Placed]:
    """Percentages that words stand for."""
    for match in (*_IN.finditer(text), *_FRACTION.finditer(text)):
        n, of = match.group("n").lower(), match.group("of").lower()
        whole = _NTHS.get(of) or _number(of)
        if _number(n) < whole:
            yield _share(Decimal(100 * _number(n)) / whole, match)
    for match in _PART.finditer(text):
        for value in _PARTS[(match.group(1) or match.group(2)).lower()]:
            yield _share(Decimal(value), match)


def _share(value: Decimal, match: re.Match[str]) -> _Placed:
    return _Placed(Figure(value, "%", match.group()), match.start(), match.end(), True)


def _number(word: str) -> int:
    return int(word) if word.isdecimal() else _SMALL[word]
