"""The chat page in a browser: answers, citations opened in their article, silence, and what it refuses."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from functools import cached_property
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import urlsplit

import pytest

import app
from page import serving, turns
from rag import Assistant
from rag.errors import LibraryError, UsageError
from rag.show import line, origin
from tests.conftest import ROOT, child_environment

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    "--no-sandbox --disable-gpu --disable-background-networking --disable-component-update"
    " --disable-sync --no-first-run"
).split()
SIGNED = "what did Hamada sign?"
BRAZIL = "Who won the 2023 election in Brazil?"
KEY = "sk-a-key-that-must-not-show"
WAIT_MS = 20_000

SPITEFUL = (
    'Mayor Quill signed the harbor treaty <script>window.hacked = "script"</script> with'
    " <img src=http://evil.example/p.png onerror=\"window.hacked = 'image'\"> and"
    " [a link](javascript:window.hacked=1) and ![pixel](http://evil.example/m.png) and"
    " ${window.hacked = 'template'} and {{constructor}} and </div><iframe src=//evil.example></iframe> there."
)
SPITEFUL_METADATA = """\
spite.txt:
  title: 'Treaty <img src=x onerror="window.hacked=2"> ${window.hacked=3}'
  outlet: '"><script>window.hacked=4</script>'
  published: 2024-05-06
"""


# The page, served and looked at


class Served:
    """The page in a process of its own, on a free port; it starts while others are being tested."""

    def __init__(self, home: Path, *options: str, **environment: str) -> None:
        quiet = {"OPENAI_API_KEY": "", "OPENAI_BASE_URL": "", "RAG_MODEL": "", "RAG_HOME": str(home)}
        self._process = subprocess.Popen(
            [sys.executable, str(ROOT / "app.py"), "--port", "0", *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=home.parent,
            env=child_environment(**{**quiet, **environment}),
            text=True,
        )

    def __enter__(self) -> Served:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.communicate(timeout=20)

    @cached_property
    def address(self) -> str:
        """The address that the command prints once it serves."""
        assert self._process.stdout is not None
        found = re.search(r"http://127\.0\.0\.1:\d+", self._process.stdout.readline())
        if found is None:
            self._process.kill()
            pytest.fail(f"the page did not start: {self._process.communicate()[1][-500:]}")
        return found.group()


@pytest.fixture(scope="module")
def pages(seeded_home: Path, model: Model, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Three pages: quoting, a model writing, and one over an article that tries to be more than text."""
    folder = tmp_path_factory.mktemp("spiteful") / "articles"
    folder.mkdir()
    (folder / "spite.txt").write_text(f"Harbor news\n\n{SPITEFUL}\n", encoding="utf-8")
    (folder / "metadata.yaml").write_text(SPITEFUL_METADATA, encoding="utf-8")
    url = f"http://127.0.0.1:{model.port}/v1"
    with (
        Served(seeded_home, "--quote") as quoting,
        Served(seeded_home, OPENAI_BASE_URL=url, OPENAI_API_KEY=KEY, RAG_MODEL="parrot") as writing,
        Served(folder.parent / "home", "--quote", "--articles", str(folder)) as spiteful,
    ):
        yield SimpleNamespace(quoting=quoting, writing=writing, spiteful=spiteful)


@pytest.fixture
def quoting(pages: Any) -> str:
    """The address of the page over the seeds that answers by quoting."""
    return str(pages.quoting.address)


@pytest.fixture
def writing(pages: Any) -> str:
    """The address of the page over the seeds where a model answers."""
    return str(pages.writing.address)


@pytest.fixture
def spiteful(pages: Any) -> str:
    """The address of the page over the article that tries to be more than text."""
    return str(pages.spiteful.address)


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


class Tab:
    """A browser tab, which is a session of its own, and what a person does in it."""

    def __init__(self, browser: Any) -> None:
        self.requests: list[str] = []
        self.alarms: list[str] = []
        self.page = browser.new_page()
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("pageerror", lambda error: self.alarms.append(f"error: {error}"))
        self.page.on("dialog", self._dialog)

    def _dialog(self, dialog: Any) -> None:
        self.alarms.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def open(self, address: str) -> Tab:
        """Go to the page and wait until it can be used."""
        self.page.goto(address)
        self.page.wait_for_selector(".start")
        return self

    def ask(self, question: str) -> Any:
        """Ask, wait for the answer to be finished, and return its turn."""
        turns = self.page.locator(".turn").count()
        self.page.fill("#question textarea", question)
        self.page.press("#question textarea", "Enter")
        turn = self.page.locator(".turn").nth(turns)
        turn.locator(".answer:not([aria-busy])").wait_for()
        return turn

    def text(self, selector: str) -> str:
        """The text of the one element that fits, white space as it stands."""
        return str(self.page.locator(selector).text_content())

    def foreign(self) -> list[str]:
        """Requests that went to another machine."""
        here = ("127.0.0.1", None)
        return [url for url in self.requests if urlsplit(url).hostname not in here]


@pytest.fixture
def tab(browser: Any) -> Iterator[Tab]:
    """A fresh tab; when the test is over, nothing may have left this machine or run amok."""
    fresh = Tab(browser)
    yield fresh
    fresh.page.close()
    assert ([], []) == (fresh.foreign(), fresh.alarms)


# A model on loopback


