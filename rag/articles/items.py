"""Places -> items: everything that can be read there, found lazily, each with a digest of what it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

from rag.articles import paths
from rag.articles.address import checked_url, is_url, without_user
from rag.articles.kinds import BY_SUFFIX, read
from rag.articles.values import Item, Problem, Reach
from rag.errors import ArticleError
from rag.types import Article

_STDIN = "-"


def items(places: Iterable[str | Path], reach: Reach = Reach()) -> Iterator[Item | Problem]:
    """What can be read at files, folders, patterns, URLs, feeds and "-" (standard input), lazily.

    One file's bytes are held at a time, one row of a table. What cannot be read is a Problem, and
    stops nothing.
    Raises ArticleError, before anything is yielded, for a path that is not there and for a URL that
    is none.
    """
    named = [str(place) for place in places]
    for place in named:
        if is_url(place):
            checked_url(place)
        elif place != _STDIN:
            paths.looked_at([Path(place).expanduser()])
    return _once(_all(named, reach))


def estimate(places: Iterable[str | Path]) -> int:
    """About how many items there are: files, and the rows of tables; a URL counts as one.

    Raises ArticleError for a path that is not there.
    """
    count = 0
    for place in map(str, places):
        if is_url(place) or place == _STDIN:
            count += 1
        else:
            count += sum(map(_rows_in, paths.files([Path(place).expanduser()])))
    return count


def read_file(path: Path) -> Article:
    """The article in one file, with what `metadata.yaml` beside it says.

    Raises ArticleError for a file that is unreadable, empty, too large, or holds many articles.
    """
    from rag.articles import finding

    path = paths.plain(path)
    if BY_SUFFIX.get(path.suffix.lower()) in ("lines", "table"):
        raise ArticleError(f"{path}: holds many articles, not one")
    source, kind = finding.loaded(path, paths.beside(path))
    if kind == "feed":
        raise ArticleError(f"{path}: holds many articles, not one")
    return read(source, kind)


def _once(found: Iterable[Item | Problem]) -> Iterator[Item | Problem]:
    """Each source once, each problem once: the same page under two addresses is one."""
    seen: set[str] = set()
    for item in found:
        name = item.source if isinstance(item, Item) else str(item)
        if name not in seen:
            seen.add(name)
            yield item


def _all(named: Iterable[str], reach: Reach) -> Iterator[Item | Problem]:
    from rag.articles import finding

    files: set[Path] = set()
    for place in named:
        if is_url(place):
            yield from _guarded(without_user(place), partial(finding.at_url, place, reach))
        elif place == _STDIN:
            yield from _guarded("stdin", partial(finding.standard_input, reach))
        else:
            for path in map(paths.plain, paths.files([Path(place).expanduser()])):
                if path not in files:
                    files.add(path)
                    yield from _guarded(str(path), partial(finding.in_file, path, reach))


def _guarded(source: str, found: Callable[[], Iterable[Item | Problem]]) -> Iterator[Item | Problem]:
    try:
        yield from found()
    except ArticleError as error:
        yield Problem.of(source, error)


def _rows_in(path: Path) -> int:
    """The lines of a table; one for any other file, readable or not."""
    kind = BY_SUFFIX.get(path.suffix.lower())
    if kind not in ("lines", "table") or not path.is_file():
        return 1
    try:
        with path.open("rb") as stream:
            lines = sum(chunk.count(b"\n") for chunk in iter(partial(stream.read, 1 << 20), b""))
    except OSError:
        return 1
    return max(lines - (kind == "table"), 1)
