"""The library: articles never lost, passages exact, one clear error for each way it can fail."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rag.articles import from_text
from rag.database import FILE
from rag.errors import (
    LibraryBusy,
    LibraryCorrupt,
    LibraryError,
    LibraryNewer,
    LibraryUnwritable,
    PressroomError,
)
from rag.library import Library
from rag.types import Article, Hit, Scope
from tests.conftest import WordEmbedder, messy, shelved, texts

WORDS = WordEmbedder()


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """An empty library in a folder."""
    opened = Library.open(tmp_path)
    yield opened
    opened.close()


def _store(library: Library, article: Article, heading: str = "") -> None:
    library.add(article, *shelved(article, WORDS), heading, "f")


def _article(text: str, source: str = "a", day: str | None = None, outlet: str | None = None) -> Article:
    return from_text(text, source, {"published": day, "outlet": outlet, "title": text[:20]})


@given(text=texts)
def test_an_article_comes_back_as_it_went_in(text: str) -> None:
    """Article, passages and vectors are equal after a round trip, to the last bit."""
    library = Library.in_memory()
    article = _article(text, "somewhere", "2022-01-07", "Jiji")
    passages, vectors = shelved(article, WORDS)
    library.add(article, passages, vectors, "heading", "f")
    assert library.articles() == (article,)
    assert passages == library.passages_of(article)
    assert {p.id: (p, article) for p in passages} == library.passages([p.id for p in passages])
    rows = list(library.rows())
    assert [p.id for p in passages] == [row.passage_id for row in rows]
    assert all(np.array_equal(row.vector, vector) for row, vector in zip(rows, vectors, strict=True))
    assert {(date(2022, 1, 7), "Jiji")} >= {(row.published, row.outlet) for row in rows}
    library.close()


def test_a_library_survives_being_closed(tmp_path: Path) -> None:
    """What was stored is there when the file is opened again."""
    article = _article("The talks ended.")
    library = Library.open(tmp_path)
    _store(library, article)
    library.store_facts(started="yes")
    library.close()
    again = Library.open(tmp_path)
    assert again.articles() == (article,)
    assert ("yes", None, 1) == (again.fact("started"), again.fact("unheard"), again.revision)
    again.close()


def test_an_article_of_the_same_text_is_replaced(library: Library) -> None:
    """Storing a text again replaces what was known of it, and doubles no passage."""
    article = _article("The talks ended. They agreed.", day="2022-01-07")
    _store(library, article)
    _store(library, replace(article, title="Better", published=date(2023, 1, 1)))
    assert [("Better", date(2023, 1, 1))] == [(a.title, a.published) for a in library.articles()]
    assert len(library.passages_of(article)) == library.passage_count()
    assert 1 == len(library.search(["talks"], 9, Scope()))


def test_a_changed_file_leaves_no_old_text(library: Library) -> None:
    """A source that names a new text lets go of the old one, in the full-text search too."""
    _store(library, _article("The talks ended.", "a"))
    _store(library, _article("A treaty was signed.", "a"))
    assert ["A treaty was signed."] == [article.text for article in library.articles()]
    assert [] == library.search(["talks"], 9, Scope())
    assert () == library.damage()


def test_two_files_may_hold_one_article(library: Library) -> None:
    """An article stays as long as one of its sources does."""
    article = _article("The talks ended.", "a")
    _store(library, article)
    library.add_source("b", article.id)
    _store(library, replace(article, source="c"))
    assert {"a", "b", "c"} == set(library.sources())
    library.remove_sources(["a", "c"])
    assert ["b"] == [kept.source for kept in library.articles()]
    library.remove_sources(["b"])
    assert (0, 0) == (library.article_count(), library.passage_count())
    assert [] == library.search(["talks"], 9, Scope())


def test_pointing_a_source_elsewhere_drops_what_nobody_names(library: Library) -> None:
    """When a file now holds an article that is already here, its old article goes."""
    _store(library, _article("Old text.", "a"))
    new = _article("New text.", "b")
    _store(library, new)
    library.add_source("a", new.id)
    assert {"a": (new.id, "f"), "b": (new.id, "f")} == library.sources()
    assert 1 == library.article_count()


def test_every_change_raises_the_revision(library: Library) -> None:
    """The index can tell that it lags behind, whatever changed; facts are no change."""
    article = _article("The talks ended.", "a")
    (passage,) = shelved(article, WORDS)[0]
    changes = [
        lambda: _store(library, article),
        lambda: library.add_source("b", article.id),
        lambda: library.replace_vectors([(passage.id, WORDS.embed(["other"])[0])], "words"),
        lambda: library.remove_sources(["a"]),
    ]
    for number, change in enumerate(changes, start=1):
        change()
        assert number == library.revision
    library.store_facts(embedder="x")
    assert len(changes) == library.revision


def test_a_failed_write_changes_nothing(library: Library) -> None:
    """An article whose vectors do not fit its passages is not stored in part."""
    _store(library, _article("The talks ended.", "a"))
    other = _article("A treaty was signed.", "a")
    with pytest.raises(ValueError, match="zip"):
        library.add(other, shelved(other, WORDS)[0], WORDS.embed([]), "", "f")
    assert ["The talks ended."] == [article.text for article in library.articles()]
    assert 1 == library.revision
    assert () == library.damage()


# Searching


NEWS = (
    ("Talks on defense ended in Tokyo.", "2022-01-06", "Nikkei Asia"),
    ("Talks on defense began in Tokyo.", "2022-01-07", "Jiji Press"),
    ("Talks on defense failed in Paris.", "2023-01-13", "IRIA News"),
    ("Talks on defense were put off.", None, None),
)


@pytest.fixture(scope="module")
def shelf() -> Iterator[Library]:
    """A library of four articles about the same thing."""
    library = Library.in_memory()
    for number, (text, day, outlet) in enumerate(NEWS):
        _store(library, _article(text, str(number), day, outlet))
    yield library
    library.close()


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        (Scope(), {0, 1, 2, 3}),
        (Scope(since=date(2022, 1, 7)), {1, 2}),
        (Scope(latest=date(2022, 1, 7)), {0, 1}),
        (Scope(since=date(2022, 1, 7), latest=date(2022, 1, 7)), {1}),
        (Scope(since=date(2024, 1, 1)), set()),
        (Scope(latest=date(1999, 1, 1)), set()),
        (Scope(outlets=("Jiji Press",)), {1}),
        (Scope(outlets=("Jiji Press", "IRIA News"), since=date(2023, 1, 1)), {2}),
        (Scope(outlets=("Unheard",)), set()),
        (Scope(outlets=()), set()),
    ],
)
def test_a_search_keeps_to_its_scope(shelf: Library, scope: Scope, expected: set[int]) -> None:
    """Dates are inclusive, outlets exact, and an undated article passes no date filter."""
    hits = shelf.search(["talks"], 9, scope)
    found = {NEWS.index(row) for row in NEWS for hit in hits if _holds(shelf, hit, row[0])}
    assert expected == found
    assert len(expected) == shelf.article_count(scope)


def _holds(library: Library, hit: Hit, text: str) -> bool:
    return library.passages([hit.passage_id])[hit.passage_id][1].text == text


def test_the_rarer_word_decides(shelf: Library) -> None:
    """By BM25 the passage that holds the rare word comes first; scores fall from first to last."""
    hits = shelf.search(["talks", "paris"], 9, Scope())
    assert _holds(shelf, hits[0], NEWS[2][0])
    assert sorted((hit.score for hit in hits), reverse=True) == [hit.score for hit in hits]
    assert 2 == len(shelf.search(["talks"], 2, Scope()))


@given(terms=st.lists(messy, max_size=5))
@example(terms=['"'])
@example(terms=['a" OR "b', "NEAR(a b)", "heading:x", "*", "^a", "-a", "(", "AND", "NOT", "a*", "'"])
@example(terms=["nul\0here", ""])
@example(terms=["word"] * 3000)
def test_no_term_breaks_the_search(shelf: Library, terms: list[str]) -> None:
    """Whatever stands in a question, the full-text search takes it as words and never as syntax."""
    assert len(shelf.search(terms, 9, Scope())) <= len(NEWS)
    if terms:
        assert 0 <= shelf.count(terms) <= shelf.passage_count()


@pytest.mark.parametrize(
    ("term", "count"),
    [("talks", 4), ("talking", 4), ("TÓKYO", 2), ("paris", 1), ("london", 0), ("failed in paris", 1)],
)
def test_terms_match_by_stem_without_accents(shelf: Library, term: str, count: int) -> None:
    """Inflection, case and accents part no words; words in a row are a phrase."""
    assert count == len(shelf.search([term], 9, Scope()))


def test_the_vocabulary_is_that_of_the_articles(shelf: Library) -> None:
    """Words that begin alike and are about as long are offered for a misspelling."""
    assert (4, 0, 4) == (
        shelf.count(["defense"]),
        shelf.count(["unheard"]),
        shelf.count(["unheard", "defense"]),
    )
    assert (True, False) == (shelf.holds("defens"), shelf.holds("unheard"))
    assert "pari" in shelf.stems_like("paris")
    assert () == shelf.stems_like("zzz")
    assert ("defense", "zzz") == (shelf.written("defens"), shelf.written("zzz"))
    assert ("IRIA News", "Jiji Press", "Nikkei Asia") == shelf.outlets()


def test_articles_come_newest_first(shelf: Library) -> None:
    """Articles are listed from the newest to the oldest, undated ones last."""
    assert ["2", "1", "0", "3"] == [article.source for article in shelf.articles()]


# What can go wrong


def _seeded_copy(seeded_home: Path, folder: Path) -> Path:
    folder.mkdir()
    return Path(shutil.copy(seeded_home / FILE, folder / FILE))


def test_a_newer_format_is_refused_untouched(seeded_home: Path, tmp_path: Path) -> None:
    """A library of a newer Pressroom is not opened, not changed, and the line says what to do."""
    path = _seeded_copy(seeded_home, tmp_path / "h")
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(LibraryNewer, match=r"newer Pressroom \(format 99; .*upgrade Pressroom"):
        Library.open(tmp_path / "h")
    assert before == path.read_bytes()


@pytest.mark.parametrize("damage", ["header", "words", "tables", "all"])
def test_a_damaged_file_is_one_clear_error(seeded_home: Path, tmp_path: Path, damage: str) -> None:
    """A file that is no library any more is refused with the way out, and left as it is."""
    path = _seeded_copy(seeded_home, tmp_path / "h")
    raw = bytearray(path.read_bytes())
    if damage == "header":
        raw[:100] = b"\xab" * 100
    elif damage == "tables":
        raw[100:4096] = b"\xab" * 3996
    elif damage == "all":
        raw[100:] = b"\x5a" * (len(raw) - 100)
    path.write_bytes(b"this is no database, but it is long enough" * 9 if damage == "words" else raw)
    before = path.read_bytes()
    with pytest.raises(LibraryCorrupt, match=r"library\.sqlite3 is damaged \(.*restore it from a copy"):
        library = Library.open(tmp_path / "h")
        try:
            library.articles()
        finally:
            library.close()
    assert before == path.read_bytes()


@pytest.mark.parametrize("wrong", [b"\xa7" * 4096, b"A" * 1000])
def test_no_overwritten_page_goes_unnoticed_or_unexplained(
    seeded_home: Path, tmp_path: Path, wrong: bytes
) -> None:
    """With any one page overwritten, reading fails with our error, or the check finds it, or all is right."""
    intact = Library.open(_seeded_copy(seeded_home, tmp_path / "intact").parent)
    texts_stored = {article.text for article in intact.articles()}
    intact.close()
    path = _seeded_copy(seeded_home, tmp_path / "h")
    raw = path.read_bytes()
    size = 4096
    noticed = 0
    for start in range(0, len(raw), size):
        end = start + size
        path.write_bytes(raw[: end - len(wrong)] + wrong + raw[end:])
        try:
            library = Library.open(path.parent)
            try:
                seen = {article.text for article in library.articles()}
                library.search(["hamada"], 9, Scope())
                list(library.rows())
                found = library.damage()
            finally:
                library.close()
        except LibraryError as error:
            assert "\n" not in str(error)
            noticed += 1
            continue
        assert found or seen == texts_stored
        noticed += bool(found)
    assert noticed > len(raw) / size * 0.5


def test_a_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    """A home that is a file, or lies below one, is refused by its path."""
    (tmp_path / "file").write_text("x", encoding="utf-8")
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(LibraryUnwritable, match=f"^cannot use {folder} for the library: "):
            Library.open(folder)


def test_a_library_file_that_is_a_folder_is_refused(tmp_path: Path) -> None:
    """A folder where the file should be is one clear error."""
    (tmp_path / FILE).mkdir()
    with pytest.raises(LibraryUnwritable, match="unable to open"):
        Library.open(tmp_path)


def test_a_locked_file_is_busy(tmp_path: Path, library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    """While another connection writes, a write says busy, and a read still answers."""
    _store(library, _article("The talks ended."))
    other = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    library._connection.execute("PRAGMA busy_timeout = 50")
    with pytest.raises(LibraryBusy, match="is being written by another process"):
        library.store_facts(a="b")
    assert 1 == library.article_count()
    other.execute("ROLLBACK")
    other.close()


def test_a_closed_library_raises_our_error(tmp_path: Path) -> None:
    """Use after closing is an error of our tree, not of SQLite's."""
    library = Library.open(tmp_path)
    library.close()
    with pytest.raises(PressroomError, match="closed"):
        library.article_count()
