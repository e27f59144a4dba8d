"""A library and its vector index, kept in step: open, add, remove, rebuild, check."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from rag import articles, index
from rag.config import Config, data_folder
from rag.embed import Embedder
from rag.errors import (
    ArticleError,
    EmbedderMismatch,
    IndexFailed,
    LibraryBusy,
    LibraryUnwritable,
)
from rag.library import Library, Vectors
from rag.passages import split
from rag.retrieve import Shelf, heading, matching_texts
from rag.types import Article

# Raise it when splitting or debris marking changes, so that stored articles are done again.
_RECIPE = "1"
_INDEX_FOLDERS = "index-"
# The shortest beginning of an id that names an article.
_ID_AT_LEAST = 6

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Report:
    """What an ingest did: sources by outcome, and a line for each file that was not read."""

    added: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


class Collection:
    """A folder with a library and its index. Reads need no lock; each change takes the writer lock."""

    def __init__(
        self, folder: Path, config: Config, embedder: Embedder, progress: Progress = lambda _: None
    ) -> None:
        """Open the folder's library, made if it is not there; the index waits until it is needed."""
        self.folder = folder
        self.library = Library.open(folder)
        self._config = config
        self._embedder = embedder
        self._progress = progress
        self._index: index.ChromaIndex | None = None
        self._index_folder: str | None = None
        self._opening = threading.Lock()

    def close(self) -> None:
        """Close the library and the index."""
        if self._index is not None:
            self._index.close()
        self.library.close()

    # Reading

    def shelf(self) -> Shelf:
        """What retrieval searches, the index brought up to date first where it lags behind.

        Raises EmbedderMismatch when the library's vectors are of another model than this run's.
        """
        self._check_embedder()
        if not self._is_current():
            with self._writing(wait=True):
                if not self._is_current():
                    self._build_index()
        with self._opening:
            name = self.library.fact("index")
            if self._index is None or name != self._index_folder:
                # The one before is let go of, not closed: another thread may be searching it.
                self._index = self._open_index()
                self._index_folder = name
            return Shelf(self.library, self._index, self._embedder)

    def _open_index(self) -> index.ChromaIndex:
        opened = index.ChromaIndex(self.folder / str(self.library.fact("index")))
        model, _ = opened.model
        if model != self._embedder.id:
            opened.close()
            raise _mismatch(self.folder, model, self._embedder.id)
        return opened

    def _check_embedder(self) -> None:
        stored = self.library.fact("embedder")
        if stored is not None and stored != self._embedder.id:
            raise _mismatch(self.folder, stored, self._embedder.id)

    def _is_current(self) -> bool:
        name = self.library.fact("index")
        return (
            name is not None
            and self.library.fact("index_revision") == str(self.library.revision)
            and (self.folder / name).is_dir()
        )

    # Writing

    def start_with(self, paths: Sequence[Path]) -> None:
        """Ingest `paths` if the library was never given anything, waiting for whoever is at it."""
        if self.library.fact("started") is None:
            with self._writing(wait=True):
                if self.library.fact("started") is None:
                    self._ingest(articles.read_paths(paths), replace=False)

    def mirror(self, paths: Sequence[Path]) -> Report:
        """Make the library hold what `paths` hold and nothing else; quick when no file changed."""
        signature = _signature(paths)
        if self.library.fact("mirrors") == signature and self._is_current():
            return Report(problems=tuple(json.loads(self.library.fact("problems") or "[]")))
        with self._writing(wait=True):
            report = self._ingest(articles.read_paths(paths), replace=True)
            self.library.store_facts(mirrors=signature, problems=json.dumps(report.problems))
        return report

    def ingest(self, paths: Sequence[Path]) -> Report:
        """Add or update the articles in `paths`. Raises LibraryBusy when another process writes."""
        with self._writing(wait=False):
            return self._ingest(articles.read_paths(paths), replace=False)

    def remove(self, wanted: str) -> Article:
        """Remove one article, named by its id (or the start of it) or source. Raises ArticleError."""
        with self._writing(wait=False):
            article = self._find(wanted)
            sources = [s for s, (key, _) in self.library.sources().items() if key == article.id]
            self.library.remove_sources(sources)
            self.library.store_facts(started="yes")
            self._build_index()
        return article

    def rebuild(self) -> int:
        """Build the index anew from the vectors in the library; the number of passages in it."""
        self._check_embedder()
        with self._writing(wait=False):
            self._build_index()
        return self.library.passage_count()

    def embed_again(self) -> int:
        """Embed every passage with this run's model, and build the index; the number of passages."""
        with self._writing(wait=False):
            vectors: list[tuple[str, Vectors]] = []
            for article in self.library.articles():
                passages = self.library.passages_of(article)
                made = self._embedder.embed(matching_texts(article, passages))
                vectors.extend(zip((passage.id for passage in passages), made, strict=True))
            self.library.replace_vectors(vectors, self._embedder.id)
            self._build_index()
        return len(vectors)

    def check(self) -> tuple[str, ...]:
        """What is wrong with library and index; empty when every passage is there and reachable."""
        found = list(self.library.damage())
        if not self._is_current():
            found.append("the index lags behind the library; --rebuild brings it up to date")
        else:
            found.extend(self._index_damage())
        return tuple(found)

    def _index_damage(self) -> Iterator[str]:
        try:
            with closing(self._open_index()) as opened:
                missing = opened.missing(self.library.rows())
        except IndexFailed as error:
            yield str(error)
            return
        if missing:
            yield f"{len(missing)} passages are not in the index; --rebuild makes it anew"

    def _find(self, wanted: str) -> Article:
        """The one article with this source, this id, or an id that begins so."""
        begins = wanted if len(wanted) >= _ID_AT_LEAST else None
        path = str(Path(wanted).absolute()) if wanted else wanted
        found = [
            article
            for article in self.library.articles()
            if article.source in (wanted, path) or (begins and article.id.startswith(begins))
        ]
        if len(found) != 1:
            what = "no article has" if not found else f"{len(found)} articles have"
            raise ArticleError(f"{what} the id or source {wanted!r}; --list shows them")
        return found[0]

    def _ingest(self, loaded: articles.Loaded, replace: bool) -> Report:
        self._check_embedder()
        stored = self.library.sources()
        fresh = [a for a in loaded.articles if stored.get(a.source) != (a.id, fingerprint(a))]
        same = dict(stored.values())
        # Before the first vector: should this end halfway, nobody adds vectors of another model.
        self.library.store_facts(embedder=self._embedder.id)
        for number, article in enumerate(fresh, start=1):
            self._progress(f"indexing {number} of {len(fresh)}: {article.title}")
            if same.get(article.id) == fingerprint(article):
                self.library.add_source(article.source, article.id)
            else:
                self._store(article)
                same[article.id] = fingerprint(article)
        current = {article.source for article in loaded.articles}
        gone = [s for s in stored if replace and s not in current]
        if gone:
            self.library.remove_sources(gone)
        self.library.store_facts(started="yes")
        if not self._is_current():
            self._build_index()
        added = tuple(article.source for article in fresh)
        kept = tuple(sorted(current - set(added)))
        return Report(added, kept, tuple(gone), loaded.problems)

    def _store(self, article: Article) -> None:
        passages = split(article, self._config.passage_pieces)
        vectors = self._embedder.embed(matching_texts(article, passages))
        self.library.add(article, passages, vectors, heading(article), fingerprint(article))

    def _build_index(self) -> None:
        """Build the index into a new folder, then let the library point at it."""
        revision = self.library.revision
        rows = list(self.library.rows())
        self._progress(f"building the index of {len(rows)} passages")
        name = f"{_INDEX_FOLDERS}{revision}-{os.urandom(3).hex()}"
        dimension = len(rows[0].vector) if rows else 0
        try:
            index.build(self.folder / name, rows, self._embedder.id, dimension)
        except IndexFailed:
            shutil.rmtree(self.folder / name, ignore_errors=True)
            raise
        self.library.store_facts(index=name, index_revision=str(revision))
        for old in self.folder.glob(f"{_INDEX_FOLDERS}*"):
            if old.name != name:
                shutil.rmtree(old, ignore_errors=True)

    @contextmanager
    def _writing(self, wait: bool) -> Iterator[None]:
        """The writer lock of this folder. Raises LibraryBusy, naming who holds it."""
        from filelock import FileLock, Timeout

        holder = self.folder / "writer.txt"
        lock = FileLock(self.folder / "writer.lock")
        try:
            lock.acquire(timeout=self._config.wait_s if wait else 0)
        except Timeout:
            raise LibraryBusy(f"{self.folder} is being written by {_read(holder)}") from None
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise LibraryUnwritable(f"cannot write in {self.folder}: {reason}") from error
        try:
            with suppress(OSError):
                holder.write_text(f"process {os.getpid()}", encoding="utf-8")
            yield
        finally:
            with suppress(OSError):
                holder.unlink()
            lock.release()


