"""What goes wrong at an endpoint becomes one line, within the deadline, and never names the key."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import repeat
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rag.chat import complete, stream_chat
from rag.config import Config
from rag.embed import RemoteEmbedder
from rag.errors import EmbedError, ModelError
from tests.conftest import config_for
from tests.fake_endpoint import Reply, chunk, endpoint, said

KEY = "sk-secret-key-of-the-test"
MESSAGES = [{"role": "user", "content": "hello"}]
JSON = {"Content-Type": "application/json"}


def config(tmp_path: Path, url: str, **more: Any) -> Config:
    """Settings that talk to the endpoint at `url`."""
    return config_for(tmp_path, **{"api_key": KEY, "base_url": url, "model": "fake", "retries": 0, **more})


def ask(settings: Config, seconds: float = 5) -> str:
    """The whole reply, or the error."""
    return complete(settings, MESSAGES, time.monotonic() + seconds, 50)


def slowly(seconds: float) -> Iterator[bytes]:
    """A stream that begins and then goes silent."""
    yield chunk("begun ")
    time.sleep(seconds)
    yield chunk("", "stop")


def endless() -> Iterator[bytes]:
    """A stream that never ends."""
    while True:
        yield chunk("word " * 50)


def test_a_reply_arrives_in_pieces(tmp_path: Path) -> None:
    """The pieces of a proper stream are the reply."""
    with endpoint(lambda _: said("Hamada signed it. [1]")) as (url, requests):
        pieces = list(stream_chat(config(tmp_path, url), MESSAGES, time.monotonic() + 5))
    assert "Hamada signed it. [1]" == "".join(pieces)
    assert len(pieces) > 1
    assert ("fake", True, 0) == (requests[0]["model"], requests[0]["stream"], requests[0]["temperature"])


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Reply([b"{}"], 401, JSON), "refused the key (401)"),
        (Reply([b"{}"], 403, JSON), "refused the key (403)"),
        (Reply([b"{}"], 404, JSON), "does not know this model"),
        (Reply([b"{}"], 429, {**JSON, "Retry-After": "3600"}), "too busy (429)"),
        (Reply([b"{}"], 500, JSON), "status 500"),
        (Reply([b"<html>hello</html>"], 200, {"Content-Type": "text/html"}), "broke off"),
        (Reply([b"not json at all"], 200, JSON), "broke off"),
        (Reply([b"data: {broken\n\n"]), "no reply"),
        (Reply([b"data: \xff\xfe\n\n"]), "no reply"),
        (Reply([b'data: {"error": {"message": "boom"}}\n\n']), "no reply"),
        (Reply([chunk("", "stop")]), "empty reply"),
    ],
)
def test_a_bad_reply_is_one_line(tmp_path: Path, reply: Reply, words: str) -> None:
    """Whatever the endpoint sends instead of a reply is named in one line that holds no key."""
    with endpoint(lambda _: reply) as (url, _), pytest.raises(ModelError) as caught:
        ask(config(tmp_path, url))
    assert words in str(caught.value)
    assert "127.0.0.1" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert KEY not in str(caught.value)


@pytest.mark.parametrize("cut", [True, False])
def test_a_reply_that_breaks_off_says_so_after_what_came(tmp_path: Path, cut: bool) -> None:
    """A stream that ends without saying that it does gives its pieces and then the error."""
    with endpoint(lambda _: Reply([chunk("begun ")], cut=cut)) as (url, _):
        pieces = stream_chat(config(tmp_path, url), MESSAGES, time.monotonic() + 5)
        assert "begun " == next(pieces)
        with pytest.raises(ModelError, match="broke off"):
            next(pieces)


def test_nobody_there_is_one_line(tmp_path: Path) -> None:
    """An endpoint that cannot be reached is named."""
    with pytest.raises(ModelError, match=r"127\.0\.0\.1:9 cannot be reached"):
        ask(config(tmp_path, "http://127.0.0.1:9/v1"))


def test_the_deadline_holds_for_a_stream_that_goes_silent(tmp_path: Path) -> None:
    """A server that begins and then says nothing is left at the deadline."""
    began = time.monotonic()
    with endpoint(lambda _: Reply(slowly(6))) as (url, _), pytest.raises(ModelError):
        ask(config(tmp_path, url), seconds=1)
    assert time.monotonic() - began < 5


def test_a_model_that_never_ends_is_cut(tmp_path: Path) -> None:
    """A reply far longer than was asked for is not read to its end."""
    with endpoint(lambda _: Reply(endless())) as (url, _):
        assert len(ask(config(tmp_path, url))) < 1_000


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (said("Hamada signed 1", finish="length"), "was cut at its length limit"),
        (said("Hamada signed 1", finish="content_filter"), "was cut by a filter"),
        (Reply(endless()), "was cut at its length limit"),
    ],
)
def test_a_cut_reply_says_so_to_whom_wants_it_whole(tmp_path: Path, reply: Reply, words: str) -> None:
    """A reply that ends before its model was done gives its pieces and then, if asked, the error."""
    with endpoint(lambda _: reply) as (url, _):
        pieces = stream_chat(config(tmp_path, url), MESSAGES, time.monotonic() + 5, 50, whole=True)
        assert next(pieces)
        with pytest.raises(ModelError, match=words):
            list(pieces)


@pytest.mark.parametrize("finish", ["stop", "tool_calls", "eos", ""])
def test_a_reply_that_ends_of_itself_is_whole(tmp_path: Path, finish: str) -> None:
    """Whatever else an endpoint calls the end, the reply is whole; one that was cut is given to whom may."""
    with endpoint(lambda _: said("Hamada signed it.", finish=finish)) as (url, _):
        whole = stream_chat(config(tmp_path, url), MESSAGES, time.monotonic() + 5, whole=True)
        assert "Hamada signed it." == "".join(whole)
    with endpoint(lambda _: said("Hamada", finish="length")) as (url, _):
        assert "Hamada" == ask(config(tmp_path, url))


def test_a_reply_cut_before_its_first_word_is_not_asked_for_again(tmp_path: Path) -> None:
    """A model that thinks until its limit would do so again."""
    with endpoint(lambda _: said("", finish="length")) as (url, requests):
        with pytest.raises(ModelError, match="length limit"):
            list(stream_chat(config(tmp_path, url, retries=3), MESSAGES, time.monotonic() + 5, whole=True))
        assert 1 == len(requests)


def test_a_busy_server_is_asked_again(tmp_path: Path) -> None:
    """A failure that may pass is tried again as often as is set, a refusal is not."""
    replies = iter([Reply([b"{}"], 503, JSON), said("there [1]")])
    with endpoint(lambda _: next(replies)) as (url, requests):
        assert "there [1]" == ask(config(tmp_path, url, retries=1))
        assert 2 == len(requests)
    with endpoint(lambda _: Reply([b"{}"], 401, JSON)) as (url, requests):
        with pytest.raises(ModelError):
            ask(config(tmp_path, url, retries=3))
        assert 1 == len(requests)


ENDLESS = [
    Reply(repeat(b"x" * 9_000)),
    Reply(repeat(b": still here\n\n")),
    Reply(repeat(b"x" * 9_000), 500),
    Reply(repeat(b'data: {"choices": [{"delta": {"reasoning_content": "hm"}}]}\n\n' * 50)),
]


@pytest.mark.parametrize("reply", ENDLESS)
def test_who_never_ends_is_hung_up_on(tmp_path: Path, reply: Reply) -> None:
    """At the deadline the connection itself ends, so that nobody goes on to read or send what is no reply."""
    gone = threading.Event()

    def pieces() -> Iterator[bytes]:
        try:
            yield from reply.pieces
        finally:
            gone.set()

    with endpoint(lambda _: replace(reply, pieces=pieces())) as (url, _):
        with pytest.raises(ModelError):
            ask(config(tmp_path, url), seconds=0.5)
        assert gone.wait(20)


def test_far_too_much_is_no_reply(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """More bytes than any reply has are not waited through, whatever the deadline."""
    monkeypatch.setattr("rag.chat._MOST_BYTES", 200_000)
    with (
        endpoint(lambda _: Reply(repeat(b"x" * 9_000))) as (url, _),
        pytest.raises(ModelError, match="no reply"),
    ):
        ask(config(tmp_path, url), seconds=60)


def test_one_piece_is_held_to_the_limit_too(tmp_path: Path) -> None:
    """A server that says all in one event, far more than was asked for, is cut like any other."""
    with endpoint(lambda _: said("word " * 5_000, size=25_000)) as (url, _):
        assert 400 == len(ask(config(tmp_path, url)))


def vectors(rows: list[list[float]]) -> Reply:
    """An embedding endpoint's reply."""
    import json

    data = [{"object": "embedding", "index": i, "embedding": row} for i, row in enumerate(rows)]
    body = {"object": "list", "model": "e", "data": data, "usage": {"prompt_tokens": 1, "total_tokens": 1}}
    return Reply([json.dumps(body).encode()], headers=JSON)


