"""Any OpenAI-compatible endpoint, for chat and for embeddings; the only home of openai.

Whatever goes wrong out there becomes ModelError or EmbedError with one line that names the endpoint
and never the key. The client's own defaults may wait for half an hour; here a total deadline holds.
"""

from __future__ import annotations

import queue
import socket
import struct
import threading
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, suppress
from contextvars import ContextVar
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, cast
from urllib.parse import urlsplit

from rag.config import Config
from rag.errors import EmbedError, ModelError
from rag.prompts import Message

if TYPE_CHECKING:
    from openai import OpenAI
    from openai.types.chat import ChatCompletionMessageParam

_CHARACTERS_A_TOKEN = 8
_PAUSE_S = 0.3
# So often it is looked how much has come, which is no reply beyond so many bytes, thoughts included.
_LOOK_S, _MOST_BYTES = 0.25, 64_000_000
# Why a reply ends before its model is done, by the reason that the endpoint gives.
_CUT = {"length": "was cut at its length limit", "content_filter": "was cut by a filter"}
_DONE = object()
# That a socket lingers, and for no second.
_AT_ONCE = struct.pack("ii", 1, 0)
_OPENAI = "https://api.openai.com/v1"


def stream_chat(
    config: Config,
    messages: Sequence[Message],
    deadline: float,
    max_tokens: int | None = None,
    whole: bool = False,
) -> Iterator[str]:
    """Pieces of the model's reply as they come.

    `deadline` is a time of time.monotonic(). Raises ModelError when the endpoint cannot be reached,
    refuses, sends what is no reply, breaks off, or is not done at the deadline; asked for a `whole` reply,
    also when it ends because it was long enough or not wanted. A failure before the first piece is tried
    again, `config.retries` times.
    """
    request = _Request(config, messages, max_tokens or config.max_tokens, deadline, whole)
    for attempt in range(config.retries + 1):
        pieces = _pump(request)
        try:
            first = next(pieces, None)
        except ModelError as error:
            if attempt == config.retries or not _may_pass(error) or _left(deadline) < 1:
                raise
            time.sleep(_PAUSE_S)
            continue
        if first is None:
            raise ModelError(f"{_where(config.base_url)} sent an empty reply")
        yield first
        yield from pieces
        return


def complete(
    config: Config, messages: Sequence[Message], deadline: float, max_tokens: int, whole: bool = False
) -> str:
    """The model's reply in one piece. Raises ModelError as `stream_chat` does."""
    return "".join(stream_chat(config, messages, deadline, max_tokens, whole))


def embed_texts(config: Config, texts: Sequence[str]) -> list[list[float]]:
    """One vector a text from the embedding endpoint. Raises EmbedError."""
    where = _where(config.embed_base_url)
    client = _client(config.embed_api_key, config.embed_base_url, config.deadline_s, config)
    try:
        reply = client.embeddings.create(
            model=str(config.embed_model), input=list(texts), encoding_format="float"
        )
        vectors = [list(item.embedding) for item in sorted(reply.data, key=lambda item: item.index)]
    except Exception as error:  # the wall: whatever the client raises
        raise EmbedError(f"{where} {_reason(error)}") from error
    if len(vectors) != len(texts):
        raise EmbedError(f"{where} sent {len(vectors)} vectors for {len(texts)} texts")
    return vectors


class _Request(NamedTuple):
    """What is asked for; `deadline` is a time of time.monotonic()."""

    config: Config
    messages: Sequence[Message]
    max_tokens: int
    deadline: float
    whole: bool


class _Call:
    """A request that a thread of its own reads: what came, and the line it comes over."""

    def __init__(self, request: _Request) -> None:
        self._request = request
        self._box: queue.Queue[Any] = queue.Queue(maxsize=64)
        self._over = threading.Event()
        self._response: Any = None

    def put(self, item: Any) -> bool:
        """Hand an item over; False when nobody wants it any more."""
        while not self._over.is_set():
            with suppress(queue.Full):
                self._box.put(item, timeout=0.2)
                return True
        return False

    def next(self) -> Any:
        """What comes next. Raises ModelError at the deadline, and when far too much comes for a reply."""
        # A server that always has one more piece is held to the deadline too.
        while (left := _left(self._request.deadline)) > 0:
            with suppress(queue.Empty):
                return self._box.get(timeout=min(left, _LOOK_S))
            if self._response is not None and self._response.num_bytes_downloaded > _MOST_BYTES:
                raise ModelError("sent something that is no reply")
        raise ModelError(f"was not done within {self._request.config.deadline_s:g} seconds")

    def begin(self, response: Any) -> None:
        """Know the response as soon as its head is there."""
        self._response = response
        if self._over.is_set():
            self.hang_up()

    def hang_up(self) -> None:
        """End the request at once, also where its thread waits for a server that never ends."""
        self._over.set()
        if self._response is not None and (line := self._response.extensions.get("network_stream")):
            end = line.get_extra_info("socket")
            with suppress(OSError):
                # Without waiting for what is on its way: a server that is kept waiting would wait for ever.
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
                end.shutdown(socket.SHUT_RDWR)


