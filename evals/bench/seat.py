"""Who asks the page: a program over its API, or a person's session at its desk, without the browser."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Sequence
from contextlib import closing
from html import unescape
from http.client import HTTPConnection
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from rag.errors import PressroomError
from rag.show import line

_PATIENCE_S = 300.0


class PageFailed(PressroomError):
    """The page did not start, an answer did not come, or was not that to the question."""


class Turn(NamedTuple):
    """A question of a conversation, what was asked before it, and the answer that it must get."""

    question: str
    history: tuple[str, ...]
    expected: dict[str, Any]


Ask = Callable[[Turn], None]


def over_api(address: str) -> Ask:
    """Asks the function for programs, by way of the queue; it raises PageFailed for any other answer."""

    def ask(turn: Turn) -> None:
        asked = {"question": turn.question, "history": list(turn.history)}
        event = sent(address, "/gradio_api/call/v2/ask", asked)["event_id"]
        said = got(address, f"/gradio_api/call/v2/ask/{event}")
        found = re.search(r"^event: complete\ndata: (.*)$", said, re.MULTILINE)
        if found is None:
            raise PageFailed(f"{turn.question!r} was not answered: {said[-200:]}")
        if (answer := told(json.loads(found[1])[0])) != turn.expected:
            raise PageFailed(f"{turn.question!r} was given the answer {answer['answer'][:200]!r}")

    return ask


def told(answer: dict[str, Any]) -> dict[str, Any]:
    """What must be the same of an answer wherever it comes from: not how long it took."""
    return {key: answer[key] for key in ("question", "understood", "status", "answer")} | {
        "sentences": [sentence["text"] for sentence in answer["sentences"]],
        "quotes": [citation["quote"] for citation in answer["citations"]],
    }


def at_desk(address: str) -> Ask:
    """Asks in a session of its own at the desk, as the page's script does; it raises PageFailed.

    The conversation that is shown must hold this session's questions and no other, and the last answer.
    """
    config = json.loads(got(address, "/config"))
    parts = {part["id"]: part["props"] for part in config["components"]}
    asking = next(event for event in config["dependencies"] if event["api_name"] == "on_ask")
    session = uuid.uuid4().hex
    begun = {"fn_index": asking["id"], "session_hash": session, "trigger_id": asking["targets"][0][0]}

    def ask(turn: Turn) -> None:
        filled = [
            turn.question if parts[i].get("elem_id") == "question" else parts[i].get("value")
            for i in asking["inputs"]
        ]
        sent(address, "/gradio_api/queue/join", {**begun, "data": filled})
        said = got(address, f"/gradio_api/queue/data?session_hash={session}")
        shown = _shown(turn, said)
        questions = [_text(part) for part in re.findall(r'<h2 class="question">(.*?)</h2>', shown, re.DOTALL)]
        if questions != [line(question) for question in (*turn.history, turn.question)]:
            raise PageFailed(f"a conversation was mixed up: {questions}")
        answer = _text(shown.rpartition('<h2 class="question">')[2])
        wanted = turn.expected["sentences"] or [turn.expected["answer"]]
        if missing := [text for text in wanted if line(text) not in answer]:
            raise PageFailed(f"{turn.question!r} was answered without {missing[0]!r}")

    return ask


def _shown(turn: Turn, said: str) -> str:
    """The conversation as HTML, from what the queue said. Raises PageFailed."""
    messages = [json.loads(each) for each in re.findall(r"^data: (.*)$", said, re.MULTILINE)]
    done = next((each for each in messages if each["msg"] == "process_completed"), None)
    if done is None or not done["success"]:
        raise PageFailed(f"{turn.question!r} was not answered: {said[-200:]}")
    values = [value for value in done["output"]["data"] if isinstance(value, str)]
    return next((value for value in values if 'class="question"' in value), "")


def _text(html: str) -> str:
    return line(unescape(re.sub(r"<[^>]+>", "", html)))


def sent(address: str, path: str, value: dict[str, Any]) -> Any:
    """The JSON that comes back for a JSON value. Raises PageFailed."""
    body = json.dumps(value).encode()
    return json.loads(_reply(address, "POST", path, body, {"Content-Type": "application/json"}))


def got(address: str, path: str) -> str:
    """The text at a path, a stream to its end. Raises PageFailed."""
    return _reply(address, "GET", path, None, {})


def _reply(address: str, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> str:
    parts = urlsplit(address)
    try:
        with closing(HTTPConnection(str(parts.hostname), parts.port, timeout=_PATIENCE_S)) as connection:
            connection.request(method, path, body, headers)
            reply = connection.getresponse()
            text = reply.read().decode()
    except OSError as error:
        raise PageFailed(f"the page does not answer: {error}") from error
    if reply.status != 200:
        raise PageFailed(f"the page answers with {reply.status}: {text[:200]}")
    return text


Seats = Sequence[tuple[str, Callable[[str], Ask]]]
SEATS: Seats = (("over the page's API", over_api), ("at the page's desk", at_desk))
