"""What the tests share: a socket guard, a clean environment, a small embedder, one seeded library."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st

from rag import Assistant, Config
from rag.collection import Collection, open_home
from rag.embed import MiniLM, Vectors
from rag.index import Manifest
from rag.library import Entry
from rag.passages import split
from rag.prove import strays
from rag.types import Article

ROOT = Path(__file__).resolve().parent.parent
SEEDS = ROOT / "seeds"

# The same examples on every run; timing is the machine's business.
settings.register_profile("pressroom", deadline=None, derandomize=True, database=None, max_examples=150)
settings.load_profile("pressroom")
# Many more, others on each run: --hypothesis-profile=thorough; --hypothesis-seed=N gives the same again.
settings.register_profile("thorough", deadline=None, database=None, print_blob=True, max_examples=1_500)

# The guard


class NetworkTouchedError(AssertionError):
    """A test reached for a machine that is not this one."""


# Addresses refused during the running test; some libraries swallow what the guard raises.
REFUSED: list[object] = []


def _is_local(address: Any) -> bool:
    host = address[0] if isinstance(address, tuple) else address
    if isinstance(host, bytes):
        host = host.decode()
    return host is None or host in ("localhost", "::1", "", "0.0.0.0") or str(host).startswith("127.")


def _refuse(address: object) -> None:
    REFUSED.append(address)
    raise NetworkTouchedError(f"a test reached for {address!r}")


@pytest.fixture(autouse=True, scope="session")
def socket_guard() -> Iterator[None]:
    """Only loopback and local sockets connect, and only local names are looked up."""
    connect, connect_ex, look_up = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def guarded(plain: Callable[..., Any]) -> Callable[..., Any]:
        def call(self: socket.socket, address: Any) -> Any:
            if self.family != socket.AF_UNIX and not _is_local(address):
                _refuse(address)
            return plain(self, address)

        return call

    def guarded_look_up(host: Any, *rest: Any, **options: Any) -> Any:
        if not _is_local(host):
            _refuse(host)
        return look_up(host, *rest, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded(connect))
        patch.setattr(socket.socket, "connect_ex", guarded(connect_ex))
        patch.setattr(socket, "getaddrinfo", guarded_look_up)
        yield


@pytest.fixture(autouse=True)
def no_network(socket_guard: None) -> Iterator[None]:
    """Fail the test that reached out, even where a library kept quiet about it."""
    REFUSED.clear()
    yield
    refused = list(REFUSED)
    REFUSED.clear()
    if refused:
        raise NetworkTouchedError(f"the test reached for {refused}")


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No key, endpoint or setting of whoever runs the tests leaks into them."""
    for name in list(os.environ):
        if name.startswith(("OPENAI_", "RAG_")):
            monkeypatch.delenv(name)


# The proof


def pytest_configure(config: pytest.Config) -> None:
    """Declare the mark of tests that take the time for a real child."""
    config.addinivalue_line("markers", "child_process: proves each new index in a child process, as users do")


def prove_here(folder: Path, manifest: Manifest, library: Path) -> tuple[int, ...]:
    """The proof of a new index in this process; a child takes two seconds to import what it needs."""
    return tuple(strays(folder, manifest, library))


