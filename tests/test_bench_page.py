"""The bench of the page: it runs to its end, and an answer to another's question does not pass."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from evals.bench import page
from evals.bench.page import conversations, follow, served
from evals.bench.seat import SEATS, Ask, PageFailed, at_desk, over_api
from page.serving import free_port
from rag import Assistant
from tests.page.browser import Served


@pytest.fixture(scope="module")
def site(seeded_home: Path) -> Iterator[str]:
    """The address of a page over the seeds."""
    with Served(seeded_home) as site:
        yield site.address


def test_the_bench_runs_with_two_users() -> None:
    """A line with a ratio for the API and for the desk; every answer was the right one."""
    told: list[str] = []
    lines = [line for line in page.measure(1, told.append, users=2, rounds=1) if "p95 of 2 users" in line]
    assert len(SEATS) == len(lines)
    assert all(float(line.split("|")[2]) > 0 for line in lines)
    assert all("2 answers, each to its own question" in line for line in told)


@pytest.mark.parametrize("seat", [over_api, at_desk])
def test_the_answer_to_another_question_does_not_pass(
    site: str, assistant: Assistant, seat: Callable[[str], Ask]
) -> None:
    """A question is held against its own answer, and a conversation against what was asked in it before."""
    (first, second, third), other = conversations(assistant, 2, 3)
    assert not {first.question, second.question, third.question} & {turn.question for turn in other}
    with pytest.raises(PageFailed):
        seat(site)(first._replace(expected=other[0].expected))
    asked = seat(site)
    asked(first)
    asked(second)
    with pytest.raises(PageFailed):
        asked(third._replace(history=(), expected=other[0].expected))


def test_a_conversation_at_the_desk_is_its_own(site: str, assistant: Assistant) -> None:
    """A session that shows the questions of none before it, or of another, is a conversation mixed up."""
    ours, theirs = conversations(assistant, 2, 2)
    asked = at_desk(site)
    asked(ours[0])
    with pytest.raises(PageFailed, match="a conversation was mixed up"):
        asked(theirs[0])
    assert 2 == len(follow(lambda: at_desk(site), theirs))


def test_what_does_not_answer_ends_the_bench(
    site: str, seeded_home: Path, assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A question that fails, a page that is gone and one that does not start are each said in a line."""
    ((turn,),) = conversations(assistant, 1, 1)
    with pytest.raises(PageFailed, match="'' was not answered"):
        over_api(site)(turn._replace(question=""))
    with pytest.raises(PageFailed, match="does not answer"):
        over_api(f"http://127.0.0.1:{free_port(0)}")(turn)
    monkeypatch.setattr(page, "PAGE", seeded_home / "nothing.py")
    with pytest.raises(PageFailed, match="did not start"), served(seeded_home):
        pass
