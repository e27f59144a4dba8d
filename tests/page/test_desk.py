"""The desk in a browser: filters, voices, earlier conversations, links, taking along, rating, stopping."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import pytest
import yaml

from rag import Assistant
from rag.show import footnoted, line, to_fact_sheet
from rag.types import Filters
from tests.page.browser import BRAZIL, SIGNED, Model, Tab

WHERE = "where was the meeting held?"
TIKTOK = "What did Hamada say about TikTok?"


def saved(tab: Tab, button: str, folder: Path) -> str:
    """The text of the file that a button saves, with its line ends as they are."""
    with tab.page.expect_download() as download:
        tab.page.get_by_role("button", name=button).click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path.read_bytes().decode("utf-8")


def questions(tab: Tab) -> list[str]:
    """The questions that stand on the page."""
    return list(tab.page.locator(".question").all_text_contents())


@pytest.mark.browser
def test_filters_choose_the_articles_and_stand_beside_the_answer(
    quoting: str, tab: Tab, assistant: Assistant
) -> None:
    """Days and outlet beside the box decide which articles answer; the turn says which; a bad day is told."""
    tab.open(quoting)
    until = tab.page.get_by_label("Until")
    until.focus()
    until.fill("2022-12-31")
    outlet = tab.page.get_by_role("combobox", name="Outlet")
    outlet.fill("AJMEDIA")
    outlet.press("Enter")
    turn = tab.ask(WHERE)
    assert "Only articles of AJMEDIA until 2022-12-31" == turn.locator(".among").text_content()
    turn.locator(".cite, .near").first.click()
    tab.page.wait_for_selector("#article h2")
    assert tab.text("#article .origin").startswith("AJMEDIA, 7 January 2022")
    tab.page.goto(f"{quoting}/?q=when&until=soon")
    assert "until must be a day such as 2023-01-31, not 'soon'" == tab.text(".failure")


@pytest.mark.browser
def test_the_voice_can_be_switched(writing: str, tab: Tab, model: Model) -> None:
    """Quotes alone leaves the model out, though it is configured."""
    asked = len(model.prompts)
    tab.open(writing)
    assert tab.page.get_by_label("parrot").is_checked()
    tab.page.get_by_label("Quotes alone").check()
    turn = tab.ask(SIGNED)
    assert "Quoted from the articles, word for word." == turn.locator(".voice").text_content()
    assert asked == len(model.prompts)


@pytest.mark.browser
def test_a_reload_keeps_the_conversation_and_earlier_ones_can_be_opened(
    quoting: str, tab: Tab, browser: Any
) -> None:
    """After a reload all stands as it was and can be gone on with; a new tab opens and forgets it."""
    tab.open(quoting).ask(SIGNED)
    tab.ask("where did they meet?")
    shown = tab.page.locator(".turns").inner_text()
    tab.page.reload()
    tab.page.wait_for_selector(".turn")
    assert shown == tab.page.locator(".turns").inner_text()
    tab.page.locator(".cite").first.click()
    tab.page.wait_for_selector("mark")
    assert [SIGNED, "where did they meet?", "when?"] == [*questions(tab), tab.ask("when?") and "when?"]
    other = Tab(browser).open(quoting)
    try:
        other.page.click("#past summary")
        other.page.locator("#past li button", has_text=SIGNED).first.click()
        other.page.locator(".turn").nth(2).wait_for()
        assert [SIGNED, "where did they meet?", "when?"] == questions(other)
        other.page.click("#past summary")
        other.page.evaluate("window.confirm = () => false")
        other.page.click("text=Forget all")
        assert 1 <= other.page.locator("#past li").count()
        other.page.evaluate("window.confirm = () => true")
        other.page.click("text=Forget all")
        assert 0 == other.page.locator("#past li").count()
        other.page.reload()
        other.page.wait_for_selector(".start")
    finally:
        other.page.close()


@pytest.mark.browser
def test_what_a_browser_kept_is_shown_only_as_it_was_signed(quoting: str, tab: Tab) -> None:
    """A conversation that was changed in the browser's store does not come back."""
    tab.open(quoting).ask(SIGNED)
    changed = tab.page.evaluate(
        """() => {
          const key = Object.keys(localStorage).find((key) => key.startsWith('pressroom:'));
          const one = JSON.parse(localStorage.getItem(key));
          one.kept = one.kept.replaceAll('Hamada', 'Nakamura');
          localStorage.setItem(key, JSON.stringify(one));
          return one.kept;
        }"""
    )
    assert "Nakamura" in changed
    tab.page.reload()
    tab.page.wait_for_selector(".start")
    tab.page.wait_for_timeout(500)
    assert "Nakamura" not in tab.page.locator("#conversation").inner_text()
    assert 0 == tab.page.locator(".turn").count()


