"""The page under load: twenty users who ask at once, beside one alone."""

from __future__ import annotations

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
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from evals.bench.ratios import HEAD, at_most
from evals.bench.seat import SEATS, Ask, PageFailed, Turn, told
from evals.cases import load
from rag import Assistant, Config
from rag.types import Filters

USERS, ROUNDS, REACH = 20, 5, 25
PAGE = Path(__file__).resolve().parents[2] / "app.py"

Tell = Callable[[str], None]
Conversation = tuple[Turn, ...]
# A new user, who asks one question after the other.
Sit = Callable[[], Ask]


def measure(runs: int, tell: Tell, users: int = USERS, rounds: int = ROUNDS) -> Iterator[str]:
    """The table's lines: the 95th percentile of all users' waits over the median of one user's, each run.

    Raises PageFailed when an answer fails, or is another than the assistant's own.
    """
    yield HEAD
    with tempfile.TemporaryDirectory(prefix="pressroom-bench-") as folder:
        config = replace(Config.from_env(), home=Path(folder) / "home", model=None, judge=False)
        with Assistant(config) as assistant:
            talks = conversations(assistant, users, rounds)
        with served(config.home) as address:
            for where, seat in SEATS:
                sit = partial(seat, address)
                follow(sit, talks[0])  # what is loaded at the first question is not counted
                ratios = tuple(ratio(sit, talks, tell) for _ in range(runs))
                what = f"p95 of {users} users at once / median of one, asking {where}"
                yield str(at_most(what, ratios, REACH))


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


def ratio(sit: Sit, talks: Sequence[Conversation], tell: Tell) -> float:
    """Some conversations one by one, before and after, and all of them at once. Raises PageFailed."""
    some = talks[: math.ceil(len(talks) / 10)]
    alone = _one_by_one(sit, some)
    with ThreadPoolExecutor(len(talks)) as pool:
        waits = [wait for each in pool.map(lambda talk: follow(sit, talk), talks) for wait in each]
    alone += _one_by_one(sit, some)
    slow, one = sorted(waits)[math.ceil(0.95 * len(waits)) - 1], statistics.median(alone)
    tell(f"{len(waits)} answers, each to its own question; p95 {slow:.2f} s, one user's median {one:.3f} s")
    return slow / one


def _one_by_one(sit: Sit, talks: Sequence[Conversation]) -> list[float]:
    return [wait for talk in talks for wait in follow(sit, talk)]


def follow(sit: Sit, talk: Conversation) -> list[float]:
    """The seconds that each answer of a new user's conversation took. Raises PageFailed."""
    ask, waits = sit(), []
    for turn in talk:
        began = time.perf_counter()
        ask(turn)
        waits.append(time.perf_counter() - began)
    return waits


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
