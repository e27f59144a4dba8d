"""What is known of an article, and the names under which sources give it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

from rag.articles.dates import Dated, parse_date
from rag.errors import ArticleError

# Usual names of each field, the best first, in small letters and without marks: "Pub_Date" is "pubdate".
NAMES: dict[str, tuple[str, ...]] = {
    "text": ("text", "body", "content", "article", "articlebody", "articletext", "fulltext", "maintext"),
    "title": ("title", "headline", "heading"),
    "published": (
        *("published", "date", "publishedat", "pubdate", "datetime", "publishedon", "publishdate"),
        *("publisheddate", "datepublished", "publicationdate", "datepublish", "publishedtime"),
    ),
    "url": ("url", "link", "permalink", "canonicalurl", "articleurl", "sourceurl"),
    "outlet": ("outlet", "publisher", "source", "site", "sitename", "publication", "newspaper"),
    "author": ("author", "byline", "authors", "writer"),
    "id": ("id", "articleid", "guid", "uuid"),
    "language": ("language", "lang", "locale", "inlanguage"),
}
_MARKS = re.compile(r"[\W_]+")
_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)
# What tables write where they know nothing.
_NOTHING = frozenset({"", "nan", "none", "null", "n/a", "-"})
_LANGUAGE = re.compile(r"([a-z]{2})(?:[-_].*)?", re.IGNORECASE)
_VALUE_CHARACTERS = 1000
_NAMES_AT_MOST = 20


@dataclass(frozen=True, slots=True)
class Facts:
    """What a source tells of an article beside its text.

    `guess` is a day to fall back on; a `language` of "" is unknown and not to be looked for.
    """

    title: str | None = None
    outlet: str | None = None
    author: str | None = None
    dated: Dated | None = None
    guess: Dated | None = None
    url: str | None = None
    language: str | None = None

    def or_else(self, other: Facts) -> Facts:
        """These facts, and the other's where these know nothing."""
        unknown = {f.name: getattr(other, f.name) for f in fields(self) if getattr(self, f.name) is None}
        return replace(self, **unknown)


def by_field(record: Mapping[Any, Any]) -> dict[str, tuple[str, Any]]:
    """For each field that a record has, the best name it has it under, and the value there."""
    names = {_MARKS.sub("", str(name).casefold()): str(name) for name in reversed(record)}
    values = {str(name): value for name, value in record.items()}
    found: dict[str, tuple[str, Any]] = {}
    for field, usual in NAMES.items():
        for name in usual:
            value = values[names[name]] if name in names else None
            if value not in (None, ""):
                # A "source" may be an outlet's name, or the address of the article.
                is_address = (
                    field == "outlet" and isinstance(value, str) and _ADDRESS.fullmatch(value.strip())
                )
                found.setdefault("url" if is_address else field, (names[name], value))
    return found


def facts_of(record: Mapping[Any, Any], where: str) -> Facts:
    """What a row or a front matter tells; `where` says what its names are, as "column".

    A day that cannot be read is no day.
    """
    found = by_field(record)
    name, value = found.get("published", ("", None))
    day = parse_date(value)
    told = {field: plain(found.get(field, ("", None))[1]) for field in ("title", "outlet", "author", "url")}
    return Facts(
        title=told["title"],
        outlet=told["outlet"],
        author=told["author"],
        dated=Dated(day, "stated", f"{where} {name}".strip()) if day else None,
        url=told["url"],
        language=language_code(found.get("language", ("", None))[1]),
    )


def given_facts(known: Mapping[str, Any], source: str, where: str) -> Facts:
    """What a person says of an article, under the very names of its fields.

    Raises ArticleError for a day that is none, and for a value that is a list or a mapping.
    """
    for name, value in known.items():
        if isinstance(value, (list, dict, set, tuple)):
            raise ArticleError(f"{source}: {name} must be plain text")
    published = known.get("published")
    dated = None
    if published:
        basis = known.get("published_basis")
        origin = str(known.get("published_from") or where)
        dated = Dated(_strict(published, source), "inferred" if basis == "inferred" else "stated", origin)
    told = {name: str(value) for name, value in known.items() if value}
    return Facts(
        title=told.get("title"),
        outlet=told.get("outlet"),
        author=told.get("author"),
        dated=dated,
        url=told.get("url"),
        language=language_code(known.get("language")),
    )


def _strict(value: Any, source: str) -> date:
    try:
        day = parse_date(value) if isinstance(value, date) else date.fromisoformat(str(value)[:10])
    except ValueError:
        day = None
    if day is None:
        raise ArticleError(f"{source}: published must be YYYY-MM-DD, not {value!r}")
    return day


def plain(value: Any) -> str | None:
    """A field's value on one line: names of a list joined, the name of a mapping; None for nothing."""
    # Lists in lists are not followed: YAML can nest them without end.
    parts = value[:_NAMES_AT_MOST] if isinstance(value, list) else [value]
    named = (part.get("name") if isinstance(part, Mapping) else part for part in parts)
    return ", ".join(filter(None, map(_word, named))) or None


def _word(value: Any) -> str | None:
    if not isinstance(value, (str, int, float, date)) or isinstance(value, bool):
        return None
    text = " ".join(str(value)[:_VALUE_CHARACTERS].split())
    return None if text.casefold() in _NOTHING else text


def language_code(value: Any) -> str | None:
    """The two letters of a language tag ("en-US" is "en"), or None."""
    found = _LANGUAGE.fullmatch(value.strip()) if isinstance(value, str) else None
    return found.group(1).lower() if found else None
