"""`python -m tools.screenshots`: the page's main states as pictures, those of the README among them.

It serves the seed articles and the invented collection from a library of its own, in a folder that is gone
afterwards. Needs the test extra and Chromium.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.page.browser import CHROMIUM, FLAGS, Served

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / ".github" / "pictures"
SIZES = {"wide": (1440, 900), "narrow": (390, 844)}
THEMES = ("light", "dark")
# What the README shows; --all takes every state at both sizes and in both themes.
README = ("answer-wide-light", "silence-wide-light", "shelf-wide-light", "answer-narrow-dark")

State = Callable[[Any], None]


def ask(page: Any, question: str) -> None:
    """Ask, and wait for the answer with all that comes after it."""
    count = page.locator(".turn").count()
    page.fill("#question textarea", question)
    page.press("#question textarea", "Enter")
    page.locator(".turn").nth(count).locator(".answer:not([aria-busy])").wait_for()
    page.locator("[data-kept]").wait_for()


def start(page: Any) -> None:
    """Before any question."""


def answer(page: Any) -> None:
    """An answer, and its article opened at the quote."""
    ask(page, "What did Hamada sign?")
    page.locator(".cite").first.click()
    page.wait_for_selector("mark")


def silence(page: Any) -> None:
    """A question that the articles do not answer."""
    ask(page, "What did Hamada say about TikTok?")


def differ(page: Any) -> None:
    """Articles that disagree."""
    ask(page, "How many sheep did wolves kill last year?")


def rating(page: Any) -> None:
    """The form below a bad answer."""
    silence(page)
    page.get_by_text("Bad answer").click()


def earlier(page: Any) -> None:
    """The list of earlier conversations."""
    answer(page)
    page.click("#past summary")


def shelf(page: Any) -> None:
    """The articles and their timeline."""
    page.get_by_role("tab", name="Articles").click()
    page.locator("#plot svg").wait_for()


def opened(page: Any) -> None:
    """An article opened from the shelf."""
    shelf(page)
    page.locator("#list button").first.click()
    page.locator("#opened h2").wait_for()


STATES: dict[str, State] = {
    state.__name__: state for state in (start, answer, silence, differ, rating, earlier, shelf, opened)
}


def main() -> int:
    """Take the pictures; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.screenshots", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=PICTURES, help=f"default {PICTURES}")
    parser.add_argument("--all", action="store_true", help="every state, size and theme, for looking through")
    options = parser.parse_args()
    names = [f"{s}-{w}-{t}" for s in STATES for w in SIZES for t in THEMES] if options.all else README
    options.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="pressroom-") as home:
        articles = (str(ROOT / "seeds"), str(ROOT / "evals" / "collection" / "articles"))
        with Served(Path(home) / "home", "--quote", "--articles", *articles) as served:
            take(served.address, names, options.folder)
    return 0


def take(address: str, names: tuple[str, ...] | list[str], folder: Path) -> None:
    """Put the pictures of these names into the folder."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        for name in names:
            state, size, theme = name.split("-")
            width, height = SIZES[size]
            page = browser.new_page(viewport={"width": width, "height": height})
            page.goto(f"{address}/?__theme={theme}")
            page.wait_for_selector(".start")
            STATES[state](page)
            # The pointer and what it lights up stay out of the picture.
            page.mouse.move(0, 0)
            page.wait_for_timeout(400)
            page.screenshot(path=folder / f"{name}.png")
            page.context.close()
            print(folder / f"{name}.png")
        browser.close()


if __name__ == "__main__":
    sys.exit(main())
