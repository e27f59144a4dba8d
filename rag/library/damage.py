"""What is wrong with a library: every page, article, passage, vector and word of the full text."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter

from rag.library import rows as values
from rag.library.rows import ARTICLE_COLUMNS
from rag.types import content_id

# SQLite can tell hundreds of pages apart; a person wants to know that there is damage.
_PAGES_TOLD = 5


def damage_in(connection: sqlite3.Connection) -> Iterator[str]:
    """One line for each thing found; what can no longer be read at all is one line too."""
    for look in (_pages, _articles, _passages, _vectors, _orphans, _full_text):
        try:
            yield from look(connection)
        except sqlite3.DatabaseError as error:
            yield f"{look.__name__.strip('_').replace('_', ' ')} cannot be read: {str(error).splitlines()[0]}"


def _pages(connection: sqlite3.Connection) -> Iterator[str]:
    for (found,) in connection.execute(f"PRAGMA integrity_check({_PAGES_TOLD})"):
        if found != "ok":
            yield " ".join(str(found).split())


def _articles(connection: sqlite3.Connection) -> Iterator[str]:
    for row in connection.execute(f"SELECT {ARTICLE_COLUMNS} FROM articles"):
        try:
            intact = content_id(values.article(row, ())) == row[0]
        except (ValueError, TypeError):
            intact = False
        if not intact:
            yield f"article {row[0]} holds another text than was stored"


def _passages(connection: sqlite3.Connection) -> Iterator[str]:
    """Passages whose words in the full text are not those of their article."""
    rows = connection.execute(
        "SELECT p.article_id, p.id, p.start, p.stop, p.sentences, f.text FROM passages p"
        " LEFT JOIN passage_text f ON f.rowid = p.number ORDER BY p.article_id"
    )
    # The text is fetched once an article, since SQLite counts its characters from the first.
    for article_id, passages in groupby(rows, key=itemgetter(0)):
        found = connection.execute("SELECT text FROM articles WHERE id = ?", (article_id,)).fetchone()
        text = str(found[0]) if found else ""
        for _, key, start, stop, sentences, searched in passages:
            there = text[start:stop]
            if not there or sentences in (None, "", "[]") or there != searched:
                yield f"passage {key} names no text of its article, or another"


def _vectors(connection: sqlite3.Connection) -> Iterator[str]:
    rows = connection.execute(
        "SELECT p.id, vector, checksum FROM passages p LEFT JOIN vectors v ON v.number = p.number"
    )
    for key, blob, checksum in rows:
        try:
            values.vector(blob, checksum)
        except (ValueError, TypeError):
            yield f"passage {key} has no vector, or a damaged one"


def _orphans(connection: sqlite3.Connection) -> Iterator[str]:
    """Rows that name what is not there, and articles that answer and have no passage to be found by."""
    for table, *_ in connection.execute("PRAGMA foreign_key_check"):
        yield f"a row of {table} names what is not there"
    for (key,) in connection.execute(
        "SELECT DISTINCT article_id FROM sources WHERE article_id NOT IN (SELECT article_id FROM passages)"
    ):
        yield f"article {key} has no passages"


def _full_text(connection: sqlite3.Connection) -> Iterator[str]:
    """The full-text index against the words it was made of; only a file that can be written is asked."""
    if connection.execute("PRAGMA query_only").fetchone()[0] == 0:
        try:
            connection.execute("INSERT INTO passage_text(passage_text) VALUES ('integrity-check')")
        except sqlite3.OperationalError as error:
            # Another process that writes is no damage either.
            if not any(sign in str(error) for sign in ("readonly", "locked")):
                raise
    yield from ()
