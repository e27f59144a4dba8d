"""Every named crash point: what puts it there, by wrapping the function in question.

Nothing here is known to the product; the process kills itself when it comes by.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import rag.library as library_module
from rag import indexed, intake
from rag import prove as proving
from rag.index import chroma
from rag.index import folder as in_folder
from rag.library import Library, database, writing


def kill(*_: Any) -> NoReturn:
    """End this process as a power cut would, as far as the process can tell."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("unreachable")


def patch(owner: Any, name: str, value: Any) -> None:
    """Put something else in the place of a function or constant."""
    setattr(owner, name, value)


def around(owner: Any, name: str, before: Callable[..., None], after: Callable[..., None]) -> None:
    """Do something before and after each call of a function."""
    plain = getattr(owner, name)

    def call(*given: Any, **named: Any) -> Any:
        before()
        result = plain(*given, **named)
        after()
        return result

    patch(owner, name, call)


def nothing() -> None:
    """Neither before nor after."""


def _on(owner: Any, name: str, *, call: int = 1, after: bool = False) -> Callable[[], None]:
    """Be killed before (or after) a function's n-th call."""

    def install() -> None:
        calls = iter(range(call - 1))

        def count() -> None:
            if next(calls, None) is None:
                kill()

        around(owner, name, nothing if after else count, count if after else nothing)

    return install


def _at_commit(call: int, after: bool = False) -> Callable[[], None]:
    """Be killed when everything of the n-th transaction is written, and not committed; or just after."""

    def install() -> None:
        plain, calls = library_module.transaction, iter(range(call - 1))

        @contextmanager
        def cut(connection: Any) -> Iterator[None]:
            with plain(connection):
                yield
                last = next(calls, None) is None
                if last and not after:
                    kill()
            if last:
                kill()

        patch(library_module, "transaction", cut)

    return install


def _at_pointer(after: bool) -> Callable[[], None]:
    """Be killed when the library is about to point at the new index, or does."""

    def install() -> None:
        plain = Library.store_facts

        def store(self: Library, **facts: str) -> None:
            if "index" in facts and not after:
                kill()
            plain(self, **facts)
            if "index" in facts:
                kill()

        patch(Library, "store_facts", store)

    return install


def _proof_dies() -> None:
    """The child that proves the index is killed; the work goes on."""

    def run(*_: Any, **__: Any) -> subprocess.CompletedProcess[bytes]:
        return subprocess.CompletedProcess([], -signal.SIGKILL, b"", b"")

    patch(indexed, "prove", proving.prove)
    patch(proving.subprocess, "run", run)


def _amid_clear() -> None:
    """Be killed when one file of an old index is deleted."""

    def half(folder: Path, **_: Any) -> None:
        next(path for path in Path(folder).rglob("*") if path.is_file()).unlink()
        kill()

    patch(in_folder.shutil, "rmtree", half)


def _amid_migration(statement: int) -> Callable[[], None]:
    def install() -> None:
        plain = database.migrate

        class Cut:
            """A connection that is cut at a statement."""

            def __init__(self, connection: Any) -> None:
                self.connection, self.left = connection, statement

            def __getattr__(self, name: str) -> Any:
                return getattr(self.connection, name)

            def execute(self, *given: Any) -> Any:
                self.left -= 1
                if self.left < 0:
                    kill()
                return self.connection.execute(*given)

        patch(database, "migrate", lambda connection, version: plain(Cut(connection), version))

    return install


# Every named crash point: the action it lies in, and what puts it there.
POINTS: Mapping[str, tuple[str, Callable[[], None]]] = {
    "holding the writer lock": ("ingest", _on(intake.Intake, "run")),
    "before a commit": ("ingest", _at_commit(2)),
    "after a commit, unacknowledged": ("ingest", _at_commit(2, after=True)),
    "after a commit": ("ingest", _on(intake.Intake, "_told")),
    "between passages of an article": ("ingest", _on(writing, "vector_row", call=16)),
    "between article and passages": ("ingest", _on(writing, "_put_passages", call=4)),
    "after an earlier version retired": ("ingest", _on(writing, "_retire", after=True)),
    "before the index": ("ingest", _on(indexed.Indexed, "build")),
    "before the index is filled": ("ingest", _on(in_folder, "fill")),
    "amid the index's rows": ("ingest", _on(chroma, "_day", call=30)),
    "index filled": ("ingest", _on(in_folder, "fill", after=True)),
    "index closed": ("ingest", _on(in_folder, "_filled", after=True)),
    "amid the proof": ("ingest", _on(chroma.ChromaIndex, "_reached")),
    "proof killed": ("ingest", _proof_dies),
    "index proven": ("ingest", _on(indexed, "prove", after=True)),
    "manifest written": ("ingest", _on(in_folder, "_make_last")),
    "amid fsync": ("ingest", _on(os, "fsync", call=3)),
    "index on disk": ("ingest", _on(in_folder, "_make_last", after=True)),
    "before the pointer": ("ingest", _at_pointer(after=False)),
    "after the pointer": ("ingest", _at_pointer(after=True)),
    "amid clearing old indexes": ("ingest", _amid_clear),
    "old indexes cleared": ("ingest", _on(in_folder.Folder, "clear", call=2, after=True)),
    "before forgetting": ("remove", _on(Library, "forget")),
    "amid forgetting": ("remove", _on(writing, "forget", after=True)),
    "forgotten, not committed": ("remove", _on(writing, "purge", after=True)),
    "forgotten, index not built": ("remove", _on(Library, "forget", after=True)),
    "removed, index on disk": ("remove", _on(in_folder, "_make_last", after=True)),
    "rebuild, index on disk": ("rebuild", _on(in_folder, "_make_last", after=True)),
    "rebuild, after the pointer": ("rebuild", _at_pointer(after=True)),
    "amid embedding again": ("embed again", _on(library_module.values, "vector_row", call=7)),
    "embedded again, not committed": ("embed again", _at_commit(1)),
    "embedded again, no index": ("embed again", _on(Library, "replace_vectors", after=True)),
    "before migrating": ("open", _amid_migration(0)),
    "amid migrating": ("open", _amid_migration(9)),
    "migrated, not committed": ("open", _on(database, "migrate", after=True)),
}
