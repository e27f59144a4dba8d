"""The doors of the page: which routes are open, and what no route, host, origin or body gets past."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest

import app
from page.gate import MAX_BODY, MAX_UPLOAD, UPLOAD, Body, Gate, House, named_files, refused
from page.password import SHORTEST, TRIES, TRIES_S, Password, password_of
from page.serving import checked_host
from rag.errors import UsageError
from tests.conftest import ROOT
from tests.page.browser import CHROMIUM, FLAGS, WAIT_MS, Served
from tests.page.site import basic, call, called, fetch, sent, uploaded

WORD = "a-word-that-must-not-show"
STORED = "sk-this-stands-in-dot-env"
CHILD = ROOT / "tests" / "page" / "child.py"

# Every route of Gradio's that is open, and all of them that take part of the path.
OPEN = set(
    """
    GET /|HEAD /|GET /config|GET /theme.css|GET /favicon.ico|GET /robots.txt|GET /manifest.json
    GET /static/{path:path}|GET /assets/{path:path}
    GET /gradio_api/info|GET /gradio_api/theme.css|GET /gradio_api/startup-events
    GET /gradio_api/heartbeat/{session_hash}|GET /gradio_api/queue/data|GET /gradio_api/upload_progress
    POST /gradio_api/queue/join|POST /gradio_api/cancel|POST /gradio_api/reset|POST /gradio_api/upload
    POST /gradio_api/run/{api_name}|POST /gradio_api/call/{api_name}|POST /gradio_api/call/v2/{api_name}
    GET /gradio_api/call/{api_name}/{event_id}|GET /gradio_api/call/v2/{api_name}/{event_id}
    GET /gradio_api/mcp/{below:path}|POST /gradio_api/mcp/{below:path}
    """.replace("\n", "|")
    .replace(" ", " ")
    .split("|")
)
OPEN = {" ".join(route.split()) for route in OPEN if route.strip()}


@pytest.fixture(scope="module")
def home(seeded_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home beside a `.env` that holds a secret, where the servers run."""
    import shutil

    folder = tmp_path_factory.mktemp("doors")
    (folder / ".env").write_text(f"RAG_EMBED_API_KEY={STORED}\n", encoding="utf-8")
    return Path(shutil.copytree(seeded_home, folder / "home"))


class Sites(NamedTuple):
    """A page that is watched, one with a password, and the files of the first one's routes and addresses."""

    watched: Served
    locked: Served
    routes: Path
    reached: Path


@pytest.fixture(scope="module")
def sites(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sites]:
    """Both pages, starting at once."""
    folder = tmp_path_factory.mktemp("watched")
    routes, reached = folder / "routes", folder / "reached"
    with (
        Served(home, runner=CHILD, REACHED=str(reached), ROUTES=str(routes)) as watched,
        Served(home, "--host", "0.0.0.0", RAG_PASSWORD=WORD) as locked,
    ):
        yield Sites(watched, locked, routes, reached)


@pytest.fixture
def page(sites: Sites) -> str:
    """The address of the page that anyone on this machine may use."""
    return sites.watched.address


@pytest.fixture
def locked(sites: Sites) -> str:
    """The address of the page that asks for a password."""
    return sites.locked.address


# Routes


@pytest.fixture
def routes(sites: Sites, page: str) -> list[tuple[str, str]]:
    """Every route of the app as Gradio makes it: a method and a path with its parameters in braces."""
    rows = [line.split(" ", 1) for line in sites.routes.read_text(encoding="utf-8").splitlines()]
    return [(method, path) for methods, path in rows for method in methods.split(",")]


def filled(path: str, value: str) -> str:
    """A route's path with a value for each of its parameters."""
    return re.sub(r"\{[^}]*\}", lambda _: value, path)


def test_every_route_is_known_and_open_or_shut(routes: list[tuple[str, str]]) -> None:
    """What is open is what is listed here; all else that Gradio serves, or will serve, is refused."""
    house = House(Path("/nowhere"), None)
    found = {
        f"{method} {path}"
        for method, path in routes
        if refused(_scope(filled(path, "name"), method), house) is None
    }
    # What is mounted is open at its root alone.
    assert OPEN - {"GET /gradio_api/mcp/{below:path}", "POST /gradio_api/mcp/{below:path}"} == found
    for method in ("GET", "POST", "DELETE"):
        assert refused(_scope("/gradio_api/mcp/", method), house) is None
    assert len(routes) > 70


