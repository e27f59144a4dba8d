"""A real model behind a real OpenAI-compatible server: llama.cpp with a very small model.

It is far too small to write well. It proves the wire, and that the checks hold against a model that
talks nonsense. An ordinary run asks it a few of the eval cases; all are asked, and counted, by

    python -m pytest tests/test_model.py --hypothesis-profile=thorough -s
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import settings

from evals.cases import Case, load
from rag import Answer, Assistant, Config
from rag.chat import complete, stream_chat
from rag.errors import ModelError
from rag.show import to_text
from tests.conftest import ROOT, config_for
from tests.llama_server import MODEL_NAME, llama_server
from tests.test_assistant import assert_holds

pytestmark = pytest.mark.model
THOROUGH = settings.get_current_profile_name() == "thorough"
# In an ordinary run a few of each end of the list, follow-ups among them.
CASES = load() if THOROUGH else tuple(islice(load(), 0, None, 75))
KEY = "loopback-key"
MESSAGES = [{"role": "user", "content": "Count from one to ten in words."}]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A running server that wants a key."""
    with llama_server(api_key=KEY, context=2048) as base_url:
        yield base_url


@pytest.fixture(scope="module")
def config(seeded_home: Path, url: str) -> Config:
    """Settings that write with the small model, from little evidence, since it reads slowly."""
    base = config_for(seeded_home, evidence=1, run=2, max_tokens=60, deadline_s=240.0, retries=0)
    return replace(base, model=MODEL_NAME, base_url=url, api_key=KEY)


@cache
def seed(source: str) -> str:
    """The text of a seed article, read by nobody but this test."""
    return (ROOT / source).read_bytes().decode()


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


@pytest.fixture(scope="module")
def told() -> list[str]:
    """What the assistant tells, one line after another."""
    return []


@pytest.fixture(scope="module")
def writing(config: Config, told: list[str]) -> Iterator[Assistant]:
    """An assistant that writes with the small model."""
    with Assistant(config, tell=told.append) as ready:
        yield ready


@pytest.fixture(scope="module")
def counted() -> Iterator[Counter[str]]:
    """What became of all that the model wrote, printed at the end."""
    counter: Counter[str] = Counter()
    yield counter
    print("\n" + ", ".join(f"{count:,} {what}" for what, count in counter.items()))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_the_invariants_hold_whatever_the_model_says(
    writing: Assistant, told: list[str], case: Case, counted: Counter[str]
) -> None:
    """Whatever the small model makes of a case, nothing unchecked is shown and every citation is a place."""
    told.clear()
    *sentences, answer = writing.stream(case.question, case.history, case.filters)
    assert isinstance(answer, Answer)
    assert_holds(answer)
    assert tuple(sentences) == answer.sentences
    assert answer.model in (MODEL_NAME, "quote")
    assert list(answer.trace.notes) == told
    for citation in answer.citations:
        assert citation.quote == seed(citation.article.source)[citation.start : citation.end]
    for quoted in (s for s in answer.sentences if s.verdict == "quoted"):
        assert quoted.text in {c.quote for c in quoted.citations}
    shown = to_text(answer)
    assert (f"{len(answer.dropped)} sentence" in shown) == bool(answer.dropped)
    counted.update(
        ["cases", answer.status, f"answered by {answer.model}", *(s.verdict for s in answer.sentences)]
    )
    counted["dropped"] += len(answer.dropped)
    counted["replies cut"] += answer.incomplete
