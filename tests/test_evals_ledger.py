"""The ledger's measure: true drafts that are true to the letter, lies that differ in one place."""

from __future__ import annotations

from functools import cache

import pytest

from evals.ledger.__main__ import Row, main
from evals.ledger.found import Stock
from evals.ledger.lies import LIES
from evals.ledger.truths import UNSEEN, Truth, copies, every_sentence, lies, paraphrases, seed_articles
from rag.types import DraftSentence
from tests.makers import article


@cache
def _truths() -> tuple[Truth, ...]:
    return (*paraphrases(), *copies(seed_articles(), 5))


@cache
def _stock() -> Stock:
    return Stock(_truths())


def test_paraphrases_are_many_and_no_copies() -> None:
    """At least 200, none of which stands in what it cites."""
    written = paraphrases()
    assert len(written) >= 200
    assert not [t.draft.text for t in written if t.draft.text in t.cited]


def test_what_nothing_was_tuned_on_stays_apart() -> None:
    """At least 80 more and as many lies, of which none is among the others."""
    for written, least in ((paraphrases, 80), (lies, 80)):
        apart = {truth.draft.text for truth in written(UNSEEN)}
        assert len(apart) >= least
        assert apart.isdisjoint(truth.draft.text for truth in written())


def test_what_is_written_as_a_lie_is_written_as_no_truth() -> None:
    """No sentence stands in both lists, and none is a copy of what it cites."""
    told = [*lies(), *lies(UNSEEN)]
    assert len(told) >= 200
    assert {t.draft.text for t in told}.isdisjoint(
        t.draft.text for t in [*paraphrases(), *paraphrases(UNSEEN)]
    )
    assert not [t.draft.text for t in told if t.draft.text in t.cited]


def test_nobody_is_exchanged_for_a_month() -> None:
    """Who did what to whom is asked of names, never of months, days or "Japanese"."""
    offered = every_sentence(
        article("Mayor Ann Lee met in Norham in March. In May the mayor Ann Lee praised Tom Ray.")
    )
    lies = [
        LIES["subject and object"](truth, Stock([truth]))
        for truth in (Truth(DraftSentence(place.quote, (n,)), offered, False) for n, place in offered.items())
    ]
    assert "In May the mayor Tom Ray praised Ann Lee." in [lie.text for lie in lies if lie]
    assert not [lie.text for lie in lies if lie and "May praised" in lie.text]


@pytest.mark.parametrize("kind", LIES)
def test_a_lie_differs_and_is_the_same_every_time(kind: str) -> None:
    """Each kind is told of some drafts, never of none, and never says what was true."""
    told = []
    for truth in _truths():
        _stock().reset(kind)
        lie = LIES[kind](truth, _stock())
        _stock().reset(kind)
        assert lie == LIES[kind](truth, _stock())
        if lie is not None:
            told.append((truth.draft, lie))
    assert told
    assert not [lie for draft, lie in told if (lie.text, lie.numbers) == (draft.text, draft.numbers)]


def test_a_lie_about_a_number_changes_that_alone() -> None:
    """The rest of the sentence stays."""
    offered = every_sentence(article("The town bought 40 buses for its schools."))
    truth = Truth(DraftSentence(offered[1].quote, (1,)), offered, False)
    stock = Stock([truth])
    lie = LIES["number"](truth, stock)
    assert lie is not None
    assert lie.text.startswith("The town bought ")
    assert lie.text.endswith(" buses for its schools.")
    assert "40 " not in lie.text


def test_a_row_counts_what_was_caught() -> None:
    """A share with its interval; nothing of nothing is none."""
    assert "| name | 3 | 4 | 0.750 |" in str(Row("name", 3, 4))
    assert 0.0 == Row("name", 0, 0).share


def test_no_data_no_figures(tmp_path: object, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder without the news set is said in one line, with status 2."""
    assert 2 == main(["--data", str(tmp_path)])
    assert "error: " in capsys.readouterr().err
