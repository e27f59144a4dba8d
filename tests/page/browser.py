"""A page served for the tests, a browser tab to use it in, and the model that writes on it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import pytest

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
    """The page over a home, on a free port, in a process of its own; without a model named it quotes."""

    def __init__(self, home: Path, *options: str, runner: Path = ROOT / "app.py", **environment: str) -> None:
        quiet = {"OPENAI_API_KEY": "", "OPENAI_BASE_URL": "", "RAG_MODEL": "", "RAG_HOME": str(home)}
        self._process = subprocess.Popen(
            [sys.executable, str(runner), "--port", "0", *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=home.parent,
            env=child_environment(**{**quiet, **environment}),
            text=True,
        )

    def __enter__(self) -> Served:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @cached_property
    def address(self) -> str:
        """The address that the command prints once it serves."""
        assert self._process.stdout is not None
        found = re.search(r"http://[\d.]+:\d+", self._process.stdout.readline())
        if found is None:
            self._process.kill()
            pytest.fail(f"the page did not start: {self._process.communicate()[1][-500:]}")
        return found.group().replace("0.0.0.0", "127.0.0.1")

    def stop(self) -> tuple[int, str]:
        """End the server as a service manager does; its exit status and what it said after its address."""
        self._process.terminate()
        told = "".join(self._process.communicate(timeout=60))
        return self._process.returncode, told


# How the focused element is called.
LABEL = """() => {
  const node = document.activeElement;
  return node.getAttribute('aria-label') ?? node.labels?.[0]?.innerText ?? node.innerText ?? '';
}"""


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

    def articles(self, address: str) -> Any:
        """Go to the page and wait until its list of articles can be used; the page."""
        self.open(address).page.click("role=tab[name=Articles]")
        self.page.wait_for_selector(".entry")
        return self.page

    def send(self, question: str) -> None:
        """Type a question and send it."""
        self.page.fill("#question textarea", question)
        self.page.press("#question textarea", "Enter")

    def begin(self, address: str, question: str) -> None:
        """Go to the page, ask, and come back when a sentence stands there and more are to come."""
        self.open(address).send(question)
        self.page.wait_for_selector("[aria-busy] .sentence")

    def ask(self, question: str) -> Any:
        """Ask, wait for the answer to be finished, and return its turn."""
        turns = self.page.locator(".turn").count()
        self.send(question)
        turn = self.page.locator(".turn").nth(turns)
        turn.locator(".answer:not([aria-busy])").wait_for()
        return turn

    def text(self, selector: str) -> str:
        """The text of the one element that fits, white space as it stands."""
        return str(self.page.locator(selector).text_content())

    def walk(self, key: str, steps: int) -> list[str]:
        """What has the focus at each step of a walk by keyboard: its label, or its text."""
        seen = []
        for _ in range(steps):
            self.page.keyboard.press(key)
            seen.append(str(self.page.evaluate(LABEL)).strip())
        return seen

    def foreign(self) -> list[str]:
        """Requests that went to another machine."""
        here = ("127.0.0.1", None)
        return [url for url in self.requests if urlsplit(url).hostname not in here]


# A model on loopback


class Model(ThreadingHTTPServer):
    """A chat endpoint that writes a sentence, waits for `go_on`, and writes one that does not hold."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Reply)
        self.port = self.server_address[1]
        self.go_on = threading.Event()
        self.down = False
        self.prompts: list[str] = []


class _Reply(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        model = cast("Model", self.server)
        prompt = self.rfile.read(int(self.headers["Content-Length"])).decode("utf-8")
        model.prompts.append(prompt)
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