class Model(ThreadingHTTPServer):
    """A chat endpoint that writes a sentence, waits for `go_on`, and writes one that does not hold."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Reply)
        self.port = self.server_address[1]
        self.go_on = threading.Event()
        self.down = False


class _Reply(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        model = cast("Model", self.server)
        prompt = self.rfile.read(int(self.headers["Content-Length"])).decode("utf-8")
        self.send_response(503 if model.down else 200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        if model.down:
            return
        number = re.search(r"\[(\d+)\] According to the Pentagon release", prompt)
        assert number is not None
        if "77 million" in prompt:  # to be repaired, and is not
            self._say("NOT IN ARTICLES", finish="stop")
            return
        self._say(f"Austin and Hamada signed a Security of Supply Arrangement. [{number[1]}]\n")
        model.go_on.wait(10)
        self._say(f"Hamada paid 77 million dollars. [{number[1]}]\n", finish="stop")
        self.wfile.write(b"data: [DONE]\n\n")

    def _say(self, words: str, finish: str | None = None) -> None:
        choice = {"index": 0, "delta": {"content": words}, "finish_reason": finish}
        chunk = {"id": "1", "object": "chat.completion.chunk", "created": 0, "model": "m"}
        self.wfile.write(f"data: {json.dumps({**chunk, 'choices': [choice]})}\n\n".encode())
        self.wfile.flush()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def model() -> Iterator[Model]:
    """The model, serving."""
    with Model() as serving:
        thread = threading.Thread(target=serving.serve_forever, daemon=True)
        thread.start()
        yield serving
        serving.shutdown()
        thread.join()


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
    assert "Answering: quoting from the articles" == tab.text(".who")
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
    tab.open(writing)
    assert "Answering: parrot, every sentence checked" == tab.text(".who")
    tab.page.fill("#question textarea", SIGNED)
    tab.page.press("#question textarea", "Enter")
    tab.page.wait_for_selector("[aria-busy] .sentence")
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
    assert KEY not in tab.page.content() + fetched(writing, "/config")[1] + fetched(writing, "/")[1]


@pytest.mark.browser
def test_what_is_sent_during_an_answer_is_asked_after_it(writing: str, tab: Tab, model: Model) -> None:
    """A question sent while the model still writes is neither lost nor mixed into the first answer."""
    model.go_on.clear()
    tab.open(writing)
    tab.page.fill("#question textarea", SIGNED)
    tab.page.press("#question textarea", "Enter")
    tab.page.wait_for_selector("[aria-busy] .sentence")
    tab.page.fill("#question textarea", f"{SIGNED} Who?")
    tab.page.press("#question textarea", "Enter")
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


# What is refused


@pytest.mark.browser
def test_article_and_question_are_text_and_nothing_else(spiteful: str, tab: Tab) -> None:
    """Markup in an article, its metadata and a question is shown as it stands and does nothing."""
    asked = "what treaty did Mayor Quill sign? <img src=x onerror=window.hacked=5> ${window.hacked=6}"
    turn = tab.open(spiteful).ask(asked)
    assert asked == turn.locator(".question").text_content()
    assert 0 == tab.page.locator(".example").count()
    turn.locator(".cite").first.click()
    tab.page.wait_for_selector("mark")
    tab.page.wait_for_timeout(300)
    assert f"Harbor news\n\n{SPITEFUL}\n" == tab.text("#article .text")
    assert tab.text("mark") in SPITEFUL
    assert 'Treaty <img src=x onerror="window.hacked=2"> ${window.hacked=3}' == tab.text("#article h2")
    assert tab.page.evaluate("window.hacked === undefined")
    assert 0 == tab.page.locator("#desk :is(script, img, iframe, a)").count()


def fetched(address: str, path: str, host: str | None = None) -> tuple[int, str]:
    """The status and text that the server gives for a path, which is sent as it stands."""
    parts = urlsplit(address)
    with closing(HTTPConnection(str(parts.hostname), parts.port, timeout=10)) as connection:
        connection.request("GET", path, headers={"Host": host or parts.netloc})
        reply = connection.getresponse()
        return reply.status, reply.read().decode("utf-8", "replace")


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/file=/etc/passwd",
        "/gradio_api/file={library}",
        "/gradio_api/file={app}",
        "/gradio_api/file=http://127.0.0.1:9/",
        "/gradio_api/file/etc/passwd",
        "//gradio_api/file=/etc/passwd",
        "/gradio_api/%66ile=/etc/passwd",
        "/file=/etc/passwd",
        "/gradio_api/proxy=http://127.0.0.1:9/",
        "/gradio_api/upload",
        "/static/../../../../../../../../etc/passwd",
        "/assets/..%2f..%2f..%2froutes.py",
        "/static/%2e%2e/%2e%2e/routes.py",
    ],
)
def test_no_route_serves_files(quoting: str, seeded_home: Path, path: str) -> None:
    """Neither the library nor any other file can be fetched from the server."""
    library = next(seeded_home.glob("library.sqlite3"))
    status, text = fetched(quoting, path.format(library=library, app=ROOT / "app.py"))
    assert status in (403, 404)
    assert not re.search(r"root:|SQLite format|import ", text)


def test_the_page_tells_no_paths_and_answers_to_no_other_name(quoting: str, seeded_home: Path) -> None:
    """Nothing served at the start names a folder of this machine; another host's name is turned away."""
    start, config = fetched(quoting, "/"), fetched(quoting, "/config")
    assert (200, 200) == (start[0], config[0])
    for folder in {str(ROOT), str(seeded_home.parent), str(Path(sys.prefix)), str(Path.home())} - {"/"}:
        assert f"{folder}{os.sep}" not in start[1] + config[1]
    assert 400 == fetched(quoting, "/", host="elsewhere.example")[0]


# Without a browser


def test_a_failure_is_one_line_without_folders() -> None:
    """What goes wrong while answering becomes the turn's line, and where things lie stays out of it."""

    def fail(*_: Any) -> Iterator[Any]:
        raise LibraryError("cannot read /home/someone/news/library.sqlite3: <disk>")
        yield

    *_, last = turns.follow(cast("Assistant", SimpleNamespace(stream=fail)), (), "who?")
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
