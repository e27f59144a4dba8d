"""What a browser keeps of a conversation, and what is made of it again; questions as they are sent."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from page.asking import Asking, asking_of, day_of
from page.kept import keep, key_in, restore
from page.stopping import Stop, until
from page.turns import Turn, Turns, follow, talk
from rag import Assistant
from rag.errors import UsageError
from rag.types import Filters, Question
from tests.page.browser import BRAZIL, SIGNED

KEY = b"k" * 32


@pytest.fixture(scope="module")
def turns(assistant: Assistant) -> Turns:
    """A conversation of an answer, a follow-up and a silence."""
    so_far: Turns = ()
    for asked in (SIGNED, "where did they meet?", BRAZIL):
        *_, so_far = follow(assistant, so_far, Asking(asked, Filters(since=date(2022, 1, 1))), Stop())
    return so_far


def test_a_conversation_comes_back_as_it_was(assistant: Assistant, turns: Turns) -> None:
    """Kept and restored, it is shown in the same words, marks, articles and links."""
    name, again = restore(keep(turns, "n1", KEY), assistant, KEY)
    assert "n1" == name
    assert talk(turns, ()) == talk(again, ())
    assert [t.sources("0") for t in turns[:1]] == [t.sources("0") for t in again[:1]]


def test_what_was_rated_stays_rated(assistant: Assistant, turns: Turns) -> None:
    """A rating is kept with its turn."""
    rated = (Turn(turns[0].question, turns[0].sentences, turns[0].answer, rated="Rated good."),)
    assert "Rated good." == restore(keep(rated, "n", KEY), assistant, KEY)[1][0].rated


def test_unfinished_turns_are_not_kept() -> None:
    """A conversation without an answer leaves nothing in the browser."""
    assert "" == keep((Turn(Question(SIGNED)), Turn(Question(BRAZIL), failed="no")), "n", KEY)


@given(data=st.data())
def test_what_was_changed_does_not_come_back(assistant: Assistant, turns: Turns, data: st.DataObject) -> None:
    """Any change of what was kept, its signature among it, gives an empty conversation."""
    kept = keep(turns, "n1", KEY)
    at = data.draw(st.integers(0, len(kept) - 1))
    sign = data.draw(st.characters(exclude_categories=["Cs"]))
    changed = kept[:at] + sign + kept[at + 1 :]
    whole = json.loads(kept)
    try:
        same = json.loads(changed) == whole
    except ValueError:
        same = False
    if not same:
        assert ("", ()) == restore(changed, assistant, KEY)


@pytest.mark.parametrize("kept", ["", "null", "[]", "7", '{"sign": "", "told": ""}', "{" * 5_000])
def test_what_is_no_conversation_is_none(assistant: Assistant, kept: str) -> None:
    """Whatever else stands in the browser's store is nothing."""
    assert ("", ()) == restore(kept, assistant, KEY)


def test_another_key_does_not_open_it(assistant: Assistant, turns: Turns) -> None:
    """What another library signed is not shown here."""
    assert ("", ()) == restore(keep(turns, "n1", KEY), assistant, b"x" * 32)


def test_an_article_that_is_gone_is_said_to_be(turns: Turns, tmp_path: Path) -> None:
    """A conversation about articles that were removed comes back without the answers that rest on them."""
    from tests.conftest import config_for

    (tmp_path / "a.txt").write_text("The bridge was opened on 4 May by Mayor Ito.\n", encoding="utf-8")
    with Assistant(config_for(tmp_path / "home"), articles=[tmp_path / "a.txt"]) as other:
        _, again = restore(keep(turns, "n1", KEY), other, KEY)
    assert "not in the library any more" in again[0].failed
    assert again[0].answer is None
    assert "answer silent" in talk(again, ())


def test_the_key_stays_and_is_its_owners(tmp_path: Path) -> None:
    """It is made once, 32 bytes that nobody else may read."""
    first = key_in(tmp_path)
    assert (32, first) == (len(first), key_in(tmp_path))
    assert 0 == (tmp_path / "page.key").stat().st_mode & 0o077


# Questions as they are sent

PICKED = ("2023-01-01", "", "IRIA News")


@pytest.mark.parametrize(
    ("sent", "typed", "expected"),
    [
        ({}, " who? ", Asking("who?", Filters(since=date(2023, 1, 1), outlet="IRIA News"))),
        (
            {"ask": "what?"},
            "half typed",
            Asking("what?", Filters(since=date(2023, 1, 1), outlet="IRIA News")),
        ),
        (
            {"ask": "when?", "link": True, "after": ["who?"], "until": "2022-12-31"},
            "",
            Asking("when?", Filters(until=date(2022, 12, 31)), history=("who?",)),
        ),
        ({}, "  ", None),
    ],
    ids=["typed", "example", "link", "nothing"],
)
def test_a_question_is_read_from_what_was_sent(
    sent: dict[str, object], typed: str, expected: Asking | None
) -> None:
    """Typed and clicked questions take the filters that are picked; a link brings its own."""
    assert expected == asking_of(sent, typed, PICKED)


def test_again_asks_the_same_among_the_same() -> None:
    """The last question is asked again with its own filters, whatever is picked by now."""
    last = Question("who?", ("what?",), Filters(outlet="AJMEDIA"))
    again = asking_of({"again": True}, "", PICKED, last)
    assert Asking("who?", Filters(outlet="AJMEDIA"), history=("what?",)) == again


def test_what_a_link_followed_is_followed_on(assistant: Assistant) -> None:
    """What was asked before a link's question counts for its follow-ups, and for asking it again."""
    linked = Asking("where did they meet?", history=(SIGNED,))
    *_, turns = follow(assistant, (), linked, Stop())
    *_, more = follow(assistant, turns, Asking("when?"), Stop())
    assert (SIGNED, "where did they meet?") == more[1].question.history
    assert (SIGNED,) == turns[0].question.history


def test_a_silence_stays_when_no_other_way_to_ask_is_found(
    assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer is not lost when looking for other questions fails."""

    def fail(*_: object, **__: object) -> None:
        raise UsageError("no more")

    monkeypatch.setattr(assistant, "ask", fail)
    *_, turns = follow(assistant, (), Asking("What did Hamada say about TikTok?"), Stop())
    assert turns[0].answer is not None
    assert ("", ()) == (turns[0].failed, turns[0].suggested)


@pytest.mark.parametrize("text", ["soon", "2023-13-01", "31.12.2022"])
def test_a_day_that_is_none_is_told(text: str) -> None:
    """One line says what a day looks like."""
    with pytest.raises(UsageError, match="since must be a day such as 2023-01-31, not"):
        day_of(text, "since")


# Stopping


def test_events_come_in_order_and_errors_are_raised() -> None:
    """What a stream gives comes through; what it raises is raised where the events are wanted."""

    def events() -> object:
        yield from (1, 2)
        raise UsageError("no more")

    came = []
    with pytest.raises(UsageError, match="no more"):
        came.extend(until(Stop(), events()))  # type: ignore[arg-type]
    assert [1, 2] == list(until(Stop(), iter((1, 2))))


def test_a_stopped_stream_ends_while_nothing_comes() -> None:
    """It ends at once, though the next event would take long, and its thread learns of it."""
    import threading

    stop, held, closed = Stop(), threading.Event(), threading.Event()

    def events() -> object:
        try:
            yield 1
            held.wait(10)
            yield 2
        finally:
            closed.set()

    came = until(stop, events())  # type: ignore[arg-type]
    assert 1 == next(came)
    stop.now()
    assert [] == list(came)
    assert not closed.is_set()
    held.set()
    assert closed.wait(5)
