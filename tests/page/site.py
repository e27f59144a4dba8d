"""Plain requests to a page that is served: paths as they stand, the API, uploads, the password."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from contextlib import closing
from http.client import HTTPConnection
from typing import Any, NamedTuple
from urllib.parse import urlsplit


class Reply(NamedTuple):
    """What the server sent back."""

    status: int
    headers: Mapping[str, str]
    text: str

    def json(self) -> Any:
        """The text as JSON."""
        return json.loads(self.text)


def fetch(address: str, path: str, method: str = "GET", body: bytes | None = None, **headers: str) -> Reply:
    """The reply to one request, its path sent as it stands; an underscore in a header's name is a hyphen."""
    parts = urlsplit(address)
    with closing(HTTPConnection(str(parts.hostname), parts.port, timeout=20)) as connection:
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        sent = {
            "host": parts.netloc,
            **({} if body is None else {"content_length": str(len(body))}),
            **headers,
        }
        for name, value in sent.items():
            connection.putheader(name.replace("_", "-"), value)
        connection.endheaders(body)
        reply = connection.getresponse()
        # What streams goes on for as long as it is listened to.
        streams = "event-stream" in (reply.getheader("Content-Type") or "")
        text = "" if streams else reply.read().decode("utf-8", "replace")
        return Reply(reply.status, dict(reply.getheaders()), text)


def sent(address: str, path: str, value: Any, **headers: str) -> Reply:
    """The reply to a JSON value."""
    return fetch(
        address, path, "POST", json.dumps(value).encode(), content_type="application/json", **headers
    )


# What each function of the page's API is given besides its first value, where nothing else is asked for.
USUAL: dict[str, list[Any]] = {
    "ask": [None, "", "", "", ""],
    "search_articles": ["", "", "", 10],
    "read_article": [0, None],
}


def call(address: str, function: str, *values: Any, **headers: str) -> Reply:
    """The reply to a call of the page's API by Gradio's plain protocol."""
    data = [*values, *USUAL[function][len(values) - 1 :]]
    return sent(address, f"/gradio_api/run/{function}", {"data": data}, **headers)


def called(address: str, function: str, *values: Any, **headers: str) -> Any:
    """What a function of the page's API gives."""
    reply = call(address, function, *values, **headers)
    assert 200 == reply.status, reply
    return reply.json()["data"][0]


def uploaded(address: str, name: str, content: bytes, **headers: str) -> Reply:
    """The reply to a file that is uploaded as the browser does."""
    mark = "pressroom-boundary"
    head = f'--{mark}\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'
    body = head.encode() + content + f"\r\n--{mark}--\r\n".encode()
    kind = f"multipart/form-data; boundary={mark}"
    return fetch(address, "/gradio_api/upload", "POST", body, content_type=kind, **headers)


def basic(password: str, user: str = "") -> str:
    """The header's value by which a browser gives a password."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
