"""The database file: how it is opened and made, and SQLite's errors as ours."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from rag.errors import LibraryBusy, LibraryCorrupt, LibraryError, LibraryNewer, LibraryUnwritable
from rag.library.schema import VERSION, migrate

FILE = "library.sqlite3"

# What SQLite says of a file that is not as it was written.
_DAMAGED = ("malformed", "not a database", "no such table", "decode to UTF-8", "vtable", "fts5")


def open_file(path: Path) -> sqlite3.Connection:
    """Open the database at `path`, made with its folder if it is not there.

    Raises LibraryUnwritable, LibraryCorrupt, LibraryNewer, LibraryBusy or LibraryError.
    """
    _make_folder(path.parent)
    try:
        with translated(str(path)):
            return _prepared(_connect(path), str(path))
    except OSError as error:
        raise LibraryUnwritable(f"cannot use {path}: {(error.strerror or str(error)).lower()}") from error


def open_memory() -> sqlite3.Connection:
    """An empty database that is gone with the process."""
    return _prepared(_opened(":memory:"), "memory")


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All that is written inside, or nothing of it."""
    try:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("COMMIT")
    except BaseException:
        # Also when Ctrl-C comes with the first statement, or the disk is full at the last.
        with suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise


@contextmanager
def moment(connection: sqlite3.Connection) -> Iterator[None]:
    """All that is read inside is of one moment, whatever others write; a transaction has its own."""
    if connection.in_transaction:
        yield
        return
    try:
        connection.execute("BEGIN")
        yield
    finally:
        with suppress(sqlite3.Error):
            connection.execute("ROLLBACK")


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
    if version > VERSION:
        raise LibraryNewer(
            f"{where} was written by a newer Pressroom (format {version}; this one reads up"
            f" to {VERSION}): upgrade Pressroom, or choose another folder with --home"
        )
    connection.execute("PRAGMA foreign_keys = ON")
    # What is removed is overwritten, not only forgotten.
    connection.execute("PRAGMA secure_delete = ON")
    # A transaction that was acknowledged survives a power cut.
    connection.execute("PRAGMA synchronous = FULL")
    if version == VERSION:
        return
    with suppress(sqlite3.OperationalError):
        connection.execute("PRAGMA journal_mode = WAL")
    with transaction(connection):
        # Another process may have done it meanwhile.
        migrate(connection, _version(connection))


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
    """A connection; one that only reads where the folder cannot be written."""
    try:
        return _opened(str(path))
    except sqlite3.OperationalError as error:
        if not path.is_file() or "locked" in str(error):
            raise
        log = path.with_name(path.name + "-wal")
        if log.is_file() and log.stat().st_size:
            return _opened_copy(path, log)
        return _opened(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)


def _opened_copy(path: Path, log: Path) -> sqlite3.Connection:
    """A copy with its write-ahead log, which holds articles and cannot be read in a read-only folder."""
    with tempfile.TemporaryDirectory(prefix="pressroom-library-") as folder:
        copy = Path(folder) / path.name
        shutil.copyfile(path, copy)
        shutil.copyfile(log, Path(folder) / log.name)
        source, connection = sqlite3.connect(copy), _opened(":memory:")
        with closing(source):
            source.backup(connection)
    connection.execute("PRAGMA query_only = ON")
    return connection


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
    except UnicodeDecodeError as error:
        # SQLite's own message held a damaged name.
        raise LibraryCorrupt(damaged(where, "its words are not UTF-8")) from error


def _translation(error: sqlite3.DatabaseError, where: str) -> LibraryError:
    # Where a text cannot be decoded, SQLite's words end with all of it.
    words = str(error).splitlines()[0][:200]
    if any(sign in words for sign in _DAMAGED):
        return LibraryCorrupt(damaged(where, words))
    if "locked" in words or "busy" in words:
        return LibraryBusy(f"{where} is being written by another process: try again")
    if any(sign in words for sign in ("readonly", "unable to open", "full", "disk I/O")):
        return LibraryUnwritable(f"cannot write {where}: {words}")
    return LibraryError(f"{where}: {words}")


def damaged(where: str, words: str) -> str:
    """The line for a file that SQLite or its contents show to be damaged."""
    return f"{where} is damaged ({words}): python -m rag.ingest --repair saves what it holds"
