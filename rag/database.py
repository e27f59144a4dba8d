"""The database file: its schema, how it is opened and made, and SQLite's errors as ours."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from rag.errors import LibraryBusy, LibraryCorrupt, LibraryError, LibraryNewer, LibraryUnwritable

FILE = "library.sqlite3"
SCHEMA_VERSION = 1
_SCHEMA = """
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE articles (
    id TEXT PRIMARY KEY, text TEXT NOT NULL, body TEXT NOT NULL, title TEXT NOT NULL,
    outlet TEXT, author TEXT, published TEXT, published_basis TEXT, published_from TEXT, url TEXT,
    fingerprint TEXT NOT NULL
);
CREATE TABLE sources (
    source TEXT PRIMARY KEY,
    article_id TEXT NOT NULL REFERENCES articles(id) ON DELETE CASCADE
);
CREATE INDEX sources_article ON sources(article_id);
CREATE TABLE passages (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
    article_id TEXT NOT NULL REFERENCES articles(id) ON DELETE CASCADE,
    start INTEGER NOT NULL, stop INTEGER NOT NULL, sentences TEXT NOT NULL, vector BLOB NOT NULL
);
CREATE INDEX passages_article ON passages(article_id);
CREATE VIRTUAL TABLE passage_text USING fts5(
    heading, text, tokenize = 'porter unicode61 remove_diacritics 2'
);
CREATE VIRTUAL TABLE vocabulary USING fts5vocab(passage_text, 'row');
INSERT INTO facts VALUES ('revision', '0');
"""


def open_file(path: Path) -> sqlite3.Connection:
    """Open the database at `path`, made with its folder if it is not there.

    Raises LibraryUnwritable, LibraryCorrupt, LibraryNewer, LibraryBusy or LibraryError.
    """
    _make_folder(path.parent)
    with translated(str(path)):
        return _prepared(_connect(path), str(path))


def open_memory() -> sqlite3.Connection:
    """An empty database that is gone with the process."""
    return _prepared(_opened(":memory:"), "memory")


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All that is written inside, or nothing of it."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        with suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _prepared(connection: sqlite3.Connection, where: str) -> sqlite3.Connection:
    """The connection, its schema made if the database is new; closed when that fails."""
    try:
        _prepare(connection, where)
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection, where: str) -> None:
    version = _version(connection)
    if version > SCHEMA_VERSION:
        raise LibraryNewer(
            f"{where} was written by a newer Pressroom (format {version}; this one reads up"
            f" to {SCHEMA_VERSION}): upgrade Pressroom, or choose another folder with --home"
        )
    connection.execute("PRAGMA foreign_keys = ON")
    if version == SCHEMA_VERSION:
        return
    with suppress(sqlite3.OperationalError):
        connection.execute("PRAGMA journal_mode = WAL")
    with transaction(connection):
        if _version(connection) == 0:
            for statement in _SCHEMA.split(";\n"):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _make_folder(folder: Path) -> None:
    try:
        str(folder).encode()
    except UnicodeEncodeError:
        raise LibraryUnwritable("the library's folder must have a name in UTF-8") from None
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LibraryUnwritable(
            f"cannot use {folder} for the library: {(error.strerror or str(error)).lower()}"
        ) from error


def _connect(path: Path) -> sqlite3.Connection:
    """A connection; read-only, and past the write-ahead log, where the folder cannot be written."""
    try:
        return _opened(str(path))
    except sqlite3.OperationalError as error:
        if not path.is_file() or "locked" in str(error):
            raise
        return _opened(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)


def _opened(address: str, uri: bool = False) -> sqlite3.Connection:
    """A connection that has read the file's first page."""
    connection = sqlite3.connect(
        address, uri=uri, isolation_level=None, check_same_thread=False, timeout=30.0
    )
    try:
        connection.execute("PRAGMA user_version").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def translated(where: str) -> Iterator[None]:
    """The wall: SQLite's errors become ours."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise _translation(error, where) from error


def _translation(error: sqlite3.DatabaseError, where: str) -> LibraryError:
    # Where a text cannot be decoded, SQLite's words end with all of it.
    words = str(error).splitlines()[0][:200]
    if any(sign in words for sign in ("malformed", "not a database", "no such table", "decode to UTF-8")):
        return LibraryCorrupt(damaged(where, words))
    if "locked" in words or "busy" in words:
        return LibraryBusy(f"{where} is being written by another process: try again")
    if any(sign in words for sign in ("readonly", "unable to open", "full", "disk I/O")):
        return LibraryUnwritable(f"cannot write {where}: {words}")
    return LibraryError(f"{where}: {words}")


def damaged(where: str, words: str) -> str:
    """The line for a file that SQLite or its contents show to be damaged."""
    return f"{where} is damaged ({words}): restore it from a copy, or move it away and ingest again"
