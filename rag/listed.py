"""Articles as a list shows them, what a list is asked for, and counts of them.

These are what shelf and timeline are made of, beside the way of a question.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

from rag.types import Basis

Unit = Literal["day", "month", "year"]


@dataclass(frozen=True, slots=True)
class Sought:
    """Which articles a list shows: those with all of the words, of the outlets, from day to day.

    `outlets` are exact names, None among them for articles of no known outlet; None in place of the names
    is any outlet. `but` names outlets that are left out. `undated` ones have no day, so no day fits them.
    """

    words: str = ""
    outlets: tuple[str | None, ...] | None = None
    but: tuple[str | None, ...] = ()
    since: date | None = None
    until: date | None = None
    undated: bool = False


@dataclass(frozen=True, slots=True)
class Listed:
    """An article as a list shows it, without its text.

    `length` counts the characters of its body, `versions` the earlier articles that its sources held.
    """

    id: str
    title: str
    outlet: str | None
    author: str | None
    published: date | None
    published_basis: Basis | None
    url: str | None
    length: int
    versions: int
    sources: tuple[str, ...] = ()


class Counted(NamedTuple):
    """How many articles an outlet published in a period that begins on `first`; None for undated ones."""

    first: date | None
    outlet: str | None
    articles: int
