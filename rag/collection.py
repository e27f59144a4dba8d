"""A library and its vector index, kept in step: open, add, remove, rebuild, check."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from rag import articles
from rag.articles import Item, Problem, Reach
from rag.articles.paths import below, plain
from rag.config import Config, data_folder
from rag.dense import Dense
from rag.embed import Embedder
from rag.errors import ArticleError, EmbedderMismatch, LibraryCorrupt
from rag.indexed import Indexed
from rag.intake import Intake, Report, Watch
from rag.library import Library, Vectors
from rag.lock import writing
from rag.passages import matching_texts
from rag.retrieve import Shelf
from rag.types import Article

# The shortest beginning of an id that names an article.
_ID_AT_LEAST = 6

# How many articles are read from a folder before a word of it.
_FIRST_TOLD = 50

Progress = Callable[[str], None]


class Collection:
    """A folder with a library and its index. Reads need no lock; each change takes the writer lock."""

    def __init__(
        self, folder: Path, config: Config, embedder: Embedder, progress: Progress = lambda _: None
    ) -> None:
        """Open the folder's library, made if it is not there; the index waits until it is needed."""
        self.folder = folder
        self.library = _library(folder)
        self._config = config
        self._embedder = embedder
        self._progress = progress
        self._index = Indexed(self.library, folder, config.chroma_url, progress)

    def close(self) -> None:
        """Close the library and the index."""
        self._index.close()
        self.library.close()

    # Reading

    def shelf(self) -> Shelf:
        """What retrieval searches; whatever was stored before the call is found.

        Raises EmbedderMismatch when the library's vectors are of another model than this run's, and
        IndexFailed when a Chroma server is down.
        """
        self._check_embedder()
        return Shelf(self.library, self._index.dense(), self._embedder)

    def _check_embedder(self) -> None:
        stored = self.library.fact("embedder")
        if stored is not None and stored != self._embedder.id:
            raise EmbedderMismatch(
                f"the library in {self.folder} holds vectors of {stored}, and this run is set to"
                f" {self._embedder.id}: set RAG_EMBED_MODEL back, or run python -m rag.ingest --embed-again"
            )

    # Writing

    def start_with(self, paths: Sequence[Path]) -> None:
        """Ingest `paths` if the library was never given anything, waiting for whoever is at it."""
        if self.library.fact("started") is None:
            with self._writing(wait=True):
                if self.library.fact("started") is None:
                    self._progress("indexing the articles that come with Pressroom")
                    _whole(self._take_in(articles.items(paths)))
                    self._start()

    def _start(self) -> None:
        self.library.store_facts(started="yes")

    def mirror(self, paths: Sequence[Path]) -> Report:
        """Make the library hold what `paths` hold and nothing else; quick when no file changed."""
        signature = _signature(paths)
        if self.library.fact("mirrors") == signature and self.library.article_count():
            told = json.loads(self.library.fact("problems") or "[]")
            return Report(problems=[Problem(*problem) for problem in told])
        with self._writing(wait=True):
            report = _whole(self._take_in(articles.items(paths), _counting(self._progress)))
            report.removed = report.gone(self.library.sources())
            self._forget(report.removed)
            told = [(problem.source, problem.reason) for problem in report.problems]
            self.library.store_facts(mirrors=signature, problems=json.dumps(told))
        if not self.library.article_count():
            raise ArticleError(_none_read(paths, report.problems))
        return report

    def ingest(
        self,
        places: Sequence[str | Path],
        reach: Reach = Reach(),
        prune: bool = False,
        watch: Watch = lambda _: None,
    ) -> Report:
        """Add or update the articles of files, folders and URLs; an article is stored as it comes.

        Sources below these places that are there no more are listed as missing, or with `prune` taken
        out. Ctrl-C ends it with what is stored by then. Raises LibraryBusy when another process writes,
        ArticleError for a place that is none.
        """
        with self._writing(wait=False):
            report = self._take_in(articles.items(places, reach), watch)
            self._start()
            if report.stopped:
                return report
            # What was named once and a search of its folder passes over is there still.
            gone = [s for s in report.gone(self._below(places)) if not os.path.lexists(s)]
            if prune:
                self._forget(gone)
                report.removed = gone
            else:
                report.missing = gone
        return report

    def _below(self, places: Sequence[str | Path]) -> list[str]:
        """The sources that lie in these places, in alphabetical order."""
        found: set[str] = set()
        for place in places:
            begin, lies_in = below(Path(place).expanduser())
            found.update(s for s in self.library.sources(begin) if lies_in(s.split("#", 1)[0]))
        return sorted(found)

    def remove(self, wanted: str) -> Article:
        """Remove one article, named by its id (or the start of it) or source, with its earlier versions.

        Nothing of it stays in the library; the index is built without it, now or, where that fails, by the
        next ingest. Raises ArticleError.
        """
        with self._writing(wait=False):
            article = self.find(wanted)
            # Removing an earlier version leaves the article that has taken its place.
            self._forget(article.sources if article.replaced_by is None else (), article.id)
            self._start()
        return article

    def rebuild(self) -> int:
        """Build the index anew from the vectors in the library; the number of passages in it."""
        self._check_embedder()
        with self._writing(wait=False):
            self._index.build()
        return self.library.passage_count()

    def embed_again(self) -> int:
        """Embed every passage with this run's model, and build the index; the number of passages."""
        with self._writing(wait=False):
            self.library.replace_vectors(self._embedded(), self._embedder.id)
            self._index.build()
        return self.library.passage_count()

    def _embedded(self) -> Iterator[tuple[int, Vectors]]:
        for article in self.library.articles():
            passages = self.library.passages_of(article)
            vectors = self._embedder.embed(matching_texts(passages))
            yield from zip(self.library.numbers_of(article), vectors, strict=True)

    def find(self, wanted: str) -> Article:
        """The one article, or earlier version, with this id, beginning of an id, or source.

        Raises ArticleError when there is none, or more than one.
        """
        begins = len(wanted) >= _ID_AT_LEAST
        found = self.library.matching(wanted, begins)
        found = found or self.library.matching(str(plain(Path(wanted))) if wanted else "", False)
        article = self.library.article(found[0]) if len(found) == 1 else None
        if article is None:
            what = "no article has" if not found else f"{len(found)} articles have"
            raise ArticleError(f"{what} the id or source {wanted!r}; --list shows them")
        return article

    def _take_in(self, items: Iterable[Item | Problem], watch: Watch = lambda _: None) -> Report:
        self._check_embedder()
        # Before the first vector: should this end halfway, nobody adds vectors of another model.
        self.library.store_facts(embedder=self._embedder.id)
        report = Intake(self.library, self._embedder, self._config.passage_pieces, watch).run(items)
        if not report.stopped:
            self._index.build_if_late()
        return report

    def _forget(self, sources: Sequence[str], *versions: str) -> None:
        if sources or versions:
            # Should this end before the index is built, the next ingest takes them out of it.
            self.library.store_facts(forgotten=str(self.library.revision + 1))
            self.library.forget(sources, versions)
            self._index.build_if_late()

    @contextmanager
    def _writing(self, wait: bool) -> Iterator[None]:
        with writing(self.folder, self._config.wait_s if wait else 0):
            yield

    def check(self) -> tuple[str, ...]:
        """What is wrong with library and index; empty when every passage is there and reachable."""
        found = self.library.damage()
        try:
            return (*found, *self._index.damage())
        except LibraryCorrupt as error:
            # Told already, unless only the index's rows show it.
            return found or (str(error),)


