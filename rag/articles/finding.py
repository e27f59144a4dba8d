"""What stands at one place: a file, a table's rows, a feed's entries, a URL, standard input."""

from __future__ import annotations

import hashlib
import html
import io
import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO, cast
from urllib.parse import urljoin, urlsplit

from rag.articles import paths
from rag.articles.address import checked_url
from rag.articles.dates import date_in_url
from rag.articles.feeds import Entry, entries, whole_text
from rag.articles.fields import Facts, facts_of, given_facts
from rag.articles.kinds import BY_SUFFIX, MOST_BYTES, Kind, kind_of, read
from rag.articles.making import METADATA_FILE, made
from rag.articles.pagefacts import own_address
from rag.articles.tables import BadRow, Row, rows, text_of
from rag.articles.values import Item, Problem, Reach, Source
from rag.articles.web import NoAnswer, Page, fetch
from rag.errors import ArticleError
from rag.types import Article

# Raise it when reading changes, so that everything is read again.
_RECIPE = "1"
_BUFFER = 1 << 16
_LINE_BYTES = 5_000_000
# A page with less than this is a login, a consent form, or a page that only scripts fill.
_LEAST_ONLINE = 200
# After so many fetches in a row that a host does not answer, a feed's other entries there wait.
_PATIENCE = 3
_CANONICAL = re.compile(
    r"""<link\b(?=[^>]{0,500}\brel\s*=\s*["']?canonical\b)[^>]{0,2000}?\bhref\s*=\s*["']?([^"'\s>]+)""",
    re.IGNORECASE,
)
_HEAD_BYTES = 200_000
# What a server calls a thing, as the suffix that a file of the kind would have.
_SUFFIX_OF = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "application/pdf": ".pdf",
    "text/csv": ".csv",
    "text/tab-separated-values": ".tsv",
    "application/x-ndjson": ".jsonl",
    "application/jsonl": ".jsonl",
    "text/markdown": ".md",
    "text/xml": ".xml",
    "application/xml": ".xml",
    "application/rss+xml": ".xml",
    "application/atom+xml": ".xml",
}
# Suffixes in a URL that are believed when the server says nothing better.
_TOLD_BY_PATH = frozenset({".md", ".jsonl", ".ndjson", ".csv", ".tsv", ".pdf", ".docx"})

Found = Iterator[Item | Problem]


# Files


def in_file(path: Path, reach: Reach) -> Found:
    """What one file holds. Raises ArticleError when it is nothing that can be read."""
    known = paths.beside(path)
    suffix = path.suffix.lower()
    if BY_SUFFIX.get(suffix) in ("lines", "table"):
        paths.file_size(path)
        try:
            with path.open("rb", _BUFFER) as stream:
                yield from _in_table(cast(io.BufferedReader, stream), str(path), suffix, known)
        except OSError as error:
            raise ArticleError(f"{path}: {paths.reason_of(error)}") from error
        return
    source, kind = loaded(path, known)
    if kind == "feed":
        yield from _in_feed(source, reach)
    else:
        yield _item(source, kind, known)


def loaded(path: Path, known: Mapping[str, Any]) -> tuple[Source, Kind]:
    """A file's bytes, what `known` says of it, and what kind it is. Raises ArticleError."""
    named = BY_SUFFIX.get(path.suffix.lower())
    raw = paths.file_bytes(path, MOST_BYTES[named] if named else max(MOST_BYTES.values()))
    kind = kind_of(raw, path.suffix)
    if len(raw) > MOST_BYTES[kind]:
        raise ArticleError(f"{path}: larger than {MOST_BYTES[kind] // 1_000_000} MB")
    return Source(str(path), raw, given_facts(known, str(path), METADATA_FILE)), kind


def _item(source: Source, kind: Kind, known: Any = None, note: str = "") -> Item:
    told = (Path(source.name).name, kind, source.charset, known)
    return Item(source.name, _digest(source.raw, *told), lambda: read(source, kind), note)


def _digest(raw: bytes, *known: Any) -> str:
    """Of the bytes, and of all else that makes the article what it is."""
    told = json.dumps([_RECIPE, *known], default=str)
    digest = hashlib.sha256(told.encode())
    digest.update(raw)
    return digest.hexdigest()


# Tables


def _in_table(stream: io.BufferedReader, name: str, suffix: str, known: Mapping[str, Any]) -> Found:
    """The rows of a table, each an article; what `known` says holds where a row says nothing."""
    given = given_facts(known, name, METADATA_FILE)
    for row in rows(stream, table=suffix in (".csv", ".tsv"), tabs=suffix == ".tsv"):
        if isinstance(row, BadRow):
            yield Problem(f"{name}#{row.key}" if row.key else name, row.reason)
        else:
            digest = _digest(row.written.encode("utf-8", "surrogatepass"), Path(name).name, known)
            yield Item(f"{name}#{row.key}", digest, _reading_row(row, name, given))


def _reading_row(row: Row, name: str, given: Facts) -> Callable[[], Article]:
    def read_row() -> Article:
        facts = facts_of(row.record, "column").or_else(given)
        return made(text_of(row), f"{name}#{row.key}", replace(facts, guess=date_in_url(facts.url or "")))

    return read_row


# The web


def at_url(url: str, reach: Reach) -> Found:
    """What a URL gives: a page, a document, a table's rows, or a feed's entries. Raises ArticleError."""
    page = fetch(url, reach)
    suffix = _suffix(page)
    kind = kind_of(page.raw, suffix)
    if kind == "feed":
        yield from _in_feed(Source(page.url, page.raw), reach)
    elif kind in ("lines", "table"):
        yield from _in_table(_stream(page.raw), page.url, suffix, {})
    else:
        yield _item(_online(page, kind), kind)


