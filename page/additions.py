"""What a reader adds to the library from the page, and takes out of it; without Gradio.

Files are copied into the folder of uploads and read from there, so that a source stays when the browser has
gone. Of what cannot be read nothing stays there.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from page.asking import day_of
from page.turns import without_folders
from page.uploaded import Kept, Uploads, plain_name, unfit
from rag.articles import Reach, estimate
from rag.articles.address import without_user
from rag.articles.paths import reason_of
from rag.collection import Collection
from rag.errors import LibraryBusy, UsageError
from rag.intake import Report
from rag.show import line
from rag.types import Article

MAX_FILES, MAX_TEXT, MAX_FIELD, MAX_ADDRESS = 200, 400_000, 300, 2_000
# So many problems of one file are told.
_TOLD = 5
_NAME_WORDS = 8
# So many outcomes are too many to be taken in at a glance.
_MANY = 10

# Told how many articles are done, and of about how many.
Watch = Callable[[int, int], object]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one thing that was added: how many articles of it came in, and what was not read."""

    name: str
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    problems: tuple[str, ...] = ()

    @property
    def done(self) -> str:
        """What was done, in words; empty when nothing was read."""
        counts = {"added": self.added, "updated": self.updated, "unchanged": self.unchanged}
        some = {word: number for word, number in counts.items() if number}
        if sum(some.values()) == 1:
            return next(iter(some))
        return ", ".join(f"{number:,} {word}" for word, number in some.items())


def summed(outcomes: Sequence[Outcome]) -> tuple[str, list[Outcome]]:
    """Many outcomes in a line, and then those that need a look before the others; few as they are."""
    if len(outcomes) < _MANY:
        return "", list(outcomes)
    unread = sum(not each.done for each in outcomes)
    told = f"{len(outcomes) - unread:,} of {len(outcomes):,} files were read"
    return told, sorted(outcomes, key=lambda each: not each.problems)


@dataclass(frozen=True, slots=True)
class Pasted:
    """A text as it was pasted, and what was typed of it; empty where nothing was."""

    text: str
    title: str = ""
    outlet: str = ""
    day: str = ""


class Additions:
    """Adds to one library, one addition at a time."""

    def __init__(self, collection: Collection, reach: Reach = Reach()) -> None:
        """`reach` says how far an address may lead."""
        self._collection = collection
        self._reach = reach
        self._uploads = Uploads(collection.folder)
        self._busy = threading.Lock()

    def files(self, paths: Sequence[str | Path], watch: Watch = lambda *_: None) -> tuple[Outcome, ...]:
        """What became of each file, in order.

        Raises UsageError for none or too many, LibraryBusy while another writes, and what an ingest raises;
        then no file of them stays but those of which an article is stored.
        """
        if not paths:
            raise UsageError("choose a file first")
        if len(paths) > MAX_FILES:
            raise UsageError(f"{len(paths):,} files are too many: at most {MAX_FILES} at once")
        return self._taken_in([partial(self._keep, Path(path)) for path in paths], watch)

    def text(self, pasted: Pasted, watch: Watch = lambda *_: None) -> tuple[Outcome, ...]:
        """What became of a pasted text, which is kept as a Markdown file. Raises as `files` does."""
        name, written = _named(pasted), _written(pasted)
        return self._taken_in([lambda: self._uploads.put(name, written)], watch)

    def address(self, url: str, watch: Watch = lambda *_: None) -> tuple[Outcome, ...]:
        """What became of a web page or a feed. Raises UsageError, LibraryBusy, ArticleError."""
        url = url.strip()
        # Whatever else it were, it would be taken for the path of a file.
        if not re.match(r"https?://\S", url, re.IGNORECASE) or len(url) > MAX_ADDRESS or not _is_text(url):
            raise UsageError("an address begins with http:// or https://")
        with self._alone():
            report = self._ingest([url], watch)
        return (_outcome(line(url), without_user(url), report, lambda _: True),)

    def remove(self, article_id: str) -> Article:
        """Take an article out, with the file that was uploaded for it. Raises ArticleError, LibraryBusy."""
        with self._alone():
            article = self._collection.remove(article_id)
            for source in article.sources:
                path = Path(source.partition("#")[0])
                if self._uploads.holds(path) and not self._is_read(path):
                    path.unlink(missing_ok=True)
        return article

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """The page's own turn. Raises LibraryBusy; who writes from elsewhere is found when writing."""
        if not self._busy.acquire(blocking=False):
            raise LibraryBusy("the library is being written by another reader of this page: try again")
        try:
            yield
        finally:
            self._busy.release()

    def _taken_in(self, keeping: Sequence[Callable[[], Kept | Outcome]], watch: Watch) -> tuple[Outcome, ...]:
        """Keep files and take in what they hold; what was kept of no use is deleted."""
        kept: list[Kept | Outcome] = []
        with self._alone():
            try:
                kept.extend(keep() for keep in keeping)
                paths = dict.fromkeys(each.path for each in kept if isinstance(each, Kept))
                report = self._ingest(list(paths), watch) if paths else Report()
            finally:
                for each in kept:
                    if isinstance(each, Kept) and each.new and not self._is_read(each.path):
                        each.path.unlink(missing_ok=True)
        return tuple(_of_file(each.path, report) if isinstance(each, Kept) else each for each in kept)

    def _keep(self, given: Path) -> Kept | Outcome:
        """A copy of a file, or why there is none. Raises LibraryUnwritable."""
        try:
            if problem := unfit(given):
                return Outcome(plain_name(given.name), problems=(problem,))
            with given.open("rb") as source:
                return self._uploads.put(given.name, source)
        except OSError as error:
            return Outcome(plain_name(given.name), problems=(reason_of(error),))

    def _ingest(self, places: Sequence[str | Path], watch: Watch) -> Report:
        total, done = estimate(places), 0

        def more(number: int) -> None:
            nonlocal done
            done += number
            watch(min(done, total), total)

        return self._collection.ingest(places, self._reach, watch=more)

    def _is_read(self, path: Path) -> bool:
        """Whether the library holds an article of a file."""
        return any(_is_of(source, path) for source in self._collection.library.sources(str(path)))


