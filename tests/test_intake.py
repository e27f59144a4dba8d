"""Taking items in: only what is new is read and embedded, and what was stored stays, whatever happens."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag import intake
from rag.articles import Item, Problem, from_text
from rag.embed import Vectors
from rag.errors import ArticleError, EmbedderMismatch, EmbedError
from rag.intake import Intake, Report
from rag.library import Library
from rag.passages import split
from rag.types import Article, Scope
from tests.conftest import WordEmbedder

PIECES = 32


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """An empty library in a folder."""
    opened = Library.open(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def by_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each article is a group of its own, so that the pipeline runs with many."""
    monkeypatch.setattr(intake, "_GROUP_PASSAGES", 1)


def _article(text: str, source: str, **known: str) -> Article:
    return from_text(text, source, {"title": "Talks", **known})


def item(source: str, text: str, digest: str | None = None, **known: str) -> Item:
    """What a source holds."""
    return Item(source, digest or f"{text}{known}", lambda: _article(text, source, **known))


def unread(source: str, digest: str) -> Item:
    """An item that must not be read."""

    def fail() -> Article:
        raise AssertionError(f"{source} was read")

    return Item(source, digest, fail)


def bad(source: str) -> Item:
    """An item that cannot be read."""

    def fail() -> Article:
        raise ArticleError(f"{source}: it is a scan without text")

    return Item(source, f"bad {source}", fail)


def stopping(source: str) -> Item:
    """An item at which Ctrl-C is pressed."""

    def stop() -> Article:
        raise KeyboardInterrupt

    return Item(source, "stop", stop)


def take(library: Library, embedder: WordEmbedder, *items: Item | Problem, pieces: int = PIECES) -> Report:
    """Take items in."""
    return Intake(library, embedder, pieces).run(items)


def held(library: Library) -> dict[str, str]:
    """What each source holds."""
    return {source: article.text for article in library.articles() for source in article.sources}


# What is new and what is not


def test_what_has_not_changed_is_not_read(library: Library, embedder: WordEmbedder) -> None:
    """A source whose bytes are what they were is neither read nor embedded."""
    assert ["a", "b"] == take(library, embedder, item("a", "Talks.", "1"), item("b", "Snow.", "2")).added
    embedded = embedder.embedded
    report = take(library, embedder, unread("a", "1"), unread("b", "2"))
    assert (["a", "b"], [], [], embedded) == (
        report.unchanged,
        report.added,
        report.changed,
        embedder.embedded,
    )


def test_new_bytes_of_the_same_article_change_its_digest_alone(
    library: Library, embedder: WordEmbedder
) -> None:
    """An article that reads the same from other bytes is unchanged, and is not read the next time."""
    take(library, embedder, item("a", "Talks.", "1"))
    embedded, rows = embedder.embedded, [row.number for row in library.rows()]
    assert ["a"] == take(library, embedder, item("a", "Talks.", "2")).unchanged
    assert (embedded, rows) == (embedder.embedded, [row.number for row in library.rows()])
    assert ["a"] == take(library, embedder, unread("a", "2")).unchanged


def test_a_changed_source_holds_a_new_version(library: Library, embedder: WordEmbedder) -> None:
    """A source with another text is changed, and only its new text is embedded and found."""
    take(library, embedder, item("a", "Talks."), item("b", "Snow."))
    old, embedded = _article("Talks.", "a"), embedder.embedded
    report = take(library, embedder, item("a", "Volcano."), item("b", "Snow."))
    assert (["a"], ["b"], embedded + 1) == (report.changed, report.unchanged, embedder.embedded)
    assert {"a": "Volcano.", "b": "Snow."} == held(library)
    assert _article("Volcano.", "a").id == getattr(library.article(old.id), "replaced_by", None)


def test_a_source_that_turns_back_holds_its_first_article_again(
    library: Library, embedder: WordEmbedder
) -> None:
    """From A to B and back to A, A answers and B is the earlier version."""
    for text in ("Talks.", "Volcano.", "Talks."):
        take(library, embedder, item("a", text))
    assert {"a": "Talks."} == held(library)
    assert 1 == len(library.search(["talks"], 9, Scope()))
    assert _article("Talks.", "a").id == getattr(
        library.article(_article("Volcano.", "a").id), "replaced_by", None
    )
    assert () == library.damage()