def _suffix(page: Page) -> str:
    """The suffix that a page's file would have, by what the server calls it, else by its address."""
    path = Path(urlsplit(page.url).path).suffix.lower()
    return _SUFFIX_OF.get(page.kind) or (path if path in _TOLD_BY_PATH else "")


def _online(page: Page, kind: Kind, also: Facts = Facts()) -> Source:
    at = _canonical(page) if kind == "page" else page.url
    also = also.or_else(Facts(url=at, guess=date_in_url(at)))
    return Source(at, page.raw, also=also, charset=page.charset, url=at, least=_LEAST_ONLINE)


def _canonical(page: Page) -> str:
    """The address that a page claims for itself: one of the same host, and not just its front page."""
    found = _CANONICAL.search(page.raw[:_HEAD_BYTES].decode("latin-1"))
    if not found:
        return page.url
    try:
        claimed = checked_url(urljoin(page.url, html.unescape(found.group(1))))
    except (ArticleError, ValueError):
        return page.url
    if _is_front(claimed) and not _is_front(page.url):
        # Else every page of a careless site would take the place of the one before.
        return page.url
    return own_address(claimed, page.url) or page.url


def _is_front(url: str) -> bool:
    return not urlsplit(url).path.strip("/")


# Feeds


def _in_feed(feed: Source, reach: Reach) -> Found:
    """The articles that a feed's entries link to, or carry; a broken entry is a Problem."""
    silent: Counter[str] = Counter()
    for entry in entries(feed.raw, feed.name):
        try:
            yield _of_entry(entry, feed.name, reach, silent)
        except ArticleError as error:
            yield Problem.of(entry.link or entry.name, error)


def _of_entry(entry: Entry, feed: str, reach: Reach, silent: Counter[str]) -> Item:
    """The page that an entry links to; the entry's own text when the page cannot be had."""
    if entry.link is None:
        return _carried(entry, f"{entry.name}: has neither a link nor a text", feed)
    host = urlsplit(entry.link).netloc
    if silent[host] >= _PATIENCE:
        return _carried(entry, f"{entry.link}: not tried; its host did not answer {_PATIENCE} times", feed)
    try:
        page = fetch(entry.link, reach)
    except ArticleError as error:
        silent[host] += isinstance(error, NoAnswer)
        return _carried(entry, str(error), feed)
    silent[host] = 0
    kind = kind_of(page.raw, _suffix(page))
    if kind in ("feed", "lines", "table"):
        raise ArticleError(f"{entry.link}: not an article")
    source = _online(page, kind, entry.facts)
    item = _item(source, kind, _told(entry))
    return replace(item, read=_reading_either(item, entry))


def _told(entry: Entry) -> list[str]:
    return [str(entry.facts), hashlib.sha256(entry.html.encode("utf-8", "replace")).hexdigest()]


def _reading_either(item: Item, entry: Entry) -> Callable[[], Article]:
    def read_either() -> Article:
        try:
            return item.read()
        except ArticleError:
            if (text := whole_text(entry)) is None:
                raise
            return _own(text, item.source, entry)

    return read_either


def _carried(entry: Entry, reason: str, feed: str) -> Item:
    """The text that an entry carries itself. Raises ArticleError for `reason` when that is no article."""
    text = whole_text(entry)
    if text is None:
        raise ArticleError(reason)
    raw = text.encode("utf-8", "replace")
    source = entry.link or f"{feed}#{hashlib.sha256(raw).hexdigest()[:12]}"
    note = f"the text is the feed's own: {reason}"
    return Item(source, _digest(raw, _told(entry)), lambda: _own(text, source, entry), note)


def _own(text: str, source: str, entry: Entry) -> Article:
    facts = entry.facts.or_else(Facts(url=entry.link))
    if facts.dated:
        facts = replace(facts, dated=facts.dated._replace(origin=f"{facts.dated.origin}, text from the feed"))
    return made(text, source, facts)


# Standard input


def standard_input(reach: Reach) -> Found:
    """What standard input gives: JSON lines when its first line is a JSON object, else one article.

    Raises ArticleError when it is closed, empty, or too much.
    """
    given = getattr(sys.stdin, "buffer", None)
    if given is None:
        raise ArticleError("stdin: closed")
    first = given.readline(_LINE_BYTES)
    if _is_object(first):
        yield from _in_table(io.BufferedReader(_Resumed(first, given), _BUFFER), "stdin", ".jsonl", {})
        return
    most = max(MOST_BYTES.values())
    raw = first + given.read(most + 1 - len(first))
    kind = kind_of(raw)
    if len(raw) > MOST_BYTES[kind]:
        raise ArticleError(f"stdin: larger than {MOST_BYTES[kind] // 1_000_000} MB")
    if kind == "feed":
        yield from _in_feed(Source("stdin", raw), reach)
    else:
        # Named by its bytes: what is piped in today does not take the place of yesterday's.
        yield _item(Source(f"stdin#{hashlib.sha256(raw).hexdigest()[:12]}", raw), kind)


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _stream(raw: bytes) -> io.BufferedReader:
    return io.BufferedReader(_Resumed(b"", io.BytesIO(raw)), _BUFFER)


class _Resumed(io.RawIOBase):
    """A stream from its beginning again, of which the first bytes were taken."""

    def __init__(self, first: bytes, rest: BinaryIO) -> None:
        self._first = first
        self._rest = rest

    def readable(self) -> bool:
        return True

    def readinto(self, room: Any) -> int:
        piece = self._first[: len(room)] or self._rest.read(len(room))
        self._first = self._first[len(room) :]
        room[: len(piece)] = piece
        return len(piece)
