"""Items to read -> articles in the library: read, split, embedded and stored, in groups.

While one group is being embedded the next is read and split, so that the work beside embedding costs
little time. A group is stored wholly or not at all; what was stored stays, whatever ends the rest.
"""

from __future__ import annotations

import hashlib
import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import NamedTuple

from rag.articles import METADATA_FILE, Item, Problem
from rag.embed import Embedder, Vectors
from rag.errors import ArticleError, EmbedderMismatch
from rag.library import Entry, Library
from rag.passages import heading, matching_texts, split
from rag.types import Article, Passage

# Raise it when splitting, matching texts or debris marking change, so that stored articles are done again.
_RECIPE = "3"
# About a second of embedding: little is lost when the rest is stopped, and the work comes in even pieces.
_GROUP_PASSAGES = 128

# Told how many items are done.
Watch = Callable[[int], object]


@dataclass(slots=True)
class Report:
    """What an ingest did: sources by outcome, and what could not be read.

    `changed` sources hold another article than before; `unchanged` ones hold the same. `missing` ones
    are in the library and were not there. `notes` say of some how they were read. `seen` is every source
    that was there, read or not. `stopped` says that Ctrl-C ended it early.
    """

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    stopped: bool = False

    def gone(self, sources: Iterable[str]) -> list[str]:
        """Those that are there no more: they were not seen, and what holds them could be looked into."""
        closed = tuple({place for p in self.problems for place in _places_of(p.source)})
        return [s for s in sources if s not in self.seen and not s.startswith(closed)]


def _places_of(name: str) -> tuple[str, ...]:
    """How sources in a folder or table begin, and those in the folder of a file of metadata."""
    if name.endswith(f"/{METADATA_FILE}"):
        return (name.removesuffix(METADATA_FILE),)
    # A row that cannot be read does not say which of the table's articles it was.
    table, row, _ = name.partition("#row ")
    return (f"{table}#",) if row else (f"{name}/", f"{name}#")


class _Read(NamedTuple):
    """An article on its way: without passages when the library has it already."""

    article: Article
    digest: str
    passages: tuple[Passage, ...] | None
    before: str | None


class Intake:
    """Takes items into one library."""

    def __init__(
        self, library: Library, embedder: Embedder, pieces: int, watch: Watch = lambda _: None
    ) -> None:
        """Passages have at most `pieces` word pieces; `watch` hears of items as they are done."""
        self._library = library
        self._embedder = embedder
        self._pieces = pieces
        self._watch = watch
        self._coming: set[str] = set()
        self.report = Report()

    def run(self, items: Iterable[Item | Problem]) -> Report:
        """Take in what is new or changed; Ctrl-C ends it after what is stored by then.

        Raises LibraryError, EmbedError, EmbedderMismatch; what was stored before stays.
        """
        waiting: deque[tuple[list[_Read], Future[Vectors]]] = deque()
        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="embed") as pool:
            try:
                for group in self._groups(items):
                    waiting.append((group, pool.submit(self._embedder.embed, _texts(group))))
                    if len(waiting) > 1:
                        self._store(*waiting.popleft())
                while waiting:
                    self._store(*waiting.popleft())
            except KeyboardInterrupt:
                pool.shutdown(wait=False, cancel_futures=True)
                self.report.stopped = True
        return self.report

    def _groups(self, items: Iterable[Item | Problem]) -> Iterator[list[_Read]]:
        group: list[_Read] = []
        size = 0
        for item in items:
            read = self._read(item)
            if read is None:
                self._watch(1)
                continue
            group.append(read)
            # An article that is known counts too, or a folder that was moved were one group.
            size += 1 + len(read.passages or ())
            if size >= _GROUP_PASSAGES:
                yield group
                group, size = [], 0
        if group:
            yield group

    def _read(self, item: Item | Problem) -> _Read | None:
        """The article of an item, split; None when nothing is to be done."""
        self.report.seen.add(item.source)
        if isinstance(item, Problem):
            self.report.problems.append(item)
            return None
        if item.note:
            self.report.notes.append(f"{item.source}: {item.note}")
        try:
            return self._news(item)
        except ArticleError as error:
            self.report.problems.append(Problem.of(item.source, error))
        except UnicodeEncodeError:
            self.report.problems.append(Problem(item.source, "its name or text is not UTF-8"))
        except (ValueError, RecursionError) as error:
            # What a file can hold that its reader did not foresee ends that file alone.
            reason = " ".join(str(error).split())[:200]
            self.report.problems.append(Problem(item.source, f"cannot be read ({reason})"))
        return None

    def _news(self, item: Item) -> _Read | None:
        """The article of an item, split, when it is not as the library has it. Raises ArticleError."""
        held = self._library.held(item.source)
        digest = _digest(item.digest, self._pieces)
        if held is not None and held[1] == digest:
            self.report.unchanged.append(item.source)
            return None
        article = item.read()
        passages = None if self._is_known(article) else split(article, self._pieces)
        if passages == ():
            raise ArticleError(f"{item.source}: nothing in it can be searched")
        self._coming.add(article.id)
        return _Read(article, digest, passages, held[0] if held else None)

    def _is_known(self, article: Article) -> bool:
        return article.id in self._coming or self._library.fingerprint(article.id) == self._print(article)

    def _store(self, group: list[_Read], embedded: Future[Vectors]) -> None:
        vectors, first, entries = self._fitting(embedded.result()), 0, []
        here = {read.article.id for read in group if read.passages is not None}
        for read in group:
            count = len(read.passages or ())
            own = None if read.passages is None else vectors[first : first + count]
            first += count
            lacking = read.passages is None and read.article.id not in here
            entries.append(self._entry(*(self._completed(read) if lacking else (read, own))))
        self._library.put(entries)
        for read in group:
            self._told(read).append(read.article.source)
        self._watch(len(group))

    def _completed(self, read: _Read) -> tuple[_Read, Vectors | None]:
        """With passages after all, should the article have become an earlier version meanwhile."""
        if self._library.has_passages(read.article.id):
            return read, None
        complete = read._replace(passages=split(read.article, self._pieces))
        return complete, self._embedder.embed(_texts([complete]))

    def _fitting(self, vectors: Vectors) -> Vectors:
        """The vectors, when they are as long as those stored. Raises EmbedderMismatch otherwise."""
        stored, new = self._library.dimension, vectors.shape[1]
        if stored and len(vectors) and stored != new:
            raise EmbedderMismatch(
                f"the library holds vectors of {stored} numbers and {self._embedder.id} now gives {new}:"
                " the embedding model has changed; run python -m rag.ingest --embed-again"
            )
        return vectors

    def _entry(self, read: _Read, vectors: Vectors | None) -> Entry:
        article = read.article
        return Entry(article, read.digest, self._print(article), read.passages, vectors, heading(article))

    def _print(self, article: Article) -> str:
        return fingerprint(article, self._pieces)

    def _told(self, read: _Read) -> list[str]:
        if read.before is None:
            return self.report.added
        return self.report.unchanged if read.before == read.article.id else self.report.changed


def fingerprint(article: Article, pieces: int) -> str:
    """Changes when what is stored of an article of the same id would change."""
    known = (article.published_basis, article.published_from, article.language, article.body, pieces, _RECIPE)
    return hashlib.sha256(json.dumps(known).encode()).hexdigest()[:16]


def _digest(item: str, pieces: int) -> str:
    return hashlib.sha256(f"{item} {pieces} {_RECIPE}".encode()).hexdigest()[:32]


def _texts(group: Iterable[_Read]) -> list[str]:
    return [text for read in group for text in matching_texts(read.passages or ())]
