"""A real Chroma server on loopback: one writer, two readers, a restart, and a server that is no help."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from rag.collection import Collection
from rag.errors import IndexFailed, PressroomError
from rag.index import server
from rag.retrieve import retrieve
from tests.conftest import Ran
from tests.crash_child import Forked, Trial, Vectors, config_of, ended, write_articles
from tests.makers import question

# The command that comes with the package, beside this Python.
_CHROMA = Path(sys.executable).parent / "chroma"


def _free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as found:
        return int(found.getsockname()[1])


class Chroma:
    """A Chroma server with its data in a folder, which can be stopped and started again."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self._process = subprocess.Popen(
            [_CHROMA, "run", "--path", self.data, "--host", "127.0.0.1", "--port", str(self.port)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=self.data.parent,
        )
        while self._process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.02)
        raise AssertionError(f"chroma run ended with {self._process.returncode}")

    def stop(self) -> None:
        """Stop it."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=30)


@pytest.fixture
def chroma(tmp_path: Path) -> Iterator[Chroma]:
    """A server that runs."""
    running = Chroma(tmp_path / "server")
    running.start()
    yield running
    running.stop()


@contextmanager
def _opened(trial: Trial, url: str) -> Iterator[Collection]:
    config = replace(config_of(trial.home), chroma_url=url)
    with closing(Collection(trial.home, config, Vectors())) as collection:
        yield collection


def _keep_reading(home: Path, url: str, notes: Path, name: str) -> None:
    """Ask again and again, in one process, and note each answer or the line that came instead."""
    config = replace(config_of(home), chroma_url=url)
    with closing(Collection(home, config, Vectors())) as collection, (notes / name).open("a") as said:
        while not (notes / "enough").exists() and notes.exists():
            try:
                found = retrieve(question("Report of edition"), collection.shelf(), 50, 50)
                line = f"{len({one.article.id for one in found})}"
            except PressroomError as error:
                line = f"{type(error).__name__} {error}"
            print(json.dumps(line), file=said, flush=True)
            time.sleep(0.01)


def _until(holds: Callable[[], bool], readers: list[Forked]) -> None:
    """Wait until something holds, while the readers live."""
    while not holds():
        assert all(reader.is_alive() for reader in readers), "a reader ended"
        time.sleep(0.02)


def test_readers_outlive_a_restart_and_follow_the_writer(chroma: Chroma, tmp_path: Path) -> None:
    """While the server is down, readers get one clear line; then answers again, with all that was added."""
    write_articles(tmp_path / "news", range(4))
    trial = Trial(tmp_path, tmp_path / "news")
    with _opened(trial, chroma.url) as writer:
        writer.ingest([trial.news])
    names = ["reader-1", "reader-2"]
    readers = [trial.started(_keep_reading, trial.home, chroma.url, trial.notes, name) for name in names]

    def all_say(last: str) -> Callable[[], bool]:
        return lambda: all(_said(trial, name)[-1:] and last in _said(trial, name)[-1] for name in names)

    try:
        _until(all_say("4"), readers)
        chroma.stop()
        _until(all_say("does not answer"), readers)
        chroma.start()
        _until(all_say("4"), readers)
        write_articles(trial.news, range(4, 7))
        with _opened(trial, chroma.url) as writer:
            writer.ingest([trial.news])
            writer.rebuild()
            assert () == writer.check()
        _until(all_say("7"), readers)
    finally:
        (trial.notes / "enough").touch()
        statuses = [ended(reader, 30) for reader in readers]
    assert [0, 0] == statuses
    for name in names:
        lines = set(_said(trial, name))
        down = {line for line in lines if not line.isdigit()}
        assert all(line.startswith("IndexFailed the Chroma server at http://127.0.0.1:") for line in down)
        assert lines - down <= {"4", "5", "6", "7"}


def _said(trial: Trial, name: str) -> list[str]:
    path = trial.notes / name
    # The last line may still be on its way.
    whole = path.read_text(encoding="utf-8").rpartition("\n")[0] if path.exists() else ""
    return [json.loads(line) for line in whole.splitlines()]


def test_an_emptied_server_is_noticed_and_filled_again(chroma: Chroma, tmp_path: Path) -> None:
    """When the server has lost everything, the check and readers say so; the next ingest builds it anew."""
    write_articles(tmp_path / "news", range(3))
    trial = Trial(tmp_path, tmp_path / "news")
    with _opened(trial, chroma.url) as collection:
        collection.ingest([trial.news])
        assert () == collection.check()
        collection.shelf()
        chroma.stop()
        shutil.rmtree(chroma.data)
        chroma.start()
        assert ["--rebuild" in line for line in collection.check()] == [True]
        with pytest.raises(IndexFailed, match="--rebuild makes it anew"):
            retrieve(question("Report"), collection.shelf(), 9, 9)
        collection.ingest([trial.news])
        assert () == collection.check()
        assert 3 == len({one.article.id for one in retrieve(question("Report"), collection.shelf(), 50, 50)})


def test_asking_while_the_server_is_down_is_one_line(
    copied_home: Path, run: Callable[..., Ran], tmp_path: Path
) -> None:
    """`rag.ask` ends with exit status 1 and names the server and the setting."""
    url = f"http://127.0.0.1:{_free_port()}"
    with closing(Collection(copied_home, config_of(copied_home), Vectors())) as collection:
        collection.library.store_facts(**{f"index at {url}": "index-1-abcdef", "prefix": "pressroom-ab-"})
    ran = run("rag.ask", "What did Hamada sign?", env={"RAG_CHROMA_URL": url})
    assert (1, "") == (ran.status, ran.out)
    assert 1 == len(ran.told)
    assert ran.told[0].startswith(f"error: the Chroma server at {url} does not answer")
    assert "RAG_CHROMA_URL" in ran.told[0]


def test_a_server_that_takes_calls_and_says_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that never answers costs a limited time and one line."""
    monkeypatch.setattr(server, "_READ", 0.2)
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        where = f"127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(IndexFailed, match="does not answer") as caught:
            server.Server(f"http://{where}", "pressroom-x-").open("index-1")
    assert where in str(caught.value)


