"""The page under load: twenty users who ask at once, beside one alone."""

from __future__ import annotations

import json
import math
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from evals.bench.ratios import HEAD, at_most
from evals.cases import load
from rag import Assistant, Config
from rag.errors import PressroomError
from rag.types import Filters

USERS, ROUNDS, REACH = 20, 5, 25
PAGE = Path(__file__).resolve().parents[2] / "app.py"
_PATIENCE_S = 300.0

Tell = Callable[[str], None]


class PageFailed(PressroomError):
    """The page did not start, an answer did not come, or was not that to the question."""


class Turn(NamedTuple):
    """A question of a conversation, what was asked before it, and the answer that it must get."""

    question: str
    history: tuple[str, ...]
    expected: dict[str, Any]


Conversation = tuple[Turn, ...]


def measure(runs: int, tell: Tell, users: int = USERS, rounds: int = ROUNDS) -> str:
    """The table: for each run the 95th percentile of all users' waits over the median of one user's.

    Raises PageFailed when an answer fails, or is another than the assistant's own.
    """
    with tempfile.TemporaryDirectory(prefix="pressroom-bench-") as folder:
        config = replace(Config.from_env(), home=Path(folder) / "home", model=None, judge=False)
        with Assistant(config) as assistant:
            talks = conversations(assistant, users, rounds)
        with served(config.home) as address:
            follow(address, talks[0])  # what is loaded at the first question is not counted
            ratios = tuple(ratio(address, talks, tell) for _ in range(runs))
    what = f"p95 of {users} users at once / median of one, asking over the page's API"
    return f"{HEAD}\n{at_most(what, ratios, REACH)}"


def conversations(assistant: Assistant, users: int, rounds: int) -> tuple[Conversation, ...]:
    """A conversation a user, of different questions on the seeds, with the answers that they must get."""
    asked = [case.question for case in load() if not case.history and case.filters == Filters()]
    return tuple(
        _conversation(assistant, [asked[(user * rounds + i) % len(asked)] for i in range(rounds)])
        for user in range(users)
    )


def _conversation(assistant: Assistant, questions: Sequence[str]) -> Conversation:
    before = [tuple(questions[:i]) for i in range(len(questions))]
    return tuple(
        Turn(question, history, told(assistant.ask(question, history).to_dict()))
        for question, history in zip(questions, before, strict=True)
    )


def told(answer: dict[str, Any]) -> dict[str, Any]:
    """What must be the same of an answer wherever it comes from: not how long it took."""
    return {key: answer[key] for key in ("question", "understood", "status", "answer")} | {
        "quotes": [citation["quote"] for citation in answer["citations"]]
    }


def ratio(address: str, talks: Sequence[Conversation], tell: Tell) -> float:
    """Some conversations one by one, before and after, and all of them at once. Raises PageFailed."""
    some = talks[: math.ceil(len(talks) / 10)]
    alone = _one_by_one(address, some)
    with ThreadPoolExecutor(len(talks)) as pool:
        waits = [wait for each in pool.map(lambda talk: follow(address, talk), talks) for wait in each]
    alone += _one_by_one(address, some)
    slow, one = sorted(waits)[math.ceil(0.95 * len(waits)) - 1], statistics.median(alone)
    tell(f"{len(waits)} answers, each to its own question; p95 {slow:.2f} s, one user's median {one:.3f} s")
    return slow / one


def _one_by_one(address: str, talks: Sequence[Conversation]) -> list[float]:
    return [wait for talk in talks for wait in follow(address, talk)]


def follow(address: str, talk: Conversation) -> list[float]:
    """The seconds that each answer of a conversation took. Raises PageFailed."""
    waits = []
    for turn in talk:
        began = time.perf_counter()
        answer = ask(address, turn.question, turn.history)
        waits.append(time.perf_counter() - began)
        if told(answer) != turn.expected:
            raise PageFailed(f"{turn.question!r} was given the answer {answer['answer'][:200]!r}")
    return waits


def ask(address: str, question: str, history: Sequence[str]) -> dict[str, Any]:
    """The answer over the page's API, by way of its queue. Raises PageFailed."""
    asked = json.dumps({"question": question, "history": list(history)}).encode()
    event = json.loads(_sent(address, "POST", "/gradio_api/call/v2/ask", asked))["event_id"]
    said = _sent(address, "GET", f"/gradio_api/call/v2/ask/{event}")
    found = re.search(r"^event: complete\ndata: (.*)$", said, re.MULTILINE)
    if found is None:
        raise PageFailed(f"{question!r} was not answered: {said[-200:]}")
    answer: dict[str, Any] = json.loads(found[1])[0]
    return answer


def _sent(address: str, method: str, path: str, body: bytes | None = None) -> str:
    """The text of a reply. Raises PageFailed for one that is no success."""
    parts = urlsplit(address)
    headers = {"Content-Type": "application/json"} if body else {}
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


@contextmanager
def served(home: Path) -> Iterator[str]:
    """The address of the page over a library, quoting, in a process of its own. Raises PageFailed."""
    command = [sys.executable, str(PAGE), "--port", "0", "--quote", "--home", str(home)]
    environment = {name: value for name, value in os.environ.items() if name != "RAG_PASSWORD"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, text=True) as process:
        try:
            assert process.stdout is not None  # noqa: S101 - for the type checker
            found = re.search(r"http://\S+", process.stdout.readline())
            if found is None:
                raise PageFailed("the page did not start")
            yield found.group()
        finally:
            process.terminate()
