"""The library: SQLite with every article, passage, vector and the full-text index; the record.

What is asked of the database and put into it is here; how its file is opened, made and guarded is in
database.py. The vector index (see index.py) is derived from what this file holds.
"""

from __future__ import annotations

import json
import re
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from rag.database import FILE, damaged, open_file, open_memory, transaction, translated
from rag.errors import LibraryCorrupt
from rag.types import Article, Hit, Passage, Scope, Span, content_id
from rag.words import fold
from rag.words import stem as stem_of

Vectors = npt.NDArray[np.float32]

_WORD = re.compile(r"\w+")
# The heading helps to match and must not outweigh the passage itself.
_HEADING_WEIGHT, _TEXT_WEIGHT = 0.5, 1.0


class Row(NamedTuple):
    """A passage as the index wants it: id, vector, and what filters look at."""

    passage_id: str
    vector: Vectors
    published: date | None
    outlet: str | None


class Library:
    """One SQLite file; safe to read from several threads and processes, written by one at a time."""

    def __init__(self, connection: sqlite3.Connection, where: str) -> None:
        self._connection = connection
        self._where = where
        self._lock = threading.RLock()

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

    def _rows(self, sql: str, values: Sequence[Any] = ()) -> list[Any]:
        with self._lock, translated(self._where):
            return self._connection.execute(sql, values).fetchall()

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
    def revision(self) -> int:
        """Goes up with every change of articles or passages."""
        return int(self.fact("revision") or 0)

    # Writing

    def add(
        self,
        article: Article,
        passages: Sequence[Passage],
        vectors: Vectors,
        heading: str,
        fingerprint: str,
    ) -> None:
        """Store an article with its passages and vectors (one row each), wholly or not at all.

        An article of the same text is replaced and keeps its other sources. A source that named
        another article before names this one now.
        """
        with self._transaction() as connection:
            kept = connection.execute(
                "SELECT source FROM sources WHERE article_id = ?", (article.id,)
            ).fetchall()
            _delete_article(connection, article.id)
            connection.execute(
                "INSERT INTO articles VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                _article_row(article, fingerprint),
            )
            for source in {article.source, *(row[0] for row in kept)}:
                connection.execute("INSERT OR REPLACE INTO sources VALUES (?, ?)", (source, article.id))
            for passage, vector in zip(passages, vectors, strict=True):
                _insert_passage(connection, passage, vector, heading)
            _delete_sourceless(connection)
            _count_revision(connection)

    def remove_sources(self, sources: Iterable[str]) -> None:
        """Forget sources, and every article that no source names any more."""
        with self._transaction() as connection:
            connection.executemany("DELETE FROM sources WHERE source = ?", [(source,) for source in sources])
            _delete_sourceless(connection)
            _count_revision(connection)

    def add_source(self, source: str, article_id: str) -> None:
        """Let `source` name an article that is already here."""
        with self._transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO sources VALUES (?, ?)", (source, article_id))
            _delete_sourceless(connection)
            _count_revision(connection)

    def replace_vectors(self, vectors: Iterable[tuple[str, Vectors]], embedder: str) -> None:
        """Replace the vectors of passages, by passage id, and name their model; all or nothing."""
        with self._transaction() as connection:
            connection.executemany(
                "UPDATE passages SET vector = ? WHERE id = ?",
                [(_blob(vector), passage_id) for passage_id, vector in vectors],
            )
            connection.execute("INSERT OR REPLACE INTO facts VALUES ('embedder', ?)", (embedder,))
            _count_revision(connection)

    # Reading

    def sources(self) -> dict[str, tuple[str, str]]:
        """Source -> (article id, fingerprint of the article as it was stored)."""
        rows = self._rows("SELECT source, id, fingerprint FROM sources JOIN articles ON id = article_id")
        return {source: (article_id, fingerprint) for source, article_id, fingerprint in rows}

    def articles(self) -> tuple[Article, ...]:
        """Every article, newest first, undated ones last."""
        rows = self._rows(
            "SELECT a.*, MIN(source) FROM articles a JOIN sources s ON s.article_id = a.id"
            " GROUP BY a.id ORDER BY published IS NULL, published DESC, title, a.id"
        )
        with self._intact():
            return tuple(_article(row) for row in rows)

    def article_count(self, scope: Scope = Scope()) -> int:
        """How many articles there are in scope."""
        conditions, values = _conditions(scope)
        rows = self._rows(f"SELECT COUNT(*) FROM articles a WHERE 1{conditions}", values)
        return int(rows[0][0])

    def passage_count(self) -> int:
        """How many passages there are."""
        return int(self._rows("SELECT COUNT(*) FROM passages")[0][0])

    def outlets(self) -> tuple[str, ...]:
        """The outlets of the articles, in alphabetical order."""
        rows = self._rows("SELECT DISTINCT outlet FROM articles WHERE outlet IS NOT NULL ORDER BY 1")
        return tuple(row[0] for row in rows)

    def passages(self, ids: Sequence[str]) -> dict[str, tuple[Passage, Article]]:
        """The passages of these ids with their articles; ids that are not here are left out."""
        rows = self._rows(
            f"SELECT id, article_id, start, stop, sentences FROM passages WHERE id IN ({_marks(ids)})",
            ids,
        )
        keys = sorted({row[1] for row in rows})
        texts = self._rows(
            "SELECT a.*, (SELECT MIN(source) FROM sources s WHERE s.article_id = a.id) FROM articles a"
            f" WHERE a.id IN ({_marks(keys)})",
            keys,
        )
        with self._intact():
            articles = {row[0]: _article(row) for row in texts}
            return {
                row[0]: (_passage(row, articles[row[1]]), articles[row[1]])
                for row in rows
                if row[1] in articles
            }

    def passages_of(self, article: Article) -> tuple[Passage, ...]:
        """The passages of one article, in order."""
        rows = self._rows(
            "SELECT id, article_id, start, stop, sentences FROM passages WHERE article_id = ? ORDER BY start",
            (article.id,),
        )
        with self._intact():
            return tuple(_passage(row, article) for row in rows)

    def rows(self) -> Iterator[Row]:
        """Every passage with its vector, in the order in which they came."""
        rows = self._rows(
            "SELECT p.id, vector, published, outlet FROM passages p"
            " JOIN articles a ON a.id = article_id ORDER BY number"
        )
        for passage_id, blob, published, outlet in rows:
            with self._intact():
                row = Row(passage_id, np.frombuffer(blob, dtype="<f4"), _date(published), outlet)
            yield row

    def search(self, terms: Sequence[str], count: int, scope: Scope) -> list[Hit]:
        """The best `count` passages for any of the terms, by Okapi BM25 (SQLite FTS5's bm25)."""
        if not terms:
            return []
        conditions, values = _conditions(scope)
        rows = self._rows(
            f"SELECT p.id, -bm25(passage_text, {_HEADING_WEIGHT}, {_TEXT_WEIGHT}) AS score"
            " FROM passage_text JOIN passages p ON p.number = passage_text.rowid"
            " JOIN articles a ON a.id = p.article_id"
            f" WHERE passage_text MATCH ?{conditions} ORDER BY score DESC, p.number LIMIT ?",
            (_any_of(terms), *values, count),
        )
        return [Hit(passage_id, score) for passage_id, score in rows]

    def count(self, terms: Sequence[str]) -> int:
        """In how many passages any of the terms stands, in any inflection, headings included."""
        rows = self._rows("SELECT COUNT(*) FROM passage_text WHERE passage_text MATCH ?", (_any_of(terms),))
        return int(rows[0][0])

    def holds(self, stem: str) -> bool:
        """Whether any passage holds a word with this stem."""
        return bool(self._rows("SELECT 1 FROM vocabulary WHERE term = ?", (stem,)))

    def stems_like(self, stem: str) -> tuple[str, ...]:
        """Stems of the articles that begin like one and are about as long."""
        rows = self._rows(
            "SELECT term FROM vocabulary WHERE term >= ? AND term < ? AND length(term) BETWEEN ? AND ?",
            (stem[:1], stem[:1] + "\U0010ffff", len(stem) - 1, len(stem) + 1),
        )
        return tuple(row[0] for row in rows)

    def written(self, stem: str) -> str:
        """A word of the articles with this stem, as an article writes it; the stem when none has it."""
        # A stem's own stem may be another, so the full-text search cannot be asked. Of a stem's
        # letters only the last may differ from the word's.
        rows = self._rows("SELECT text FROM passage_text WHERE instr(lower(text), ?)", (stem[:-1],))
        for word in (word for row in rows for word in _WORD.findall(row[0])):
            if stem_of(fold(word)) == stem:
                return str(word)
        return stem

    def damage(self) -> tuple[str, ...]:
        """What SQLite and the passages' own texts say is wrong; empty when all is well."""
        found = [row[0] for row in self._rows("PRAGMA integrity_check") if row[0] != "ok"]
        for article in self.articles():
            if content_id(article) != article.id:
                found.append(f"article {article.id} holds another text than was stored")
            for passage in self.passages_of(article):
                if not passage.text or not passage.sentences:
                    found.append(f"passage {passage.id} names no text of its article")
        return tuple(found)


