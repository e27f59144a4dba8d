"""What is asked of the library to list it: rows without text, a page at a time, and counts."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import date
from typing import Any

from rag.library.rows import CURRENT, any_of, conditions, day, marks
from rag.listed import Counted, Listed, Sought, Unit
from rag.types import Scope

# So many words of a search are looked for, and so many characters of each.
_WORDS_AT_MOST, _WORD_CHARACTERS = 8, 60
# How much of a day as it is stored names its period, and what makes that a day again.
_PERIOD: dict[Unit, tuple[int, str]] = {"day": (10, ""), "month": (7, "-01"), "year": (4, "-01-01")}

_COLUMNS = (
    "a.id, a.title, a.outlet, a.author, a.published, a.published_basis, a.url,"
    " (SELECT SUM(json_extract(value, '$[1]') - json_extract(value, '$[0]')) FROM json_each(a.body)),"
    " (SELECT COUNT(DISTINCT v.article_id) FROM versions v JOIN sources s ON s.source = v.source"
    " WHERE s.article_id = a.id AND v.article_id <> a.id)"
)


class Listing:
    """The part of a library that lists it; `Library` gives it its database."""

    @abstractmethod
    def _rows(self, sql: str, given: Sequence[Any] = ()) -> list[Any]: ...

    @abstractmethod
    def _moment(self) -> AbstractContextManager[None]: ...

    @abstractmethod
    def _intact(self) -> AbstractContextManager[None]: ...

    @abstractmethod
    def _sources_of(self, ids: Sequence[str]) -> dict[str, list[str]]: ...

    def listed(self, sought: Sought, first: int, count: int) -> tuple[Listed, ...]:
        """The articles that fit, newest first and undated ones last: `count` of them from `first` on."""
        wanted, given = _wanted(sought)
        with self._moment():
            rows = self._rows(
                f"SELECT {_COLUMNS} FROM (SELECT a.id FROM articles a WHERE {CURRENT}{wanted}"
                " ORDER BY a.published DESC, a.title, a.id LIMIT ? OFFSET ?) page JOIN articles a"
                " ON a.id = page.id ORDER BY a.published DESC, a.title, a.id",
                (*given, count, first),
            )
            sources = self._sources_of([row[0] for row in rows])
        with self._intact():
            return tuple(_listed(row, sources[row[0]]) for row in rows)

    def earlier(self, article_id: str, count: int) -> tuple[Listed, ...]:
        """The articles that this one's sources held before it, the latest first, at most `count`."""
        rows = self._rows(
            f"SELECT {_COLUMNS} FROM (SELECT v.article_id AS id, MAX(v.number) AS number FROM versions v"
            " JOIN sources s ON s.source = v.source WHERE s.article_id = ?1 AND v.article_id <> ?1"
            " GROUP BY 1 ORDER BY 2 DESC LIMIT ?2) older JOIN articles a ON a.id = older.id"
            " ORDER BY older.number DESC",
            (article_id, count),
        )
        with self._intact():
            return tuple(_listed(row, ()) for row in rows)

    def found(self, sought: Sought) -> int:
        """How many articles fit."""
        wanted, given = _wanted(sought)
        return int(self._rows(f"SELECT COUNT(*) FROM articles a WHERE {CURRENT}{wanted}", given)[0][0])

    def first_and_last(self, sought: Sought) -> tuple[date, date] | None:
        """The days of the oldest and the newest article that fits; None when none has a day."""
        wanted, given = _wanted(sought)
        sql = f"SELECT MIN(a.published), MAX(a.published) FROM articles a WHERE {CURRENT}{wanted}"
        with self._intact():
            first, last = map(day, self._rows(sql, given)[0])
        return None if first is None or last is None else (first, last)

    def counted(self, sought: Sought, unit: Unit) -> tuple[Counted, ...]:
        """How many articles that fit each outlet has in each period, oldest first after undated ones."""
        wanted, given = _wanted(sought)
        length, rest = _PERIOD[unit]
        rows = self._rows(
            "SELECT substr(a.published, 1, ?), a.outlet, COUNT(*) FROM articles a"
            f" WHERE {CURRENT}{wanted} GROUP BY 1, 2 ORDER BY 1, 2",
            (length, *given),
        )
        with self._intact():
            return tuple(Counted(day(first and first + rest), outlet, n) for first, outlet, n in rows)

    def ranked_outlets(self) -> tuple[str | None, ...]:
        """The outlets, those with most articles first; None where articles of no known outlet stand."""
        rows = self._rows(
            f"SELECT a.outlet FROM articles a WHERE {CURRENT} GROUP BY 1 ORDER BY COUNT(*) DESC, 1"
        )
        return tuple(row[0] for row in rows)


def _listed(row: Sequence[Any], sources: Sequence[str]) -> Listed:
    key, title, outlet, author, published, basis, url, length, versions = row
    return Listed(
        key, title, outlet, author, day(published), basis, url, length or 0, versions, tuple(sources)
    )


def _wanted(sought: Sought) -> tuple[str, list[Any]]:
    """What is sought of the articles `a`, as SQL that begins with AND, and its values."""
    sql, scoped = conditions(Scope(sought.since, sought.until))
    given: list[Any] = list(scoped)
    if sought.undated:
        sql += " AND a.published IS NULL"
    for names, negated in ((sought.outlets, ""), (sought.but or None, "NOT ")):
        if names is not None:
            sql += f" AND {negated}(COALESCE(a.outlet IN ({marks(names)}), 0) OR (a.outlet IS NULL AND ?))"
            given += [*names, None in names]
    for word in _words(sought.words):
        sql += (
            " AND (a.title LIKE ? ESCAPE '\\' OR a.outlet LIKE ? ESCAPE '\\' OR a.author LIKE ? ESCAPE '\\'"
            " OR a.id IN (SELECT p.article_id FROM passage_text t JOIN passages p ON p.number = t.rowid"
            " WHERE passage_text MATCH ?))"
        )
        given += [*[f"%{_literal(word)}%"] * 3, any_of((word,))]
    return sql, given


def _words(text: str) -> list[str]:
    """The words to look for; half characters, which no article holds, fall away."""
    plain = text.encode("utf-8", "ignore").decode("utf-8").replace("\0", " ")
    words = [word[:_WORD_CHARACTERS] for word in plain.split()]
    return [word for word in words if re.search(r"\w", word)][:_WORDS_AT_MOST]


def _literal(word: str) -> str:
    """A word as LIKE takes it to the letter."""
    return re.sub(r"([\\%_])", r"\\\1", word)