def open_home(config: Config, embedder: Embedder, progress: Progress) -> Collection:
    """The library of `config.home`, begun with the seed articles when it is new."""
    with _kept_open(Collection(config.home, config, embedder, progress)) as collection:
        collection.start_with([data_folder("seeds")])
    return collection


def open_articles(
    paths: Sequence[Path], config: Config, embedder: Embedder, progress: Progress
) -> tuple[Collection, Report]:
    """A library of just these files and folders, kept in the cache under a name made from them."""
    absolute = sorted(str(path.expanduser().absolute()) for path in paths)
    named = "\n".join((embedder.id, *absolute)).encode(errors="surrogateescape")
    name = hashlib.sha256(named).hexdigest()[:16]
    # Looked at before a folder is made: a mistyped path should leave nothing behind.
    if not any(True for _ in articles.files(paths)):
        raise ArticleError(f"no articles in {', '.join(map(str, paths))}")
    folder = config.cache / "articles" / name
    with _kept_open(Collection(folder, config, embedder, progress)) as collection:
        report = collection.mirror(paths)
    return collection, report


@contextmanager
def _kept_open(collection: Collection) -> Iterator[Collection]:
    """The collection, closed only when what is done with it fails."""
    try:
        yield collection
    except BaseException:
        collection.close()
        raise


