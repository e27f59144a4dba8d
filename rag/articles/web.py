"""Pages over HTTP: bounded in size and time, and only from the public internet unless told otherwise."""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urljoin, urlsplit

from rag.articles.address import checked_url, without_user
from rag.articles.values import Reach
from rag.errors import ArticleError

if TYPE_CHECKING:
    import httpcore

    from rag.articles.connection import Resolve

Clock = Callable[[], float]
_OK = 200
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
# zlib's number for "gzip, with its header".
_GZIP = 31
_ACCEPTED = "text/html,application/xhtml+xml,application/rss+xml,application/atom+xml,*/*;q=0.5"


class NoAnswer(ArticleError):
    """A server does not answer at all, or not in time."""


class Page(NamedTuple):
    """What a URL gave: the URL it came from in the end, its bytes, and what the server calls them."""

    url: str
    raw: bytes
    kind: str = ""
    charset: str | None = None


def fetch(
    url: str, reach: Reach = Reach(), resolve: Resolve | None = None, clock: Clock = time.monotonic
) -> Page:
    """What is at a URL, redirects followed; each hop is checked anew. No cookies, no proxy.

    `resolve` turns a host's name into addresses, `clock` tells seconds.
    Raises ArticleError that says why there is no page.
    """
    until = clock() + reach.timeout_s
    shown = without_user(url)
    at = checked_url(url)
    seen: list[str] = []
    while at not in seen:
        if len(seen) > reach.max_redirects:
            raise ArticleError(f"{shown}: redirects more than {reach.max_redirects} times")
        led = f"redirects to {at}: " if seen else ""
        seen.append(at)
        try:
            answer = _get(at, reach, resolve, lambda: until - clock())
        except ArticleError as error:
            raise type(error)(f"{shown}: {led}{error}") from error
        if isinstance(answer, Page):
            return answer
        try:
            at = checked_url(answer)
        except ArticleError as error:
            raise ArticleError(f"{shown}: redirects to {error}") from error
    raise ArticleError(f"{shown}: redirects in a circle")


def _get(at: str, reach: Reach, resolve: Resolve | None, left: Callable[[], float]) -> Page | str:
    """The page at a URL, or where it redirects to. Raises ArticleError with the bare reason."""
    import httpcore

    from rag.articles.connection import GuardedBackend

    backend = GuardedBackend(reach, left, resolve)
    try:
        with (
            httpcore.ConnectionPool(network_backend=backend) as pool,
            pool.stream("GET", at, headers=_headers(at), extensions=_timeouts(reach)) as response,
        ):
            return _answer(at, response, reach)
    except httpcore.TimeoutException as error:
        waited = f"took longer than {reach.timeout_s:g} seconds" if left() <= 0 else "does not answer"
        raise NoAnswer(waited) from error
    except httpcore.NetworkError as error:
        raise NoAnswer(f"cannot be reached: {' '.join(str(error).split()).lower()}") from error
    except (httpcore.ProtocolError, OSError, ValueError, zlib.error) as error:
        raise ArticleError(f"cannot be fetched: {' '.join(str(error).split())}") from error


def _timeouts(reach: Reach) -> dict[str, dict[str, float]]:
    seconds = min(reach.connect_s, reach.timeout_s)
    return {"timeout": {"connect": seconds, "read": seconds, "write": seconds, "pool": seconds}}


def _headers(at: str) -> list[tuple[str, str]]:
    return [
        ("Host", urlsplit(at).netloc),
        ("User-Agent", f"Pressroom/{_version()}"),
        ("Accept", _ACCEPTED),
        ("Accept-Encoding", "gzip"),
        ("Connection", "close"),
    ]


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("pressroom")
    except PackageNotFoundError:
        return "0"


def _answer(at: str, response: httpcore.Response, reach: Reach) -> Page | str:
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
    if response.status in _REDIRECTS and headers.get("location"):
        return urljoin(at, headers["location"].strip())
    if response.status != _OK:
        raise ArticleError(f"the server answers {_status(response.status)}")
    length = headers.get("content-length", "")
    if length.isdigit() and int(length) > reach.max_bytes:
        raise ArticleError(_too_large(reach))
    pieces = _unpacked(response.iter_stream(), headers.get("content-encoding", "").strip().lower(), reach)
    kind, _, parameters = headers.get("content-type", "").partition(";")
    charset = parameters.partition("charset=")[2].split(";")[0].strip(" \"'") or None
    return Page(at, b"".join(pieces), kind.strip().lower(), charset)


def _status(status: int) -> str:
    from http import HTTPStatus

    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def _unpacked(stream: Iterable[bytes], encoding: str, reach: Reach) -> Iterator[bytes]:
    """The body piece by piece, unpacked, and never more than `max_bytes` of it."""
    packed = encoding in ("gzip", "x-gzip")
    if not packed and encoding not in ("", "identity"):
        raise ArticleError(f"comes packed as {encoding[:40]}, which was not asked for")
    room = reach.max_bytes
    unpack = zlib.decompressobj(_GZIP)
    for chunk in stream:
        piece = unpack.decompress(chunk, room + 1) if packed else chunk
        room -= len(piece)
        if room < 0:
            raise ArticleError(_too_large(reach))
        if unpack.unused_data:
            raise ArticleError("goes on after its packed end")
        yield piece
    if packed and not unpack.eof:
        raise ArticleError("breaks off")


def _too_large(reach: Reach) -> str:
    return f"larger than {reach.max_bytes / 1_000_000:g} MB"
