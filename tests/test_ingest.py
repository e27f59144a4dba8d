"""`python -m rag.ingest`: what it adds, lists, removes, checks and rebuilds, and what it says."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import sys
import termios
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count
from pathlib import Path

import pytest

from rag import ingest, intake, terminal
from rag.collection import Collection
from rag.library import Library
from tests.conftest import WordEmbedder

Run = Callable[..., tuple[int, list[str], list[str]]]

NEWS = {
    "a": "Report a.\nJan 7, 2022\nMinister a signed it.",
    "b": "TOKYO (Jiji Press) — Report b. Minister b signed it.",
}


@pytest.fixture
def call(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command in this process with the small embedder: status, lines of stdout, of stderr."""
    monkeypatch.setattr(ingest, "embedder", lambda _: WordEmbedder())

    def run(*arguments: str | Path) -> tuple[int, list[str], list[str]]:
        status = ingest.main([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        return status, printed.out.splitlines(), printed.err.splitlines()

    return run


@pytest.fixture
def news(tmp_path: Path) -> Path:
    """A folder of two articles."""
    (tmp_path / "news").mkdir()
    for name, text in NEWS.items():
        (tmp_path / "news" / f"{name}.txt").write_text(text, encoding="utf-8")
    return tmp_path / "news"


def test_articles_are_added_and_then_unchanged(call: Run, news: Path, home: Path) -> None:
    """The last line counts; a second run finds nothing to do; the seeds are not added."""
    status, out, told = call(news)
    assert (0, ["added 2, changed 0, unchanged 0, removed 0"]) == (status, out)
    assert told[-1].startswith("building the index of ")
    assert (0, ["added 0, changed 0, unchanged 2, removed 0"], []) == call(news, news / "a.txt")
    library = Library.open(home)
    assert library.article_count() == 2
    library.close()


@pytest.mark.parametrize("named", ["", "**", "*"])
@pytest.mark.parametrize("lies", [".", "kept", "kept/deeper"])
def test_a_library_among_the_articles_is_not_read(call: Run, news: Path, named: str, lies: str) -> None:
    """What a library keeps in its folder is no article, while it is written and afterwards."""
    home = news / lies
    there = home / "writer.news.txt"
    home.mkdir(parents=True, exist_ok=True)
    there.write_text("Report c. It lies in the library's folder, and is an article.", encoding="utf-8")
    here = (news / named, "--home", home)
    assert (0, ["added 3, changed 0, unchanged 0, removed 0"]) == call(*here)[:2]
    (home / "writer.txt").write_text("process 7, which has died", encoding="utf-8")
    assert (0, ["added 0, changed 0, unchanged 3, removed 0"], []) == call(*here)
    assert any(home.glob("index-*"))


def test_a_name_that_a_library_would_take_is_read_elsewhere(call: Run, news: Path) -> None:
    """Where there is no library, a file may be called what a library calls its own."""
    (news / "writer.txt").write_text("The writer of the report was Ito.", encoding="utf-8")
    assert (0, ["added 3, changed 0, unchanged 0, removed 0"]) == call(news)[:2]


def test_a_file_that_is_not_read_is_one_line_and_a_failure(call: Run, news: Path) -> None:
    """What can be read is added; each file that cannot be is one line, and the status is 1."""
    (news / "bad.txt").write_bytes(b"\x00\x01\x02")
    (news / "empty.txt").touch()
    status, out, told = call(news)
    assert (1, ["added 2, changed 0, unchanged 0, removed 0"]) == (status, out)
    assert [f"not read: {news}/bad.txt", f"not read: {news}/empty.txt"] == [
        line.rpartition(": ")[0] for line in told[-2:]
    ]
    assert told[-1].endswith(": empty")


def test_the_list_is_one_line_an_article(call: Run, news: Path) -> None:
    """Id, day, outlet, title and source, parted by tabs, newest first."""
    call(news)
    status, out, told = call("--list")
    rows = [line.split("\t") for line in out]
    assert (0, []) == (status, told)
    assert [
        ["2022-01-07", "unknown outlet", "Report a.", f"{news}/a.txt"],
        ["undated", "Jiji Press", NEWS["b"], f"{news}/b.txt"],
    ] == [row[1:] for row in rows]
    assert all(len(row[0]) == 16 for row in rows)


def test_a_title_cannot_break_the_list(call: Run, tmp_path: Path) -> None:
    """Control characters of a title reach no terminal, and no title makes two lines or fields."""
    (tmp_path / "x.txt").write_text("Text.", encoding="utf-8")
    (tmp_path / "metadata.yaml").write_text('x.txt: {title: "a\\tb\\nc\\e[31m\\u202e"}', encoding="utf-8")
    call(tmp_path / "x.txt")
    _, out, _ = call("--list")
    assert [["undated", "unknown outlet", "a b c[31m", f"{tmp_path}/x.txt"]] == [
        line.split("\t")[1:] for line in out
    ]


def test_a_new_home_lists_the_seeds(call: Run) -> None:
    """Listing a home that was never used begins it as a question would."""
    status, out, _ = call("--list")
    assert (0, 5) == (status, len(out))


def test_an_article_is_removed_by_what_the_list_shows(call: Run, news: Path) -> None:
    """The id of the list removes an article; a second time there is none of that id."""
    call(news)
    _, out, _ = call("--list")
    wanted = out[0].split("\t")[0]
    status, removed, _ = call("--remove", wanted)
    assert (0, [f"removed {out[0]}"]) == (status, removed)
    assert (0, out[1:], []) == call("--list")
    status, _, told = call("--remove", wanted)
    assert (1, [f"error: no article has the id or source {wanted!r}; --list shows them"]) == (status, told)


def test_a_sound_library_checks_ok(call: Run, news: Path, home: Path) -> None:
    """The check of a library in order is one line with its numbers."""
    call(news)
    library = Library.open(home)
    expected = f"ok: 2 articles, {library.passage_count()} passages"
    library.close()
    assert (0, [expected], []) == call("--check")


@pytest.mark.child_process
def test_damage_is_printed_and_rebuilt(call: Run, news: Path, home: Path) -> None:
    """What is wrong is on stdout with status 1, and --rebuild makes it right."""
    call(news)
    (index,) = home.glob("index-*")
    (index / "chroma.sqlite3").write_bytes(b"garbage" * 1000)
    status, out, _ = call("--check")
    assert (1, 1) == (status, len(out))
    assert index.name in out[0]
    assert "--rebuild" in out[0]
    status, out, _ = call("--rebuild")
    assert (0, ["built the index of 2 passages"]) == (status, out)
    assert call("--check")[0] == 0


# Versions


def test_an_old_citation_still_resolves(call: Run, news: Path) -> None:
    """The characters of a citation are shown after their file has changed, and a line says that it has."""
    call(news)
    _, out, _ = call("--list")
    old = next(line for line in out if line.endswith("a.txt"))
    key, start = old.split("\t")[0], NEWS["a"].index("Minister")
    assert (0, [old, "Minister a"], []) == call("--show", f"{key}:{start}-{start + 10}")
    (news / "a.txt").write_text("Volcano erupts.", encoding="utf-8")
    assert (0, ["added 0, changed 1, unchanged 1, removed 0"]) == call(news)[:2]
    _, listed, _ = call("--list")
    now = next(line for line in listed if line.endswith("a.txt")).split("\t")[0]
    assert now != key
    status, out, told = call("--show", f"{key}:{start}-{start + 10}")
    assert (0, [old, "Minister a"]) == (status, out)
    assert [f"this article has changed since; its source holds {now} now"] == told
    assert (0, [old, *NEWS["a"].splitlines()]) == call("--show", key)[:2]


def test_what_cannot_be_shown_is_one_line(call: Run, news: Path) -> None:
    """An id that is unknown, was removed or is empty, and a place outside the article are errors."""
    call(news)
    _, out, _ = call("--list")
    key = out[0].split("\t")[0]
    for place in ("900-950", "20-5", "0-900", "3-3"):
        status, shown, told = call("--show", f"{key}:{place}")
        assert (1, []) == (status, shown)
        assert told[0].endswith(f"the article has {len(NEWS['a'])} characters")
    call("--remove", key)
    for wanted, told_of in ((key, key), (f"{key}:0-4", key), ("", "")):
        assert (1, [], [f"error: no article has the id or source {told_of!r}; --list shows them"]) == call(
            "--show", wanted
        )


def test_what_is_gone_is_told_and_pruned(call: Run, news: Path) -> None:
    """Files that are there no more are named on one line; --prune takes their articles out."""
    for number in range(4):
        (news / f"more{number}.txt").write_text(f"More {number}.", encoding="utf-8")
    call(news)
    for number in range(4):
        (news / f"more{number}.txt").unlink()
    named = ", ".join(f"{news}/more{number}.txt" for number in range(3))
    status, out, told = call(news)
    assert (0, ["added 0, changed 0, unchanged 2, removed 0"]) == (status, out)
    assert [f"kept, though no longer there: {named} and 1 more (--prune takes them out)"] == told
    assert "added 0, changed 0, unchanged 2, removed 4" == call(news, "--prune")[1][-1]
    assert (0, ["added 0, changed 0, unchanged 2, removed 0"], []) == call(news)


def test_another_model_embeds_again(call: Run, news: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With another embedding model the line names the way out, and the way out works."""
    call(news)
    monkeypatch.setattr(ingest, "embedder", lambda _: WordEmbedder("other", 9))
    status, out, told = call(news)
    assert (1, [], 1) == (status, out, len(told))
    assert told[0].endswith("--embed-again")
    assert call("--embed-again")[0] == 0
    assert call("--check")[0] == 0


def test_home_is_an_option_too(call: Run, news: Path, home: Path, tmp_path: Path) -> None:
    """--home says where the library lives, over RAG_HOME."""
    call(news, "--home", tmp_path / "other")
    assert (tmp_path / "other" / "library.sqlite3").is_file()
    assert not home.exists()


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ([""], "a path is empty"),
        (["a.txt", ""], "a path is empty"),
    ],
)
def test_what_is_no_path_is_usage(call: Run, home: Path, arguments: list[str], line: str) -> None:
    """An empty path is refused with status 2 before anything is touched."""
    status, out, told = call(*arguments)
    assert (2, [], 1) == (status, out, len(told))
    assert told[0].startswith(f"error: {line}")
    assert not home.exists()


@pytest.mark.parametrize(
    "arguments",
    [[], ["--list", "a.txt"], ["--list", "--check"], ["--remove"], ["--check", "--rebuild"], ["--unheard"]],
)
def test_one_thing_at_a_time(arguments: list[str], home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing to do, or two things at once, is a usage error."""
    with pytest.raises(SystemExit) as caught:
        ingest.main(arguments)
    assert caught.value.code == 2
    assert capsys.readouterr().err.splitlines()[-1].startswith("python -m rag.ingest: error: ")
    assert not home.exists()


def test_an_interrupt_is_one_word(call: Run, news: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C outside of reading ends the command with status 130, one line and no traceback."""

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Collection, "ingest", interrupted)
    assert (130, [], ["stopped"]) == call(news)


def test_ctrl_c_says_what_is_stored_and_how_to_go_on(
    call: Run, news: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped amid the files, the counts stand on stdout; the same command does the rest."""
    monkeypatch.setattr(intake, "_GROUP_PASSAGES", 1)

    @contextmanager
    def interrupting(_: int) -> Iterator[Callable[[int], None]]:
        def press(_: int) -> None:
            raise KeyboardInterrupt

        yield press

    with monkeypatch.context() as patch:
        patch.setattr(ingest, "bar", interrupting)
        status, out, told = call(news)
    assert (130, ["added 1, changed 0, unchanged 0, removed 0"]) == (status, out)
    assert ["stopped; the same command goes on from here"] == told
    assert (0, ["added 1, changed 0, unchanged 1, removed 0"]) == call(news)[:2]
    assert 0 == call("--check")[0]


# The bar


def test_no_bar_is_drawn_for_a_program(capsys: pytest.CaptureFixture[str]) -> None:
    """Where stderr is no terminal, the bar writes nothing, and a line written beside it stands alone."""
    with terminal.bar(3) as watch:
        watch(1)
        terminal.tell_above_bar("one\tline")
        watch(2)
    assert ("", "one line\n") == tuple(capsys.readouterr())


def test_a_bar_on_a_terminal_tells_rate_and_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal the bar counts to its total, with articles a second and the time that is left."""
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "w", encoding="utf-8") as screen:
        monkeypatch.setattr(sys, "stderr", screen)
        fcntl.ioctl(screen, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
        monkeypatch.setattr("tqdm.std.time", partial(next, count()))
        with terminal.bar(80) as watch:
            for _ in range(8):
                watch(10)
        screen.flush()
        # A terminal hands on what was written when it gets to it.
        drawn = ""
        while "80/80" not in drawn or not drawn.endswith("\n"):
            drawn += os.read(ours, 100_000).decode()
    os.close(ours)
    states = [state for state in drawn.split("\r") if state.strip()]
    assert states[0].endswith("| 0/80 [00:00<?, ? articles/s]")
    assert any(re.search(r"\| [3-6]0/80 \[00:\d\d<00:\d\d, +[\d.]+ articles/s\]", state) for state in states)
    assert re.search(r"\| 80/80 \[\d\d:\d\d<00:00, +[\d.]+ articles/s\]", states[-1])
