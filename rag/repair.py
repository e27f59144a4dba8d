"""A damaged library made anew from what can be read of it."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

import numpy as np

from rag.collection import Collection, was_emptied
from rag.config import Config
from rag.embed import Embedder
from rag.errors import LibraryBusy, LibraryCorrupt, LibraryError, LibraryUnwritable
from rag.library import Entry, Library, Vectors
from rag.library.database import FILE
from rag.library.salvage import Salvaged, salvage
from rag.lock import writing
from rag.passages import heading, matching_texts, split
from rag.types import Article, Passage

# Where SQLite keeps the lock that every process holds that has the file open.
_SHARED_FIRST, _SHARED_SIZE = 0x40000002, 510
_LOGS = ("-wal", "-shm")


@dataclass(frozen=True, slots=True)
class Lost:
    """An article that could not be saved, as far as it is known."""

    id: str
    title: str | None
    source: str | None

    def __str__(self) -> str:
        known = [part for part in (self.title, self.source) if part]
        return f"{self.id} ({', '.join(known)})" if known else self.id


@dataclass(frozen=True, slots=True)
class Repaired:
    """What a repair did. Nothing was damaged where `kept` is None.

    `articles` answer now; `embedded` passages had lost their vectors; `read_again` are sources whose
    articles were lost and whose files are still there; `unnamed` articles have lost their sources.
    `kept` is the damaged file.
    """

    articles: int
    embedded: int = 0
    lost: tuple[Lost, ...] = ()
    read_again: tuple[str, ...] = ()
    unnamed: tuple[str, ...] = ()
    kept: Path | None = None


def repair(
    folder: Path, config: Config, embedder: Embedder, progress: Callable[[str], None] = lambda _: None
) -> Repaired:
    """Make the library in `folder` whole: what can be read is kept, what is lost is named.

    Raises LibraryBusy when another process has it open, LibraryUnwritable where nothing can be written.
    """
    if (count := _intact(folder)) is not None:
        return Repaired(count)
    with writing(folder, 0), _alone(folder / FILE) as file:
        kept = _kept(folder / FILE, file)
        found = salvage([path for path in (kept, _made(folder)) if path.is_file()])
        progress(f"{len(found.articles)} articles can be read; the damaged file is kept as {kept}")
        writer = _make(folder, found, config, embedder)
        _swap(folder)
    try:
        count, read_again, ids = _completed(folder, config, embedder, progress, found)
    except BaseException:
        # The library is whole by now, so that nobody else would ever tell.
        for key in found.lost:
            progress(f"lost, unless its file is ingested again: {_lost(found, key)}")
        raise
    return Repaired(
        count,
        writer.embedded,
        tuple(_lost(found, key) for key in found.lost if key not in ids),
        read_again,
        tuple(writer.unnamed),
        kept,
    )


def _lost(found: Salvaged, article_id: str) -> Lost:
    return Lost(article_id, found.titles.get(article_id), found.source_of(article_id))


def _intact(folder: Path) -> int | None:
    """How many articles an undamaged library holds; None for a damaged one."""
    try:
        with closing(Library.open(folder)) as library:
            damaged = library.damage() or was_emptied(library, folder)
            return None if damaged else library.article_count()
    except LibraryUnwritable:
        raise
    except LibraryError:
        return None


@contextmanager
def _alone(path: Path) -> Iterator[BinaryIO]:
    """Keep everybody else from the file: a process that has it open would go on with the old one."""
    import fcntl

    with path.open("r+b" if path.exists() else "w+b") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, _SHARED_SIZE, _SHARED_FIRST)
        except OSError as error:
            raise LibraryBusy(f"{path} is open in another process: end that first") from error
        yield file


def _kept(path: Path, file: BinaryIO) -> Path:
    """A copy of the damaged file and its log, on the disk.

    `file` is the damaged one, held open: to open and close it once more would give up the lock on it.
    """
    number = 1
    while (kept := path.with_name(f"{path.name}.{number}.damaged")).exists():
        number += 1
    with kept.open("xb") as copy:
        shutil.copyfileobj(file, copy)
    log = path.with_name(path.name + "-wal")
    if log.is_file():
        shutil.copyfile(log, kept.with_name(kept.name + "-wal"))
        _sync(kept.with_name(kept.name + "-wal"))
    _sync(kept)
    return kept


def _made(folder: Path) -> Path:
    """The library made anew, whole, before it takes its place."""
    return folder / f"{FILE}.repaired"


def _make(folder: Path, found: Salvaged, config: Config, embedder: Embedder) -> _Writer:
    """Write a whole library beside the damaged one; what wrote it."""
    with tempfile.TemporaryDirectory(prefix="repair-", dir=folder) as place:
        with closing(Library.open(Path(place))) as library:
            writer = _Writer(library, found, config.passage_pieces, embedder)
            writer.run()
            if damage := library.damage():
                raise LibraryCorrupt(f"the repaired library is damaged too: {damage[0]}")
        _sync(Path(place) / FILE)
        (Path(place) / FILE).replace(_made(folder))
        _sync(folder)
    return writer


def _swap(folder: Path) -> None:
    """Let the repaired file take its place; a log of the damaged one would be read into it."""
    for end in _LOGS:
        (folder / (FILE + end)).unlink(missing_ok=True)
    _sync(folder)
    _made(folder).replace(folder / FILE)
    _sync(folder)


class _Writer:
    """Puts what was salvaged into a new library."""

    def __init__(self, library: Library, found: Salvaged, pieces: int, embedder: Embedder) -> None:
        self._library = library
        self._found = found
        self._pieces = pieces
        self._embedder = embedder
        # Vectors of another model are of no use.
        self._vectors = found.vectors if found.facts.get("embedder") == embedder.id else {}
        self.embedded = 0
        self.unnamed: list[str] = []

    def run(self) -> None:
        """Earlier versions in their order, then what their sources hold, then what has no source.

        Where what a source held is lost, the version before holds its place again.
        """
        found = self._found
        self._library.store_facts(**{**found.facts, "embedder": self._embedder.id})
        held = self._histories()
        for source, history in held.items():
            for article_id in history[:-1]:
                self._put(article_id, source, searched=False)
        for source, history in held.items():
            self._put(history[-1], source)
        saved = {article_id for history in held.values() for article_id in history}
        for article_id in sorted(set(found.articles) - saved):
            self.unnamed.append(article_id)
            self._put(article_id, f"source unknown: {article_id}")

    def _histories(self) -> dict[str, list[str]]:
        """The saved articles that each source held, in order."""
        found, held = self._found, dict[str, list[str]]()
        for version in sorted(found.versions.values()):
            held.setdefault(version.source, []).append(version.article_id)
        for source, (article_id, _) in sorted(found.sources.items()):
            held.setdefault(source, []).append(article_id)
        saved = {source: [key for key in keys if key in found.articles] for source, keys in held.items()}
        return {source: keys for source, keys in saved.items() if keys}

    def _put(self, article_id: str, source: str, searched: bool = True) -> None:
        article, old_fingerprint = self._found.articles[article_id]
        article = replace(article, source=source)
        held, digest = self._found.sources.get(source, ("", ""))
        digest = digest if held == article_id else ""
        passages: tuple[Passage, ...] | None = split(article, self._pieces) if searched else ()
        if self._library.has_passages(article_id):
            passages = None
        vectors = None if passages is None else self._vectors_of(article, passages)
        self._library.put([Entry(article, digest, old_fingerprint, passages, vectors, heading(article))])

    def _vectors_of(self, article: Article, passages: Sequence[Passage]) -> Vectors:
        """Those that were stored, if all of them were saved; new ones otherwise."""
        if all(passage.id in self._vectors for passage in passages):
            return np.array([self._vectors[passage.id] for passage in passages], dtype=np.float32)
        self.embedded += len(passages)
        return self._embedder.embed(matching_texts(passages))


def _completed(
    folder: Path,
    config: Config,
    embedder: Embedder,
    progress: Callable[[str], None],
    found: Salvaged,
) -> tuple[int, tuple[str, ...], set[str]]:
    """Read again what was lost and is still there, and build the index.

    How many articles answer, the sources that were read, and the ids of all articles.
    """
    there = sorted({place for key in found.lost if (place := _file(found.source_of(key))) is not None})
    with closing(Collection(folder, config, embedder, progress)) as collection:
        if there:
            collection.ingest(there)
        collection.rebuild()
        ids = {article.id for article in collection.library.articles()}
        return len(ids), tuple(there), ids


def _file(source: str | None) -> str | None:
    """The file that a source lies in, if it is still there."""
    place = source.split("#", 1)[0] if source else ""
    return place if place and Path(place).is_file() else None


def _sync(path: Path) -> None:
    """Force a file or folder to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