@pytest.fixture(autouse=True)
def proof_here(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Prove new indexes in this process, but for tests that are of the child."""
    if "child_process" not in request.keywords:
        monkeypatch.setattr("rag.indexed.prove", prove_here)


# Folders and settings


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A RAG_HOME of the test's own, not made yet."""
    folder = tmp_path / "home"
    monkeypatch.setenv("RAG_HOME", str(folder))
    return folder


@pytest.fixture
def config(home: Path) -> Config:
    """Settings with that home, and nothing else set."""
    return config_for(home)


@pytest.fixture(scope="session")
def seeds() -> Path:
    """The folder of the five articles."""
    return SEEDS


def config_for(folder: Path, **changes: Any) -> Config:
    """Settings with everything in one folder."""
    return Config(home=folder, cache=folder / "cache", folder=ROOT, **changes)


@pytest.fixture(scope="session")
def seeded_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that holds the indexed seeds; read it, or copy it with `copied_home`."""
    folder = tmp_path_factory.mktemp("seeded") / "home"
    with closing(open_home(config_for(folder), MiniLM(), lambda _: None)) as collection:
        collection.shelf()
    return folder


@pytest.fixture(scope="session")
def seeded(seeded_home: Path) -> Iterator[Collection]:
    """The collection of the seeds, to read from."""
    with closing(open_home(config_for(seeded_home), MiniLM(), lambda _: None)) as collection:
        yield collection


@pytest.fixture(scope="session")
def assistant(seeded_home: Path) -> Iterator[Assistant]:
    """An assistant of the seeds that quotes, to ask."""
    with Assistant(config_for(seeded_home)) as ready:
        yield ready


@pytest.fixture
def copied_home(seeded_home: Path, home: Path) -> Path:
    """A copy of the seeded home that a test may spoil; RAG_HOME names it."""
    shutil.copytree(seeded_home, home)
    return home


# Values


class WordEmbedder:
    """A small embedder behind the Embedder protocol: words hashed into a few dimensions."""

    def __init__(self, name: str = "words", dimension: int = 24) -> None:
        self.id = name
        self.dimension = dimension
        self.embedded = 0

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One unit vector a text; texts that share words lie near each other."""
        self.embedded += len(texts)
        rows = np.full((len(texts), self.dimension), 0.01, np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in re.findall(r"\w+", text.casefold()):
                row[hashlib.sha256(word.encode()).digest()[0] % self.dimension] += 1
        unit: Vectors = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return unit


@pytest.fixture
def embedder() -> WordEmbedder:
    """A fresh small embedder; `embedded` counts the texts that it was given."""
    return WordEmbedder()


def entry(article: Article, embedder: WordEmbedder, heading: str = "", pieces: int = 32) -> Entry:
    """An article with its passages and their vectors, as the library takes them."""
    passages = split(article, pieces)
    return Entry(article, "d", "f", passages, embedder.embed([p.text for p in passages]), heading)


def noted(article: Article) -> Entry:
    """An article that is in the library already, found at another place."""
    return Entry(article, "d", "f")


# What news files are made of, and what they should not be made of but are.
_FRAGMENTS = (
    *("Hayashi signed it. ", "U.S. ", "Lt. Gen. Smith ", "Jan. 12, 2023", "p.m. Tuesday", "No. 5 ", "D.C. "),
    *("“We will go,” ", "he said.", "‘single’ ", "charge d’affaires", '"quoted" ', "…", "—", "?!", "! "),
    *("\n", "\n\n", "\r\n", "\r", "\t", " ", "\u00a0", "\u2028", "\u3000", "\u200b", "\ufeff", "\x0b"),
    *("e\u0301", "n\u0303a", "\U0001f469\u200d\U0001f469\u200d\U0001f467", "\U0001f1ef\U0001f1f5"),
    *("日本と米国は協定に署名した。", "这是第一句。第二句！", "한국어 문장. ", "مرحبا بالعالم. ", "नमस्ते। "),
    *("Comments", "Leave a comment", "Related Articles", "Sponsored Content", "'; DROP", "<b>&amp;</b>"),
    *("x" * 300, "word" * 90, "a b c d e f ", "lower case without any end ", "\\n"),
)
messy = st.one_of(
    st.lists(st.sampled_from(_FRAGMENTS), min_size=1, max_size=25).map("".join),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=200),
    st.lists(
        st.one_of(
            st.sampled_from(_FRAGMENTS), st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)
        ),
        min_size=1,
        max_size=40,
    ).map("".join),
)
texts = messy.filter(lambda text: text.replace("\ufeff", "").strip() != "")


# The command line


class Ran(NamedTuple):
    """A finished command: its exit status, what it printed, and the lines it told."""

    status: int
    out: str
    told: list[str]


def command(module: str, *arguments: str | bytes) -> list[str | bytes]:
    """The command line of one of our modules."""
    return [sys.executable, "-m", module, *arguments]


def child_environment(**more: str) -> dict[str, str]:
    """The environment of a child that runs our modules from anywhere, and hides no crash in a line."""
    return {**os.environ, "PYTHONPATH": str(ROOT), "RAG_DEBUG": "1", **more}


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., Ran]:
    """Run one of our modules in a process of its own, in an empty folder."""

    def call(
        module: str,
        *arguments: str | bytes,
        stdin: bytes = b"",
        env: dict[str, str] | None = None,
        **more: Any,
    ) -> Ran:
        done = subprocess.run(
            command(module, *arguments),
            input=stdin,
            capture_output=True,
            timeout=60,
            check=False,
            cwd=tmp_path,
            env=child_environment(**(env or {})),
            **more,
        )
        return Ran(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8").splitlines())

    return call