def test_a_duplicate_is_embedded_once(library: Library, embedder: WordEmbedder) -> None:
    """The same article in three places, in one run or a later one, is stored once with all of them."""
    take(library, embedder, item("a", "Talks."), item("b", "Talks."))
    take(library, embedder, item("c", "Talks."))
    assert [("a", "b", "c")] == [article.sources for article in library.articles()]
    assert (1, 1) == (embedder.embedded, library.passage_count())


def test_what_is_stored_of_an_article_follows_the_settings(library: Library, embedder: WordEmbedder) -> None:
    """With another size of passages, and with another basis of its date, an article is done again."""
    text = "They talked about much in Tokyo that day. " * 12
    take(library, embedder, item("a", text))
    count = library.passage_count()
    assert ["a"] == take(library, embedder, item("a", text), pieces=64).unchanged
    assert count > library.passage_count() == len(split(_article(text, "a"), 64))
    told = {"published": "2022-01-07", "published_basis": "inferred"}
    take(library, embedder, item("b", "Snow.", published="2022-01-07"))
    take(library, embedder, item("b", "Snow.", **told))
    assert ["inferred"] == [a.published_basis for a in library.articles() if a.source == "b"]


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("moved_first", [True, False])
def test_an_article_moves_between_sources(
    library: Library,
    embedder: WordEmbedder,
    monkeypatch: pytest.MonkeyPatch,
    together: bool,
    moved_first: bool,
) -> None:
    """In one group or in several, whichever comes first, both articles answer afterwards."""
    monkeypatch.setattr(intake, "_GROUP_PASSAGES", 99 if together else 1)
    take(library, embedder, item("a", "Talks."))
    moves = [item("b", "Talks."), item("a", "Volcano."), item("c", "Snow."), item("d", "Rain.")]
    take(library, embedder, *(moves if moved_first else reversed(moves)))
    assert {"a": "Volcano.", "b": "Talks.", "c": "Snow.", "d": "Rain."} == held(library)
    assert 4 == library.passage_count()
    assert () == library.damage()


# What cannot be read


def test_one_bad_item_stops_nothing(library: Library, embedder: WordEmbedder) -> None:
    """What cannot be read is a problem, once and without its name doubled; the others are stored."""
    report = take(
        library, embedder, item("a", "Talks."), bad("b"), Problem("c", "no such file"), item("d", "Snow.")
    )
    assert ["a", "d"] == report.added
    assert ["b: it is a scan without text", "c: no such file"] == [str(p) for p in report.problems]
    assert {"a", "b", "c", "d"} == report.seen


@pytest.mark.parametrize("error", [ValueError("a number of\n4,000 digits"), RecursionError("too deep")])
def test_what_a_reader_did_not_foresee_ends_one_item(
    library: Library, embedder: WordEmbedder, error: Exception
) -> None:
    """A file that breaks its reader is one line of problem, and the others are read."""

    def fail() -> Article:
        raise error

    report = Intake(library, embedder, PIECES).run([Item("a", "1", fail), item("b", "The talks ended.")])
    assert [f"a: cannot be read ({' '.join(str(error).split())})"] == [str(p) for p in report.problems]
    assert ["b"] == report.added


@pytest.mark.parametrize("source", ["/news/\udcff.txt", "a"])
def test_what_cannot_be_named_or_written_in_utf8_is_a_problem(
    library: Library, embedder: WordEmbedder, source: str
) -> None:
    """A file's name that is no UTF-8, or such a text, is one problem."""
    wrong = Item(source, "d", lambda: _article("Talks \udcff.", source))
    report = take(library, embedder, wrong, item("b", "Snow."))
    assert ([source], ["b"]) == ([p.source for p in report.problems], report.added)
    assert "UTF-8" in report.problems[0].reason or "surrogates" in report.problems[0].reason


