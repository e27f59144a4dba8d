"""Ways in which a reply travels to whom asked, from proper to broken, drawn at random."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from itertools import islice, repeat
from typing import Any

from hypothesis import strategies as st

from tests.fake_endpoint import Reply, chunk, cut_at

_STREAM = {"Content-Type": "text/event-stream"}
_DONE = b"data: [DONE]\n\n"
# So many pieces are more than any limit of a reply leaves room for.
_FOREVER = 200_000

_TYPES = ("text/event-stream", "application/json", "text/html", "text/plain; charset=latin-1", "image/png")
_STATUSES = (200, 200, 201, 206, 400, 401, 403, 404, 408, 409, 418, 422, 429, 500, 502, 503, 599)
_BAD_EVENTS = (
    *(
        b"data: {broken\n\n",
        b"data: \xff\xfe\n\n",
        b"data: null\n\n",
        b"data: 7\n\n",
        b"data: []\n\n",
        b": hm\n\n",
    ),
    *(
        b'data: {"error": {"message": "hunter2"}}\n\n',
        b'data: {"choices": null}\n\n',
        b"event: error\ndata: {}\n\n",
    ),
    *(b'data: {"choices": [{"delta": null, "finish_reason": null}]}\n\n', b'data: {"choices": "abc"}\n\n'),
    *(
        b'data: {"choices": [{"delta": {"content": ["a"]}}]}\n\n',
        b"\n\n\n",
        b"id: 1\nretry: 5\n\n",
        b"data:\n\n",
    ),
    *(b'data: {"choices": [{"delta": {"content": 7}, "finish_reason": 7}]}\n\n', b"data: [DONE]\n\n"),
)


@dataclass(frozen=True)
class Wire:
    """How the server sends a text: where it is cut into events and these into packets, and what is wrong."""

    events: tuple[int, ...] = ()
    packets: tuple[int, ...] = ()
    finish: str | None = "stop"
    fault: str = ""
    which: int = 0

    def send(self, text: str) -> Reply:
        """The reply that says the text in this way."""
        spoken = [chunk(piece, ascii_only=False) for piece in cut_at(text, self.events) if piece]
        events = [*spoken, *([chunk("", self.finish)] if self.finish else []), _DONE]
        if not self.fault:
            return self._plain(events)
        reply: Reply = getattr(self, f"_{self.fault}")(text, events)
        return reply

    def _plain(self, events: list[bytes], **more: Any) -> Reply:
        return Reply(cut_at(b"".join(events), self.packets), **more)

    def _cut(self, _: str, events: list[bytes]) -> Reply:
        """The connection ends anywhere, in the middle of whatever it is."""
        sent = b"".join(events)
        return self._plain([sent[: self.which % len(sent)]], cut=True)

    def _ended(self, _: str, events: list[bytes]) -> Reply:
        """The body ends anywhere, properly as far as HTTP goes."""
        sent = b"".join(events)
        return self._plain([sent[: self.which % len(sent)]])

    def _type(self, _: str, events: list[bytes]) -> Reply:
        return self._plain(events, headers={"Content-Type": _TYPES[self.which % len(_TYPES)]})

    def _status(self, _: str, events: list[bytes]) -> Reply:
        return self._plain(events, status=_STATUSES[self.which % len(_STATUSES)], headers=_STREAM)

    def _whole(self, text: str, _: list[bytes]) -> Reply:
        """One JSON object, as if no stream had been asked for."""
        choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
        body = json.dumps({"id": "x", "object": "chat.completion", "choices": [choice]}).encode()
        return self._plain([body], headers={"Content-Type": "application/json"})

    def _raw(self, text: str, _: list[bytes]) -> Reply:
        """The words themselves, in no events at all."""
        return self._plain([text.encode("utf-8", "replace")], headers={"Content-Type": "text/plain"})

    def _bad(self, _: str, events: list[bytes]) -> Reply:
        """An event that is none, somewhere among the others."""
        bad = _BAD_EVENTS[self.which % len(_BAD_EVENTS)]
        at = self.which % (len(events) + 1)
        return self._plain([*events[:at], bad, *events[at:]])

    def _endings(self, _: str, events: list[bytes]) -> Reply:
        """Lines that end as on other systems."""
        return self._plain([event.replace(b"\n", (b"\r\n", b"\r")[self.which % 2]) for event in events])

    def _zipped(self, _: str, events: list[bytes]) -> Reply:
        """Said to be packed, and not always so."""
        body = b"".join(events)
        packed = gzip.compress(body, 1) if self.which % 3 else body
        return self._plain([packed], headers={**_STREAM, "Content-Encoding": "gzip"})

    def _redirect(self, _: str, events: list[bytes]) -> Reply:
        """Sent elsewhere: here again, or to a place that is none."""
        place = ("", "/v1/chat/completions", "http://127.0.0.1:9/", "data:,x", "//", "file:///etc/passwd")
        status = (301, 302, 307, 308)[self.which % 4]
        return self._plain(
            events, status=status, headers={**_STREAM, "Location": place[self.which % len(place)]}
        )

    def _forever(self, text: str, _: list[bytes]) -> Reply:
        """The same over and over, far beyond every limit."""
        return Reply(islice(repeat(chunk(text + "\n", ascii_only=False)), _FOREVER))

    def _huge(self, text: str, _: list[bytes]) -> Reply:
        """One event with far more in it than was asked for."""
        times = 40_000 // (len(text) + 1) + 1
        return self._plain([chunk((text + "\n") * times, ascii_only=False), chunk("", self.finish), _DONE])

    def _after(self, text: str, events: list[bytes]) -> Reply:
        """More after the end."""
        return self._plain([*events, chunk(text), chunk("", "length"), _DONE])


FAULTS = (
    *("cut", "ended", "type", "status", "whole", "raw", "bad", "endings", "zipped", "redirect", "forever"),
    *("huge", "after"),
)


def _cuts(most: int) -> st.SearchStrategy[tuple[int, ...]]:
    return st.lists(st.integers(0, 100_000), max_size=most).map(tuple)


def proper() -> st.SearchStrategy[Wire]:
    """A stream that is whole, cut into events and packets anywhere."""
    return st.builds(Wire, _cuts(12), _cuts(12))


def ending() -> st.SearchStrategy[Wire]:
    """A stream that ends early, or says that it does."""
    ends = st.sampled_from(["stop", "length", "content_filter", "tool_calls", "", None])
    faults = st.sampled_from(["", "cut", "ended"])
    return st.builds(Wire, _cuts(6), _cuts(6), ends, faults, st.integers(0, 100_000))


def broken() -> st.SearchStrategy[Wire]:
    """Anything at all."""
    return st.builds(
        Wire, _cuts(6), _cuts(6), st.just("stop"), st.sampled_from(FAULTS), st.integers(0, 100_000)
    )
