"""What a first look at the page found: lines, races, long and foreign texts, and what could not be seen."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from page.additions import Outcome, summed
from page.asking import Asking, asking_of
from page.desk import as_sheet
from page.stopping import Places, Stop, come
from page.turns import UNFORESEEN, Turn, follow, talk
from rag import Answer, Assistant
from rag.assistant import MAX_QUESTION
from rag.errors import UsageError
from rag.listed import Counted
from rag.show import article_html, outcomes_html, timeline_html
from rag.types import Question
from tests.page.browser import SIGNED, Model, Served, Tab
from tests.page.test_desk import CONTRAST
from tests.papers import WHOLE

ARABIC = "رئيس البلدية يفتتح الجسر (الجديد)!"


# The line that questions wait in


def test_places_are_given_in_the_order_of_asking() -> None:
    """So many are let in at once; a place that is left goes to whoever has waited longest."""
    places = Places(2)
    first, second, third, fourth = (places.join() for _ in range(4))
    assert [True, True, False, False] == [p.is_set() for p in (first, second, third, fourth)]
    places.leave(second)
    assert [True, False] == [p.is_set() for p in (third, fourth)]


def test_who_leaves_the_line_holds_up_nobody() -> None:
    """One who stops while waiting is passed over, and all places are free when all have left."""
    places = Places(1)
    first, second, third = (places.join() for _ in range(3))
    places.leave(second)
    places.leave(first)
    assert third.is_set()
    places.leave(third)
    assert places.join().is_set()


def test_a_question_that_waits_is_in_sight_and_can_be_stopped(assistant: Assistant) -> None:
    """The turn says that others are answered first; once stopped it is not asked at all."""
    places, stop = Places(1), Stop()
    held = places.join()
    told = follow(assistant, (), Asking(SIGNED), stop, places)
    assert "Others have asked before you" in talk(next(told), ())
    stop.now()
    (turn,) = list(told)[-1]
    assert (True, None) == (turn.stopped, turn.answer)
    places.leave(held)
    *_, ((answered),) = follow(assistant, (), Asking(SIGNED), Stop(), places)
    assert answered.answer is not None
    assert places.join().is_set()


def test_a_turn_that_came_is_waited_for_no_longer() -> None:
    """Waiting ends with the place, or when it is stopped."""
    places, stop = Places(1), Stop()
    assert come(places.join(), stop)
    stop.now()
    assert not come(places.join(), stop)


def test_what_nobody_foresaw_ends_the_turn_and_not_the_page(capsys: pytest.CaptureFixture[str]) -> None:
    """The turn says that it failed, and the log why."""

    def fail(*_: Any, **__: Any) -> Iterator[Any]:
        raise ZeroDivisionError("a secret")
        yield

    failing = cast("Assistant", SimpleNamespace(stream=fail))
    *_, last = follow(failing, (), Asking("who?"), Stop())
    assert UNFORESEEN == last[0].failed
    assert "ZeroDivisionError: a secret" in capsys.readouterr().err


# Texts that are long, foreign, or not there


def test_a_question_that_is_too_long_is_not_cut() -> None:
    """It is refused with its length; one of the greatest length is asked whole."""
    long = "w" * MAX_QUESTION
    assert long == cast("Asking", asking_of({}, long, ("", "", ""))).text
    with pytest.raises(UsageError, match=f"too long: {MAX_QUESTION + 1:,} characters"):
        asking_of({}, f"{long}w", ("", "", ""))


def test_names_from_right_to_left_reorder_nothing_else(answered: Answer) -> None:
    """An outlet and an author stand in isolation, so that the day behind them stays a day."""
    from dataclasses import replace

    article = replace(answered.citations[0].article, outlet=ARABIC, author=ARABIC, published=date(2024, 5, 4))
    shown = article_html(article)
    assert f"<bdi>{ARABIC}</bdi>, 4 May 2024" in shown
    assert f", by <bdi>{ARABIC}</bdi></p>" in shown


def test_a_fact_sheet_tells_no_folder(answered: Answer) -> None:
    """A source outside the working folder is told by its name; the rest of its row is as it was."""
    from dataclasses import replace

    cited = answered.citations[0]
    moved = replace(cited, article=replace(cited.article, source="/home/someone/news/a.txt"))
    sentence = replace(answered.sentences[0], citations=(moved,))
    turn = Turn(Question(SIGNED), answer=replace(answered, sentences=(sentence,)))
    (row,) = csv.DictReader(io.StringIO(as_sheet((turn,))["text"].removeprefix("\ufeff")))
    assert ("a.txt", cited.quote) == (row["source"], row["quote"])


@pytest.fixture
def answered(assistant: Assistant) -> Answer:
    """An answer with a citation."""
    return assistant.ask(SIGNED)


def test_many_outcomes_are_summed_up_with_what_failed_first() -> None:
    """Of few there is nothing to sum up; of many the line counts, and those with problems lead."""
    read, unread = Outcome("read.txt", added=1), Outcome("bad.pdf", problems=("damaged",))
    assert ("", [read, unread]) == summed([read, unread])
    told, listed = summed([*[read] * 11, unread])
    assert "11 of 12 files were read" == told
    assert unread == listed[0]
    assert told in outcomes_html([], summed=told)


def test_a_long_timeline_is_given_room() -> None:
    """Ten years of months are more than a telephone has room for; a year of them is not."""

    def plotted(days: Sequence[date]) -> str:
        return timeline_html([Counted(day, "A", 1) for day in days], "month", ["A"])

    assert 'class="plot long"' in plotted([date(2015, 1, 1), date(2024, 12, 1)])
    assert 'class="plot"' in plotted([date(2024, 1, 1), date(2024, 12, 1)])


# In the browser


@pytest.mark.browser
def test_a_link_with_a_day_that_is_none_says_so(quoting: str, tab: Tab) -> None:
    """Opened in a fresh tab: the question stands there, with what is wrong."""
    tab.page.goto(f"{quoting}/?q=who+signed&since=2023-13-45")
    tab.page.wait_for_selector(".failure")
    assert "who signed" == tab.text(".question")
    assert tab.text(".failure").startswith("since must be a day")


@pytest.mark.browser
def test_a_question_that_is_too_long_stays_to_be_shortened(quoting: str, tab: Tab) -> None:
    """Its whole text stays in the box, and the page says how long it may be."""
    long = "word " * 1_000
    tab.open(quoting).ask(long)
    assert "the question is too long: 4,999 characters, at most 4,000" == tab.text(".failure")
    assert long == tab.page.input_value("#question textarea")


def begin(tab: Tab, question: str) -> None:
    """Ask, and wait for the first sentence while the model waits with the second."""
    tab.page.fill("#question textarea", question)
    tab.page.press("#question textarea", "Enter")
    tab.page.wait_for_selector("[aria-busy] .sentence")


@pytest.mark.browser
def test_an_earlier_conversation_is_not_overrun_by_an_answer(writing: str, tab: Tab, model: Model) -> None:
    """Opened while an answer comes, it stays, and goes on under its own name."""
    model.go_on.set()
    tab.open(writing).ask(SIGNED)
    tab.page.wait_for_selector("[data-kept]")
    tab.page.click("text=New conversation")
    tab.page.wait_for_selector(".start")
    model.go_on.clear()
    begin(tab, "What did Austin sign?")
    tab.page.click("#past summary")
    tab.page.locator("#past li button", has_text=SIGNED).first.click()
    tab.page.locator(".question", has_text=SIGNED).wait_for()
    model.go_on.set()
    tab.page.wait_for_timeout(1_500)
    assert [SIGNED] == tab.page.locator(".question").all_text_contents()
    assert tab.page.get_by_role("button", name="Stop").is_disabled()
    titles = tab.page.evaluate("Object.values(localStorage).map((one) => JSON.parse(one).title)")
    assert "What did Austin sign?" not in titles
    tab.page.evaluate("localStorage.clear(); sessionStorage.clear()")


@pytest.mark.browser
def test_a_rating_outlives_the_answer_that_comes(writing: str, tab: Tab, model: Model) -> None:
    """Rated while another answer comes, an answer is shown as rated once that is there."""
    model.go_on.set()
    tab.open(writing).ask(SIGNED)
    tab.page.wait_for_selector("[data-kept]")
    model.go_on.clear()
    begin(tab, SIGNED)
    tab.page.get_by_text("Good answer").first.click()
    tab.page.wait_for_selector("[aria-pressed=true]")
    model.go_on.set()
    tab.page.locator(".turn").first.locator(".rated").wait_for()
    tab.page.wait_for_timeout(500)
    assert 1 == tab.page.locator(".rated").count()
    assert 1 == tab.page.locator(".turn").nth(1).get_by_text("Good answer").count()


@pytest.mark.browser
def test_copying_works_where_the_page_is_not_of_this_machine(quoting: str, tab: Tab) -> None:
    """Over plain http from elsewhere a browser has no clipboard to lend; the older way is taken."""
    tab.page.add_init_script("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    turn = tab.open(quoting).ask(SIGNED)
    tab.page.evaluate(
        "window.addEventListener('copy', (event) =>"
        " { window.taken = event.clipboardData.getData('text/plain'); })"
    )
    turn.get_by_text("Copy", exact=True).click()
    turn.get_by_text("Copied").wait_for()
    assert "bilateral Research" in tab.page.evaluate("window.taken")


@pytest.mark.browser
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_adding_can_be_seen_and_read(served: str, tab: Tab, theme: str) -> None:
    """The bar has a place of its own while articles come in; buttons and file names can be read."""
    tab.page.goto(f"{served}/?__theme={theme}")
    tab.page.wait_for_selector(".start")
    tab.page.click("role=tab[name=Articles]")
    tab.page.wait_for_selector(".entry")
    tab.page.click("#adding > button")
    files: list[Any] = [
        {"name": f"{theme}{i}.txt", "mimeType": "", "buffer": f"{WHOLE}\n\nNumber {i}, {theme}.".encode()}
        for i in range(12)
    ]
    tab.page.set_input_files("#adding input[type=file]", files)
    tab.page.wait_for_selector("#adding .file-preview")
    # Nothing that was uploaded is served again.
    assert "none" == tab.page.locator(".download-link").first.evaluate(
        "(a) => getComputedStyle(a).pointerEvents"
    )
    # A ring that Gradio's own box cuts off is none.
    tab.page.locator("#finding textarea").focus()
    tab.page.keyboard.press("Shift+Tab")
    tab.page.keyboard.press("Tab")
    ring = "() => { const {outlineStyle, outlineOffset} = getComputedStyle(document.activeElement);"
    assert "solid -3px" == tab.page.evaluate(ring + " return `${outlineStyle} ${outlineOffset}`; }")
    tab.page.hover("text=Add the files")
    tab.page.wait_for_timeout(300)
    assert [] == [found for found in tab.page.evaluate(CONTRAST) if found["ratio"] < 4.5]
    tab.page.evaluate(
        """() => { window.heights = []; const look = () => {
          if (document.querySelector('#outcomes .progress-bar-wrap'))
            window.heights.push(document.querySelector('#outcomes').offsetHeight);
          requestAnimationFrame(look); }; look(); }"""
    )
    tab.page.click("text=Add the files")
    tab.page.wait_for_selector(".outcomes", timeout=60_000)
    assert "12 of 12 files were read" == tab.text("#outcomes .sum")
    heights = tab.page.evaluate("window.heights")
    assert heights
    assert min(heights) > 20


@pytest.mark.browser
def test_an_outlet_that_was_added_can_be_asked_alone(served: str, tab: Tab) -> None:
    """The desk offers it without being loaded anew."""
    page = tab.open(served).page
    page.click("role=tab[name=Articles]")
    page.wait_for_selector(".entry")
    page.click("#adding > button")
    page.click("role=tab[name='Text']")
    page.get_by_label("Outlet (optional)").fill("The Tin Whistle")
    page.get_by_label("Text of the article").fill(f"{WHOLE}\n\nAs the Whistle has it.")
    page.click("text=Add the text")
    page.wait_for_selector(".outcomes", timeout=60_000)
    page.click("role=tab[name=Ask]")
    page.locator("#outlet input").focus()
    page.get_by_role("option", name="The Tin Whistle").wait_for()


@pytest.mark.browser
def test_text_from_right_to_left_begins_on_the_right(tmp_path: Path, tab: Tab) -> None:
    """Its paragraphs run in their own direction: the exclamation mark stands at their left end."""
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "arabic.txt").write_text(f"{ARABIC}\n\n{ARABIC}\n\n{WHOLE}\n", encoding="utf-8")
    with Served(tmp_path / "home", "--quote", "--articles", str(folder)) as page:
        tab.open(page.address).page.click("role=tab[name=Articles]")
        tab.page.locator(".entry .near").first.click()
        tab.page.wait_for_selector("#opened .text")
        last, first = tab.page.evaluate(
            """() => {
              const node = document.querySelector('#opened .text').firstChild;
              const text = node.firstChild ?? node;
              const left = (at) => {
                const range = document.createRange();
                range.setStart(text, at);
                range.setEnd(text, at + 1);
                return range.getBoundingClientRect().left;
              };
              return [left(text.data.indexOf('!')), left(0)];
            }"""
        )
        assert last < first