def was_emptied(library: Library, folder: Path) -> bool:
    """Whether a library never held anything, and an index beside it says that it did."""
    return library.fact("embedder") is None and any(folder.glob("index-*"))


def _library(folder: Path) -> Library:
    """The library in `folder`. Raises LibraryCorrupt where an index shows that it held articles once."""
    library = Library.open(folder)
    if was_emptied(library, folder):
        library.close()
        raise LibraryCorrupt(
            f"the library in {folder} is empty and its index is not: restore library.sqlite3 from a copy,"
            " or run python -m rag.ingest --repair"
        )
    return library


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
    try:
        return _mirrored(folder, paths, config, embedder, progress)
    except LibraryCorrupt as error:
        # It is made of the files alone, so nothing is lost with it.
        progress(f"{error.args[0].partition(':')[0]}; making it anew")
        aside = folder.with_name(f"{folder.name}.{os.urandom(4).hex()}.damaged")
        folder.rename(aside)
        shutil.rmtree(aside, ignore_errors=True)
        return _mirrored(folder, paths, config, embedder, progress)


def _mirrored(
    folder: Path, paths: Sequence[Path], config: Config, embedder: Embedder, progress: Progress
) -> tuple[Collection, Report]:
    with _kept_open(Collection(folder, config, embedder, progress)) as collection:
        return collection, collection.mirror(paths)


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
    # The texts are here already, so they stand for their own digests.
    items = [Item(article.source, article.id, partial(_itself, article)) for article in read]
    Intake(library, embedder, config.passage_pieces).run(items)
    return Shelf(library, Dense(library), embedder)


def _itself(article: Article) -> Article:
    return article


def _counting(progress: Progress) -> Watch:
    """Tells how many articles are done, each time that they are twice as many."""
    done, next_told = 0, _FIRST_TOLD

    def watch(more: int) -> None:
        nonlocal done, next_told
        done += more
        if done >= next_told:
            progress(f"indexed {done} articles so far")
            next_told = 2 * done

    return watch


def _whole(report: Report) -> Report:
    """A report of what was not stopped. Raises KeyboardInterrupt otherwise."""
    if report.stopped:
        raise KeyboardInterrupt
    return report


def _none_read(paths: Sequence[Path], problems: Sequence[Problem]) -> str:
    """Why nothing could be read, on one line."""
    if not problems:
        return f"no articles in {', '.join(map(str, paths))}"
    return str(problems[0]) + (f" (and {len(problems) - 1} more)" if len(problems) > 1 else "")


def _signature(paths: Sequence[Path]) -> str:
    """Names, sizes and times of all files that `paths` hold, and of the metadata beside them."""
    files = list(articles.files(paths))
    beside = {file.parent / articles.METADATA_FILE for file in files}
    stats = [
        (str(file.absolute()), *_stamp(file))
        for file in sorted({*files, *(path for path in beside if path.is_file())})
    ]
    return hashlib.sha256(json.dumps(stats).encode()).hexdigest()


def _stamp(path: Path) -> tuple[int, int]:
    """Size and time of last change; zeros for a link to nothing."""
    try:
        status = path.stat()
    except OSError:
        return 0, 0
    return status.st_size, status.st_mtime_ns