# The call that the running thread reads for.
_CALL: ContextVar[_Call] = ContextVar("call")


def _pump(request: _Request) -> Iterator[str]:
    """Pieces read by a thread, so that a server that goes silent cannot outlast the deadline."""
    call, begun = _Call(request), False
    threading.Thread(target=_read, args=(call, request), daemon=True).start()
    try:
        for piece in _taken(call, request):
            begun = True
            yield piece
    except Exception as error:
        raise ModelError(f"{_where(request.config.base_url)} {_reason(error, begun)}") from error
    finally:
        call.hang_up()


def _taken(call: _Call, request: _Request) -> Iterator[str]:
    """The pieces, up to the limit that was asked for; whatever went wrong is raised."""
    left = request.max_tokens * _CHARACTERS_A_TOKEN
    while left > 0:
        item = call.next()
        if item is _DONE:
            return
        if isinstance(item, Exception):
            raise item
        yield item[:left]
        left -= len(item)
    if request.whole:
        raise ModelError(_CUT["length"])


def _read(call: _Call, request: _Request) -> None:
    """Hand over the pieces, and at last the end or what went wrong."""
    _CALL.set(call)
    try:
        with closing(_pieces(request)) as pieces:
            for piece in pieces:
                if not call.put(piece):
                    return
        call.put(_DONE)
    except Exception as error:  # noqa: BLE001 - whatever it is, the asking thread translates it
        call.put(error)


def _pieces(request: _Request) -> Generator[str]:
    """Pieces as the client gives them; ModelError when the reply ends without saying that it does."""
    finish: str | None = None
    config = request.config
    client = _client(config.api_key, config.base_url, _left(request.deadline), config)
    with client.chat.completions.create(
        model=str(config.model),
        messages=cast("list[ChatCompletionMessageParam]", list(request.messages)),
        temperature=0,
        max_tokens=request.max_tokens,
        stream=True,
    ) as replies:
        for reply in replies:
            for choice in reply.choices or ():
                finish = choice.finish_reason if choice.finish_reason is not None else finish
                if choice.delta is not None and choice.delta.content:
                    # Half characters would break whatever prints or stores the answer.
                    yield choice.delta.content.encode("utf-8", "replace").decode()
    if finish is None:
        raise ModelError("broke off")
    if request.whole and finish in _CUT:
        raise ModelError(_CUT[finish])


def _client(key: str | None, base_url: str | None, timeout_s: float, config: Config) -> OpenAI:
    from openai import OpenAI, Timeout

    return OpenAI(
        api_key=key or "none",  # a local server wants no key, and the client insists on one
        base_url=base_url or _OPENAI,
        timeout=Timeout(max(timeout_s, 0.1), connect=config.connect_s),
        max_retries=0,
        default_headers={"Connection": "close"},
        http_client=_http(),
    )


@lru_cache(maxsize=1)
def _http() -> Any:
    """What all requests go through; reading the certificates anew for each would cost more than the rest."""
    from openai import DefaultHttpxClient

    return DefaultHttpxClient(event_hooks={"response": [_heard]})


def _heard(response: Any) -> None:
    if (call := _CALL.get(None)) is not None:
        call.begin(response)


def _left(deadline: float) -> float:
    return deadline - time.monotonic()


def _may_pass(error: ModelError) -> bool:
    """Whether trying again could help: the endpoint was busy or not reached, not refused."""
    if str(error.__cause__) in _CUT.values():
        return False
    status = getattr(error.__cause__, "status_code", None)
    return status is None or status >= 500 or status in (408, 409)


def _where(base_url: str | None) -> str:
    """The endpoint's host, without what a URL may hold of names and passwords."""
    parts = urlsplit(base_url or _OPENAI)
    port = f":{parts.port}" if parts.port else ""
    return f"the model at {parts.hostname}{port}"


_STATUS = {
    401: "refused the key (401)",
    403: "refused the key (403)",
    404: "does not know this model or path (404)",
    429: "is out of quota or too busy (429)",
}
# By a part of the exception's class name, since the client lets those of its transport through.
_KINDS = (("Timeout", "did not answer in time"), ("Connect", "cannot be reached"))
_BROKEN = ("Protocol", "Read", "RemoteError", "StreamError")


def _reason(error: Exception, begun: bool = False) -> str:
    """What went wrong, without the endpoint's own words, which may hold anything.

    A connection that fails after the reply has `begun` was cut, whatever the client calls it.
    """
    if isinstance(error, ModelError):
        return str(error)
    status = getattr(error, "status_code", None)
    if status is not None:
        return _STATUS.get(status, f"failed with status {status}")
    name = type(error).__name__
    cut = any(part in name for part in _BROKEN) or (begun and "Connect" in name)
    if cut and "Timeout" not in name:
        return "broke off"
    return next((words for part, words in _KINDS if part in name), "sent something that is no reply")
