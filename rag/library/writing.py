"""What is put into the database and taken out, each on a connection that is in a transaction."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rag.library.rows import ARTICLE_COLUMNS, Vectors, article_row, marks, vector_row
from rag.types import Article, Passage


@dataclass(frozen=True, slots=True)
class Entry:
    """An article to store under its source, with its passages, one vector each, and their heading.

    `digest` tells whether the source has changed; `fingerprint` whether what is stored of an article
    would. Without passages the article is in the library already, and only its source is noted.
    """

    article: Article
    digest: str
    fingerprint: str
    passages: tuple[Passage, ...] | None = None
    vectors: Vectors | None = None
    heading: str = ""


def put(connection: sqlite3.Connection, entries: Iterable[Entry]) -> None:
    """Store entries; an article that its source held before becomes an earlier version.

    That comes last, since the article may have moved to a source that another entry names.
    """
    before = [_put(connection, entry) for entry in entries]
    for article_id in before:
        if article_id is not None:
            _retire(connection, article_id)


def _put(connection: sqlite3.Connection, entry: Entry) -> str | None:
    """Store an entry; the article that its source held before, if it was another."""
    article = entry.article
    if entry.passages is not None and entry.vectors is not None:
        _put_article(connection, entry)
        _put_passages(connection, entry.passages, entry.vectors, entry.heading)
    before = _held_by(connection, article.source)
    connection.execute(
        "INSERT INTO sources VALUES (?, ?, ?)"
        " ON CONFLICT (source) DO UPDATE SET article_id = excluded.article_id, digest = excluded.digest",
        (article.source, article.id, entry.digest),
    )
    if before is None or before == article.id:
        return None
    connection.execute(
        "INSERT INTO versions (source, article_id, replaced_by) VALUES (?, ?, ?)",
        (article.source, before, article.id),
    )
    return before


def forget(connection: sqlite3.Connection, sources: Iterable[str], versions: Iterable[str] = ()) -> None:
    """Take out sources and versions, and every article that nothing names any more."""
    for source in sources:
        named = connection.execute(
            "SELECT article_id FROM sources WHERE source = ?1 UNION"
            " SELECT article_id FROM versions WHERE source = ?1",
            (source,),
        ).fetchall()
        connection.execute("DELETE FROM sources WHERE source = ?", (source,))
        connection.execute("DELETE FROM versions WHERE source = ?", (source,))
        for (article_id,) in named:
            _drop(connection, article_id)
    for article_id in versions:
        connection.execute("DELETE FROM versions WHERE article_id = ?", (article_id,))
        _drop(connection, article_id)


def purge(connection: sqlite3.Connection) -> None:
    """Rewrite the full-text index, so that it keeps nothing of what was taken out."""
    connection.execute("INSERT INTO passage_text(passage_text) VALUES ('optimize')")


def count_revision(connection: sqlite3.Connection) -> None:
    """Tell readers that articles or passages have changed."""
    connection.execute("UPDATE facts SET value = CAST(value AS INTEGER) + 1 WHERE name = 'revision'")


def _held_by(connection: sqlite3.Connection, source: str) -> str | None:
    row = connection.execute("SELECT article_id FROM sources WHERE source = ?", (source,)).fetchone()
    return None if row is None else str(row[0])


def _put_article(connection: sqlite3.Connection, entry: Entry) -> None:
    _delete_passages(connection, entry.article.id)
    row = article_row(entry.article, entry.fingerprint)
    columns = [name.strip() for name in ARTICLE_COLUMNS.split(",")] + ["fingerprint"]
    changes = ", ".join(f"{name} = excluded.{name}" for name in columns[1:])
    connection.execute(
        f"INSERT INTO articles ({', '.join(columns)}) VALUES ({marks(row)})"
        f" ON CONFLICT (id) DO UPDATE SET {changes}",
        row,
    )


def _put_passages(
    connection: sqlite3.Connection, passages: Sequence[Passage], vectors: Vectors, heading: str
) -> None:
    for passage, vector in zip(passages, vectors, strict=True):
        number = connection.execute(
            "INSERT INTO passages (id, article_id, start, stop, sentences) VALUES (?, ?, ?, ?, ?)",
            (passage.id, passage.article_id, passage.start, passage.end, json.dumps(passage.sentences)),
        ).lastrowid
        connection.execute("INSERT INTO vectors VALUES (?, ?, ?)", vector_row(number or 0, vector))
        connection.execute(
            "INSERT INTO passage_text (rowid, heading, text) VALUES (?, ?, ?)",
            (number, heading, passage.text),
        )


def _retire(connection: sqlite3.Connection, article_id: str) -> None:
    """Let an article that no source names answer nothing any more; its text stays, for old citations."""
    named = connection.execute("SELECT 1 FROM sources WHERE article_id = ?", (article_id,)).fetchone()
    if named is None:
        _delete_passages(connection, article_id)


def _drop(connection: sqlite3.Connection, article_id: str) -> None:
    """Take out an article that neither a source nor a version names."""
    _retire(connection, article_id)
    connection.execute(
        "DELETE FROM articles WHERE id = ?1"
        " AND NOT EXISTS (SELECT 1 FROM sources WHERE article_id = ?1)"
        " AND NOT EXISTS (SELECT 1 FROM versions WHERE article_id = ?1)",
        (article_id,),
    )


def _delete_passages(connection: sqlite3.Connection, article_id: str) -> None:
    connection.execute(
        "DELETE FROM passage_text WHERE rowid IN (SELECT number FROM passages WHERE article_id = ?)",
        (article_id,),
    )
    connection.execute("DELETE FROM passages WHERE article_id = ?", (article_id,))