def test_shut_routes_are_shut_on_the_server(page: str, routes: list[tuple[str, str]]) -> None:
    """The running server answers each shut route with 403 or 404 and not a word more."""
    shut = [(m, p) for m, p in routes if f"{m} {p}" not in OPEN]
    for method, path in shut:
        reply = fetch(page, filled(path, "name"), method, b"{}" if method == "POST" else None)
        assert reply.status in (403, 404), (method, path)
        assert len(reply.text) < 100
    assert len(shut) > 45


def test_no_route_that_takes_a_path_serves_a_file(
    page: str, home: Path, routes: list[tuple[str, str]]
) -> None:
    """Neither `.env`, the library, the code, the system's files nor what another uploaded can be fetched."""
    other = uploaded(page, "other.txt", b"what another session uploaded").json()[0]
    library = next(home.glob("library.sqlite3"))
    taking = {(m, p) for m, p in routes if "{" in p and m in ("GET", "HEAD")}
    for path in _wanted(home, library, Path(other)):
        for method, route in taking:
            reply = fetch(page, filled(route, path), method)
            assert reply.status in (403, 404), (route, path)
            assert not re.search(rf"root:|SQLite format|import |{STORED}|another session", reply.text)
    assert len(taking) >= 15


def _wanted(home: Path, *files: Path) -> Iterator[str]:
    """Ways to name files that nobody is to fetch."""
    for file in (home.parent / ".env", ROOT / "app.py", Path("/etc/passwd"), *files):
        yield str(file)
        yield str(file)[1:]
        yield str(file).replace("/", "%2f")
        yield "../" * 12 + str(file)[1:]
        yield "..%2f" * 12 + str(file)[1:].replace("/", "%2f")
        yield "%2e%2e/" * 12 + str(file)[1:]
    yield from (
        ".env",
        "../.env",
        "..\\..\\.env",
        "http://127.0.0.1:9/",
        "file:///etc/passwd",
        "a%00b",
        "%252e%252e/x",
    )


@pytest.mark.parametrize(
    "path",
    [
        "//",
        "//gradio_api/file=/etc/passwd",
        "/GRADIO_API/upload",
        "/gradio_api/mcp/x",
        "/gradio_api/file=/etc/passwd",
        "/gradio_api/file={library}",
        "/gradio_api/file={app}",
        "/gradio_api/file=http://127.0.0.1:9/",
        "/gradio_api/file/etc/passwd",
        "/gradio_api/%66ile=/etc/passwd",
        "/file=/etc/passwd",
        "/gradio_api/proxy=http://127.0.0.1:9/",
        "/gradio_api/upload",
        "/static/../../../../../../../../etc/passwd",
        "/assets/..%2f..%2f..%2froutes.py",
        "/static/%2e%2e/%2e%2e/routes.py",
    ],
)
def test_other_spellings_of_a_path_are_shut(page: str, home: Path, path: str) -> None:
    """Files by their path, doubled slashes, capitals and what lies below MCP's address lead nowhere."""
    reply = fetch(page, path.format(library=home / "library.sqlite3", app=ROOT / "app.py"))
    assert reply.status in (403, 404)
    assert not re.search(r"root:|SQLite format|import ", reply.text)


def test_the_page_tells_no_paths(page: str, home: Path) -> None:
    """Nothing served at the start names a folder of this machine."""
    start, config = fetch(page, "/"), fetch(page, "/config")
    assert (200, 200) == (start.status, config.status)
    for folder in {str(ROOT), str(home.parent), str(Path(sys.prefix)), str(Path.home())} - {"/"}:
        assert f"{folder}{os.sep}" not in start.text + config.text


def test_a_request_names_no_file_but_what_was_uploaded(page: str) -> None:
    """Gradio would read or fetch the file of any value that looks like one; the gate reads it first."""
    there = uploaded(page, "mine.txt", b"mine").json()[0]
    for path in ("/etc/passwd", "http://127.0.0.1:9/x", f"{there}/../../../etc/passwd", "mine.txt", "a\0b"):
        for value in ({"path": path, "meta": {"_type": "gradio.FileData"}}, {"path": path, "meta": None}):
            for route in ("queue/join", "run/ask", "call/ask", "call/v2/ask", "mcp/", "cancel"):
                body = {"data": [[{"deep": value}]], "fn_index": 0, "session_hash": "s", "path": "/fine"}
                assert 403 == sent(page, f"/gradio_api/{route}", body).status, (route, path)
    own = {"data": [{"path": there, "meta": {"_type": "gradio.FileData"}}]}
    assert 403 != sent(page, "/gradio_api/run/ask", own).status


