"""Rated answers: the case that each makes, the file they stand in, and the suite that is made of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from evals import rated as command
from evals.suites import suite_in
from page.rated import Rating, case_of, write_down
from rag import Assistant
from rag.types import Article, Filters
from tests.conftest import Ran
from tests.makers import article
from tests.page.browser import BRAZIL, SIGNED

DAY = date(2023, 5, 4)


def test_a_good_answer_must_be_given_again(assistant: Assistant) -> None:
    """Its marked words are required, its quotes are gold, and its articles are to be cited."""
    answer = assistant.ask(SIGNED)
    case = case_of(answer, Rating(True), DAY)
    assert [c.quote for c in answer.citations] == case["gold"]
    assert sorted({c.article.id for c in answer.citations}) == case["cite"]
    assert case["must"]
    assert all(words in " ".join(case["gold"]) for (words,) in case["must"])
    assert ([], "answered", "fact") == (case["must_not"], case["status"], case["kind"])


def test_a_bad_answer_must_not_come_again(assistant: Assistant) -> None:
    """What was marked is forbidden unless it is part of what was expected, which is required."""
    answer = assistant.ask(SIGNED)
    (marked,) = (c.article.text[c.focus.start : c.focus.end] for c in answer.citations[:1] if c.focus)
    case = case_of(answer, Rating(False, "a treaty", note="wrong document"), DAY)
    assert ([["a treaty"]], "wrong document", []) == (case["must"], case["why"], case["gold"])
    assert " ".join(marked.split()) in case["must_not"]
    assert [] == case_of(answer, Rating(False, f"signed {marked}"), DAY)["must_not"][1:]


def test_silence_can_be_right_or_be_asked_for(assistant: Assistant) -> None:
    """A good silence, and an answer that should have been one, become cases that want silence."""
    right = case_of(assistant.ask(BRAZIL), Rating(True), DAY)
    wanted = case_of(assistant.ask(SIGNED), Rating(False, silent=True), DAY)
    for case in (right, wanted):
        assert ("not_in_articles", "unanswerable", [], []) == (
            case["status"],
            case["kind"],
            case["must"],
            case["gold"],
        )


def test_follow_ups_and_filters_are_kept(assistant: Assistant) -> None:
    """What was asked before, and among which articles, stands in the case."""
    followed = case_of(assistant.ask("where did they meet?", [SIGNED]), Rating(True), DAY)
    among = case_of(assistant.ask(SIGNED, filters=Filters(since=DAY.replace(day=1))), Rating(True), DAY)
    assert ([SIGNED], "follow-up") == (followed["history"], followed["kind"])
    assert ({"since": date(2023, 5, 1)}, "as-of") == (among["filters"], among["kind"])


def test_the_command_makes_a_suite_that_runs(
    assistant: Assistant, copied_home: Path, tmp_path: Path, run: Callable[..., Ran]
) -> None:
    """Finished cases stand in a suite beside every article; what a case lacks is told."""
    for asked, rating in (
        (SIGNED, Rating(True)),
        (BRAZIL, Rating(True)),
        ("who hosted Hamada?", Rating(False, "Lloyd J. Austin III")),
        ("why online?", Rating(False, "words that no article holds")),
        (SIGNED, Rating(True, note="the last rating of a question counts")),
    ):
        write_down(case_of(assistant.ask(asked), rating, DAY), copied_home)
    done = run("evals.rated", str(tmp_path / "suite"), "--home", str(copied_home))
    assert (0, []) == (done.status, done.told)
    suite = suite_in(tmp_path / "suite")
    assert {SIGNED, BRAZIL, "who hosted Hamada?"} == {case.question for case in suite.cases}
    assert "the last rating of a question counts" in {case.why for case in suite.cases}
    (unfinished,) = yaml.safe_load((tmp_path / "suite" / "unfinished.yaml").read_text(encoding="utf-8"))
    assert "why online?" == unfinished["question"]
    assert "has must, cite and gold" in unfinished["lacks"]
    texts = {article.text for article in assistant.collection.library.articles()}
    assert texts == {article.text for article in suite.read()}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (None, "no answer has been rated yet"),
        ("- 1", "a list of cases"),
        ("- {id: a, must: [[b]], must_not: []}", "gold"),
        ("- {id: a, must: [b], must_not: [], gold: []}", "a list of cases"),
    ],
)
def test_nothing_to_make_a_suite_of_is_one_line(
    copied_home: Path, tmp_path: Path, run: Callable[..., Ran], text: str | None, told: str
) -> None:
    """Without ratings, or with a damaged file of them, one line says so and the status is 2."""
    if text is not None:
        path = copied_home / command.RATED
        path.parent.mkdir()
        path.write_text(text, encoding="utf-8")
    done = run("evals.rated", str(tmp_path / "suite"), "--home", str(copied_home))
    assert (2, 1) == (done.status, len(done.told))
    assert told in done.told[0]


def test_a_full_file_takes_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ratings cannot fill the disk."""
    monkeypatch.setattr("page.rated._MOST_BYTES", 10)
    case: dict[str, Any] = {"id": "a", "question": "who?"}
    write_down(case, tmp_path)
    with pytest.raises(OSError, match="is full"):
        write_down(case, tmp_path)


def test_only_articles_that_may_hold_what_was_expected_are_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of thousands of articles few are cut into sentences, and none once enough were found."""
    told = [article(f"The “Kanda” bridge opened {n} times. It rained.", f"{n}.txt") for n in range(9)]
    cut: list[str] = []
    plainly = command.sentences

    def sentences(each: Article) -> set[str]:
        cut.append(each.source)
        return plainly(each)

    monkeypatch.setattr(command, "sentences", sentences)
    case = {"gold": [], "must": [["It rained"], ["rained", "snowed"]], "must_not": [], "cite": []}
    assert ["It rained."] * 3 == command.completed(case, told)["gold"]
    assert ["0.txt", "1.txt", "2.txt"] == cut
    case = {"gold": [], "must": [['"Kanda" bridge opened 7']], "must_not": ["opened 6"], "cite": []}
    assert [told[7].id] == command.completed(case, told)["cite"]
    assert ["7.txt"] == cut[3:]
