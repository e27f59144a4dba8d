"""The page over given files, of an article that tries to be more than text: it is shown, and does nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.page.browser import SPITEFUL, SPITEFUL_METADATA, Served, Tab

pytestmark = pytest.mark.browser
TITLE = 'Treaty <img src=x onerror="window.hacked=2"> ${window.hacked=3}'


@pytest.fixture(scope="module")
def spiteful(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the page over a folder that holds the article."""
    folder = tmp_path_factory.mktemp("spiteful") / "papers"
    folder.mkdir()
    (folder / "spite.txt").write_text(f"Harbor news\n\n{SPITEFUL}\n", encoding="utf-8")
    (folder / "metadata.yaml").write_text(SPITEFUL_METADATA, encoding="utf-8")
    with Served(folder.parent / "home", "--quote", "--articles", str(folder)) as page:
        yield page.address


def harmless(page: Any) -> bool:
    """Whether nothing ran by the time that an image of our own, asked for last, has failed to load."""
    page.evaluate(
        "() => new Promise((failed) => Object.assign(new Image(), {onerror: () => failed(), src: 'x'}))"
    )
    return bool(page.evaluate("window.hacked === undefined"))


def test_article_and_question_are_text_and_nothing_else(spiteful: str, tab: Tab) -> None:
    """Markup in an article, its metadata and a question is shown as it stands and does nothing."""
    asked = "what treaty did Mayor Quill sign? <img src=x onerror=window.hacked=5> ${window.hacked=6}"
    turn = tab.open(spiteful).ask(asked)
    assert asked == turn.locator(".question").text_content()
    assert 0 == tab.page.locator(".example").count()
    turn.locator(".cite").first.click()
    tab.page.wait_for_selector("mark")
    assert f"Harbor news\n\n{SPITEFUL}\n" == tab.text("#article .text")
    assert tab.text("mark") in SPITEFUL
    assert TITLE == tab.text("#article h2")
    assert harmless(tab.page)
    assert 0 == tab.page.locator("#desk :is(script, img, iframe, a:not(.link))").count()


def test_given_files_are_looked_at_and_not_changed(spiteful: str, tab: Tab) -> None:
    """The list says whose files they are, offers neither adding nor removing; a hostile title is text."""
    page = tab.articles(spiteful)
    assert "These are the files of papers." in page.locator("#stacks .note").text_content()
    assert (0, 0) == (page.locator("#adding").count(), page.locator("[data-remove]").count())
    assert TITLE == tab.text(".entry .near")
    page.click(".entry .near")
    page.wait_for_selector("#opened h2")
    assert TITLE == tab.text("#opened h2")
    assert harmless(page)