def test_files_are_found_wherever_they_stand() -> None:
    """A file in lists of objects of lists is found; an object with a path alone is none."""
    value = {"a": [{"path": "x", "meta": {}}], "b": {"c": [[{"path": "y", "meta": 1, "d": {"path": "z"}}]]}}
    assert {"x", "y"} == set(named_files(value))
    assert [] == list(named_files([1, None, "path", {"path": 3, "meta": {}}]))


# Uploads and lengths


def test_uploads_are_limited_and_go_with_the_server(home: Path) -> None:
    """A file over the limit leaves nothing behind, and nothing that was uploaded outlives the server."""
    with Served(home) as site:
        mine = Path(uploaded(site.address, "mine.txt", b"mine").json()[0])
        assert b"mine" == mine.read_bytes()
        folder = next(p for p in mine.parents if p.name.startswith("pressroom-"))
        assert 0o700 == folder.stat().st_mode & 0o777
        assert 413 == uploaded(site.address, "big.txt", b"x" * 26_300_000).status
        assert [mine] == [p for p in folder.rglob("*") if p.is_file()]
        status, told = site.stop()
    assert (0, "") == (status, told)
    assert not folder.exists()


def test_a_body_that_is_too_long_is_not_read(page: str) -> None:
    """A length over the limit is refused at once, and so is one that is no length or is not kept to."""
    long = b"x" * (MAX_BODY + 1)
    assert 413 == fetch(page, "/gradio_api/run/ask", "POST", long).status
    assert 413 == fetch(page, UPLOAD, "POST", content_length=str(MAX_UPLOAD + 1)).status
    assert 413 == asyncio.run(_streamed([b"x" * MAX_BODY, b"x"], "/gradio_api/run/ask"))
    assert 413 == asyncio.run(_streamed([b"x" * (MAX_UPLOAD // 4)] * 5, UPLOAD))
    assert 200 == asyncio.run(_streamed([b"[", b"]"], "/gradio_api/run/ask"))
    assert 400 == asyncio.run(_streamed([b"["], "/gradio_api/run/ask"))
    assert 400 == asyncio.run(_streamed([b"[" * 200_000], "/gradio_api/run/ask"))


async def _streamed(parts: list[bytes], path: str) -> int:
    """The status of a POST of these parts that names no length, from an app that reads all of it."""
    from starlette.requests import Request
    from starlette.responses import PlainTextResponse

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await PlainTextResponse(str(len(await Request(scope, receive).body())))(scope, receive, send)

    waiting = [{"type": "http.request", "body": part, "more_body": True} for part in parts]
    waiting.append({"type": "http.request", "body": b"", "more_body": False})
    said: list[Any] = []

    async def receive() -> Any:
        return waiting.pop(0)

    async def send(message: Any) -> None:
        said.append(message)

    await Gate(app, House(Path("/nowhere"), None))(_scope(path, "POST"), receive, send)
    assert b"content-security-policy" in dict(said[0]["headers"])
    return int(said[0]["status"])


def test_what_was_looked_at_is_passed_on_whole() -> None:
    """The app behind the gate gets every part of a body, and then what comes after it."""
    parts = [
        {"type": "http.request", "body": b"[1,", "more_body": True},
        {"type": "http.request", "body": b"2]"},
    ]
    coming = [*parts, {"type": "http.disconnect"}]

    async def receive() -> Any:
        return coming.pop(0)

    async def all_of_it() -> list[Any]:
        body = Body(receive, 100)
        assert await body.read(Path("/nowhere")) is None
        return [await body.receive() for _ in range(3)]

    assert [*parts, {"type": "http.disconnect"}] == asyncio.run(all_of_it())


# Other names, other sites


@pytest.mark.parametrize(
    "host", ["elsewhere.example", "elsewhere.example:80", "", "127.0.0.1.example", "localhost@x"]
)
def test_the_page_answers_to_no_other_name(page: str, host: str) -> None:
    """A name that is made to lead to this machine is turned away."""
    assert 400 == fetch(page, "/", host=host).status


def test_pages_of_other_sites_can_send_nothing(page: str) -> None:
    """An origin that is not ours is refused, as is what a browser says comes from elsewhere; links work."""
    own = page.removeprefix("http://")
    for origin in ("http://elsewhere.example", "null", "http://127.0.0.1:1", "http://localhost.example"):
        assert 403 == call(page, "ask", "who?", origin=origin).status
        assert 403 == fetch(page, "/config", origin=origin).status
    assert 200 == call(page, "ask", "who?", origin=f"http://{own}").status
    assert 403 == fetch(page, "/", sec_fetch_site="cross-site", sec_fetch_mode="no-cors").status
    assert 200 == fetch(page, "/", sec_fetch_site="cross-site", sec_fetch_mode="navigate").status
    assert (
        403
        == sent(page, "/gradio_api/mcp/", {}, sec_fetch_site="cross-site", sec_fetch_mode="navigate").status
    )


def test_only_http_comes_in() -> None:
    """A web socket is closed, and the server's own start passes."""
    seen: list[Any] = []

    async def app(scope: Any, *_: Any) -> None:
        seen.append(scope["type"])

    async def send(message: Any) -> None:
        seen.append(message["type"])

    gate = Gate(app, House(Path("/nowhere"), None))
    for kind in ("websocket", "lifespan"):
        asyncio.run(gate({"type": kind, "path": "/"}, None, send))
    assert ["websocket.close", "lifespan"] == seen


def _scope(path: str, method: str = "GET", **headers: str) -> dict[str, Any]:
    named = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {"type": "http", "method": method, "path": path, "query_string": b"", "headers": named}


# The password


def test_nothing_is_served_without_the_password(locked: str, routes: list[tuple[str, str]]) -> None:
    """Page, API, MCP, uploads and queue, open and shut: each asks for the password and says no more."""
    for method, path in routes:
        reply = fetch(locked, filled(path, "name"), method, b"{}" if method == "POST" else None)
        assert 401 == reply.status, (method, path)
        assert reply.headers["www-authenticate"].startswith("Basic ")
        assert "a password is needed" == reply.text or method == "HEAD"


def test_the_password_opens_and_is_shown_nowhere(locked: str) -> None:
    """Whatever the user's name; neither page, config nor an error holds the password."""
    for user in ("", "someone", "a:b".partition(":")[0]):
        assert 200 == fetch(locked, "/config", authorization=basic(WORD, user)).status
    key = basic(WORD)
    assert "answered" == called(locked, "ask", "what did Hamada sign?", authorization=key)["status"]
    pages = [fetch(locked, path, authorization=key) for path in ("/", "/config", "/gradio_api/info")]
    pages += [call(locked, "ask", 0, authorization=key)]
    assert not any(WORD in reply.text for reply in pages)
    assert WORD not in repr(House(Path(), None, Password(WORD))) + str(vars(Password(WORD)))


def test_a_name_is_no_matter_where_there_is_a_password(locked: str) -> None:
    """Bound elsewhere, the page cannot know its names; other sites are refused all the same."""
    key = basic(WORD)
    assert 200 == fetch(locked, "/", host="news.example", authorization=key).status
    sent_there = {"host": "news.example", "origin": "https://news.example", "authorization": key}
    assert 200 == call(locked, "ask", "who?", **sent_there).status
    assert (
        403
        == sent(
            locked, "/gradio_api/run/ask", {"data": ["who?"]}, **sent_there | {"origin": "https://x"}
        ).status
    )


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Basic",
        "Basic !",
        "Bearer " + WORD,
        basic(""),
        basic(WORD + "x"),
        basic(WORD[:-1]),
        "Basic YQ==",
    ],
)
def test_what_is_not_the_password_does_not_open(header: str) -> None:
    """Another word, another scheme, another encoding, or nothing."""
    assert "ask" == Password(WORD).judge(header, "a")


def test_wrong_passwords_are_bounded_in_number() -> None:
    """After so many from one address none is heard for a while; others are, and later this one too."""
    now = [0.0]
    password = Password(WORD, lambda: now[0])
    assert ["ask"] * TRIES == [password.judge(basic(f"wrong-{i}"), "a") for i in range(TRIES)]
    assert ["wait", "wait", "let in"] == [
        password.judge(basic(given), client) for given, client in (("x", "a"), (WORD, "a"), (WORD, "b"))
    ]
    assert "ask" == password.judge(None, "a")
    now[0] = TRIES_S + 1
    assert "let in" == password.judge(basic(WORD), "a")


def test_a_password_in_other_letters_opens() -> None:
    """Letters beyond ASCII come in UTF-8, as the page asks for them."""
    assert "let in" == Password("пароль-ключ").judge(basic("пароль-ключ"), "a")


def test_the_password_is_read_as_other_settings_are(tmp_path: Path) -> None:
    """The environment overrules `.env`; with neither there is none, and a short one is refused."""
    assert password_of({}, tmp_path) is None
    (tmp_path / ".env").write_text("RAG_PASSWORD=from-the-file\n", encoding="utf-8")
    for environment, expected in (({}, "from-the-file"), ({"RAG_PASSWORD": "from-outside"}, "from-outside")):
        found = password_of(environment, tmp_path)
        assert found is not None
        assert "let in" == found.judge(basic(expected), "a")
    with pytest.raises(UsageError, match=f"at least {SHORTEST}"):
        password_of({"RAG_PASSWORD": "short"}, tmp_path)


def test_an_address_that_others_reach_needs_a_password() -> None:
    """Loopback is free, all else is a usage error without a password; names are none of an address."""
    password = Password(WORD)
    assert ["127.0.0.1", "127.0.0.2"] == [checked_host(host, None) for host in ("localhost", "127.0.0.2")]
    assert "0.0.0.0" == checked_host("0.0.0.0", password)
    with pytest.raises(UsageError, match="RAG_PASSWORD"):
        checked_host("192.168.1.5", None)
    with pytest.raises(UsageError, match="IPv4"):
        checked_host("news.example", password)


def test_without_a_password_the_command_ends_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """--host elsewhere and no password: exit status 2, one line, nothing served."""
    monkeypatch.chdir(tmp_path)
    assert 2 == app.main(["--host", "0.0.0.0", "--home", str(tmp_path / "home")])
    out, err = capsys.readouterr()
    assert ("", 1) == (out, len(err.splitlines()))
    assert "RAG_PASSWORD" in err


# Nothing leaves the machine


@pytest.mark.browser
def test_the_browser_reaches_for_no_other_machine(page: str, locked: str) -> None:
    """Page, answer and MCP's own page load from here alone, with a password too, and nothing is refused."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is not installed")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        for address, password in ((page, None), (locked, WORD)):
            hosts, statuses = _visit(browser, address, password)
            assert {address.removeprefix("http://")} == hosts
            assert {200} == statuses - {401}
        browser.close()


def _visit(browser: Any, address: str, password: str | None) -> tuple[set[str], set[int]]:
    """Ask a question and open MCP's page: every host that is asked for something, and every status."""
    known = {} if password is None else {"http_credentials": {"username": "me", "password": password}}
    context = browser.new_context(**known)
    context.set_default_timeout(WAIT_MS)
    tab = context.new_page()
    hosts: set[str] = set()
    statuses: set[int] = set()
    tab.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    tab.on("response", lambda reply: statuses.add(reply.status))
    tab.goto(address)
    tab.fill("#question textarea", "what did Hamada sign?")
    tab.press("#question textarea", "Enter")
    tab.locator(".answer:not([aria-busy]) .cite").first.wait_for()
    tab.goto(f"{address}/gradio_api/mcp/")
    tab.locator("#server-url").wait_for()
    tab.wait_for_load_state("networkidle")
    context.close()
    return hosts, statuses


def test_the_server_reaches_for_no_other_machine(sites: Sites, page: str) -> None:
    """Starting, asking, searching, reading and uploading: the only addresses it reaches for are its own."""
    assert "answered" == called(page, "ask", "what did Hamada sign?")["status"]
    assert called(page, "search_articles", "hypersonic weapons")
    assert 200 == uploaded(page, "page.txt", b"text").status
    reached = set(sites.reached.read_text(encoding="utf-8").split())
    # Gradio asks itself whether it is up: what is watched for is seen.
    assert "127.0.0.1" in reached
    assert reached <= {"127.0.0.1", "localhost", "unix", "None"}
