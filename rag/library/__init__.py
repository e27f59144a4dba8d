"""The library: SQLite with every article, passage, vector and the full-text index; the record.

What is asked of the database is here, of its words in fulltext.py, for lists in listing.py. What is put
into it is in writing.py, its tables in schema.py, how its file is opened in database.py, how damage is found
in damage.py and what can be saved in salvage.py. The vector index (see rag/index/) is derived from it.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from rag.errors import LibraryCorrupt
from rag.library import rows as values
from rag.library import writing
from rag.library.damage import damage_in
from rag.library.database import FILE, damaged, moment, open_file, open_memory, transaction, translated
from rag.library.fulltext import FullText
from rag.library.listing import Listing
from rag.library.rows import ARTICLE_COLUMNS, CURRENT, Row, Shelved, Vectors, conditions, marks
from rag.library.writing import Entry
from rag.types import Article, Passage, Scope, content_id

__all__ = ["Entry", "Library", "Row", "Shelved", "Vectors"]

_ROWS_AT_ONCE = 2_000
_COUNTS_KEPT = 20_000
# SQLite's highest number.
_LAST = 2**63 - 1
_ARTICLE = ", ".join(f"a.{name.strip()}" for name in ARTICLE_COLUMNS.split(","))


class Library(FullText, Listing):
    """One SQLite file; safe to read from several threads and processes, written by one at a time."""

    def __init__(self, connection: sqlite3.Connection, where: str) -> None:
        self._connection = connection
        self._where = where
        self._lock = threading.RLock()
        self._counted: tuple[int, dict[object, int]] = (0, {})

    @classmethod
    def open(cls, folder: Path) -> Library:
        """Open the library in `folder`, made if it is not there.

        Raises LibraryUnwritable, LibraryCorrupt, LibraryNewer, or LibraryError.
        """
        path = folder / FILE
        return cls(open_file(path), str(path))

    @classmethod
    def in_memory(cls) -> Library:
        """An empty library that is gone with the process."""
        return cls(open_memory(), "memory")

    def close(self) -> None:
        """Close the file; the library cannot be used afterwards."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock, translated(self._where), transaction(self._connection):
            yield self._connection

    @contextmanager
    def _moment(self) -> Iterator[None]:
        with self._lock, translated(self._where), moment(self._connection):
            yield

    def _rows(self, sql: str, given: Sequence[Any] = ()) -> list[Any]:
        with self._lock, translated(self._where):
            return self._connection.execute(sql, given).fetchall()

    def _number(self, sql: str, given: Sequence[Any] = ()) -> int:
        return int(self._rows(sql, given)[0][0] or 0)

    @contextmanager
    def _intact(self) -> Iterator[None]:
        """Damage that SQLite did not see shows when what it gave is read as a value."""
        try:
            yield
        except (ValueError, TypeError) as error:
            raise LibraryCorrupt(damaged(self._where, str(error))) from error

    # Facts about the library itself

    def fact(self, name: str) -> str | None:
        """A stored fact, such as "revision" or "embedder"; None when it was never stored."""
        rows = self._rows("SELECT value FROM facts WHERE name = ?", (name,))
        return str(rows[0][0]) if rows else None

    def store_facts(self, **facts: str) -> None:
        """Store facts, together or not at all."""
        with self._transaction() as connection:
            connection.executemany("INSERT OR REPLACE INTO facts VALUES (?, ?)", facts.items())

    @property
    def file_number(self) -> int:
        """The number of the library's file on its disk: a copy has another, a file that was moved has not."""
        return Path(self._where).stat().st_ino

    @property
    def revision(self) -> int:
        """Goes up with every change of articles or passages."""
        return int(self.fact("revision") or 0)

    # Writing

    def put(self, entries: Iterable[Entry]) -> None:
        """Store entries with all that belongs to them, all or none of them.

        A source that held another article holds this one now, and the other becomes an earlier version.
        """
        with self._transaction() as connection:
            writing.put(connection, entries)
            writing.count_revision(connection)

    def forget(self, sources: Iterable[str], versions: Iterable[str] = ()) -> None:
        """Take out sources with their earlier versions, and articles, by id, as versions of any source.

        An article that nothing names any more goes with them, and no byte of it stays in the file.
        """
        with self._transaction() as connection:
            writing.forget(connection, sources, versions)
            writing.purge(connection)
            writing.count_revision(connection)
        with self._lock, translated(self._where):
            # SQLite overwrites what it deletes, and not the copies that moving rows between pages leaves.
            self._connection.execute("VACUUM")
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def replace_vectors(self, vectors: Iterable[tuple[int, Vectors]], embedder: str) -> None:
        """Replace the vectors of passages, by number, name their model, and point at no index any more."""
        with self._transaction() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)",
                (values.vector_row(number, vector) for number, vector in vectors),
            )
            connection.execute("INSERT OR REPLACE INTO facts VALUES ('embedder', ?)", (embedder,))
            # An index, wherever it lies, holds the vectors from before.
            connection.execute("DELETE FROM facts WHERE name = 'index' OR name LIKE 'index at %'")
            writing.count_revision(connection)

    # Articles

    def held(self, source: str) -> tuple[str, str] | None:
        """The id of the article that a source holds, and the digest with which it came."""
        rows = self._rows("SELECT article_id, digest FROM sources WHERE source = ?", (source,))
        return (str(rows[0][0]), str(rows[0][1])) if rows else None

    def fingerprint(self, article_id: str) -> str | None:
        """The fingerprint of an article that answers; None for one that is unknown or replaced."""
        rows = self._rows(f"SELECT fingerprint FROM articles a WHERE id = ? AND {CURRENT}", (article_id,))
        return str(rows[0][0]) if rows else None

    def sources(self, begin: str = "") -> tuple[str, ...]:
        """Every source that begins so, in alphabetical order."""
        if not _is_text(begin):
            return ()
        sql = "SELECT source FROM sources WHERE source >= ? AND source < ? ORDER BY 1"
        return tuple(row[0] for row in self._rows(sql, (begin, begin + "\U0010ffff")))

    def articles(self) -> tuple[Article, ...]:
        """Every article that answers, newest first, undated ones last."""
        with self._moment():
            rows = self._rows(
                f"SELECT {_ARTICLE} FROM articles a WHERE {CURRENT}"
                " ORDER BY published IS NULL, published DESC, title, id"
            )
            found = self._sources_of([row[0] for row in rows])
        with self._intact():
            return tuple(values.article(row, found[row[0]]) for row in rows)

    def article(self, article_id: str) -> Article | None:
        """An article by its id, also one that its source has replaced: `replaced_by` says by which."""
        with self._moment():
            rows = self._rows(f"SELECT {_ARTICLE} FROM articles a WHERE id = ?", (article_id,))
            found = self._sources_of([article_id])[article_id]
            replaced_by = None if found else self._replacement(article_id)
            before = "SELECT DISTINCT source FROM versions WHERE article_id = ? ORDER BY 1"
            named = found or [row[0] for row in self._rows(before, (article_id,))]
        with self._intact():
            return values.article(rows[0], named, replaced_by) if rows else None

    def _replacement(self, article_id: str) -> str | None:
        """The article that holds the place of an earlier version now."""
        rows = self._rows(
            "SELECT s.article_id FROM versions v JOIN sources s ON s.source = v.source"
            " WHERE v.article_id = ? ORDER BY v.number DESC LIMIT 1",
            (article_id,),
        )
        return str(rows[0][0]) if rows else None

    def matching(self, wanted: str, prefix: bool) -> tuple[str, ...]:
        """Ids of the articles with this id or source, or with an id that begins so."""
        rows = self._rows(
            "SELECT id FROM articles WHERE id = ?1 OR (?2 AND substr(id, 1, length(?1)) = ?1)"
            " UNION SELECT article_id FROM sources WHERE source = ?1",
            (wanted, prefix),
        )
        return tuple(row[0] for row in rows)

    def _sources_of(self, ids: Sequence[str]) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {key: [] for key in ids}
        for first in range(0, len(ids), _ROWS_AT_ONCE):
            some = ids[first : first + _ROWS_AT_ONCE]
            sql = f"SELECT article_id, source FROM sources WHERE article_id IN ({marks(some)}) ORDER BY 2"
            for article_id, source in self._rows(sql, some):
                found[article_id].append(source)
        return found

    def article_count(self, scope: Scope = Scope()) -> int:
        """How many articles in scope there are to answer."""
        wanted, given = conditions(scope)
        return self._once(scope, f"SELECT COUNT(*) FROM articles a WHERE {CURRENT}{wanted}", given)

    def passages_up_to(self, last: int) -> int:
        """How many passages there are with a number up to `last`."""
        return self._once(last, "SELECT COUNT(*) FROM passages WHERE number <= ?", (last,))

    def passage_count(self, scope: Scope = Scope()) -> int:
        """How many passages of articles in scope there are."""
        wanted, given = conditions(scope)
        sql = "SELECT COUNT(*) FROM passages"
        if wanted:
            sql += f" p JOIN articles a ON a.id = p.article_id WHERE 1{wanted}"
        return self._once(("passages", scope), sql, given)

    def _once(self, what: object, sql: str, given: Sequence[Any]) -> int:
        """A count, made once for each revision."""
        revision = self.revision
        of, counts = self._counted
        if of != revision or len(counts) > _COUNTS_KEPT:
            counts = {}
            self._counted = (revision, counts)
        if what not in counts:
            counts[what] = self._number(sql, given)
        return counts[what]

    def outlets(self) -> tuple[str, ...]:
        """The outlets of the articles, in alphabetical order."""
        rows = self._rows(
            f"SELECT DISTINCT outlet FROM articles a WHERE outlet IS NOT NULL AND {CURRENT} ORDER BY 1"
        )
        return tuple(row[0] for row in rows)

    # Passages

    def passages(self, ids: Sequence[str]) -> dict[str, tuple[Passage, Article]]:
        """The passages of these ids with their articles; ids that are not here are left out.

        Raises LibraryCorrupt when an article is not the one that was stored.
        """
        with self._moment():
            rows = self._rows(
                f"SELECT article_id, id, start, stop, sentences FROM passages WHERE id IN ({marks(ids)})",
                ids,
            )
            articles = self._articles_of({row[0] for row in rows})
        with self._intact():
            return {
                row[1]: (values.passage(row[1:], articles[row[0]]), articles[row[0]])
                for row in rows
                if row[0] in articles
            }

    def shelved(self, ids: Sequence[str], around: int) -> list[Shelved]:
        """The articles of these passages, each with those passages and up to `around` on either side.

        Ordered by article id; ids that are not here are left out. Raises LibraryCorrupt when an article or
        a vector is not the one that was stored.
        """
        with self._moment():
            # An article's passages are numbered one after another.
            rows = self._rows(
                "SELECT p.article_id, p.id, p.start, p.stop, p.sentences, vector, checksum"
                " FROM passages p JOIN vectors v ON v.number = p.number WHERE p.number IN"
                " (SELECT n.number FROM passages f JOIN passages n ON n.article_id = f.article_id"
                f" AND n.number BETWEEN f.number - ? AND f.number + ? WHERE f.id IN ({marks(ids)}))"
                " ORDER BY p.article_id, p.start",
                (around, around, *ids),
            )
            articles = self._articles_of({row[0] for row in rows})
        with self._intact():
            return [
                values.shelved(articles[key], list(own))
                for key, own in groupby(rows, key=itemgetter(0))
                if key in articles
            ]

    def _articles_of(self, keys: Collection[str]) -> dict[str, Article]:
        """Articles that answer, by their ids. Raises LibraryCorrupt when one is not as it was stored."""
        given = sorted(keys)
        rows = self._rows(f"SELECT {_ARTICLE} FROM articles a WHERE id IN ({marks(given)})", given)
        found = self._sources_of(given)
        with self._intact():
            return {row[0]: _checked(values.article(row, found[row[0]])) for row in rows}

    def passages_of(self, article: Article) -> tuple[Passage, ...]:
        """The passages of one article, in order."""
        rows = self._rows(
            "SELECT id, start, stop, sentences FROM passages WHERE article_id = ? ORDER BY start",
            (article.id,),
        )
        with self._intact():
            return tuple(values.passage(row, article) for row in rows)

    def has_passages(self, article_id: str) -> bool:
        """Whether an article can be found."""
        return bool(self._rows("SELECT 1 FROM passages WHERE article_id = ? LIMIT 1", (article_id,)))

    def numbers_of(self, article: Article) -> tuple[int, ...]:
        """The numbers of an article's passages, in their order in the article."""
        rows = self._rows("SELECT number FROM passages WHERE article_id = ? ORDER BY start", (article.id,))
        return tuple(row[0] for row in rows)

    def ids_of(self, numbers: Sequence[int]) -> dict[int, str]:
        """The ids of passages by their numbers; numbers that are not here are left out."""
        found: dict[int, str] = {}
        for first in range(0, len(numbers), _ROWS_AT_ONCE):
            some = numbers[first : first + _ROWS_AT_ONCE]
            found |= self._rows(f"SELECT number, id FROM passages WHERE number IN ({marks(some)})", some)
        return found

    @property
    def last_number(self) -> int:
        """The highest number of a passage; a later passage gets a higher one."""
        return self._number("SELECT MAX(number) FROM passages")

    @property
    def dimension(self) -> int:
        """How many numbers a stored vector has; 0 when there is none."""
        return self._number("SELECT MAX(length(vector)) / 4 FROM (SELECT vector FROM vectors LIMIT 1)")

    def rows(self, after: int = 0, last: int = _LAST, scope: Scope = Scope()) -> Iterator[Row]:
        """Passages in scope, numbers above `after` and up to `last`, in the order in which they came.

        Raises LibraryCorrupt for a vector that is not the one that was stored.
        """
        wanted, given = conditions(scope)
        while True:
            rows = self._rows(
                "SELECT p.number, p.id, vector, checksum, a.published, a.outlet FROM passages p"
                " JOIN vectors v ON v.number = p.number JOIN articles a ON a.id = p.article_id"
                f" WHERE p.number > ? AND p.number <= ?{wanted} ORDER BY p.number LIMIT {_ROWS_AT_ONCE}",
                (after, last, *given),
            )
            with self._intact():
                read = [
                    Row(number, key, values.vector(blob, checksum), values.day(published), outlet)
                    for number, key, blob, checksum, published, outlet in rows
                ]
            yield from read
            if len(rows) < _ROWS_AT_ONCE:
                return
            after = rows[-1][0]

    # Damage

    def damage(self) -> tuple[str, ...]:
        """What is wrong with the file or what it holds, a line each; empty when all is well."""
        with self._lock, translated(self._where):
            return tuple(damage_in(self._connection))


def _checked(article: Article) -> Article:
    """The article, if it is the one that was stored. Raises ValueError otherwise."""
    if content_id(article) != article.id:
        raise ValueError(f"article {article.id} holds another text than was stored")
    return article


def _is_text(name: str) -> bool:
    """Whether UTF-8 can hold a name, as it can every name in the library."""
    return not any(0xD800 <= ord(c) < 0xE000 for c in name)
