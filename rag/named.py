"""Which outlets and days a question names, how well an article fits them, and all its names; pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from rag.types import Article, Span
from rag.words import STOPWORDS, fold

_MONTHS = "january february march april may june july august september october november december".split()
_MONTH = (
    r"(?P<month>jan(?:uary|\.)?|feb(?:ruary|\.)?|mar(?:ch|\.)?|apr(?:il|\.)?|may|jun(?:e|\.)?|jul(?:y|\.)?"
    r"|aug(?:ust|\.)?|sep(?:tember|t?\.|t)?|oct(?:ober|\.)?|nov(?:ember|\.)?|dec(?:ember|\.)?)"
)
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_DAY = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th)?(?: ?[-–] ?[0-3]?\d)?"
# What numbers that look like years count.
_COUNTED = "(?:people|men|women|troops|soldiers|seats|jobs|miles|kilometers|tons|yen|dollars)"
_DATES = tuple(
    re.compile(rf"\b{pattern}\b", re.IGNORECASE | re.ASCII)
    for pattern in (
        rf"{_YEAR}-(?P<month>[01]\d)-(?P<day>[0-3]\d)",
        rf"{_MONTH} {_DAY},? {_YEAR}",
        rf"{_DAY} (?:of )?{_MONTH},? {_YEAR}",
        rf"{_MONTH},? (?:of )?{_YEAR}",
        rf"(?<![$€£¥,.]){_YEAR}(?! {_COUNTED}\b)",
    )
)
# A day behind these bounds a time, and what will be is told by articles of other days.
_BOUND = re.compile(r"\b(?:by|until|till|since|before|after|than|over|about|nearly)\s+$", re.IGNORECASE)
_AHEAD = re.compile(r"^Will\b|\bwill\b")
# Names that are everyday words too count only where something is told by them.
_EVERYDAY = frozenset(
    """
    times time post guardian independent sun mirror star globe herald today week hill mail fortune nature
    science people free daily sky fox wired variety insider standard nation economist
    """.split()
)
_TAIL = re.compile(r"(?: (?:News|Online|Newspaper|Agency|Magazine|Asia|Press)|\.com|\.org|\.net)+$")
_CALLED = r"(?: (?:News|Online|Newspaper|Agency|Magazine)\b)*"
_TELLING = re.compile(
    r"(?:['’]s)? (?:say|said|report|writ|wrote|claim|quot|describ|mention|publish|cover"
    r"|piece|article|story|account|magazine|newspaper)",
    re.IGNORECASE,
)
_TOLD = re.compile(
    r"\b(?:according to|told|(?:reported|published|quoted|written) (?:by|in)"
    r"|(?:article|report|piece|story|interview) (?:of|in|by|from|with))(?: the)? $",
    re.IGNORECASE,
)
# A word with a capital right before a name, or right behind it, is part of it.
_LEADS = re.compile(r"(?<![\w'’])(\w+) $")
_FOLLOWS = re.compile(r" (\w)")
_NEAR_DAYS = 3
# Words with a capital that stand together are one name, but for very many; a short number may end it.
_CAPITAL = r"(?:(?:[A-Z]\.){2,}|[A-Z][\w’'&-]+|[A-Z]\.?(?= [A-Z]))"
# Between them "of" joins, but not behind CEO or MPs, which are somebody of something else.
_JOIN = r" (?:(?<![A-Z]{2} )(?<![A-Z]s )of (?:the )?)?"
_NAME = re.compile(rf"(?<![\w.’'-]){_CAPITAL}(?:{_JOIN}{_CAPITAL}){{0,11}}(?: \d{{1,3}}\b(?![.,:%]\d))?")
_OWNER = re.compile(r"['’]s?$")
# What begins a question with a capital and is no name.
_OPENING = STOPWORDS | frozenset(
    """
    name list give describe explain summarize summarise compare show find might must may besides
    according since despite give remember regarding concerning considering apart outside inside quote
    """.split()
)
# In a heading these have capitals too; of the words that carry little, the rest begin names.
_COMMON = STOPWORDS - frozenset("i the of article articles may will".split())


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
    return Named(_outlets(text, outlets), tuple(dict.fromkeys(_days(text))))


def fits(asked: Named, article: Article) -> float:
    """How well an article's outlet and date fit, -1 to 1; 0 when nothing is named, or nothing known."""
    found = [_outlet_fits(asked, article)] if asked.outlets and article.outlet else []
    if asked.days and article.published:
        found.append(max(_day_fits(day, article.published) for day in asked.days))
    return sum(found) / len(found) if found else 0.0


