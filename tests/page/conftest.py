"""What the tests of the page share: pages served, a browser with a tab, a model that writes."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.page.browser import CHROMIUM, FLAGS, KEY, WAIT_MS, Model, Served, Tab


@pytest.fixture(scope="session")
def page_home(seeded_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home of the pages' own, where ratings are written."""
    return Path(shutil.copytree(seeded_home, tmp_path_factory.mktemp("pages") / "home"))


@pytest.fixture(scope="session")
def quoting(page_home: Path) -> Iterator[str]:
    """The address of the page over the seeds that answers by quoting."""
    with Served(page_home, "--quote") as page:
        yield page.address


@pytest.fixture(scope="module")
def served(seeded_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a page over a copy of the seeds, which the tests of a module may change."""
    home = Path(shutil.copytree(seeded_home, tmp_path_factory.mktemp("served") / "home"))
    with Served(home, "--quote") as page:
        yield page.address


@pytest.fixture(scope="session")
def writing(page_home: Path, model: Model) -> Iterator[str]:
    """The address of the page over the seeds where a model answers."""
    url = f"http://127.0.0.1:{model.port}/v1"
    with Served(page_home, OPENAI_BASE_URL=url, OPENAI_API_KEY=KEY, RAG_MODEL="parrot") as page:
        yield page.address


# Not for longer than a module: Playwright holds the event loop of the thread, which other tests need.
@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Headless Chromium, or a skip that says what is missing."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is not installed")
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        context = opened.new_context(viewport={"width": 1280, "height": 800})
        context.set_default_timeout(WAIT_MS)
        yield context
        opened.close()


@pytest.fixture
def tab(browser: Any) -> Iterator[Tab]:
    """A fresh tab; when the test is over, nothing may have left this machine or run amok."""
    fresh = Tab(browser)
    yield fresh
    fresh.page.close()
    assert ([], []) == (fresh.foreign(), fresh.alarms)


@pytest.fixture(scope="session")
def model() -> Iterator[Model]:
    """The model, serving."""
    with Model() as serving:
        thread = threading.Thread(target=serving.serve_forever, daemon=True)
        thread.start()
        yield serving
        serving.shutdown()
        thread.join()
