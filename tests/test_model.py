"""A real model behind a real OpenAI-compatible server: llama.cpp with a very small model.

It is far too small to write well. It proves the wire, and that the checks hold against a model that
talks nonsense.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from rag import Answer, Assistant, Config
from rag.chat import complete, stream_chat
from rag.errors import ModelError
from tests.conftest import config_for
from tests.llama_server import MODEL_NAME, llama_server
from tests.test_assistant import assert_holds

pytestmark = pytest.mark.model
KEY = "loopback-key"
MESSAGES = [{"role": "user", "content": "Count from one to ten in words."}]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A running server that wants a key."""
    with llama_server(api_key=KEY, context=2048) as base_url:
        yield base_url


@pytest.fixture
def config(seeded_home: Path, url: str) -> Config:
    """Settings that write with the small model, from little evidence."""
    base = config_for(seeded_home, evidence=2, max_tokens=60, deadline_s=90.0, retries=0)
    return replace(base, model=MODEL_NAME, base_url=url, api_key=KEY)


def soon(seconds: float = 60.0) -> float:
    """A deadline some seconds from now."""
    return time.monotonic() + seconds


def test_a_reply_streams_in_pieces(config: Config) -> None:
    """The server's tokens come one by one, and the same again the second time."""
    first = list(stream_chat(config, MESSAGES, soon(), 24))
    assert len(first) > 5
    assert "".join(first) == complete(config, MESSAGES, soon(), 24)


def test_an_early_stop_leaves_the_server_usable(config: Config) -> None:
    """A stream that is left after its first piece does not block the next question."""
    stream = stream_chat(config, MESSAGES, soon(), 200)
    next(stream)
    stream.close()  # type: ignore[attr-defined]
    assert complete(config, MESSAGES, soon(), 8)


def test_questions_at_the_same_time_do_not_mix(config: Config) -> None:
    """Four replies asked for at once are the replies that each gets alone."""
    asked = [[{"role": "user", "content": f"Repeat the word {w}."}] for w in ("tea", "sun", "map", "ink")]
    alone = [complete(config, messages, soon(), 12) for messages in asked]
    with ThreadPoolExecutor(4) as pool:
        assert alone == list(pool.map(lambda m: complete(config, m, soon(), 12), asked))


def test_a_wrong_key_is_refused_in_one_line(config: Config) -> None:
    """A key that the server does not know is one line that does not hold the key."""
    with pytest.raises(ModelError, match="refused the key") as caught:
        complete(replace(config, api_key="wrong-key"), MESSAGES, soon(), 8)
    assert "wrong-key" not in str(caught.value)


def test_the_deadline_cuts_a_slow_model(config: Config) -> None:
    """A reply that is not done in time is left, within a second or so of the deadline."""
    began = time.monotonic()
    with pytest.raises(ModelError):
        complete(replace(config, deadline_s=0.5), MESSAGES, soon(0.5), 400)
    assert 5 > time.monotonic() - began


@pytest.mark.parametrize(
    ("text", "history"),
    [
        ("what did Hamada sign?", ()),
        ("where was it signed?", ("what did Hamada sign?",)),
        ("Who won the 2022 World Cup?", ()),
    ],
)
def test_the_invariants_hold_whatever_the_model_says(
    config: Config, text: str, history: tuple[str, ...]
) -> None:
    """Whatever the small model makes of a question, the answer shows nothing unchecked."""
    with Assistant(config) as assistant:
        events = list(assistant.stream(text, history))
    answer = events[-1]
    assert isinstance(answer, Answer)
    assert_holds(answer)
    assert answer.model in (MODEL_NAME, "quote")
    assert answer.sentences == tuple(events[:-1])
