"""The real command line with everything that people and disks do to it: one clear line, no traceback."""

from __future__ import annotations

import io
import json
import os
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from importlib import import_module
from pathlib import Path
from shutil import copytree, which

import pytest
from filelock import FileLock

from rag import Assistant
from rag.errors import ArticleError, UsageError
from rag.library.database import FILE
from tests.conftest import ROOT, Ran

Run = Callable[..., Ran]

MILLION = "why did Hamada sign? " * 50_000


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Run one of our modules as `run` does, but in this process, where nothing has to be imported anew."""

    def call(
        module: str, *arguments: str | bytes, stdin: bytes = b"", env: dict[str, str] | None = None
    ) -> Ran:
        monkeypatch.chdir(tmp_path)
        for name, value in {"RAG_DEBUG": "1", **(env or {})}.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        capfd.readouterr()
        try:
            status = import_module(module).main([os.fsdecode(argument) for argument in arguments])
        except SystemExit as usage:
            status = usage.code
        out, told = capfd.readouterr()
        return Ran(status, out, told.splitlines())

    return call


def _one_line(ran: Ran, status: int, words: str, begins: str = "error: ") -> None:
    """The command ended with this status and told exactly one line, which holds these words."""
    assert (status, 1) == (ran.status, len(ran.told)), (ran.status, ran.told, ran.out[:300])
    assert ran.told[0].startswith(begins)
    assert words in ran.told[0]
    assert ran.out == "" or begins != "error: "


# Questions


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("", "the question is empty"),
        (" \t\n ", "the question is empty"),
        ("?!…", "the question is empty"),
        (b"who \xe9\xff is that?", "the question holds characters that are no text"),
        ("why? " * 20_000, "the question is too long: 100,000 characters"),
    ],
)
def test_a_question_that_is_none_is_usage(run: Run, home: Path, question: str | bytes, words: str) -> None:
    """An empty, endless or undecodable question costs one line, status 2, and touches no folder."""
    _one_line(run("rag.ask", question), 2, words)
    assert not home.exists()


@pytest.mark.parametrize(
    ("question", "words"),
    [
        (MILLION, "too long"),
        ("who\0is", "no text"),
        ("who \ud83d is", "no text"),
        ("\u200b\u00a0", "empty"),
    ],
)
def test_a_question_that_is_none_raises(assistant: Assistant, question: str, words: str) -> None:
    """The same holds for a call from Python, in the question and in what was asked before."""
    with pytest.raises(UsageError, match=words):
        assistant.ask(question)
    with pytest.raises(UsageError, match=words):
        assistant.ask_texts(question, ["The talks ended."])
    if words != "empty":
        with pytest.raises(UsageError, match=words):
            assistant.ask("Who signed?", history=[question])


@pytest.mark.parametrize(
    ("text", "words"), [("", "empty"), ("\ufeff \n", "empty"), ("half \ud83d", "half characters")]
)
def test_a_text_that_is_none_raises(assistant: Assistant, text: str, words: str) -> None:
    """A text to ask that is empty or cannot be written down is refused by its number."""
    with pytest.raises(ArticleError, match=f"^text-2: .*{words}"):
        assistant.ask_texts("Who signed?", ["The talks ended.", text])


def test_bad_lines_stop_no_good_ones(run: Run, copied_home: Path) -> None:
    """Each bad line of standard input is one failed object and one line; the good one is answered."""
    lines: list[bytes] = [
        MILLION.encode(),
        b"who\0is that?",
        b"who \xff\xfe is that?",
        rb'{"question": "who \ud83d is that?", "id": 7}',
        b'{"question": "cut',
        b'{"history": []}',
        b'{"question": 5}',
        b'{"question": "Who?", "history": "Japan"}',
        b"[" * 100_000,
        b'{"question": "' + b'", "history": [' + b"[" * 100_000,
        b"?",
        b'{"question": "What did Hamada sign?", "id": "good"}',
    ]
    ran = run("rag.ask", "--json", "-", stdin=b"\n".join(lines) + b"\n\n")
    replies = [json.loads(line) for line in ran.out.splitlines()]
    assert (1, len(lines)) == (ran.status, len(replies))
    assert ["failed"] * 11 + ["answered"] == [reply["status"] for reply in replies]
    assert len(ran.told) == 11
    assert all(told.startswith("error: ") and len(told) < 500 for told in ran.told)
    assert (7, "good") == (replies[3]["id"], replies[-1]["id"])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--unheard", "who?"], "unrecognized arguments: --unheard"),
        (["--since", "yesterday", "who?"], "argument --since: 'yesterday' is no date; write YYYY-MM-DD"),
        (["--until", "2022-02-30", "who?"], "argument --until: '2022-02-30' is no date"),
        (["--as-of", "2022", "who?"], "argument --as-of: '2022' is no date"),
        ([], "QUESTION"),
    ],
)
def test_a_wrong_option_is_usage(call: Run, home: Path, arguments: list[str], words: str) -> None:
    """Unknown options and dates of no calendar are status 2, with the reason on the last line."""
    ran = call("rag.ask", *arguments)
    assert (2, "") == (ran.status, ran.out)
    assert words in ran.told[-1]
    assert [line for line in ran.told if "error" in line] == ran.told[-1:]
    assert not home.exists()


def test_an_unknown_outlet_names_the_known_ones(call: Run, copied_home: Path) -> None:
    """An outlet that no article has is status 2, and the line says which there are."""
    ran = call("rag.ask", "--outlet", "Le Monde", "Who signed?")
    _one_line(ran, 2, "no articles from 'Le Monde'; outlets are: AJMEDIA, IRIA News, Jiji Press")


# Files


@pytest.fixture
def oddities(tmp_path: Path) -> Path:
    """A folder of files that are no articles."""
    folder = tmp_path / "odd"
    for name in ("hollow", "folder.txt"):
        (folder / name).mkdir(parents=True)
    (folder / "hollow" / "picture.svg").write_text("<svg/>", encoding="utf-8")
    (folder / "empty.txt").touch()
    (folder / "blank.txt").write_bytes(b"\xef\xbb\xbf \r\n")
    (folder / "binary.txt").write_bytes(bytes(range(256)) * 20)
    (folder / "dangling.txt").symlink_to(folder / "gone")
    (folder / "loop.txt").symlink_to(folder / "loop.txt")
    os.mkfifo(folder / "pipe.txt")
    return folder


ODD = [
    ("hollow", "no articles in"),
    ("folder.txt", "no articles in"),
    ("missing", "no such file or folder"),
    ("empty.txt", "empty"),
    ("blank.txt", "empty"),
    ("binary.txt", "not a text file"),
    ("dangling.txt", "no such file or folder"),
    ("loop.txt", "too many levels of symbolic links"),
    ("pipe.txt", "not a regular file"),
]


@pytest.mark.parametrize(("name", "words"), ODD)
def test_a_path_without_an_article_is_one_line(
    call: Run, home: Path, oddities: Path, name: str, words: str
) -> None:
    """Empty folders, missing, empty, binary, linked and piped files: one line with the path, no hang."""
    ran = call("rag.ingest", str(oddities / name))
    begins = "not read: " if (oddities / name).exists() and words != "no articles in" else "error: "
    _one_line(ran, 1, words, begins)
    assert name in ran.told[0]


@pytest.mark.parametrize(("name", "words"), [ODD[0], ODD[2], ODD[5], ODD[8]])
def test_asking_such_a_path_is_one_line_too(
    call: Run, home: Path, oddities: Path, name: str, words: str
) -> None:
    """--articles says the same."""
    _one_line(call("rag.ask", "--articles", str(oddities / name), "--", "Who signed?"), 1, words)


def test_a_file_name_of_no_encoding_is_one_line(run: Run, home: Path, tmp_path: Path) -> None:
    """A file whose name is not UTF-8 is refused, not crashed over."""
    name = os.fsencode(tmp_path) + b"/caf\xe9.txt"
    Path(os.fsdecode(name)).write_text("The talks ended.", encoding="utf-8")
    _one_line(run("rag.ingest", name), 1, "not UTF-8", "not read: ")


OLD = {
    "old-windows.txt": ("cp1252", b"", "Café owner Ólafur paid €5,000 – “a naïve sum” – for the harbour."),
    "old-marked.txt": ("utf-16-le", b"\xff\xfe", "Señora Núñez opened the “łódź” museum on Tuesday."),
    "old-little.txt": ("utf-16-le", b"", "Minister Żeleński closed the coal mine “for ever” on Monday."),
    "old-big.txt": ("utf-16-be", b"", "Pilot Håkansson landed the airship in Malmö on Sunday."),
}
ASKED = [
    "Who paid for the harbour?",
    "Who opened the museum?",
    "Who closed the mine?",
    "Who landed the airship?",
]


def test_old_encodings_are_quoted_exactly(call: Run, home: Path, tmp_path: Path) -> None:
    """Windows-1252 and UTF-16 files, marked or not, are quoted by the offsets of their own text."""
    folder = tmp_path / "old"
    folder.mkdir()
    for name, (encoding, mark, sentence) in OLD.items():
        (folder / name).write_bytes(mark + f"News\r\n\r\n{sentence}\r\n".encode(encoding))
    ran = call("rag.ask", "--json", "--articles", str(folder), "--", "-", stdin="\n".join(ASKED).encode())
    replies = [json.loads(line) for line in ran.out.splitlines()]
    assert (0, 4) == (ran.status, len(replies)), ran.told
    for reply, (name, (encoding, mark, sentence)) in zip(replies, OLD.items(), strict=True):
        quotes = {Path(c["source"]).name: c for c in reply["citations"]}
        assert sentence == quotes[name]["quote"]
        with (folder / name).open(encoding="utf-16" if mark else encoding) as file:
            assert sentence == file.read()[quotes[name]["start"] : quotes[name]["end"]]


# Homes


@pytest.fixture
def mounted(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """Mount a small disk in memory, of the options given; unmounted at the end."""
    folders: list[Path] = []

    def mount(options: str) -> Path:
        folder = tmp_path / f"disk{len(folders)}"
        folder.mkdir()
        if os.geteuid() != 0 or which("mount") is None:
            pytest.skip("mounting a small disk needs root")
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], capture_output=True, check=False
        )
        if done.returncode:
            pytest.skip(f"this machine mounts no tmpfs: {done.stderr.decode().strip()}")
        folders.append(folder)
        return folder

    yield mount
    for folder in folders:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_read_only_home_answers_and_takes_nothing(
    run: Run, seeded_home: Path, tmp_path: Path, mounted: Callable[[str], Path]
) -> None:
    """An indexed home on a read-only disk is asked as any other; adding to it is one line."""
    disk = mounted("size=4m")
    copytree(seeded_home, disk / "home")
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    env = {"RAG_HOME": str(disk / "home")}
    asked = run("rag.ask", "--json", "What did Hamada sign?", env=env)
    assert (0, []) == (asked.status, asked.told)
    assert json.loads(asked.out)["status"] == "answered"
    assert run("rag.ingest", "--list", env=env).out.count("\n") == 5
    checked = run("rag.ingest", "--check", env=env)
    assert (0, []) == (checked.status, checked.told)
    (tmp_path / "a.txt").write_text("The talks ended.", encoding="utf-8")
    _one_line(run("rag.ingest", str(tmp_path / "a.txt"), env=env), 1, "read-only file system")
    new = run("rag.ask", "What did Hamada sign?", env={"RAG_HOME": str(disk / "new")})
    _one_line(new, 1, "read-only file system")


@pytest.mark.parametrize("size", ["16k", "400k"])
def test_a_full_home_is_one_line(run: Run, tmp_path: Path, mounted: Callable[[str], Path], size: str) -> None:
    """A disk that fills up, at the start, while storing or while indexing, is one line and no harm."""
    disk = mounted(f"size={size}")
    env = {"RAG_HOME": str(disk)}
    ran = run("rag.ingest", str(ROOT / "seeds"), env=env)
    (failed,) = [line for line in ran.told if not line.startswith("building ")]
    assert "full" in failed or "no space" in failed
    assert not list(disk.glob("index-*"))
    if ran.status:
        assert (1, "") == (ran.status, ran.out)
        assert failed.startswith("error: ")
    else:
        # The articles are stored; only their index found no room.
        assert "the articles are safe" in failed
        assert 5 == run("rag.ingest", "--list", env=env).out.count("\n")


@pytest.mark.parametrize("module", ["rag.ask", "rag.ingest"])
def test_a_home_that_cannot_be_is_one_line(call: Run, tmp_path: Path, module: str) -> None:
    """A home that is a file, or lies where no folder can be made, is one line."""
    (tmp_path / "file").write_text("x", encoding="utf-8")
    for folder in ("/proc/pressroom", str(tmp_path / "file")):
        rest = ["Who signed?"] if module == "rag.ask" else [str(ROOT / "seeds")]
        _one_line(call(module, "--home", folder, *rest), 1, f"cannot use {folder} for the library: ")


@pytest.mark.parametrize("command", [("rag.ask", "Who signed?"), ("rag.ingest", "--list")])
def test_a_newer_home_is_one_line(run: Run, copied_home: Path, command: tuple[str, str]) -> None:
    """A library that a newer Pressroom wrote is left alone, with the way out."""
    with closing(sqlite3.connect(copied_home / FILE)) as connection:
        connection.execute("PRAGMA user_version = 99")
    _one_line(run(*command), 1, "was written by a newer Pressroom (format 99")


@pytest.mark.parametrize("command", [("rag.ask", "Who signed?"), ("rag.ingest", "--check")])
@pytest.mark.parametrize("start", [0, 4096])
def test_a_damaged_library_is_one_line(
    call: Run, copied_home: Path, command: tuple[str, str], start: int
) -> None:
    """A library whose head or body is overwritten is one line with the way out."""
    raw = bytearray((copied_home / FILE).read_bytes())
    raw[start:] = b"\xa7" * (len(raw) - start)
    (copied_home / FILE).write_bytes(raw)
    _one_line(call(*command), 1, "is damaged (")


def test_a_damaged_index_is_mended_or_done_without(run: Run, copied_home: Path) -> None:
    """A spoiled index is told by the check and built anew by the next question, which is answered."""
    (folder,) = copied_home.glob("index-*")
    (folder / "chroma.sqlite3").write_bytes(b"garbage" * 999)
    checked = run("rag.ingest", "--check")
    assert (1, True) == (checked.status, "--rebuild mends it" in checked.out)
    asked = run("rag.ask", "What did Hamada sign?")
    assert (0, ["building the index of 23 passages"]) == (asked.status, asked.told)
    assert 0 == run("rag.ingest", "--check").status


def test_a_second_writer_is_one_line(call: Run, copied_home: Path, tmp_path: Path) -> None:
    """Ingesting while another process does is one line that names it; asking goes on."""
    (tmp_path / "a.txt").write_text("The talks ended.", encoding="utf-8")
    (copied_home / "writer.txt").write_text("process 4711", encoding="utf-8")
    with FileLock(copied_home / "writer.lock"):
        for arguments in ([str(tmp_path / "a.txt")], ["--remove", "ac02"]):
            _one_line(call("rag.ingest", *arguments), 1, "is being written by process 4711")
        assert call("rag.ask", "What did Hamada sign?").status == 0


# Settings


@pytest.mark.parametrize("module", ["rag.ask", "rag.ingest"])
def test_a_setting_that_cannot_be_used_is_one_line(call: Run, home: Path, module: str) -> None:
    """A base URL that is none is named, whatever is run."""
    ran = call(module, "who?", env={"OPENAI_BASE_URL": "localhost:11434"})
    _one_line(ran, 1, "OPENAI_BASE_URL must start with http:// or https://")


@pytest.mark.parametrize("fault", ["missing", "variable"])
def test_a_bad_prompt_is_one_line(call: Run, copied_home: Path, tmp_path: Path, fault: str) -> None:
    """A missing or malformed prompt file is an error that names it, before any model is called."""
    prompts = Path(copytree(ROOT / "prompts", tmp_path / "prompts"))
    text = (prompts / "answer.md").read_text(encoding="utf-8")
    if fault == "missing":
        (prompts / "answer.md").unlink()
    else:
        (prompts / "answer.md").write_text(text.replace("{{today}}", "{{day}}"), encoding="utf-8")
    env = {"RAG_PROMPTS": str(prompts), "OPENAI_BASE_URL": "http://127.0.0.1:9"}
    _one_line(call("rag.ask", "What did Hamada sign?", env=env), 1, f"{prompts}/answer.md")
