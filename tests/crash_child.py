"""What the crash trials share: articles to lose, work to be killed at, and a reader that looks after.

Each piece of work runs in a process of its own, forked from a server that has imported everything, so
that a trial costs tenths of a second. The named points stand in crash_points.py.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag import indexed, intake
from rag import prove as proving
from rag.articles import read_file
from rag.collection import Collection
from rag.config import Config
from rag.embed import Embedder, MiniLM
from rag.errors import PressroomError
from rag.library import Library
from rag.passages import matching_texts, split
from rag.retrieve import Shelf
from rag.types import Passage, Scope
from tests.conftest import ROOT, WordEmbedder
from tests.crash_points import POINTS, around, nothing, patch

PIECES = 32
_SYLLABLES = "ba co du fe gi ka lo mu ne pi ra so tu ve wi za".split()
STAGES = ("ingest", "index build", "proof", "swap")

Forked = multiprocessing.process.BaseProcess


# Articles


def write_articles(folder: Path, numbers: Iterator[int] | range, edition: int = 0) -> None:
    """Articles of a few passages, each with words that no other has; English, going by the small ones."""
    folder.mkdir(exist_ok=True)
    for number in numbers:
        chance = random.Random(f"{number} {edition}")  # noqa: S311 - no secret
        words = ["".join(chance.choices(_SYLLABLES, k=4)) for _ in range(60)]
        sentences = [f"The {' '.join(words[at : at + 6])} of it was said to be in." for at in range(0, 60, 6)]
        text = f"Report {number} of edition {edition}\n\n" + " ".join(sentences) + "\n"
        (folder / f"{number:04}.txt").write_text(text, encoding="utf-8")


def config_of(home: Path, **more: Any) -> Config:
    """Settings for a library in `home`, with passages so short that each article has several."""
    return Config(home=home, cache=home / "cache", folder=ROOT, passage_pieces=PIECES, wait_s=30.0, **more)


class Vectors(WordEmbedder):
    """The small embedder, with room to tell many articles apart."""

    def __init__(self, name: str = "words") -> None:
        super().__init__(name, dimension=64)


def embedder(name: str) -> Embedder:
    """The embedder of this name: the built-in model, or a small one."""
    return MiniLM() if name == MiniLM.id else Vectors(name)


def opened(home: Path, name: str | None = None, told: Callable[[str], None] = lambda _: None) -> Collection:
    """The collection of `home`, with an embedder of the name that its vectors have."""
    with closing(Library.open(home)) as library:
        stored = name or library.fact("embedder") or "words"
    return Collection(home, config_of(home), embedder(stored), told)


# Work


@dataclass(frozen=True)
class Work:
    """One thing to do to the library in `home`, and where to be killed in it.

    `notes` is a folder for what the work acknowledges and the stage it is at. With `real` the proof runs
    in a child of its own, as it does for users.
    """

    home: Path
    news: Path
    notes: Path
    action: str = "ingest"
    given: str = ""
    point: str | None = None
    real: bool = False
    embedder: str | None = None


def do(work: Work) -> None:
    """Do it; exit status 3 and a line in `notes/error` when it fails in a way that users are told of."""
    _often()
    if not work.real:
        patch(indexed, "prove", lambda folder, of, library: list(proving.strays(folder, of, library)))
    _acknowledging(work.notes)
    _staged(work.notes)
    if work.point is not None:
        POINTS[work.point][1]()
    told: list[str] = []
    try:
        if work.action == "open":
            Library.open(work.home).close()
            return
        with closing(opened(work.home, work.embedder, told.append)) as collection:
            _ACTIONS[work.action](collection, work)
    except PressroomError as error:
        (work.notes / "error").write_text(str(error), encoding="utf-8")
        os._exit(3)
    finally:
        (work.notes / "told").write_text("\n".join(told), encoding="utf-8")


def _ingest(collection: Collection, work: Work) -> None:
    collection.ingest([work.news], prune=bool(work.given))


def _remove(collection: Collection, work: Work) -> None:
    collection.remove(work.given)
    _note(work.notes / "removed", [work.given])


def _embed_again(collection: Collection, work: Work) -> None:
    other = "more words" if collection.library.fact("embedder") == "words" else "words"
    with closing(opened(work.home, other)) as renamed:
        renamed.embed_again()


def _hold(collection: Collection, work: Work) -> None:
    """Ingest, and wait in the middle, holding the lock, until `notes/go` is there."""
    around(intake.Intake, "run", lambda: _wait(work), nothing)
    _ingest(collection, work)


def _wait(work: Work) -> None:
    """Say that the work is held, and wait until it may go on, or whoever would say so is gone."""
    (work.notes / "held").touch()
    while not (work.notes / "go").exists() and work.notes.exists():
        time.sleep(0.01)


def _read(collection: Collection, work: Work) -> None:
    """Read, and keep the library open."""
    collection.shelf()
    _wait(work)


def _limited(collection: Collection, work: Work) -> None:
    """Ingest where no file may grow beyond so many bytes, as on a disk that is full."""
    import resource

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(work.given), resource.RLIM_INFINITY))
    collection.ingest([work.news])


def _trace(collection: Collection, work: Work) -> None:
    """Ingest, and note in their order what is synced, and when the pointer to the index is stored."""
    events: list[str] = []
    fsync, store = os.fsync, Library.store_facts

    def synced(handle: int) -> None:
        events.append(str(Path(f"/proc/self/fd/{handle}").readlink()))
        fsync(handle)

    def stored(self: Library, **facts: str) -> None:
        events.extend(["pointer"] if "index" in facts else [])
        store(self, **facts)

    patch(os, "fsync", synced)
    patch(Library, "store_facts", stored)
    _ingest(collection, work)
    (work.notes / "events").write_text("\n".join(events), encoding="utf-8")


def _backwards(collection: Collection, work: Work) -> None:
    """Ingest while the clock goes backwards."""
    clock = iter(range(2_000_000_000, 0, -1_000))
    patch(time, "time", lambda: float(next(clock)))
    _ingest(collection, work)


_ACTIONS: dict[str, Callable[[Collection, Work], object]] = {
    "ingest": _ingest,
    "remove": _remove,
    "rebuild": lambda collection, _: collection.rebuild(),
    "embed again": _embed_again,
    "hold": _hold,
    "read": _read,
    "limited": _limited,
    "trace": _trace,
    "backwards": _backwards,
}


def _often() -> None:
    """Small groups and an index for every ingest, so that everything happens more often."""
    patch(intake, "_GROUP_PASSAGES", 12)
    patch(indexed, "_LATE_AT_MOST", 0)
    patch(indexed, "_LATE_SHARE", 0.01)


def _acknowledging(notes: Path) -> None:
    """Note, durably, what was stored, as soon as the library has said so."""
    put = Library.put

    def noted(self: Library, entries: Any) -> None:
        entries = list(entries)
        lines = [json.dumps([e.article.source, e.article.id]) for e in entries]
        _note(notes / "offered", lines)
        put(self, entries)
        _note(notes / "stored", lines)

    patch(Library, "put", noted)


def _note(path: Path, lines: list[str]) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write("".join(f"{line}\n" for line in lines))
        file.flush()
        os.fsync(file.fileno())


def _staged(notes: Path) -> None:
    """Note at which stage the work is."""

    def at(stage: str) -> Callable[..., None]:
        return lambda *_: _written(notes / "staged", stage).replace(notes / "stage") and None

    at(STAGES[0])()
    around(indexed.Indexed, "build", at(STAGES[1]), at(STAGES[3]))
    around(indexed, "prove", at(STAGES[2]), at(STAGES[3]))


def _written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


# The reader


@dataclass(frozen=True)
class Seen:
    """What a reader found in a library after a crash; all empty when nothing is wrong."""

    lost: tuple[str, ...]
    half: tuple[str, ...]
    damage: tuple[str, ...]
    articles: int = 0


def look(work: Work, again: bool) -> None:
    """Compare the library with what was acknowledged and with the files; a Seen as JSON in `notes/said`.

    With `again` the work is done first, in the same process, as by a user who tries once more.
    """
    if again:
        do(work)
    home, news, notes = work.home, work.news, work.notes
    with closing(opened(home)) as collection:
        damage = collection.check()
        shelf = collection.shelf()
        lost = [*_lost(collection, news, notes), *_back(collection, news, notes)]
        half, whole = [], 0
        for article in collection.library.articles():
            passages = collection.library.passages_of(article)
            whole += len(passages)
            same = passages == split(article, PIECES) and article.text
            if not same or not all(_found(shelf, passage) for passage in passages):
                half.append(article.source)
        if whole != collection.library.passage_count():
            half.append("passages of articles that no source holds")
        count = collection.library.article_count()
    (notes / "said").write_text(json.dumps([lost, half, list(damage), count]), encoding="utf-8")


def _lost(collection: Collection, news: Path, notes: Path) -> Iterator[str]:
    """Acknowledged articles that their source does not hold, and earlier versions that are gone."""
    acknowledged: dict[str, list[str]] = {}
    for line in _lines(notes / "stored"):
        source, article_id = json.loads(line)
        acknowledged.setdefault(source, []).append(article_id)
    # Killed between the commit and the note of it, a newer one than acknowledged may be there.
    offered: dict[str, list[str]] = {}
    for line in _lines(notes / "offered"):
        source, article_id = json.loads(line)
        offered.setdefault(source, []).append(article_id)
    for source, ids in acknowledged.items():
        file = Path(source)
        if not file.is_file():
            continue
        held = collection.library.held(source)
        at = offered.get(source, [])
        later = at[len(at) - 1 - at[::-1].index(ids[-1]) :] if ids[-1] in at else ids[-1:]
        if held is None or held[0] not in (*later, read_file(file).id):
            yield source
        yield from (f"{source} (earlier)" for key in ids if collection.library.article(key) is None)


def _back(collection: Collection, news: Path, notes: Path) -> Iterator[str]:
    """Sources whose removal was acknowledged, and that are there."""
    there = set(collection.library.sources())
    yield from (f"{source} (removed)" for source in _lines(notes / "removed") if source in there)


def _found(shelf: Shelf, passage: Passage) -> bool:
    """Whether both legs find a passage by its own words."""
    words = [word for word in passage.text.split() if len(word) == 8][:4]
    vector = shelf.embedder.embed(matching_texts([passage]))[0]
    legs = (shelf.library.search(words, 40, Scope()), shelf.index.search(vector, 20, Scope()))
    return all(passage.id in {hit.passage_id for hit in leg} for leg in legs)


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


# Processes


class Trial:
    """A home and its notes in one folder, and processes that work on them."""

    def __init__(self, folder: Path, news: Path, real: bool = False) -> None:
        """Work in `folder`, where home and notes may be already, on the articles in `news`."""
        self.home, self.notes, self.news = folder / "home", folder / "notes", news
        self.notes.mkdir(parents=True, exist_ok=True)
        self.real = real
        self.embedder: str | None = None
        self._forks = _forks()

    def begin(self, action: str = "ingest", point: str | None = None, given: str = "") -> Forked:
        """Start a piece of work."""
        (self.notes / "stage").unlink(missing_ok=True)
        return self.started(do, self._work(action, point, given))

    def work(self, action: str = "ingest", point: str | None = None, given: str = "") -> int:
        """Do a piece of work; its exit status, below zero for the signal that killed it."""
        return ended(self.begin(action, point, given))

    def look(self, again: bool = False) -> Seen | None:
        """What a fresh reader finds, after one more ingest if `again`; None when it crashed."""
        said = self.notes / "said"
        said.unlink(missing_ok=True)
        if status := ended(self.started(look, self._work(), again)):
            print(f"a reader of {self.home} ended with {status}", file=sys.stderr)
            return None
        lost, half, damage, count = json.loads(said.read_text(encoding="utf-8"))
        return Seen(tuple(lost), tuple(half), tuple(damage), count)

    def _work(self, action: str = "ingest", point: str | None = None, given: str = "") -> Work:
        return Work(self.home, self.news, self.notes, action, given, point, self.real, self.embedder)

    def started(self, target: Callable[..., None], *given: Any) -> Forked:
        """A process that does something else."""
        process: Forked = self._forks.Process(target=target, args=given)
        process.start()
        return process

    @property
    def stage(self) -> str:
        """The stage that the last work had reached."""
        path = self.notes / "stage"
        return path.read_text(encoding="utf-8") if path.exists() else ""

    @property
    def error(self) -> str:
        """The line with which the last work failed."""
        path = self.notes / "error"
        return path.read_text(encoding="utf-8") if path.exists() else ""


def ended(process: Forked, within_s: float = 120.0) -> int:
    """The exit status of a process, which is killed when it takes for ever."""
    process.join(within_s)
    if process.exitcode is None:
        process.kill()
        process.join()
        return 124
    return process.exitcode


def _forks() -> Any:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.crash_child", "tests.crash_warm"])
    return context
