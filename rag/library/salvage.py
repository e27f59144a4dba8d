"""What a damaged library still holds: whatever proves itself by its own digest, and what it hangs on."""

from __future__ import annotations

import re
import sqlite3
import zlib
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from rag.library import rows as stored
from rag.library.pages import Stored, stored_rows
from rag.library.rows import Vectors
from rag.types import Article, content_id

_ID = re.compile(r"[0-9a-f]{16}")
# What is kept of the facts; the others follow from what the file held.
_FACTS = ("embedder", "started", "prefix")


class Version(NamedTuple):
    """A source held `article_id` until `replaced_by` took its place; a higher number came later."""

    number: int
    source: str
    article_id: str
    replaced_by: str


@dataclass(slots=True)
class Salvaged:
    """What was found: articles that are what their ids say, and their sources, versions and vectors.

    `vectors` are by the id of their passage. `named` holds the ids of all articles of which anything was
    found; `titles` what is readable of those that are damaged.
    """

    articles: dict[str, tuple[Article, str]] = field(default_factory=dict)
    sources: dict[str, tuple[str, str]] = field(default_factory=dict)
    versions: dict[int, Version] = field(default_factory=dict)
    vectors: dict[str, Vectors] = field(default_factory=dict)
    facts: dict[str, str] = field(default_factory=dict)
    named: set[str] = field(default_factory=set)
    titles: dict[str, str] = field(default_factory=dict)

    @property
    def lost(self) -> tuple[str, ...]:
        """Ids of articles that were there and could not be read."""
        return tuple(sorted(self.named - set(self.articles)))

    def source_of(self, article_id: str) -> str | None:
        """A source that holds, or held, an article."""
        now = (source for source, (held, _) in self.sources.items() if held == article_id)
        before = (v.source for v in self.versions.values() if v.article_id == article_id)
        return next(now, None) or next(before, None)


def salvage(paths: Iterable[Path]) -> Salvaged:
    """What the files hold, those named first before those after. Nothing that is damaged raises."""
    found = Salvaged()
    for path in paths:
        numbered: dict[int, Vectors] = {}
        passages: dict[int, str] = {}
        for row in stored_rows(path):
            _sort(row, found, numbered, passages)
        for number, key in passages.items():
            if number in numbered:
                found.vectors.setdefault(key, numbered[number])
        for source, article_id in _indexed_sources(path):
            found.sources.setdefault(source, (article_id, ""))
    found.named |= {held for held, _ in found.sources.values()}
    return found


def _sort(row: Stored, found: Salvaged, vectors: dict[int, Vectors], passages: dict[int, str]) -> None:
    """Tell by a row's columns which table it is of."""
    values: Sequence[Any] = row.values
    kinds = "".join({str: "t", bytes: "b", int: "i"}.get(type(value), "-") for value in values)
    if len(kinds) in (11, 12) and kinds.startswith("tttt") and _ID.fullmatch(values[0]):
        _article(values, found)
    elif kinds in ("tt", "ttt") and _ID.fullmatch(values[1]):
        found.sources.setdefault(values[0], (values[1], values[2] if len(values) == 3 else ""))
    elif kinds == "tt" and values[0] in _FACTS:
        found.facts.setdefault(values[0], values[1])
    elif kinds == "-ttt" and _ID.fullmatch(values[2]) and _ID.fullmatch(values[3]):
        found.versions.setdefault(row.number, Version(row.number, *values[1:]))
        found.named.add(values[2])
    elif kinds in ("-ttiit", "-ttiitb") and _ID.fullmatch(values[2]):
        found.named.add(values[2])
        passages[row.number] = values[1]
        if len(values) == 7:
            _vector(Stored(row.number, (None, values[6], zlib.crc32(values[6]))), vectors)
    elif kinds == "-bi":
        _vector(row, vectors)


def _article(values: Sequence[Any], found: Salvaged) -> None:
    """An article, if it is what its id says; the order of columns is that of the table."""
    key, fingerprint = values[0], values[10]
    language = values[11] if len(values) == 12 else None
    found.named.add(key)
    found.titles.setdefault(key, values[3])
    try:
        article = stored.article((*values[:10], language), ())
        if content_id(article) == key:
            found.articles.setdefault(key, (article, str(fingerprint)))
    except (ValueError, TypeError):
        return


def _vector(row: Stored, vectors: dict[int, Vectors]) -> None:
    values: Sequence[Any] = row.values
    try:
        vectors[row.number] = stored.vector(values[1], values[2])
    except (ValueError, TypeError):
        return


def _indexed_sources(path: Path) -> list[tuple[str, str]]:
    """Sources and the articles that they hold, as two indexes know them; none where these are damaged."""
    try:
        with closing(sqlite3.connect(path)) as connection:
            names = dict(connection.execute("SELECT rowid, source FROM sources ORDER BY source").fetchall())
            held = connection.execute("SELECT rowid, article_id FROM sources ORDER BY article_id").fetchall()
    except sqlite3.Error:
        return []
    return [(names[number], key) for number, key in held if number in names]
