"""The shelf in a browser: found by search and timeline, read, added, removed, by keyboard and on a phone."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.page.browser import Tab
from tests.page.test_shelf import FILES
from tests.papers import WHOLE

pytestmark = pytest.mark.browser


def adding(page: Any, way: str) -> None:
    """Unfold one way of adding."""
    page.click("#adding > button")
    page.click(f"role=tab[name='{way}']")


def added(page: Any, files: list[dict[str, Any]]) -> list[str]:
    """What is told of files that are added."""
    page.set_input_files("#adding input[type=file]", files)
    page.wait_for_selector("#adding .file-preview")
    page.click("text=Add the files")
    page.wait_for_selector(".outcomes")
    return [" ".join(text.split()) for text in page.locator(".outcomes > li").all_text_contents()]


def test_files_of_each_type_can_be_asked_about(served: str, tab: Tab) -> None:
    """All are added, each with a result, and answer at once; a damaged one says that it was not read."""
    page = tab.articles(served)
    before = page.locator(".entry").count()
    adding(page, "Files")
    files = [{"name": name, "mimeType": "", "buffer": make()} for name, make in FILES.items()]
    damaged = {"name": "bad.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7\nno more"}
    told = added(page, [*files, damaged])
    assert [f"{name} added" for name in FILES] == told[:-1]
    assert told[-1].startswith("bad.pdf not read")
    # Text and Word hold the very same article, which is listed once.
    assert before + len(FILES) - 1 == page.locator(".entry").count()
    page.click("role=tab[name=Ask]")
    turn = tab.ask("Who opened the new harbour bridge?")
    assert "Mayor Ito" in turn.locator(".sentence").first.text_content()


def test_pasted_text_is_found_read_and_removed(served: str, tab: Tab) -> None:
    """Search finds it, its title opens it, Remove asks by name: Keep keeps it, Remove takes it out."""
    page = tab.articles(served)
    adding(page, "Text")
    page.get_by_label("Title (optional)").fill("Zeppelin <b>lands</b>")
    page.get_by_label("Text of the article").fill(WHOLE)
    page.click("text=Add the text")
    page.wait_for_selector(".outcomes")
    page.get_by_role("textbox", name="Search").press_sequentially("zeppelin")
    page.wait_for_function("document.querySelectorAll('.entry').length === 1")
    page.click(".entry .near")
    page.wait_for_selector("#opened .text")
    assert "Zeppelin <b>lands</b>" == tab.text("#opened h2")
    assert WHOLE in tab.text("#opened .text")
    page.click("[data-remove]")
    assert "Remove Zeppelin <b>lands</b> from the library?" == tab.text("#confirm-what")
    page.click("text=Keep it")
    assert 1 == page.locator(".entry").count()
    page.click("[data-remove]")
    page.click("text=Remove it")
    page.wait_for_selector("#list .note")
    assert "Removed: Zeppelin <b>lands</b>" == tab.text("#list .note")
    assert 0 == page.locator(".entry").count()


def test_a_bar_filters_by_mouse_and_by_keyboard(served: str, tab: Tab) -> None:
    """A click or Enter on a bar leaves as many articles as it says, and Show all brings all back."""
    page = tab.articles(served)
    everything = tab.text(".found")
    for how in ("click", "Enter"):
        bar = page.locator(".bar").last
        expected = int(bar.get_attribute("data-articles"))
        if how == "click":
            bar.click()
        else:
            page.locator(".bar[tabindex='0']").focus()
            page.keyboard.press("End")
            page.keyboard.press("Enter")
        page.wait_for_selector(".timeline [data-all]")
        assert expected == page.locator(".entry").count()
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", page.get_by_label("Since").last.input_value())
        page.wait_for_function("document.activeElement.matches('[data-all]')")
        page.keyboard.press("Enter")
        page.wait_for_function(f"document.querySelector('.found').textContent === {everything!r}")
        assert "" == page.get_by_label("Since").last.input_value()


def test_the_list_is_used_by_keyboard_alone(served: str, tab: Tab) -> None:
    """Enter on a title opens it and leads into its text, Escape back; Remove asks, and Escape keeps."""
    page = tab.articles(served)
    count = page.locator(".entry").count()
    page.locator(".entry .near").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.matches('#opened .text')")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.matches('.entry .near[aria-current]')")
    page.locator("[data-remove]").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog[open]")
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog", state="hidden")
    assert page.evaluate("document.activeElement.matches('[data-remove]')")
    assert count == page.locator(".entry").count()


def test_what_is_wrong_with_an_address_is_said(served: str, tab: Tab) -> None:
    """A private address is refused, and stays in the field."""
    page = tab.articles(served)
    adding(page, "Web address")
    field = page.get_by_label("Address of an article or a feed")
    field.fill("http://127.0.0.1:9/news")
    page.click("text=Add the article")
    page.wait_for_selector(".outcomes .unread")
    assert "http://127.0.0.1:9/news" == field.input_value()


def test_it_fits_a_phone(served: str, tab: Tab) -> None:
    """At 390 pixels nothing reaches beyond the screen, with everything unfolded and an article open."""
    tab.page.set_viewport_size({"width": 390, "height": 844})
    page = tab.articles(served)
    adding(page, "Text")
    page.locator(".entry .near").first.click()
    page.wait_for_selector("#opened .text")
    assert 390 >= page.evaluate("document.documentElement.scrollWidth")
