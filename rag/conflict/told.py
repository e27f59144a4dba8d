"""What is said of articles that disagree: who gives which value, and which is the newer."""

from __future__ import annotations

import re
from datetime import date

from rag.conflict.sides import Side
from rag.types import DraftSentence

Groups = tuple[tuple[Side, ...], ...]
_MOST_TITLE = 12
_IN_BRACKETS = re.compile(r" \((?:undated|\d{1,2} [A-Z][a-z]+ \d{4})(?:, the new(?:er|est))?\)")


def composed(groups: Groups) -> DraftSentence:
    """One sentence with all values, each with the outlets and days of the articles that give it."""
    ordered = sorted(groups, key=lambda group: max(_day(side) or date.min for side in group))
    numbers = tuple(side.offered.number for group in ordered for side in group)
    if len({side.offered.article.id for group in ordered for side in group}) == 1:
        first, last = sorted((group[0] for group in groups), key=lambda side: side.offered.start)
        return DraftSentence(_corrected(first, last), numbers)
    newest, label = _newest(ordered), "newer" if len(numbers) == 2 else "newest"
    parts = [_said(group, newest, label, place) for place, group in enumerate(ordered)]
    return DraftSentence(f"The articles differ: {'; '.join(parts)}.", numbers)


def undated(text: str) -> str:
    """What was composed without the days of the articles, which no cited sentence needs to name."""
    return _IN_BRACKETS.sub("", text)


def _corrected(first: Side, last: Side) -> str:
    says = f"says {first.value.shown} and then corrects this to {last.value.shown}"
    text = f"{_who(first, 0)} {says} ({_when(first, '')})."
    return text[0].upper() + text[1:]


def _newest(groups: list[tuple[Side, ...]]) -> Side | None:
    """The side of the last day, where every day is known and no other value is of that day."""
    days = [_day(side) for group in groups for side in group]
    known = [day for day in days if day is not None]
    if len(known) < len(days):
        return None
    holders = [group for group in groups if any(_day(side) == max(known) for side in group)]
    return next(s for s in holders[0] if _day(s) == max(known)) if len(holders) == 1 else None


def _said(group: tuple[Side, ...], newest: Side | None, label: str, place: int) -> str:
    """Who says a value; whoever else says it says the same."""
    said = [
        f"{_who(side, place + also)} says {'the same' if also else side.value.shown}"
        f" ({_when(side, label if side is newest else '')})"
        for also, side in enumerate(group)
    ]
    return ", ".join(said)


def _who(side: Side, place: int) -> str:
    """The outlet or, where it is not known, the title."""
    article = side.offered.article
    if article.outlet:
        return " ".join(article.outlet.split())
    title = " ".join(article.title.split())
    plain = title.isprintable() and not title.endswith("…") and title not in side.offered.quote
    if plain and 2 <= len(title.split()) <= _MOST_TITLE and not any(c.isdigit() for c in title):
        return f"the article {title}"
    return "another article" if place else "one article"


def _when(side: Side, label: str) -> str:
    day = _day(side)
    told = f"{day.day} {day:%B} {day.year}" if day else "undated"
    return f"{told}, the {label}" if label else told


def _day(side: Side) -> date | None:
    return side.offered.article.published