def _written(pasted: Pasted) -> bytes:
    """A pasted text as a Markdown file. Raises UsageError for none, too long a text, or a day that is none.

    The front matter is there even when nothing is known, so that no line of the text is taken for one.
    """
    import yaml

    if not pasted.text.strip():
        raise UsageError("paste the text of the article first")
    if len(pasted.text) > MAX_TEXT:
        raise UsageError(f"the text is too long: {len(pasted.text):,} characters, at most {MAX_TEXT:,}")
    day = day_of(pasted.day, "the date")
    title, outlet = (line(typed)[:MAX_FIELD] for typed in (pasted.title, pasted.outlet))
    told = {"title": title, "outlet": outlet, "published": str(day or "")}
    front: dict[str, Any] = {"pasted": True, **{name: value for name, value in told.items() if value}}
    dumped = yaml.safe_dump(front, allow_unicode=True, sort_keys=False, width=10_000)
    text = pasted.text.replace("\r\n", "\n").strip()
    try:
        return f"---\n{dumped}---\n\n{text}\n".encode()
    except UnicodeEncodeError:
        raise UsageError("the text holds characters that are no text") from None


def _named(pasted: Pasted) -> str:
    """A file name of the title, or of the first words."""
    words = " ".join((pasted.title.split() or pasted.text.split())[:_NAME_WORDS])
    return (re.sub(r"[^\w '’-]", "", words).strip()[:60] or "text") + ".md"


def _is_text(text: str) -> bool:
    return not any(0xD800 <= ord(character) < 0xE000 for character in text)


def _is_of(source: str, path: Path) -> bool:
    """Whether a source is a file or a row of it."""
    return source == str(path) or source.startswith(f"{path}#")


def _of_file(path: Path, report: Report) -> Outcome:
    return _outcome(path.name, str(path), report, lambda source: _is_of(source, path))


def _outcome(name: str, whole: str, report: Report, is_own: Callable[[str], bool]) -> Outcome:
    """What a report says of the sources that are one thing's own; `whole` is its own source."""
    added, updated, unchanged = (
        sum(map(is_own, sources)) for sources in (report.added, report.changed, report.unchanged)
    )
    told = [_told(p.source, p.reason, whole) for p in report.problems if is_own(p.source)]
    if not (added or updated or unchanged or told):
        told = ["nothing in it is an article"]
    more = [f"and {len(told) - _TOLD:,} more"] if len(told) > _TOLD else []
    return Outcome(name, added, updated, unchanged, (*told[:_TOLD], *more))


def _told(source: str, reason: str, whole: str) -> str:
    """Why something was not read, with which row or address it is, where that is not the whole."""
    which = "" if source == whole else f"{source.removeprefix(f'{whole}#')}: "
    return without_folders(" ".join(f"{which}{reason}".split()))[:300]
