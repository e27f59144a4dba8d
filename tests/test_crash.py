"""Killed at every named point, and at random: nothing acknowledged is lost, and no reader crashes."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sqlite3
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from rag.articles import read_file
from rag.library import Library, schema
from rag.library.rows import article_row, vector_row
from rag.passages import heading, matching_texts, split
from tests.crash_child import PIECES, Seen, Trial, Vectors, ended, write_articles
from tests.crash_points import POINTS

KILLED = -signal.SIGKILL
_OLD, _GONE = 4, "9999.txt"
_NEW = range(_OLD, _OLD + 3)
Copied = Callable[[str], Trial]


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Copied:
    """Copies of a library of a few articles; of its files one has changed, three are new, one is gone."""
    base = tmp_path_factory.mktemp("crash")
    news = base / "news"
    write_articles(news, range(_OLD))
    write_articles(news, range(9999, 10000))
    first = Trial(base / "first", news)
    assert 0 == first.work(), first.error
    (news / _GONE).unlink()
    write_articles(news, range(1), edition=1)
    write_articles(news, _NEW)

    def copied(name: str) -> Trial:
        shutil.copytree(base / "first", base / name)
        return Trial(base / name, news)

    return copied


def _format_one(trial: Trial) -> None:
    """Put a library of the first format in place of today's."""
    shutil.rmtree(trial.home)
    trial.home.mkdir()
    with closing(sqlite3.connect(trial.home / "library.sqlite3", isolation_level=None)) as old:
        old.executescript(schema._MIGRATIONS[1])
        old.execute("INSERT INTO facts VALUES ('embedder', 'words'), ('started', 'yes')")
        old.execute("PRAGMA user_version = 1")
        old.execute("PRAGMA journal_mode = WAL")
        files = sorted(trial.news.iterdir())[1:4]
        for file in files:
            _put_format_one(old, file)
    lines = [json.dumps([str(file), read_file(file).id]) + "\n" for file in files]
    (trial.notes / "stored").write_text("".join(lines), encoding="utf-8")


def _put_format_one(old: sqlite3.Connection, file: Path) -> None:
    article = read_file(file)
    passages = split(article, PIECES)
    vectors = Vectors().embed(matching_texts(passages))
    columns = [value for at, value in enumerate(article_row(article, "old")) if at != 10]
    old.execute(f"INSERT INTO articles VALUES ({','.join('?' * 11)})", columns)
    old.execute("INSERT INTO sources VALUES (?, ?)", (str(file), article.id))
    for passage, vector in zip(passages, vectors, strict=True):
        spans = str([list(span) for span in passage.sentences])
        place = (passage.id, article.id, passage.start, passage.end, spans, vector_row(0, vector)[1])
        number = old.execute("INSERT INTO passages VALUES (NULL, ?, ?, ?, ?, ?, ?)", place).lastrowid
        text = (number, heading(article), passage.text)
        old.execute("INSERT INTO passage_text (rowid, heading, text) VALUES (?, ?, ?)", text)


# Named points

# How the work ended, what a reader found then, and what another found after the next ingest.
Outcome = tuple[int, Seen | None, Seen | None]


@pytest.fixture(scope="module")
def outcomes(begun: Copied) -> Mapping[str, Outcome]:
    """Every named point's outcome, two at a time."""

    def tried(name: str) -> Outcome:
        action = POINTS[name][0]
        trial = begun(name)
        if action == "open":
            _format_one(trial)
        given = str(trial.news / _GONE) if action == "remove" else ""
        return trial.work(action, name, given), trial.look(), trial.look(again=True)

    with ThreadPoolExecutor(max_workers=2) as pool:
        return dict(zip(POINTS, pool.map(tried, POINTS), strict=True))