def embedding_config(tmp_path: Path, url: str) -> Config:
    """Settings that embed at the endpoint."""
    return replace(config_for(tmp_path), embed_model="e", embed_base_url=url, embed_api_key=KEY)


def test_an_embedding_endpoint_gives_unit_vectors(tmp_path: Path) -> None:
    """Vectors of an endpoint come in order, scaled to length 1, and the model is named with its place."""
    with endpoint(lambda body: vectors([[3.0, 4.0]] * len(body["input"]))) as (url, _):
        remote = RemoteEmbedder(embedding_config(tmp_path, url))
        np.testing.assert_allclose([[0.6, 0.8]] * 3, remote.embed(["a", "b", "c"]), rtol=1e-6)
        assert f"e@{url}" == remote.id


@pytest.mark.parametrize(
    "reply",
    [
        Reply([b"{}"], 401, JSON),
        Reply([b"<html>"], 200, {"Content-Type": "text/html"}),
        Reply([b"{}"], 200, JSON),
        vectors([[1.0, 2.0]]),
        vectors([[1.0, 2.0], [1.0]]),
        vectors([[1.0, 2.0], [float("nan"), 1.0]]),
    ],
)
def test_bad_vectors_are_one_line(tmp_path: Path, reply: Reply) -> None:
    """An embedding endpoint that refuses, or sends what are no vectors, gives one line without the key."""
    with endpoint(lambda _: reply) as (url, _), pytest.raises(EmbedError) as caught:
        RemoteEmbedder(embedding_config(tmp_path, url)).embed(["a", "b"])
    assert "\n" not in str(caught.value)
    assert KEY not in str(caught.value)
