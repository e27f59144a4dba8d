"""The judge can refuse what passed the checks, once it is switched on, and do nothing else."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag import Assistant
from rag.config import Config, data_folder
from rag.judge import Judge, refusal
from rag.types import Answer, DraftSentence
from rag.verify import Checked, check
from tests.conftest import WordEmbedder, config_for
from tests.fake_endpoint import Reply, asked_for, broken_off, endpoint, said
from tests.makers import JANUARY, offered

TEXT = "Ito opened the bridge of Arlen on Monday. It cost seven million crowns. Rain fell on the guests."
KNOWN = offered(TEXT, outlet="Jiji Press", published=JANUARY)
TRUE, OTHER = "Ito opened the bridge of Arlen.", "The bridge cost seven million crowns."


@pytest.mark.parametrize(
    ("reply", "refused"),
    [
        ("YES", ""),
        ("Yes.", ""),
        ("**Yes**", ""),
        ("yes, all of it is there", ""),
        ("<think>No: hardly.</think>\nYES", ""),
        ("NO", "no reason given"),
        ("NO: it does not say who paid", "it does not say who paid"),
        ("**NO**: it does not say\nwho paid.", "it does not say who paid."),
        ("No. <b>Nobody</b> paid [7].", "Nobody paid (7)."),
        ("NO — " + "x" * 900, "x" * 200),
        ("No problem", None),
        ("Nobody paid", None),
        ("It is carried: yes", None),
        ("yes and no", None),
        ("", None),
        ("\x00 ???", None),
    ],
)
def test_a_verdict_is_yes_or_no_and_a_reason(reply: str, refused: str | None) -> None:
    """What does not begin with one of them, and end or go on behind a mark, is no verdict."""
    reason = refusal(reply)
    assert refused == (reason and reason.removeprefix("is not carried by what it cites, says the judge: "))


@given(st.text())
def test_no_reply_breaks_the_judge(reply: str) -> None:
    """A reason is one line, and bounded."""
    reason = refusal(f"no: {reply}") or ""
    assert len(reason.splitlines()) <= 1
    assert len(reason) < 300
    refusal(reply)


def look(tmp_path: Any, reply: Reply, text: str = TRUE) -> tuple[Checked, list[str], list[str]]:
    """What becomes of a sentence about the first one offered; the notes, and what the judge was sent."""
    notes: list[str] = []
    with endpoint(lambda _: reply) as (url, requests):
        config = replace(config_for(tmp_path), base_url=url, model="fake", retries=0)
        judge = Judge(config, data_folder("prompts"))
        found = judge.look(check(DraftSentence(text, (1,)), KNOWN), time.monotonic() + 5, notes.append)
    return found, notes, [asked_for(body) for body in requests]


def test_a_refused_sentence_fails_with_the_reason(tmp_path: Any) -> None:
    """The judge sees the sentence and what it cites, fenced, and nothing else."""
    found, notes, sent = look(tmp_path, said("NO: it was Kato"))
    assert (False, []) == (found.passed, notes)
    assert found.reason.endswith("it was Kato")
    assert [f"<sentence>\n{TRUE}\n</sentence>" in text and "Monday" in text for text in sent] == [True]
    assert "seven million" not in sent[0]


@pytest.mark.parametrize(
    ("reply", "noted"),
    [
        (said("YES"), ""),
        (said("Perhaps it is, perhaps not."), "neither yes nor no"),
        (broken_off("NO: it was"), "broke off"),
        (Reply([], status=500), "failed with status 500"),
        (said("NO: it " + "was " * 900, finish="length"), "was cut at its length limit"),
    ],
    ids=["yes", "babble", "cut", "failing", "endless"],
)
def test_a_judge_that_says_yes_or_nothing_changes_nothing(tmp_path: Any, reply: Reply, noted: str) -> None:
    """The sentence stays as its checks left it; whatever went wrong is noted."""
    found, notes, _ = look(tmp_path, reply)
    assert check(DraftSentence(TRUE, (1,)), KNOWN) == found
    assert [noted in note for note in notes] == ([True] if noted else [])


def test_what_failed_already_is_not_judged(tmp_path: Any) -> None:
    """No word of a judge brings it back, and none is asked for."""
    found, _, sent = look(tmp_path, said("YES"), "Kato closed the market of Kelso.")
    assert (False, []) == (found.passed, sent)


@pytest.fixture
def ask(config: Config, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[Answer, list[str]]]:
    """Ask of TEXT with a model that writes two sentences, repairs one, and judges as it is told."""
    monkeypatch.setattr("rag.assistant.embedder", lambda _: WordEmbedder())

    def run(verdicts: dict[str, str], **more: Any) -> tuple[Answer, list[str]]:
        def script(body: dict[str, Any]) -> Reply:
            text = asked_for(body)
            if "<sentence>" in text:
                return said(next((v for words, v in verdicts.items() if words in text), "YES"))
            repaired = f"Rain fell. [{_number(text, 'Rain')}]"
            if "<failed>" in text:
                return said(repaired)
            return said(f"{TRUE} [{_number(text, 'Ito')}]\n{OTHER} [{_number(text, 'cost')}]")

        with endpoint(script) as (url, requests):
            plain = replace(config, base_url=url, model="fake", retries=0)
            with Assistant(replace(plain, **more)) as assistant:
                answer = assistant.ask_texts("who opened the bridge, and what did it cost?", [TEXT])
        return answer, [asked_for(body) for body in requests]

    return run


def _number(text: str, word: str) -> str:
    """The number of the first offered sentence with this word."""
    lines = (line for line in text.splitlines() if line.startswith("[") and word in line)
    return next(lines)[1:].partition("]")[0]


def test_the_judge_is_off_by_default(ask: Any) -> None:
    """Without the switch nobody is asked for a second opinion."""
    answer, sent = ask({"": "NO: never"})
    assert [TRUE, OTHER] == [sentence.text for sentence in answer.sentences]
    assert "judge" not in answer.trace.prompts
    assert not any("<sentence>" in text for text in sent)


def test_what_the_judge_refuses_is_repaired_or_dropped(ask: Any) -> None:
    """It goes back with the judge's reason like any failure, and the repair is judged too."""
    answer, sent = ask({OTHER: "NO: the wrong sum"}, judge=True)
    assert [TRUE, "Rain fell."] == [sentence.text for sentence in answer.sentences]
    assert any("<failed>" in text and "the wrong sum" in text for text in sent)
    assert 3 == sum("<sentence>" in text for text in sent)
    assert "judge" in answer.trace.prompts
    answer, _ = ask({OTHER: "NO: the wrong sum", "Rain fell.": "NO: beside the point"}, judge=True)
    assert [TRUE] == [sentence.text for sentence in answer.sentences]
    assert [OTHER] == [dropped.text for dropped in answer.dropped]
    assert answer.dropped[0].reason.endswith("the wrong sum")


def test_a_judge_that_babbles_is_noted_in_the_trace(ask: Any) -> None:
    """The answer is the one without a judge."""
    answer, _ = ask({TRUE: "Who knows?"}, judge=True)
    assert [TRUE, OTHER] == [sentence.text for sentence in answer.sentences]
    assert ["the judge said neither yes nor no; a sentence was not judged"] == list(answer.trace.notes)