@pytest.mark.parametrize("name", POINTS)
def test_nothing_is_lost_at_a_named_point(name: str, outcomes: Mapping[str, Outcome]) -> None:
    """Killed there, every acknowledged article is whole and found; the next ingest mends the rest."""
    status, seen, mended = outcomes[name]
    assert (0 if name == "proof killed" else KILLED) == status
    assert seen is not None, "the reader crashed"
    assert mended is not None, "the reader crashed after the next ingest"
    assert ((), ()) == (seen.lost, seen.half)
    assert ((), (), ()) == (mended.lost, mended.half, mended.damage)
    # Today's four and the new ones, and that whose file is gone, unless it was never there or was removed.
    assert mended.articles in (_OLD + len(_NEW), _OLD + len(_NEW) + 1)


def test_an_acknowledged_article_that_is_not_there_is_noticed(begun: Copied) -> None:
    """The trials can fail: a put that acknowledges what it does not store is noticed."""
    trial = begun("liar")
    (trial.notes / "stored").write_text(f'["{trial.news / "0005.txt"}", "{"0" * 16}"]\n', encoding="utf-8")
    seen = trial.look()
    assert seen is not None
    assert str(trial.news / "0005.txt") in seen.lost


# Random moments


@pytest.mark.parametrize("seed", range(3))
def test_nothing_is_lost_at_random_moments(seed: int, begun: Copied) -> None:
    """Killed again and again while it goes on from where it stopped, an ingest loses nothing."""
    trial, chance = begun(f"random-{seed}"), random.Random(seed)  # noqa: S311 - no secret
    for _ in range(2):
        process = trial.begin()
        process.join(chance.uniform(0.02, 0.9))
        process.kill()
        assert ended(process) in (KILLED, 0)
        seen = trial.look()
        assert seen is not None, "the reader crashed"
        assert ((), ()) == (seen.lost, seen.half)
    mended = trial.look(again=True)
    assert mended is not None
    assert ((), (), ()) == (mended.lost, mended.half, mended.damage)


# Two at once


def test_of_two_ingests_one_is_told_who_writes(begun: Copied) -> None:
    """The second ingest ends with one line that names the first, which loses nothing."""
    trial = begun("two")
    held, go = trial.notes / "held", trial.notes / "go"
    first = trial.begin("hold")
    while not held.exists() and first.is_alive():
        first.join(0.01)
    assert 3 == trial.work()
    assert f"is being written by process {first.pid} on " in trial.error
    go.touch()
    assert 0 == ended(first)
    seen = trial.look()
    assert seen is not None
    assert ((), (), ()) == (seen.lost, seen.half, seen.damage)


def test_the_lock_of_a_killed_process_is_free(begun: Copied) -> None:
    """Whoever comes after a killed writer writes, though its name still stands beside the lock."""
    trial = begun("freed")
    assert KILLED == trial.work("ingest", "holding the writer lock")
    assert (trial.home / "writer.txt").exists()
    assert 0 == trial.work(), trial.error


# What does not matter


def test_a_clock_that_goes_backwards_changes_nothing(begun: Copied) -> None:
    """Times that run backwards, and files from the future, are ingested and found like all others."""
    trial = begun("clock")
    for file in trial.news.iterdir():
        os.utime(file, (4_000_000_000, 4_000_000_000))
    assert 0 == trial.work("backwards"), trial.error
    seen = trial.look()
    assert seen is not None
    assert ((), (), ()) == (seen.lost, seen.half, seen.damage)


def test_all_is_on_the_disk_before_the_pointer_moves(begun: Copied) -> None:
    """Every file of an index and every folder above is synced before the pointer's transaction commits."""
    trial = begun("order")
    assert 0 == trial.work("trace"), trial.error
    events = (trial.notes / "events").read_text(encoding="utf-8").splitlines()
    moved = events.index("pointer")
    with closing(Library.open(trial.home)) as library:
        folder = trial.home / str(library.fact("index"))
        assert 2 == library._connection.execute("PRAGMA synchronous").fetchone()[0]
    wanted = {str(path) for path in (*folder.rglob("*"), folder, trial.home)}
    assert wanted <= set(events[:moved])
    assert str(trial.home) == [event for event in events[:moved] if event.startswith(str(trial.home))][-1]
