"""The writer lock of a folder: one writer at a time, across processes, and who it is."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from rag.errors import LibraryBusy, LibraryUnwritable

_LOCK, _HOLDER = "writer.lock", "writer.txt"


@contextmanager
def writing(folder: Path, wait_s: float) -> Iterator[None]:
    """Hold the lock of `folder`, after at most `wait_s` seconds. Raises LibraryBusy or LibraryUnwritable."""
    from filelock import FileLock, Timeout

    lock, holder = FileLock(folder / _LOCK), folder / _HOLDER
    try:
        lock.acquire(timeout=wait_s)
    except Timeout:
        raise LibraryBusy(f"{folder} is being written by {_read(holder)}") from None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise LibraryUnwritable(f"cannot write in {folder}: {reason}") from error
    try:
        with suppress(OSError):
            holder.write_text(f"process {os.getpid()} on {socket.gethostname()}", encoding="utf-8")
        yield
    finally:
        with suppress(OSError):
            holder.unlink()
        lock.release()


def _read(path: Path) -> str:
    """Who holds the lock; the holder may not have said yet, or died without taking it back."""
    try:
        return path.read_text(encoding="utf-8").strip() or "another process"
    except (OSError, UnicodeDecodeError):
        return "another process"
