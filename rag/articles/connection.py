"""Connections that go where they were checked to go, and end in time. Imported when a page is fetched.

A name is resolved once, every address it has is looked at, and the connection is made to one of those
very addresses: a name that resolves otherwise a moment later leads nowhere else.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import httpcore

from rag.articles.address import is_local_name, is_public
from rag.articles.values import Reach
from rag.errors import ArticleError

Resolve = Callable[[str, int], Sequence[str]]
# Of a name with many addresses, the first few are tried.
_TRIED = 4


class GuardedBackend(httpcore.NetworkBackend):
    """TCP connections to public addresses alone, unless `reach` allows private ones."""

    def __init__(self, reach: Reach, left: Callable[[], float], resolve: Resolve | None = None) -> None:
        """`left` tells the seconds that are left of the whole fetch; `resolve` is the system's by default."""
        self._reach = reach
        self._left = left
        self._resolve = resolve or look_up
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """A stream to the host. Raises ArticleError with the reason, or httpcore's errors."""
        error: Exception = httpcore.ConnectError("has no address")
        for address in self._addresses(host, port)[:_TRIED]:
            seconds = _seconds(timeout, self._left)
            try:
                made = self._plain.connect_tcp(address, port, seconds, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as failed:
                error = failed
            else:
                return TimedStream(made, self._left)
        raise error

    def _addresses(self, host: str, port: int) -> Sequence[str]:
        """The host's addresses; one that is not public condemns the host."""
        if not self._reach.allow_private and is_local_name(host):
            raise ArticleError("a private address, which is refused without --allow-private")
        found = _in_time(lambda: self._resolve(host, port), min(self._left(), self._reach.connect_s))
        if not self._reach.allow_private and not all(map(is_public, found)):
            raise ArticleError("a private address, which is refused without --allow-private")
        return found


class TimedStream(httpcore.NetworkStream):
    """A stream that ends when the whole fetch has taken its time, however slowly bytes drip."""

    def __init__(self, stream: httpcore.NetworkStream, left: Callable[[], float]) -> None:
        self._stream = stream
        self._left = left

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """At most `max_bytes` bytes. Raises httpcore.ReadTimeout when the time is over."""
        return self._stream.read(max_bytes, _seconds(timeout, self._left))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write all of `buffer`. Raises httpcore.ReadTimeout when the time is over."""
        self._stream.write(buffer, _seconds(timeout, self._left))

    def close(self) -> None:
        """Close the connection."""
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """The same over TLS; the certificate is checked against the host's name, not its address."""
        seconds = _seconds(timeout, self._left)
        return TimedStream(self._stream.start_tls(ssl_context, server_hostname, seconds), self._left)

    def get_extra_info(self, info: str) -> Any:
        """What the stream tells of itself."""
        return self._stream.get_extra_info(info)


def look_up(host: str, port: int) -> Sequence[str]:
    """The addresses that the system knows for a host, in its order, each once."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def _seconds(timeout: float | None, left: Callable[[], float]) -> float:
    remaining = left()
    if remaining <= 0:
        raise httpcore.ReadTimeout
    return remaining if timeout is None else min(timeout, remaining)


def _in_time(work: Callable[[], Sequence[str]], seconds: float) -> Sequence[str]:
    """What `work` gives; the system's resolver has no time limit of its own, so it runs apart."""
    given: list[Sequence[str]] = []
    failed: list[Exception] = []

    def run() -> None:
        try:
            given.append(work())
        # Raised again in the thread that waits, whatever it is.
        except Exception as error:  # noqa: BLE001, see above
            failed.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(max(seconds, 0.0))
    if failed:
        reason = "no such host" if isinstance(failed[0], socket.gaierror) else str(failed[0])
        raise httpcore.ConnectError(reason) from failed[0]
    if not given:
        raise httpcore.ConnectTimeout
    return given[0]