@pytest.mark.browser
def test_a_link_asks_its_question_again(quoting: str, tab: Tab, assistant: Assistant) -> None:
    """The link of a turn holds question, filters and what was asked before, and asks it when it is opened."""
    tab.open(quoting).ask(SIGNED)
    address = tab.ask("where did they meet?").locator("a.link").get_attribute("href")
    assert f"?q=where+did+they+meet%3F&after={quote_plus(SIGNED)}" == address
    tab.page.goto(f"{quoting}/{address}&outlet=IRIA+News&since=2023-01-01")
    tab.page.wait_for_selector(".answer:not([aria-busy])")
    filters = Filters(since=assistant.ask(SIGNED).citations[0].article.published, outlet="IRIA News")
    expected = assistant.ask("where did they meet?", [SIGNED], filters)
    assert [line(s.text) for s in expected.sentences] == [
        text.rstrip(" 0123456789") for text in tab.page.locator(".sentence").all_text_contents()
    ]
    assert ("2023-01-01", "IRIA News") == (
        tab.page.get_by_label("Since").input_value(),
        tab.page.get_by_label("Outlet").input_value(),
    )


@pytest.mark.browser
def test_an_answer_can_be_copied_with_its_footnotes(
    quoting: str, tab: Tab, browser: Any, assistant: Assistant
) -> None:
    """What Copy puts into the clipboard is the answer, its marks, and each source with its quote."""
    browser.grant_permissions(["clipboard-read", "clipboard-write"])
    turn = tab.open(quoting).ask(SIGNED)
    turn.get_by_text("Copy", exact=True).click()
    turn.get_by_text("Copied").wait_for()
    assert footnoted(assistant.ask(SIGNED)) == tab.page.evaluate("navigator.clipboard.readText()")


@pytest.mark.browser
def test_the_conversation_can_be_taken_along(
    quoting: str, tab: Tab, assistant: Assistant, tmp_path: Path
) -> None:
    """The fact sheet's rows name places that hold their quotes; the Markdown holds each question."""
    tab.open(quoting).ask(SIGNED)
    tab.ask(BRAZIL)
    sheet = saved(tab, "Save fact sheet", tmp_path)
    expected = (assistant.ask(SIGNED), assistant.ask(BRAZIL, [SIGNED]))
    rows, ours = (
        list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
        for text in (sheet, to_fact_sheet(expected))
    )
    # Where it lies is told as seen from where the page was started.
    assert [{**row, "source": ""} for row in ours] == [{**row, "source": ""} for row in rows]
    assert {"quoted", "not in articles"} == {row["verdict"] for row in rows}
    for row in (row for row in rows if row["quote"]):
        text = assistant.article(row["article_id"]).text
        assert row["quote"] == text[int(row["start"]) : int(row["end"])]
    markdown = saved(tab, "Save as Markdown", tmp_path)
    assert 2 == markdown.count("\n---\n")
    assert "what did Hamada sign?" in markdown