def names(text: str) -> tuple[str, ...]:
    """The names in a question as it writes them, each once, without a possessive ending.

    None in one that is all capitals, or that gives a capital to each of its words.
    """
    if text == text.upper():
        return ()
    found: list[str] = []
    for match in _NAME.finditer(text):
        pieces = match.group().split(" ")
        if match.start() == 0 and (len(pieces) == 1 or fold(pieces[0]) in _OPENING):
            pieces = pieces[2:] if pieces[1:2] == ["of"] else pieces[1:]
        if any(map(_is_common, pieces)):
            return ()
        found += _parted(pieces)
    return tuple(dict.fromkeys(found))


def tails(name: str) -> tuple[str, ...]:
    """What is left of a name without its first word, its first two, ..., longest first."""
    pieces = name.split(" ")
    return tuple(" ".join(pieces[i:]) for i in range(1, len(pieces)) if pieces[i][0].isupper())


def _parted(pieces: Sequence[str]) -> Iterator[str]:
    """The names in pieces that stand together: whoever owns ends one, as in Japan's Diet."""
    begin = 0
    for number, piece in enumerate(pieces, start=1):
        if number == len(pieces) or _OWNER.search(piece):
            yield _OWNER.sub("", " ".join(pieces[begin:number]))
            begin = number


def _is_common(piece: str) -> bool:
    """Whether it has a capital that only a heading would give it."""
    return piece == piece.capitalize() and fold(piece) in _COMMON


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
    left = "" if _AHEAD.search(text) else text
    for pattern in _DATES:
        for found in pattern.finditer(left):
            parts = found.groupdict()
            if not _BOUND.search(left[: found.start()]):
                yield _day(int(parts["year"]), parts.get("month"), parts.get("day"))
        left = pattern.sub(" ", left)


def _day(year: int, month: str | None, day: str | None) -> Day:
    number = _month(month) if month else None
    if number is None:
        return Day(year)
    try:
        return Day(year, number, date(year, number, int(day)).day if day else None)
    except ValueError:
        return Day(year, number)


def _month(written: str) -> int | None:
    """The number of a month, written as a number or a name; None when there is no such month."""
    if written.isdecimal():
        return int(written) if 1 <= int(written) <= 12 else None
    return next(i for i, name in enumerate(_MONTHS, start=1) if name.startswith(written[:3].lower()))


def _outlets(text: str, outlets: Sequence[str]) -> tuple[str, ...]:
    """The outlets named; where a name holds another outlet's, only the longer one is."""
    found = {outlet: list(_mentions(text, outlet)) for outlet in outlets}
    every = [span for spans in found.values() for span in spans]
    return tuple(outlet for outlet, spans in found.items() if any(not _inside(span, every) for span in spans))


def _inside(span: Span, others: Sequence[Span]) -> bool:
    return any(o != span and o.start <= span.start and span.end <= o.end for o in others)


def _mentions(text: str, outlet: str) -> Iterator[Span]:
    """Where the text names the outlet, by its name or without its The, News or .com."""
    whole = outlet.removeprefix("The ").strip()
    cased = text not in (text.lower(), text.upper())
    flags = re.RegexFlag(0) if cased else re.IGNORECASE
    for form in {whole, _TAIL.sub("", whole)} - {""}:
        for match in re.finditer(rf"(?<![\w-]){re.escape(form)}{_CALLED}(?!\w|-\w)", text, flags):
            # Inside a sentence only a name has this capital.
            titled = cased and outlet.startswith("The ") and text[1 : match.start()].endswith(" The ")
            everyday = form.lower() in _EVERYDAY and not titled
            doubtful = everyday or not (cased or " " in form)
            if not (cased and _is_part(text, match, everyday)) and (not doubtful or _tells(text, match)):
                yield Span(*match.span())


def _is_part(text: str, match: re.Match[str], everyday: bool) -> bool:
    """Whether capitals around a match make it part of a longer name."""
    leads, follows = _LEADS.search(text[: match.start()]), _FOLLOWS.match(text, match.end())
    if follows is not None and follows.group(1).isupper():
        return True
    word = leads.group(1) if leads is not None else ""
    if not word[:1].isupper() or word.lower() in STOPWORDS or word.lower() in _MONTHS:
        return False
    # The first word has a capital in any case.
    return everyday or match.start() > len(word) + 1


def _tells(text: str, match: re.Match[str]) -> bool:
    """Whether something is told by what matches, and no word before it belongs to it."""
    before = text[: match.start()]
    if _TOLD.search(before):
        return True
    alone = not before.strip() or before.split()[-1].lower() in STOPWORDS
    return alone and _TELLING.match(text, match.end()) is not None
