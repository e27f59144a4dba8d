"""Asking in a browser: answers, citations opened in their article, and silence."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

import app
from page import serving, turns
from page.asking import Asking
from page.stopping import Stop
from rag import Assistant
from rag.errors import LibraryError, UsageError
from rag.show import line, origin
from tests.conftest import ROOT, child_environment
from tests.page.browser import BRAZIL, KEY, SIGNED, Model, Tab
from tests.page.site import fetch

# Asking


@pytest.mark.browser
def test_an_answer_is_shown_with_its_citations(quoting: str, tab: Tab, assistant: Assistant) -> None:
    """Each sentence of the answer stands on the page, followed by a button for each of its citations."""
    expected = assistant.ask(SIGNED)
    turn = tab.open(quoting).ask(SIGNED)
    shown = [re.sub(r"[\s\d]*$", "", text) for text in turn.locator(".sentence").all_text_contents()]
    assert [line(sentence.text) for sentence in expected.sentences] == shown
    assert [str(c.n) for s in expected.sentences for c in s.citations] == turn.locator(
        ".cite"
    ).all_text_contents()


@pytest.mark.browser
def test_who_answers_is_said_and_the_three_examples_can_be_asked(quoting: str, tab: Tab) -> None:
    """The page says that it quotes, and a click on an example asks it and gets an answer."""
    tab.open(quoting)
    assert "Quotes alone" == tab.text("#voice label").strip()
    assert list(app.EXAMPLES) == tab.page.locator(".example").all_text_contents()
    tab.page.click(".example >> nth=0")
    tab.page.wait_for_selector(".answer:not([aria-busy]) .cite")
    assert app.EXAMPLES[0] == tab.text(".question")


@pytest.mark.browser
@pytest.mark.parametrize("how", ["click", "Enter"])
def test_a_citation_opens_its_article(quoting: str, tab: Tab, assistant: Assistant, how: str) -> None:
    """By mouse and by keyboard: title, outlet and date, the exact quote marked, and the mark in view."""
    expected = assistant.ask(SIGNED).citations[0]
    button = tab.open(quoting).ask(SIGNED).locator(".cite").first
    if how == "click":
        button.click()
    else:
        button.focus()
        tab.page.keyboard.press("Enter")
    tab.page.wait_for_selector("mark")
    assert expected.quote == tab.text("#article mark")
    assert expected.article.text == tab.text("#article .text")
    assert expected.article.title == tab.text("#article h2")
    assert tab.text("#article .origin").startswith(origin(expected.article))
    tab.page.wait_for_function("document.activeElement.matches('#article .text')")
    assert tab.page.evaluate(IN_VIEW)
    tab.page.keyboard.press("Escape")
    assert "true" == button.get_attribute("aria-current")
    assert tab.page.evaluate("document.activeElement.matches('.cite')")


# Whether the marked words lie inside the window and inside the part of the article that shows.
IN_VIEW = """() => {
  const inside = (a, b) => a.top >= b.top - 1 && a.bottom <= b.bottom + 1;
  const mark = document.querySelector('mark').getBoundingClientRect();
  const text = document.querySelector('#article .text').getBoundingClientRect();
  return inside(mark, text) && inside(mark, {top: 0, bottom: window.innerHeight});
}"""


@pytest.mark.browser
def test_a_follow_up_is_understood_with_the_question_before(
    quoting: str, tab: Tab, assistant: Assistant
) -> None:
    """A follow-up says how it was understood, the first answer stays, and so does the box to ask in."""
    expected = assistant.ask("where did they meet?", [SIGNED])
    tab.open(quoting).ask(SIGNED)
    turn = tab.ask("where did they meet?")
    assert "answered" == expected.status
    assert len(expected.sentences) == turn.locator(".sentence").count()
    assert expected.question.topic
    assert all(word in turn.locator(".understood").text_content() for word in expected.question.topic)
    assert tab.page.locator(".question").all_text_contents() == [SIGNED, "where did they meet?"]
    tab.page.set_viewport_size({"width": 390, "height": 500})
    assert tab.ask(BRAZIL).locator(".silence").is_visible()
    assert tab.page.evaluate("document.getElementById('asking').getBoundingClientRect().bottom <= 500")


@pytest.mark.browser
def test_silence_shows_the_nearest_articles_and_why(quoting: str, tab: Tab, assistant: Assistant) -> None:
    """What the articles do not say is said to be missing; the nearest articles open, nothing marked."""
    expected = assistant.ask(BRAZIL)
    turn = tab.open(quoting).ask(BRAZIL)
    assert "not_in_articles" == expected.status
    assert expected.silence == turn.locator(".silence").text_content()
    assert [n.why for n in expected.nearest] == turn.locator(".why").all_text_contents()
    assert 0 == turn.locator(".cite").count()
    turn.locator(".near").first.click()
    tab.page.wait_for_selector("#article h2")
    assert expected.nearest[0].article.title == tab.text("#article h2")
    assert 0 == tab.page.locator("mark").count()


@pytest.mark.browser
def test_conversations_do_not_mix_and_can_begin_anew(quoting: str, tab: Tab, browser: Any) -> None:
    """One session sees nothing of another's; New conversation empties the page and the article."""
    tab.open(quoting).ask(SIGNED).locator(".cite").first.click()
    tab.page.wait_for_selector("mark")
    other = Tab(browser).open(quoting)
    try:
        assert 0 == other.page.locator(".turn").count()
        turn = other.ask("where did they meet?")
        assert 0 == turn.locator(".understood").count()
    finally:
        other.page.close()
    tab.page.click("text=New conversation")
    tab.page.wait_for_selector(".start")
    assert (0, 0) == (tab.page.locator(".turn").count(), tab.page.locator("mark").count())
    assert 0 == tab.ask("where did they meet?").locator(".understood").count()


