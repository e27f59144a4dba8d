"""Sentences are shown while their model still writes; a reply that is cut says so wherever it is shown."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from rag import Answer, Assistant, Sentence
from rag.show import to_html, to_json, to_markdown, to_text
from tests.conftest import config_for, prove_here
from tests.fake_endpoint import Reply, Script, broken_off, chunk, endpoint, said
from tests.makers import MEMO
from tests.test_assistant import number_of

ASKED = "What did Hamada sign?"
# What the model says, and words of the sentence that it relies on.
SAYS = {
    "Austin and Hamada signed two documents.": "signed two documents",
    "Tokyo pays 1.05 trillion yen.": "trillion",
    "The alliance is not in doubt.": "in doubt",
    "Austin lauded the plan to station a regiment in Japan by 2025.": "regiment",
}
Streams = Callable[[Script], Iterator[Any]]


@pytest.fixture(scope="module")
def stream(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Streams]:
    """What comes of a question while a model replies by a script."""
    folder = tmp_path_factory.mktemp("articles")
    (folder / "memo.txt").write_text(MEMO, encoding="utf-8")
    scripts: list[Script] = []

    def now(body: dict[str, Any]) -> Reply:
        return scripts[-1](body)

    with endpoint(now) as (url, _), pytest.MonkeyPatch.context() as patch:
        patch.setattr("rag.indexed.prove", prove_here)
        config = config_for(tmp_path_factory.mktemp("home"), model="fake", base_url=url, retries=0)
        with Assistant(config, articles=[folder]) as assistant:

            def ask(script: Script) -> Iterator[Any]:
                scripts.append(script)
                return assistant.stream(ASKED)

            yield ask


def marked(body: dict[str, Any]) -> list[str]:
    """The sentences with their numbers in this prompt."""
    return [f"{text} [{number_of(body, words)}]" for text, words in SAYS.items()]


class Steps:
    """A server that sends a sentence only when it may, and notes when it waited in vain."""

    def __init__(self, joint: str) -> None:
        self._joint = joint
        self._may = threading.Semaphore(0)
        self.waited_in_vain = False

    def allow(self, sentences: int = 1) -> None:
        """Let it send so many more."""
        self._may.release(sentences)

    def reply(self, body: dict[str, Any]) -> Reply:
        """The sentences a character at a time."""
        return Reply(self._pieces(marked(body)))

    def _pieces(self, sentences: list[str]) -> Iterator[bytes]:
        for sentence in sentences:
            if not self._may.acquire(timeout=20):
                self.waited_in_vain = True
            yield from (chunk(c) for c in sentence + self._joint)
        yield chunk("", "stop")


@pytest.mark.parametrize("joint", ["\n", " ", "\n\n- "])
def test_a_sentence_is_shown_while_the_next_is_written(stream: Streams, joint: str) -> None:
    """Each sentence comes before the server may send the one after next."""
    steps, seen = Steps(joint), []
    steps.allow(2)
    for event in stream(steps.reply):
        if isinstance(event, Sentence):
            assert not steps.waited_in_vain
            seen.append(event.text)
            steps.allow()
    assert list(SAYS) == seen


def cut_by_length(text: str) -> Reply:
    """A reply that was as long as it may be."""
    return said(text, finish="length")


@pytest.mark.parametrize("cut", [broken_off, cut_by_length])
def test_an_answer_that_was_cut_says_so(stream: Streams, cut: Callable[[str], Reply]) -> None:
    """What was checked before the cut is shown, half a sentence is not, and every view tells of the cut."""
    *sentences, answer = stream(lambda body: cut("\n".join(marked(body)[:2]) + "\nThe alliance is"))
    assert isinstance(answer, Answer)
    assert list(SAYS)[:2] == [s.text for s in sentences]
    assert answer.incomplete
    assert json.loads(to_json(answer))["incomplete"] is True
    for shown in (to_text(answer), to_markdown(answer).replace("\\", ""), to_html(answer)):
        assert "the answer ends with what was checked before" in shown
        assert "The alliance" not in shown


def test_a_whole_answer_says_nothing_of_a_cut(stream: Streams) -> None:
    """An answer that came to its end is not called incomplete, nor is one that was quoted instead."""
    for script in (lambda body: said("\n".join(marked(body))), lambda _: Reply([b"{}"], 500)):
        *_, answer = stream(script)
        assert not answer.incomplete
        assert answer.to_dict()["incomplete"] is False
        assert "was cut" not in to_text(answer) + to_markdown(answer)
