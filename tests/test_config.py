"""Settings: read once, checked, fingerprinted; and the guards that the other tests stand on."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from rag.config import DEFAULT_MODEL, Config, data_folder
from rag.errors import ConfigError
from tests.conftest import REFUSED, NetworkTouchedError, config_for


@pytest.mark.parametrize(
    ("environ", "model"),
    [
        ({}, None),
        ({"OPENAI_API_KEY": "k"}, DEFAULT_MODEL),
        ({"OPENAI_BASE_URL": "http://127.0.0.1:1"}, DEFAULT_MODEL),
        ({"OPENAI_API_KEY": "k", "RAG_MODEL": "m"}, "m"),
        ({"RAG_MODEL": "m"}, None),
        ({"OPENAI_API_KEY": "", "OPENAI_BASE_URL": ""}, None),
    ],
)
def test_a_model_needs_a_key_or_an_endpoint(environ: Mapping[str, str], model: str | None) -> None:
    """Without a key and without an endpoint the answer is quoted, whatever else is set."""
    assert model == Config.from_env({**environ, "RAG_HOME": "/h"}).model


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OPENAI_BASE_URL", "localhost:1"),
        ("RAG_EMBED_BASE_URL", "ftp://host"),
        ("RAG_CHROMA_URL", "http://host:8000/path"),
        ("RAG_DEADLINE", "soon"),
        ("RAG_DEADLINE", "0"),
        ("RAG_DEADLINE", "-1"),
        ("RAG_DEADLINE", "nan"),
        ("RAG_DEADLINE", "inf"),
        ("RAG_JUDGE", "perhaps"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(name: str, value: str) -> None:
    """A number that is none, or a URL that is none, is refused in a line that names the setting."""
    with pytest.raises(ConfigError, match=f"^{name} must .*{value}"):
        Config.from_env({name: value, "RAG_HOME": "/h"})


@pytest.mark.parametrize(
    ("value", "on"), [("", False), ("0", False), ("off", False), ("1", True), ("Yes", True), (" true ", True)]
)
def test_the_judge_is_off_unless_it_is_switched_on(value: str, on: bool) -> None:
    """It takes a word for yes, and is part of the fingerprint."""
    plain, switched = (Config.from_env({"RAG_HOME": "/h", **more}) for more in ({}, {"RAG_JUDGE": value}))
    assert on == switched.judge
    assert on == (plain.fingerprint != switched.fingerprint)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://Host", "http://host:8000"),
        ("https://host/", "https://host:443"),
        ("http://[::1]:9", "http://[::1]:9"),
    ],
)
def test_a_chroma_server_has_one_spelling(url: str, expected: str) -> None:
    """Scheme, host and port, so that one server is one place whichever way it is written."""
    assert expected == Config.from_env({"RAG_CHROMA_URL": url, "RAG_HOME": "/h"}).chroma_url


def test_a_chroma_server_is_named_without_a_password() -> None:
    """A password in the address would end in messages and in the library; the line does not repeat it."""
    with pytest.raises(ConfigError, match="must not hold a name or a password") as refused:
        Config.from_env({"RAG_CHROMA_URL": "http://ann:secret@host:8000", "RAG_HOME": "/h"})
    assert "secret" not in str(refused.value)


def test_home_is_where_the_cache_lies_too(tmp_path: Path) -> None:
    """RAG_HOME moves library and cache together, and becomes absolute."""
    config = Config.from_env({"RAG_HOME": "somewhere"})
    assert (Path.cwd() / "somewhere", Path.cwd() / "somewhere" / "cache") == (config.home, config.cache)
    assert Path.home() / "r" == Config.from_env({"RAG_HOME": "~/r"}).home


def test_the_environment_overrules_the_dotenv_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`.env` is read from the folder, and a variable of the environment wins over it."""
    (tmp_path / ".env").write_text("RAG_DEADLINE=7\nOPENAI_API_KEY=stored\nRAG_HOME=/stored\n", "utf-8")
    monkeypatch.setenv("OPENAI_API_KEY", "set")
    config = Config.from_env(folder=tmp_path)
    assert (7.0, "set", Path("/stored")) == (config.deadline_s, config.api_key, config.home)


def test_a_dotenv_that_is_no_text_is_one_clear_error(tmp_path: Path) -> None:
    """A binary `.env` is refused by name."""
    (tmp_path / ".env").write_bytes(b"\xff\xfe\x00RAG")
    with pytest.raises(ConfigError, match=r"cannot read .*\.env"):
        Config.from_env(folder=tmp_path)


def test_a_key_never_shows(tmp_path: Path) -> None:
    """The printed form of the settings holds no key."""
    config = config_for(tmp_path, api_key="sk-hidden", embed_api_key="sk-other")
    assert "sk-" not in repr(config)


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ({"model": "m"}, False),
        ({"embed_model": "e"}, False),
        ({"passage_pieces": 64}, False),
        ({"candidates": 3}, False),
        ({"evidence": 3}, False),
        ({"quote_sentences": 1}, False),
        ({"silence_below": 0.999}, False),
        ({"api_key": "k"}, True),
        ({"home": Path("/x")}, True),
        ({"deadline_s": 1.0}, True),
    ],
)
def test_the_fingerprint_follows_what_shapes_answers(change: dict[str, object], same: bool) -> None:
    """Settings that shape answers change the fingerprint; folders, keys and patience do not."""
    config = config_for(Path("/h"))
    changed = replace(config, **change)  # type: ignore[arg-type]
    assert same is (changed.fingerprint == config.fingerprint)
    assert 12 == len(config.fingerprint)


@pytest.mark.parametrize("name", ["seeds", "prompts"])
def test_data_folders_are_found(name: str) -> None:
    """Seeds and prompts are found beside the package."""
    assert any(data_folder(name).iterdir())


# The guards of conftest.py


@pytest.mark.parametrize("way", ["connect", "connect_ex", "getaddrinfo", "create_connection"])
def test_the_socket_guard_bites(way: str) -> None:
    """No way of reaching another machine gets past the guard."""
    with socket.socket() as plain, pytest.raises(NetworkTouchedError):
        if way == "getaddrinfo":
            socket.getaddrinfo("example.com", 80)
        elif way == "create_connection":
            socket.create_connection(("93.184.216.34", 80), timeout=1)
        else:
            getattr(plain, way)(("93.184.216.34", 80))
    assert 1 == len(REFUSED)
    REFUSED.clear()


def test_the_socket_guard_lets_loopback_pass(tmp_path: Path) -> None:
    """A server that a test starts on loopback, or on a local socket, can be reached."""
    server = socket.create_server(("127.0.0.1", 0))
    with server, socket.create_connection(server.getsockname(), timeout=5) as there:
        assert server.getsockname() == there.getpeername()
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as there:
        server.bind(str(tmp_path / "s"))
        server.listen()
        there.connect(str(tmp_path / "s"))
    assert [] == REFUSED


def test_the_environment_is_clean() -> None:
    """No test sees a key or a setting of whoever runs it."""
    assert [] == [name for name in os.environ if name.startswith(("OPENAI_", "RAG_"))]


@pytest.mark.parametrize(
    "url", ["http://localhost:abc/v1", "http://localhost:99999", "http://[::1", "http://", "ftp://x"]
)
def test_an_endpoint_that_is_none_is_one_clear_line(url: str) -> None:
    """A base URL without a usable host and port is refused by name when settings are read."""
    with pytest.raises(ConfigError, match="OPENAI_BASE_URL"):
        Config.from_env({"OPENAI_BASE_URL": url})
