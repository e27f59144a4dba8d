"""`python -m rag.ingest`: what it adds, lists, removes, checks and rebuilds, and what it says."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from rag import ingest
from rag.collection import Collection
from rag.library import Library
from tests.conftest import WordEmbedder, config_for

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
    assert (0, ["added 2, unchanged 0, removed 0"]) == (status, out)
    assert told[-1].startswith("building the index of ")
    assert (0, ["added 0, unchanged 2, removed 0"], []) == call(news, news / "a.txt")
    library = Library.open(home)
    assert library.article_count() == 2
    library.close()


def test_a_file_that_is_not_read_is_one_line_and_a_failure(call: Run, news: Path) -> None:
    """What can be read is added; each file that cannot be is one line, and the status is 1."""
    (news / "bad.txt").write_bytes(b"\x00\x01\x02")
    (news / "empty.txt").touch()
    status, out, told = call(news)
    assert (1, ["added 2, unchanged 0, removed 0"]) == (status, out)
    assert told[-2:] == [f"not read: {news}/bad.txt: not a text file", f"not read: {news}/empty.txt: empty"]


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
    assert (0, [f"removed {out[0]}", "added 0, unchanged 0, removed 1"]) == (status, removed)
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


def test_damage_is_printed_and_rebuilt(call: Run, news: Path, home: Path) -> None:
    """What is wrong is on stdout with status 1, and --rebuild makes it right."""
    call(news)
    with closing(Collection(home, config_for(home), WordEmbedder())) as collection:
        collection.library.store_facts(index_revision="0")
    wrong = ["the index lags behind the library; --rebuild brings it up to date"]
    assert (1, wrong, []) == call("--check")
    status, out, _ = call("--rebuild")
    assert status == 0
    assert out[0].startswith("built the index of ")
    assert call("--check")[0] == 0


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
        (["https://example.com/a"], "URLs are not supported yet"),
        (["HTTP://example.com/a"], "URLs are not supported yet"),
        (["a.txt", "http://example.com/a"], "URLs are not supported yet"),
        ([""], "a path is empty"),
    ],
)
def test_what_is_no_path_is_usage(call: Run, home: Path, arguments: list[str], line: str) -> None:
    """A URL or an empty path is refused with status 2 before anything is touched."""
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
    """Ctrl-C ends the command with status 130, one line and no traceback."""

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Collection, "ingest", interrupted)
    assert (130, [], ["stopped"]) == call(news)
