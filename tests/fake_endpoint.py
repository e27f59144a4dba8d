"""A real HTTP server on loopback that speaks as an OpenAI-compatible endpoint, well or badly."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from typing import Any

# The client takes seconds to import on a busy machine, which no deadline of a test is meant to count.
import openai  # noqa: F401


@dataclass(frozen=True)
class Reply:
    """What the server sends: pieces of the body as they are, after a status and headers."""

    pieces: Iterable[bytes]
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "text/event-stream"})
    cut: bool = False


Script = Callable[[dict[str, Any]], Reply]


def chunk(text: str, finish: str | None = None, ascii_only: bool = True) -> bytes:
    """One event of a streamed chat completion."""
    choice = {"index": 0, "delta": {"content": text} if text else {}, "finish_reason": finish}
    body = {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "fake", "choices": [choice]}
    event = f"data: {json.dumps(body, ensure_ascii=ascii_only)}\n\n"
    return event.encode("utf-8", "surrogatepass")


def said(text: str, size: int = 7, finish: str = "stop") -> Reply:
    """A proper streamed reply that says `text`, some characters at a time, and why it ends."""
    pieces = [chunk(text[i : i + size]) for i in range(0, len(text), size)]
    return Reply([*pieces, chunk("", finish), b"data: [DONE]\n\n"])


def broken_off(text: str) -> Reply:
    """A reply whose connection is cut after `text`."""
    return Reply([chunk(text)], cut=True)


def cut_at(whole: Sequence[Any], places: Iterable[int]) -> list[Any]:
    """A text or bytes in pieces that end at these places, taken round when they lie behind the end."""
    ends = sorted({place % (len(whole) + 1) for place in places} | {0, len(whole)})
    return [whole[a:b] for a, b in pairwise(ends)]


def asked_for(body: dict[str, Any]) -> str:
    """The user's message of a request."""
    return str(body["messages"][-1]["content"])


@contextmanager
def endpoint(script: Script) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Serve `script` on a free port of loopback; the base URL, and the requests as they come."""
    requests: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length))
            requests.append(body)
            reply = script(body)
            self.close_connection = True
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            try:
                for piece in filter(None, reply.pieces):
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
                    self.wfile.flush()
                if not reply.cut:
                    self.wfile.write(b"0\r\n\r\n")
            except OSError:
                return  # the client has gone

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1", requests
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)