def test_what_is_removed_while_the_server_is_down_is_removed(chroma: Chroma, tmp_path: Path) -> None:
    """The library lets go of it at once; the index follows with the next ingest after the server is back."""
    write_articles(tmp_path / "news", range(3))
    trial = Trial(tmp_path, tmp_path / "news")
    told: list[str] = []
    config = replace(config_of(trial.home), chroma_url=chroma.url)
    with closing(Collection(trial.home, config, Vectors(), told.append)) as collection:
        collection.ingest([trial.news])
        chroma.stop()
        gone = min(trial.news.iterdir())
        gone.unlink()
        assert [str(gone)] == collection.ingest([trial.news], prune=True).removed
        assert 2 == collection.library.article_count()
        assert told[-1].endswith("the articles are safe, and --rebuild brings the index up to date")
        chroma.start()
        collection.ingest([trial.news])
        assert () == collection.check()


def test_a_copied_library_leaves_the_originals_index_alone(chroma: Chroma, tmp_path: Path) -> None:
    """The copy builds indexes under names of its own."""
    write_articles(tmp_path / "news", range(2))
    first = Trial(tmp_path / "one", tmp_path / "news")
    with _opened(first, chroma.url) as collection:
        collection.ingest([first.news])
    shutil.copytree(first.home, tmp_path / "two" / "home")
    second = Trial(tmp_path / "two", tmp_path / "news")
    with _opened(second, chroma.url) as collection:
        collection.rebuild()
    for trial in (first, second):
        with _opened(trial, chroma.url) as collection:
            assert () == collection.check()


def test_two_libraries_share_a_server(chroma: Chroma, tmp_path: Path) -> None:
    """Building and clearing one library's index leaves another's alone."""
    write_articles(tmp_path / "news", range(2))
    first, second = (Trial(tmp_path / name, tmp_path / "news") for name in ("one", "two"))
    for trial in (first, second, first):
        with _opened(trial, chroma.url) as collection:
            collection.ingest([trial.news])
            collection.rebuild()
    for trial in (first, second):
        with _opened(trial, chroma.url) as collection:
            assert () == collection.check()
    assert os.environ.get("ANONYMIZED_TELEMETRY") is None