def shelve_texts(texts: Iterable[str], config: Config, embedder: Embedder) -> Shelf:
    """A shelf in memory of these strings, each an article named text-1, text-2, ..."""
    read = [articles.from_text(text, f"text-{number}") for number, text in enumerate(texts, start=1)]
    library = Library.in_memory()
    for article in read:
        passages = split(article, config.passage_pieces)
        vectors = embedder.embed(matching_texts(article, passages))
        library.add(article, passages, vectors, heading(article), fingerprint(article))
    return Shelf(library, index.MemoryIndex(library.rows()), embedder)


def fingerprint(article: Article) -> str:
    """Changes when what is stored of an article would change: its metadata, its body, the recipe."""
    known = (
        article.title,
        article.outlet,
        article.author,
        article.published and article.published.isoformat(),
        article.published_basis,
        article.published_from,
        article.url,
        article.body,
        _RECIPE,
    )
    return hashlib.sha256(json.dumps(known).encode()).hexdigest()[:16]


def _mismatch(folder: Path, stored: str, wanted: str) -> EmbedderMismatch:
    return EmbedderMismatch(
        f"the library in {folder} holds vectors of {stored}, and this run is set to {wanted}: set"
        " RAG_EMBED_MODEL back, or run python -m rag.ingest --embed-again"
    )


def _signature(paths: Sequence[Path]) -> str:
    """Names, sizes and times of all files that `paths` hold, and of the metadata beside them."""
    files = list(articles.files(paths))
    beside = {file.parent / articles.METADATA_FILE for file in files}
    stats = [
        (str(file.absolute()), *_stamp(file))
        for file in sorted({*files, *(path for path in beside if path.is_file())})
    ]
    return hashlib.sha256(json.dumps([_RECIPE, stats]).encode()).hexdigest()


def _stamp(path: Path) -> tuple[int, int]:
    """Size and time of last change; zeros for a link to nothing."""
    try:
        status = path.stat()
    except OSError:
        return 0, 0
    return status.st_size, status.st_mtime_ns


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip() or "another process"
    except OSError:
        return "another process"