def test_an_article_without_words_is_a_problem(
    library: Library, embedder: WordEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What could never be found is not stored as if it could."""
    monkeypatch.setattr(intake, "split", lambda *_: ())
    report = take(library, embedder, item("a", "Talks."))
    assert ["a: nothing in it can be searched"] == [str(problem) for problem in report.problems]
    assert () == library.sources()


def test_what_was_good_before_stays(library: Library, embedder: WordEmbedder) -> None:
    """A source that cannot be read any more keeps the article that it held."""
    take(library, embedder, item("a", "Talks."))
    take(library, embedder, bad("a"))
    assert {"a": "Talks."} == held(library)
    assert ["a"] == take(library, embedder, item("a", "Talks.")).unchanged


@pytest.mark.parametrize(
    ("source", "gone"),
    [
        ("/news/a.txt", False),
        ("/news/b.txt", True),
        ("/news/closed/c.txt", False),
        ("/news/closed.txt", True),
        ("/news/table.csv#7", False),
        ("/news/table.csv", False),
        ("/news/table.csvx", True),
        ("/news/rows.csv#7", False),
        ("/news/rows.csvx#7", True),
        ("/sport/d.txt", False),
        ("/sports/d.txt", True),
    ],
)
def test_what_could_not_be_looked_into_is_not_gone(source: str, gone: bool) -> None:
    """A source is gone when it was not seen, and its folder, its table and its metadata could be read."""
    report = Report(seen={"/news/a.txt"})
    closed = ("/news/closed", "/news/table.csv", "/news/rows.csv#row 2", "/sport/metadata.yaml")
    report.problems = [Problem(source, "cannot be read") for source in closed]
    report.seen |= set(closed)
    assert gone is bool(report.gone([source]))


# What ends it early


def _texts(count: int) -> list[tuple[str, str]]:
    return [(f"{n}", f"Report {n}. They talked about matter {n} in Tokyo.") for n in range(count)]


@pytest.mark.usefixtures("by_ones")
@pytest.mark.parametrize("at", [0, 1, 2, 5])
def test_ctrl_c_keeps_what_is_stored(library: Library, embedder: WordEmbedder, at: int) -> None:
    """Stopped while reading, it says so; what is stored is whole, and is not embedded again."""
    items: list[Item] = [item(*told) for told in _texts(6)]
    report = take(library, embedder, *items[:at], stopping("x"), *items[at:])
    assert (True, max(0, at - 1)) == (report.stopped, len(report.added))
    assert sorted(report.added) == list(library.sources())
    assert () == library.damage()
    again = WordEmbedder()
    assert not take(library, again, *items).stopped
    assert 6 - len(report.added) == again.embedded
    assert dict(_texts(6)) == held(library)


@pytest.mark.usefixtures("by_ones")
def test_ctrl_c_while_the_bar_is_drawn(library: Library, embedder: WordEmbedder) -> None:
    """An interrupt right after something was stored loses nothing of it."""

    def interrupted(_: int) -> None:
        raise KeyboardInterrupt

    report = Intake(library, embedder, PIECES, interrupted).run(item(*told) for told in _texts(4))
    assert (True, ["0"], ("0",)) == (report.stopped, report.added, library.sources())


class Failing(WordEmbedder):
    """An embedder that fails at its n-th call."""

    def __init__(self, call: int) -> None:
        super().__init__()
        self.left = call

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Vectors, or the failure."""
        self.left -= 1
        if self.left <= 0:
            raise EmbedError("the endpoint is gone")
        return super().embed(texts)


@pytest.mark.usefixtures("by_ones")
@pytest.mark.parametrize("call", [1, 2, 4])
def test_an_embedder_that_fails_midway_costs_only_the_rest(library: Library, call: int) -> None:
    """The error comes through; what was embedded before stays stored, and the next run does the rest."""
    items = [item(*told) for told in _texts(6)]
    with pytest.raises(EmbedError, match="the endpoint is gone"):
        take(library, Failing(call), *items)
    assert {source: dict(_texts(6))[source] for source in library.sources()} == held(library)
    assert call - 1 == len(library.sources())
    again = WordEmbedder()
    take(library, again, *items)
    assert (6 - (call - 1), 6) == (again.embedded, library.article_count())


def test_a_model_that_has_changed_its_size_is_refused(library: Library, embedder: WordEmbedder) -> None:
    """Vectors of another length than those stored are never mixed with them."""
    take(library, embedder, item("a", "Talks."))
    with pytest.raises(
        EmbedderMismatch, match=r"vectors of 24 numbers and words now gives 7: .*--embed-again"
    ):
        take(library, WordEmbedder(dimension=7), item("b", "Snow."))
    assert ("a",) == library.sources()
    assert {24} == {len(row.vector) for row in library.rows()}


# Groups


@pytest.mark.parametrize("known", [True, False])
def test_a_long_run_is_stored_in_pieces(
    library: Library, embedder: WordEmbedder, monkeypatch: pytest.MonkeyPatch, known: bool
) -> None:
    """Neither new articles nor ones that only moved wait in memory until the last is read."""
    monkeypatch.setattr(intake, "_GROUP_PASSAGES", 10)
    texts = _texts(40)
    if known:
        take(library, embedder, *(item(f"old {source}", text) for source, text in texts))
    puts: list[int] = []
    plain = Library.put
    monkeypatch.setattr(Library, "put", lambda self, e: (puts.append(len(e)), plain(self, e))[1])
    seen: list[int] = []
    Intake(library, embedder, PIECES, seen.append).run(item(*told) for told in texts)
    assert 40 == sum(puts) == sum(seen)
    assert max(puts) <= 10


@pytest.mark.usefixtures("by_ones")
def test_the_next_group_is_read_while_one_is_embedded(library: Library, embedder: WordEmbedder) -> None:
    """Reading goes on while the first group is being embedded, and one group ahead of it at most."""
    read: list[str] = []
    waits = [item(*told) for told in _texts(4)]

    def reading() -> Iterator[Item]:
        for one in waits:
            read.append(one.source)
            yield one

    class Watching(WordEmbedder):
        def embed(self, texts: Sequence[str]) -> Vectors:
            stored = len(library.sources())
            assert len(read) <= stored + 3
            return super().embed(texts)

    report = Intake(library, Watching(), PIECES).run(reading())
    assert ["0", "1", "2", "3"] == report.added


@pytest.mark.usefixtures("by_ones")
def test_a_reader_sees_whole_articles_while_it_runs(library: Library, tmp_path: Path) -> None:
    """Between any two steps, another connection finds each article with all passages, vectors and words."""
    looks: list[int] = []
    reader = Library.open(tmp_path)

    def look() -> None:
        rows = {row.passage_id for row in reader.rows()}
        for article in reader.articles():
            whole = split(article, PIECES)
            assert {passage.id for passage in whole} <= rows
            assert whole == reader.passages_of(article)
            (word,) = [word for word in article.text.split() if word.startswith("mark")]
            assert 1 <= len(reader.search([word], 99, Scope()))
        looks.append(reader.article_count())

    class Looking(WordEmbedder):
        def embed(self, texts: Sequence[str]) -> Vectors:
            look()
            return super().embed(texts)

    text = "The talks went on in Tokyo for another day. " * 9
    library._connection.set_trace_callback(lambda _: look())
    take(library, Looking(), *(item(f"{n}", f"{text} mark{n} {text}") for n in range(5)))
    library._connection.set_trace_callback(None)
    look()
    assert {0, 1, 2, 3, 4, 5} == set(looks)
    reader.close()


@settings(max_examples=40)
@given(
    runs=st.lists(st.dictionaries(st.sampled_from("abcd"), st.integers(0, 4)), min_size=1, max_size=4),
    size=st.sampled_from([1, 3, 99]),
)
def test_any_runs_leave_what_the_last_ones_held(runs: list[dict[str, int]], size: int) -> None:
    """Whatever comes in whichever groups: each source holds what it gave last, and all of it is found."""
    expected: dict[str, str] = {}
    with closing(Library.in_memory()) as library, pytest.MonkeyPatch.context() as patch:
        patch.setattr(intake, "_GROUP_PASSAGES", size)
        for run in runs:
            report = take(library, WordEmbedder(), *(item(s, _word(n)) for s, n in run.items()))
            expected |= {source: _word(n) for source, n in run.items()}
            assert expected == held(library)
            assert not report.problems
            assert len(set(expected.values())) == library.passage_count()
            assert () == library.damage()
        for text in expected.values():
            assert 1 == len(library.search([text.split()[0]], 9, Scope()))


def _word(number: int) -> str:
    return f"Word{number} stands here."
