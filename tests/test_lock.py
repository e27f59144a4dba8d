"""The writer lock: one writer at a time across processes, and who it is."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from filelock import FileLock

from rag.errors import LibraryBusy, LibraryUnwritable
from rag.lock import writing
from tests.conftest import child_environment

HOLD = """
import sys
from pathlib import Path
from rag.lock import writing
with writing(Path(sys.argv[1]), 0):
    print("holding", flush=True)
    sys.stdin.read()
"""


@contextmanager
def _held_elsewhere(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the lock."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=child_environment(),
        text=True,
    ) as holder:
        assert holder.stdout is not None
        assert "holding\n" == holder.stdout.readline()
        yield holder
        if holder.poll() is None:
            holder.communicate("")


def test_a_second_writer_is_told_who_writes(tmp_path: Path) -> None:
    """While another process writes, its number and machine are named; afterwards the lock is free."""
    with (
        _held_elsewhere(tmp_path) as holder,
        pytest.raises(LibraryBusy, match=f"is being written by process {holder.pid} on ."),
        writing(tmp_path, 0),
    ):
        raise AssertionError("two hold the lock")
    with writing(tmp_path, 0):
        assert (tmp_path / "writer.txt").is_file()
    assert not (tmp_path / "writer.txt").exists()


def test_who_waits_writes_next(tmp_path: Path) -> None:
    """A writer that waits long enough gets the lock when the other process lets go of it."""
    done: list[bool] = []

    def wait() -> None:
        with writing(tmp_path, 60):
            done.append(True)

    with _held_elsewhere(tmp_path) as holder:
        waiter = threading.Thread(target=wait)
        waiter.start()
        assert [] == done
        holder.communicate("")
        waiter.join()
    assert [True] == done


def test_a_killed_writer_blocks_nobody(tmp_path: Path) -> None:
    """The lock of a process that was killed is free, whatever files it left behind."""
    with _held_elsewhere(tmp_path) as holder:
        holder.kill()
        holder.wait()
        assert (tmp_path / "writer.txt").is_file()
        with writing(tmp_path, 0):
            pass


def test_two_threads_are_two_writers(tmp_path: Path) -> None:
    """The lock parts threads of one process too."""
    refused: list[LibraryBusy] = []

    def second() -> None:
        try:
            with writing(tmp_path, 0):
                raise AssertionError("two hold the lock")
        except LibraryBusy as error:
            refused.append(error)

    with writing(tmp_path, 0):
        thread = threading.Thread(target=second)
        thread.start()
        thread.join()
    assert 1 == len(refused)


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_an_error_lets_go_of_the_lock(tmp_path: Path, error: type[BaseException]) -> None:
    """Whatever ends the work, the next writer gets the lock and finds no name."""
    with pytest.raises(error), writing(tmp_path, 0):
        raise error
    assert not (tmp_path / "writer.txt").exists()
    with writing(tmp_path, 0):
        pass


@pytest.mark.parametrize("note", [None, "", b"\xff\xfe"])
def test_a_lock_without_a_name_is_busy_all_the_same(tmp_path: Path, note: str | bytes | None) -> None:
    """Where the holder left no name that can be read, the line says another process."""
    if note is not None:
        (tmp_path / "writer.txt").write_bytes(note.encode() if isinstance(note, str) else note)
    with (
        FileLock(tmp_path / "writer.lock"),
        pytest.raises(LibraryBusy, match=r"by another process$"),
        writing(tmp_path, 0),
    ):
        raise AssertionError("two hold the lock")


def test_a_folder_that_cannot_be_written_is_one_clear_error(tmp_path: Path) -> None:
    """Where no lock can be made, the line names the folder and why."""
    (tmp_path / "file").touch()
    with (
        pytest.raises(
            LibraryUnwritable, match=f"^cannot write in {tmp_path / 'file'}: (not a directory|file exists)"
        ),
        writing(tmp_path / "file", 0),
    ):
        raise AssertionError("a file is no folder")