def _article_row(article: Article, fingerprint: str) -> tuple[Any, ...]:
    return (
        article.id,
        article.text,
        json.dumps(article.body),
        article.title,
        article.outlet,
        article.author,
        article.published.isoformat() if article.published else None,
        article.published_basis,
        article.published_from,
        article.url,
        fingerprint,
    )


def _article(row: Sequence[Any]) -> Article:
    (key, text, body, title, outlet, author, published, basis, origin, url, _, source) = row
    return Article(
        id=key,
        source=source,
        text=text,
        body=tuple(Span(*span) for span in json.loads(body)),
        title=title,
        outlet=outlet,
        author=author,
        published=_date(published),
        published_basis=basis,
        published_from=origin,
        url=url,
    )


def _passage(row: Sequence[Any], article: Article) -> Passage:
    key, article_id, start, stop, sentences = row[:5]
    spans = tuple(Span(*span) for span in json.loads(sentences))
    return Passage(key, article_id, start, stop, article.text[start:stop], spans)


def _date(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None


def _blob(vector: Vectors) -> bytes:
    return np.asarray(vector, dtype="<f4").tobytes()


def _insert_passage(connection: sqlite3.Connection, passage: Passage, vector: Vectors, heading: str) -> None:
    number = connection.execute(
        "INSERT INTO passages (id, article_id, start, stop, sentences, vector) VALUES (?, ?, ?, ?, ?, ?)",
        (
            passage.id,
            passage.article_id,
            passage.start,
            passage.end,
            json.dumps(passage.sentences),
            _blob(vector),
        ),
    ).lastrowid
    connection.execute(
        "INSERT INTO passage_text (rowid, heading, text) VALUES (?, ?, ?)",
        (number, heading, passage.text),
    )


def _delete_article(connection: sqlite3.Connection, article_id: str) -> None:
    connection.execute(
        "DELETE FROM passage_text WHERE rowid IN (SELECT number FROM passages WHERE article_id = ?)",
        (article_id,),
    )
    connection.execute("DELETE FROM articles WHERE id = ?", (article_id,))


def _delete_sourceless(connection: sqlite3.Connection) -> None:
    rows = connection.execute(
        "SELECT id FROM articles WHERE id NOT IN (SELECT article_id FROM sources)"
    ).fetchall()
    for (article_id,) in rows:
        _delete_article(connection, article_id)


def _count_revision(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE facts SET value = CAST(value AS INTEGER) + 1 WHERE name = 'revision'")


def _any_of(terms: Sequence[str]) -> str:
    """A full-text query for any of the terms, each a word or phrase and never syntax."""
    # SQLite reads a query up to its first NUL.
    plain = (term.replace("\0", " ").replace('"', '""') for term in terms)
    return " OR ".join(f'"{term}"' for term in plain)


def _marks(values: Sequence[Any]) -> str:
    return ",".join("?" * len(values))


def _conditions(scope: Scope) -> tuple[str, list[str]]:
    conditions, values = "", []
    if scope.since is not None:
        conditions += " AND a.published >= ?"
        values.append(scope.since.isoformat())
    if scope.latest is not None:
        conditions += " AND a.published <= ?"
        values.append(scope.latest.isoformat())
    if scope.outlets is not None:
        conditions += f" AND a.outlet IN ({_marks(scope.outlets)})"
        values.extend(scope.outlets)
    return conditions, values