@pytest.mark.browser
def test_silence_offers_questions_that_are_answered(quoting: str, tab: Tab) -> None:
    """Below an honest silence stand other ways to ask; a click on one gets an answer."""
    tab.open(quoting).ask(TIKTOK)
    offered = tab.page.locator(".silent .example")
    assert "What did Hamada say?" == offered.first.text_content()
    offered.first.click()
    tab.page.locator(".turn").nth(1).locator(".answer:not([aria-busy]) .cite").first.wait_for()


@pytest.mark.browser
def test_asking_again_replaces_the_last_answer(quoting: str, tab: Tab) -> None:
    """Ask again asks the last question anew, in its place."""
    tab.open(quoting).ask(BRAZIL)
    tab.ask(SIGNED)
    tab.page.evaluate("document.querySelectorAll('.turn')[1].dataset.old = 'yes'")
    tab.page.get_by_text("Ask again").click()
    tab.page.locator(".turn:not([data-old])").nth(1).locator(".tools").wait_for()
    assert [BRAZIL, SIGNED] == questions(tab)
    assert 1 == tab.page.get_by_text("Ask again").count()


@pytest.mark.browser
def test_an_answer_can_be_stopped(writing: str, tab: Tab, model: Model) -> None:
    """Stop leaves what had passed its checks, says so, and the next question is answered."""
    model.go_on.clear()
    tab.begin(writing, SIGNED)
    tab.page.get_by_role("button", name="Stop").click()
    tab.page.locator(".note", has_text="Stopped.").wait_for()
    assert 1 == tab.page.locator(".sentence").count()
    model.go_on.set()
    tab.page.wait_for_selector("button:disabled >> text=Stop")
    tab.page.get_by_label("Quotes alone").check()
    assert tab.ask(BRAZIL).locator(".silence").is_visible()


@pytest.mark.browser
def test_a_rated_answer_becomes_a_case(quoting: str, tab: Tab, page_home: Path) -> None:
    """Both thumbs write a case beside the library; a bad answer's note and expectation go with it."""
    path = page_home / "rated" / "cases.yaml"
    path.unlink(missing_ok=True)
    tab.open(quoting).ask(SIGNED).get_by_text("Good answer").click()
    tab.page.get_by_text("Rated good; kept as a test case.").wait_for()
    turn = tab.ask(TIKTOK)
    turn.get_by_text("Bad answer").click()
    turn.get_by_label("What should stand there?").fill("nothing at all")
    turn.get_by_label("Note").fill("look: 'quotes' and #signs")
    turn.get_by_text("Keep as a test case").click()
    tab.page.get_by_text("Rated bad; kept as a test case.").wait_for()
    good, bad = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert (SIGNED, "answered", "fact") == (good["question"], good["status"], good["kind"])
    assert good["gold"][0].startswith("According to the Pentagon release")
    assert (TIKTOK, [["nothing at all"]], "follow-up") == (bad["question"], bad["must"], bad["kind"])
    assert "look: 'quotes' and #signs" == bad["why"]


@pytest.mark.browser
def test_a_form_that_was_begun_outlives_another_answer(quoting: str, tab: Tab) -> None:
    """What was typed about a bad answer stays, though the page is drawn anew for the next."""
    turn = tab.open(quoting).ask(SIGNED)
    turn.get_by_text("Bad answer").click()
    turn.get_by_label("Note").fill("half a note")
    turn.get_by_label("The articles do not say").check()
    tab.ask(WHERE)
    assert "half a note" == turn.get_by_label("Note").input_value()
    assert turn.get_by_label("The articles do not say").is_checked()
    turn.get_by_text("Bad answer").click()
    assert not turn.get_by_label("Note").is_visible()
    turn.get_by_text("Bad answer").click()
    turn.get_by_text("Keep as a test case").click()
    turn.get_by_text("Rated bad").wait_for()


