"""The bench of prompts records what is really sent, counts it alike for both, and compares by the rule."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from evals.bench import __main__ as bench
from evals.bench import prompt
from evals.bench.prompt import Asking, _answers, checking, compared, rows
from evals.bench.recorders import Prompt, citing, recording, tokens_of
from evals.ledger.truths import paraphrases
from evals.reader.data import Asked
from rag import Assistant
from rag.config import Config
from tests.conftest import WordEmbedder
from tests.test_bench import store

TEXTS = ("Ito opened the bridge of Arlen on Monday. It rained.", "Kato closed the market of Kelso.")
ASKED = Asked("made up", "who opened the bridge?", TEXTS, (("Ito", "Mr Ito"),), "x")


def test_the_engine_is_run_as_it_comes() -> None:
    """Its own words, each passage as its own source, a long one cut at 512 tokens; the question last."""
    sent = citing([*TEXTS, "It rained in Kelso. " * 200], ASKED.question)
    assert "Please provide an answer based solely on the provided sources." in sent.text
    assert sent.text.endswith("Query: who opened the bridge?\nAnswer: ")
    assert f"Source 1:\n{TEXTS[0]}\n" in sent.evidence
    assert f"Source 2:\n{TEXTS[1]}\n" in sent.evidence
    assert "Source 5:" in sent.evidence
    assert "Query" not in sent.evidence
    assert sent.evidence.split() == sent.text.partition("------")[2].rpartition("------")[0].split()


def test_what_pressroom_sends_is_recorded(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    """The messages that came over HTTP, and the part of them that the articles fill."""
    monkeypatch.setattr("rag.assistant.embedder", lambda _: WordEmbedder())
    with recording() as (url, came), Assistant(replace(config, base_url=url, model="none")) as assistant:
        answer = assistant.ask_texts(ASKED.question, TEXTS)
    assert "not_in_articles" == answer.status
    (sent,) = came
    assert sent.text.startswith("You answer questions from numbered sentences of news articles")
    assert sent.text.endswith("Question: who opened the bridge?")
    assert sent.evidence.startswith("-- ")
    assert "] Ito opened the bridge of Arlen on Monday." in sent.evidence
    assert "articles>" not in sent.evidence


def test_tokens_are_counted_with_one_tokenizer() -> None:
    """By the encoding of the models that LlamaIndex counts for."""
    assert [0, 2, 3] == list(map(tokens_of, ("", "Hello world", "Hello world!")))


def asking(ours: str, same: str, holds: str = "") -> Asking:
    """Prompts of so many words, of which those named hold the answer."""
    sent = {name: Prompt(text, "by Mr Ito" if name in holds else "") for name, text in _named(ours, same)}
    return Asking(ASKED, sent["ours"], sent["same"], sent["first"])


def _named(ours: str, same: str) -> Sequence[tuple[str, str]]:
    return ("ours", ours), ("same", same), ("first", same)


@pytest.mark.parametrize(
    ("ours", "same", "holds", "says"),
    [
        ("a b", "a b c d", "ours same first", [".500 (.500 to .500)", ".000 (.000 to .000)", ": reached)"]),
        ("a b", "a b c d", "same first", [".500 (.500 to .500)", "-1.000", "**not reached**"]),
        ("a b c", "a b c d", "ours", [".750 (.750 to .750)", "1.000", "**not reached**"]),
    ],
)
def test_half_the_tokens_count_at_no_less_recall(ours: str, same: str, holds: str, says: list[str]) -> None:
    """It is reached when both are."""
    for line in compared([asking(ours, same, holds)] * 3):
        assert all(part in line for part in says)


def test_each_kind_of_prompt_has_its_row() -> None:
    """Mean tokens and the share of questions whose answer stands in the evidence, over lines too."""
    both = [asking("a b", "a b c d", "ours"), asking("a b", "a b", "ours first")]
    mine, same, first = rows("made up", both)
    assert mine.startswith("| made up | 2 | **Pressroom** | 2 (2 to 2) | 1.000 ")
    assert "| 3 (2 to 4) | .000 " in same
    assert "| 3 (2 to 4) | .500 " in first


def test_checks_of_an_answer_are_timed() -> None:
    """Milliseconds of whole answers, about an article each, at the median."""
    assert checking().startswith("Checks of an answer of one to 5 sentences: ")
    sizes = [len(answer) for answer in _answers(paraphrases())]
    assert [1, 2, 3] == sizes[:3]
    assert {1, 2, 3, 4, 5} == set(sizes)


def test_prompts_are_measured_to_the_end(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each set has its three rows and two verdicts, without data the eval cases alone."""
    monkeypatch.setattr(prompt, "seeds", lambda: [replace(ASKED, texts=()), replace(ASKED, answers=())])
    monkeypatch.setattr("evals.reader.news.held_out", lambda _: True)
    monkeypatch.setattr(prompt, "checking", lambda: "checks")
    assert 0 == bench.main(["prompt"])
    out = capsys.readouterr().out.splitlines()
    assert [3, 2] == [sum(line.startswith(f"{mark} eval cases") for line in out) for mark in "|-"]
    passages = {"positive": [TEXTS[0]] * 5, "negative": [TEXTS[1]] * 5}
    row = json.dumps({"query": ASKED.question, "answer": [["Ito"]], **passages})
    store(tmp_path)
    (tmp_path / "rgb_noise_dev.jsonl.gz").write_bytes(gzip.compress(row.encode()))
    assert 0 == bench.main(["prompt", "--data", str(tmp_path), "--questions", "1"])
    out = capsys.readouterr().out.splitlines()
    for name in ("eval cases", "RGB, noise .4", "news, weeks held out"):
        assert [3, 2] == [sum(line.startswith(f"{mark} {name}") for line in out) for mark in "|-"]
    assert any(
        "| 1 | **Pressroom** | " in line and line.endswith("| 1.000 (1.000 to 1.000) |") for line in out
    )
