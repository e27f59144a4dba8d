"""The bench of the page: it runs to its end, and an answer to another's question does not pass."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from evals.bench import __main__ as bench
from evals.bench import page
from evals.bench.page import PageFailed, conversations, follow, served
from rag import Assistant
from tests.page_site import Site


def test_the_bench_runs_with_two_users(capsys: pytest.CaptureFixture[str]) -> None:
    """One line with a ratio, and the count of answers, each of which was the right one."""
    assert 0 == bench.main(["page", "--users", "2", "--runs", "1"])
    said = capsys.readouterr()
    (line,) = [line for line in said.out.splitlines() if "p95 of 2 users" in line]
    assert float(line.split("|")[2]) > 0
    assert f"{2 * page.ROUNDS} answers, each to its own question" in said.err


def test_the_answer_to_another_question_does_not_pass(
    assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two conversations that are mixed up, or one that loses what was asked before, end the bench."""
    first, second = conversations(assistant, 2, 3)
    assert not {turn.question for turn in first} & {turn.question for turn in second}

    def mixed(_: str, question: str, history: Sequence[str]) -> dict[str, Any]:
        return assistant.ask(
            second[0].question if question == first[2].question else question, history
        ).to_dict()

    monkeypatch.setattr(page, "ask", mixed)
    assert 3 == len(follow("", second))
    with pytest.raises(PageFailed, match="was given the answer"):
        follow("", first)


def test_what_does_not_answer_ends_the_bench(seeded_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A question that fails, a page that is gone and one that does not start are each said in a line."""
    with Site(seeded_home) as site:
        with pytest.raises(PageFailed, match="'' was not answered"):
            page.ask(site.address, "", ())
        address = site.address
    with pytest.raises(PageFailed, match="does not answer"):
        page.ask(address, "who?", ())
    monkeypatch.setattr(page, "PAGE", seeded_home / "nothing.py")
    with pytest.raises(PageFailed, match="did not start"), served(seeded_home):
        pass
