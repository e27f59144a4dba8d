"""The gate: which requests come in, what they may bring, and what every reply is marked with.

What is not named here is refused: a route that a newer Gradio adds stays shut until someone opens it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from page.password import Password

POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline';"
    " img-src 'self' data: blob:; font-src 'self' data:; worker-src 'self' blob:; object-src 'none';"
    " base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
)
MAX_BODY, MAX_UPLOAD = 4_000_000, 100_000_000
UPLOAD = "/gradio_api/upload"
STARTUP = "/gradio_api/startup-events"

_NAME, _FILE = r"[\w-]{1,200}", r"(?:[\w@+-][\w@.+-]*/)*[\w@+-][\w@.+-]*"
_READ, _SENT = (
    re.compile("|".join(paths), re.ASCII)
    for paths in (
        (
            # The page and what it loads
            rf"/|/config|/theme\.css|/favicon\.ico|/robots\.txt|/manifest\.json|/(?:assets|static)/{_FILE}",
            rf"/gradio_api/(?:info|theme\.css|startup-events|upload_progress|queue/data|heartbeat/{_NAME})",
            # Programs
            rf"/gradio_api/call/(?:v2/)?{_NAME}/{_NAME}|/gradio_api/mcp/?",
        ),
        (
            r"/gradio_api/(?:queue/join|cancel|reset|upload)",
            rf"/gradio_api/(?:call|call/v2|run)/{_NAME}|/gradio_api/mcp/?",
        ),
    )
)


@dataclass(slots=True)
class House:
    """What the gate knows: the names it answers to (None: any), the password, where uploads lie.

    It is `open` once the server has started; until then it asks itself whether it is up.
    """

    uploads: Path
    hosts: frozenset[str] | None
    password: Password | None = field(default=None, repr=False)
    open: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that is no answer."""

    status: int
    why: str
    headers: tuple[tuple[str, str], ...] = ()


class Gate:
    """Stands before every route of the page, as ASGI has it."""

    def __init__(self, app: Any, house: House) -> None:
        self.app = app
        self.house = house

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """One connection: the server's own start and end, or a request."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        elif scope["type"] == "http":
            await self._request(scope, receive, _marked(send))
        else:
            await send({"type": "websocket.close", "code": 1008})

    async def _request(self, scope: Any, receive: Any, send: Any) -> None:
        from starlette.formparsers import MultiPartException
        from starlette.responses import PlainTextResponse

        refusal = refused(scope, self.house)
        body = Body(receive, _limit(scope["path"]))
        try:
            if refusal is None and scope["method"] == "POST" and scope["path"] != UPLOAD:
                refusal = await body.read(self.house.uploads)
            if refusal is None:
                await self.app(scope, body.receive, send)
                return
        except MultiPartException as error:
            refusal = Refusal(413, error.message)
        reply = PlainTextResponse(refusal.why, refusal.status, dict(refusal.headers))
        await reply(scope, receive, send)


class Body:
    """A request's body, counted as it comes and looked at before it goes on."""

    def __init__(self, receive: Any, limit: int) -> None:
        self._receive = receive
        self._limit = limit
        self._counted = 0
        self._held: list[Any] = []

    async def receive(self) -> Any:
        """The next message. Raises MultiPartException when the body has grown too long.

        That is the error at which Gradio deletes the part of an upload that it has written.
        """
        from starlette.formparsers import MultiPartException

        if self._held:
            return self._held.pop(0)
        message = await self._receive()
        self._counted += len(message.get("body", b""))
        if self._counted > self._limit:
            raise MultiPartException(TOO_LONG.why)
        return message

    async def read(self, uploads: Path) -> Refusal | None:
        """Why the body is refused, or None: it is JSON, and names no file but what was uploaded."""
        messages = [await self.receive()]
        while messages[-1]["type"] == "http.request" and messages[-1].get("more_body"):
            messages.append(await self.receive())
        self._held = messages
        try:
            value = json.loads(b"".join(message.get("body", b"") for message in messages) or b"null")
        except (ValueError, RecursionError):
            return Refusal(400, "the body is no JSON")
        return None if all(_inside(path, uploads) for path in named_files(value)) else NO_FILE


TOO_LONG = Refusal(413, "the request is too long: more than is taken in")
NO_FILE = Refusal(403, "the request names a file that was not uploaded here")


def refused(scope: Any, house: House) -> Refusal | None:
    """Why a request does not come in, before a word of its body is read; None lets it in."""
    from starlette.datastructures import Headers

    headers, path, method = Headers(scope=scope), scope["path"], scope["method"]
    host = headers.get("host", "")
    if house.hosts is not None and _hostname(host) not in house.hosts:
        return Refusal(400, "this is not the host that was asked for")
    if house.password is not None and (house.open or path != STARTUP):
        client = str((scope.get("client") or ("",))[0])
        verdict = house.password.judge(headers.get("authorization"), client)
        if verdict != "let in":
            return ASK if verdict == "ask" else WAIT
    if _from_elsewhere(headers, host, method):
        return Refusal(403, "refused: the request comes from another site")
    if not (_SENT if method in ("POST", "DELETE") else _READ).fullmatch(path) or method not in METHODS:
        return Refusal(403, "refused")
    length = headers.get("content-length", "0")
    if not (length.isdecimal() and int(length) <= _limit(path)):
        return TOO_LONG
    return None


METHODS = ("GET", "HEAD", "POST", "DELETE")
ASK = Refusal(
    401, "a password is needed", (("WWW-Authenticate", 'Basic realm="Pressroom", charset="UTF-8"'),)
)
WAIT = Refusal(429, "too many wrong passwords; wait a minute", (("Retry-After", "60"),))


def _from_elsewhere(headers: Any, host: str, method: str) -> bool:
    """Whether a page of another site sends this; links from there may be followed."""
    origin = headers.get("origin")
    if origin is not None:
        return bool(urlsplit(origin).netloc.casefold() != host.casefold())
    if headers.get("sec-fetch-site") != "cross-site":
        return False
    return not (method in ("GET", "HEAD") and headers.get("sec-fetch-mode") == "navigate")


def named_files(value: Any) -> Iterator[str]:
    """The path of everything in a JSON value that Gradio would take for a file."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            if isinstance(item.get("path"), str) and "meta" in item:
                yield item["path"]
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)


def _inside(path: str, folder: Path) -> bool:
    try:
        return Path(path).is_absolute() and Path(path).resolve().is_relative_to(folder.resolve())
    except (OSError, ValueError):
        return False


def _hostname(host: str) -> str:
    return host.rpartition(":")[0].casefold() if ":" in host else host.casefold()


def _limit(path: str) -> int:
    return MAX_UPLOAD if path == UPLOAD else MAX_BODY


def _marked(send: Any) -> Any:
    """`send` with the headers that keep the page to itself."""
    from starlette.datastructures import MutableHeaders

    async def send_marked(message: Any) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["Content-Security-Policy"] = POLICY
            headers["Referrer-Policy"] = "no-referrer"
            headers["X-Content-Type-Options"] = "nosniff"
        await send(message)

    return send_marked