@pytest.mark.browser
def test_all_of_it_works_without_a_mouse(quoting: str, tab: Tab) -> None:
    """From the question to the article and back, to a bad answer's form, and to a new conversation."""
    tab.open(quoting)
    tab.page.focus("#question textarea")
    tab.page.keyboard.type(SIGNED)
    tab.page.keyboard.press("Enter")
    tab.page.wait_for_selector(".voice")
    reached = tab.walk("Shift+Tab", 30)
    for name in ("Copy", "Link", "Ask again", "Good answer", "Bad answer", "source 1: IRIA News"):
        assert any(label.startswith(name) for label in reached), name
    for name in ("New conversation", "Earlier conversations", "Save as Markdown", "Save fact sheet"):
        assert any(label.startswith(name) for label in reached), name
    tab.page.get_by_text("Bad answer").focus()
    tab.page.keyboard.press("Enter")
    assert tab.page.evaluate("document.activeElement.name === 'expected'")
    tab.page.keyboard.type("Tokyo")
    tab.page.keyboard.press("Enter")
    tab.page.get_by_text("Rated bad").wait_for()
    tab.page.focus("#question textarea")
    assert {"Ask", "Since", "Until", "Outlet", "Quotes alone"} <= set(tab.walk("Tab", 12))


@pytest.mark.browser
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_narrow_page_needs_no_sideways_scrolling(quoting: str, tab: Tab, theme: str) -> None:
    """At 390 pixels everything fits, the list of earlier conversations and the form of a rating too."""
    tab.page.set_viewport_size({"width": 390, "height": 844})
    tab.page.goto(f"{quoting}/?__theme={theme}")
    tab.page.wait_for_selector(".start")
    turn = tab.ask(SIGNED)
    turn.locator(".cite").first.click()
    tab.page.wait_for_selector("mark")
    turn.get_by_text("Bad answer").click()
    tab.page.click("#past summary")
    assert tab.page.evaluate("document.documentElement.scrollWidth <= 390")
    for selector in ("#question", "#past details > div", ".rating", "#article .source", "#among"):
        box = tab.page.locator(selector).bounding_box()
        assert box is not None, selector
        assert box["x"] >= 0, selector
        assert box["x"] + box["width"] <= 390, selector


@pytest.mark.browser
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_is_written_can_be_read(quoting: str, tab: Tab, theme: str) -> None:
    """Text stands out from what is behind it by 4.5 to 1, as WCAG's AA asks, in both themes."""
    tab.page.goto(f"{quoting}/?__theme={theme}")
    tab.page.wait_for_selector(".start")
    tab.ask(SIGNED).locator(".cite").first.click()
    tab.page.wait_for_selector("mark")
    tab.ask(TIKTOK)
    faint = [found for found in tab.page.evaluate(CONTRAST) if found["ratio"] < 4.5]
    assert [] == faint, json.dumps(faint)


# The contrast of each piece of text with the nearest background behind it, by WCAG 2's formula.
CONTRAST = """() => {
  const rgb = (text) => (text.match(/[\\d.]+/g) ?? []).map(Number);
  const part = (c) => (c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  const behind = (node) => {
    for (; node; node = node.parentElement) {
      const color = rgb(getComputedStyle(node).backgroundColor);
      if (color.length === 3 || color[3] > 0.99) return color;
    }
    return [255, 255, 255];
  };
  const found = [];
  const walker = document.createTreeWalker(document.querySelector('.gradio-container'), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    const text = walker.currentNode.data.trim();
    const unseen = '[disabled], [hidden], script, style, details:not([open]) > :not(summary)';
    if (!text || !node.getBoundingClientRect().width || node.closest(unseen)) continue;
    const style = getComputedStyle(node);
    if (style.visibility === 'hidden') continue;
    const [a, b] = [light(rgb(style.color)), light(behind(node))];
    found.push({text: text.slice(0, 40), ratio: (Math.max(a, b) + .05) / (Math.min(a, b) + .05)});
  }
  return found;
}"""