# With a model


@pytest.mark.browser
def test_sentences_stream_in_and_dropped_ones_are_counted(writing: str, tab: Tab, model: Model) -> None:
    """A checked sentence is there before the model is done; a failed one is counted, with its reason."""
    model.go_on.clear()
    tab.begin(writing, SIGNED)
    assert tab.page.get_by_label("parrot").is_checked()
    assert "Austin and Hamada signed a Security of Supply Arrangement. 1" == tab.text(".sentence")
    tab.page.click("[aria-busy] .cite")
    tab.page.wait_for_selector("mark")
    model.go_on.set()
    tab.page.wait_for_selector(".voice")
    assert "Written by parrot; every sentence checked against its sources." == tab.text(".voice")
    assert 1 == tab.page.locator(".sentence").count()
    assert not tab.page.locator(".dropped .why").is_visible()
    tab.page.click(".dropped summary")
    assert "figure" in tab.page.locator(".dropped .why").inner_text()
    assert "77 million" not in tab.page.locator(".turns").inner_text()
    assert KEY not in tab.page.content() + fetch(writing, "/config").text + fetch(writing, "/").text


@pytest.mark.browser
def test_what_is_sent_during_an_answer_is_asked_after_it(writing: str, tab: Tab, model: Model) -> None:
    """A question sent while the model still writes is neither lost nor mixed into the first answer."""
    model.go_on.clear()
    tab.begin(writing, SIGNED)
    tab.send(f"{SIGNED} Who?")
    model.go_on.set()
    tab.page.locator(".turn").nth(1).locator(".answer:not([aria-busy])").wait_for()
    assert [SIGNED, f"{SIGNED} Who?"] == tab.page.locator(".question").all_text_contents()
    assert "" == tab.page.input_value("#question textarea")


@pytest.mark.browser
def test_a_failed_model_is_noted_and_the_quoted_answer_stands_in(
    writing: str, tab: Tab, model: Model
) -> None:
    """When the model is down the answer is quoted, and a note says so."""
    model.down = True
    try:
        turn = tab.open(writing).ask(SIGNED)
    finally:
        model.down = False
    assert turn.locator(".note").text_content().endswith("quoting instead")
    assert turn.locator(".cite").count() > 0
    assert "Quoted from the articles, word for word." == turn.locator(".voice").text_content()


# Without a browser


def test_a_failure_is_one_line_without_folders() -> None:
    """What goes wrong while answering becomes the turn's line, and where things lie stays out of it."""

    def fail(*_: Any, **__: Any) -> Iterator[Any]:
        raise LibraryError("cannot read /home/someone/news/library.sqlite3: <disk>")
        yield

    *_, last = turns.follow(cast("Assistant", SimpleNamespace(stream=fail)), (), Asking("who?"), Stop())
    assert "cannot read library.sqlite3: <disk>" == last[0].failed
    assert 'role="alert">cannot read library.sqlite3: &lt;disk&gt;</p>' in turns.talk(last, ())


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("cannot read /a/b/c.txt: gone", "cannot read c.txt: gone"),
        (r"cannot read C:\a\b\c.txt", "cannot read c.txt"),
        ("the model at http://127.0.0.1:9/v1/chat failed", "the model at http://127.0.0.1:9/v1/chat failed"),
        ("and/or nothing", "and/or nothing"),
    ],
)
def test_folders_are_cut_from_messages(message: str, expected: str) -> None:
    """Paths keep their last name alone; addresses and plain words stay."""
    assert expected == turns.without_folders(message)


def test_a_busy_port_gives_way_to_the_next() -> None:
    """The port asked for is taken when it is free, the next free one otherwise."""
    with socket.socket() as busy:
        busy.bind((serving.HOST, 0))
        busy.listen()
        taken = busy.getsockname()[1]
        assert taken < serving.free_port(taken)
    assert taken == serving.free_port(taken)
    assert serving.free_port(0) > 0
    with pytest.raises(UsageError, match="no port is free"):
        serving.free_port(65_536)


def test_a_port_that_is_taken_meanwhile_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between looking for a free port and serving there, another program may take it."""

    def launch(**_: object) -> None:
        raise OSError("Cannot find empty port\nin range")

    monkeypatch.setattr(serving.signal, "signal", lambda *_: None)
    with pytest.raises(
        UsageError, match=r"cannot serve at 127\.0\.0\.1:7860: Cannot find empty port in range"
    ):
        serving.serve(cast("Any", SimpleNamespace(launch=launch)), serving.PORT, tmp_path)


def test_what_is_wrong_at_the_start_is_one_line(tmp_path: Path) -> None:
    """Missing articles end the command with one line on stderr and exit status 1, without Gradio."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", str(ROOT / "app.py"), "--articles", "missing"],
        capture_output=True,
        cwd=tmp_path,
        env=child_environment(RAG_HOME=str(tmp_path / "home")),
        text=True,
        timeout=60,
        check=False,
    )
    said = [line for line in done.stderr.splitlines() if not line.startswith("import time:")]
    assert (1, "") == (done.returncode, done.stdout)
    assert 1 == len(said)
    assert said[0].startswith("error: ")
    assert "gradio" not in done.stderr
