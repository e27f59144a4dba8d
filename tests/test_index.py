"""The vector index: exact, filtered as the library filters, and honest about damage."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.articles import from_text
from rag.errors import IndexFailed
from rag.index import ChromaIndex, MemoryIndex, build, in_scope
from rag.library import Library, Row
from rag.passages import split
from rag.types import Scope
from tests.conftest import WordEmbedder

DAYS = [None, *(date(2022, 12, 30) + timedelta(days=n) for n in range(6))]
OUTLETS = [None, "Jiji Press", "Nikkei Asia", "Bureau “Été” 日本"]
WORDS = WordEmbedder()


def _texts() -> list[str]:
    return [f"Report {n} about talk {n % 7} and treaty {n % 5}." for n in range(28)]


def _stored(n: int) -> tuple[date | None, str | None]:
    return DAYS[n % len(DAYS)], OUTLETS[n % len(OUTLETS)]


@pytest.fixture(scope="module")
def library() -> Iterator[Library]:
    """One article for each pair of day and outlet."""
    opened = Library.in_memory()
    for n, text in enumerate(_texts()):
        day, outlet = _stored(n)
        article = from_text(text, f"{n}", {"published": day, "outlet": outlet})
        opened.add(article, split(article, 64), WORDS.embed([text]), "", "f")
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def folder(library: Library, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of that library."""
    folder = tmp_path_factory.mktemp("index") / "index-1"
    build(folder, library.rows(), WORDS.id, WORDS.dimension)
    return folder


@pytest.fixture(scope="module")
def index(folder: Path) -> Iterator[ChromaIndex]:
    """That index, opened."""
    opened = ChromaIndex(folder)
    yield opened
    opened.close()


def test_vectors_come_back_exactly(library: Library, index: ChromaIndex) -> None:
    """Every vector finds its own passage first, with similarity 1, and none is missing."""
    rows = list(library.rows())
    for row in rows:
        scores = dict(index.search(row.vector, 28, Scope()))
        assert scores[row.passage_id] == pytest.approx(1.0, abs=1e-5)
        assert scores[row.passage_id] == pytest.approx(max(scores.values()), abs=1e-5)
    assert [] == index.missing(rows)
    assert index.model == ("words", WORDS.dimension)


def test_scores_are_cosines(library: Library, index: ChromaIndex) -> None:
    """The index and an exact search in memory give the same similarities, best first."""
    wanted = WORDS.embed(["a treaty about talk 3"])[0]
    exact = MemoryIndex(library.rows()).search(wanted, 28, Scope())
    found = index.search(wanted, 28, Scope())
    assert dict(exact) == pytest.approx(dict(found), abs=1e-5)
    assert sorted((hit.score for hit in found), reverse=True) == [hit.score for hit in found]
    assert 3 == len(index.search(wanted, 3, Scope()))


scopes = st.builds(
    Scope,
    since=st.sampled_from([*DAYS, date(1900, 1, 1), date(2100, 1, 1)]),
    latest=st.sampled_from([*DAYS, date(1900, 1, 1), date(2100, 1, 1)]),
    outlets=st.none() | st.lists(st.sampled_from([*OUTLETS[1:], "Unheard"]), max_size=3).map(tuple),
)


@settings(max_examples=80)
@given(scope=scopes)
def test_both_legs_see_the_same_articles(library: Library, index: ChromaIndex, scope: Scope) -> None:
    """For any scope, the index, the exact search, the full-text search and the rule agree."""
    vector = WORDS.embed(["report"])[0]
    expected = {row.passage_id for row in library.rows() if in_scope(row.published, row.outlet, scope)}
    assert expected == {hit.passage_id for hit in library.search(["report"], 99, scope)}
    assert expected == {hit.passage_id for hit in MemoryIndex(library.rows()).search(vector, 99, scope)}
    assert expected == {hit.passage_id for hit in index.search(vector, 99, scope)}


def test_a_missing_or_changed_vector_is_found(library: Library, tmp_path: Path) -> None:
    """A passage that the index does not hold, or holds with another vector, is named."""
    first, second, *others = library.rows()
    turned = Row(second.passage_id, np.roll(second.vector, 1), second.published, second.outlet)
    build(tmp_path / "i", [turned, *others], WORDS.id, WORDS.dimension)
    opened = ChromaIndex(tmp_path / "i")
    assert [first.passage_id, second.passage_id] == opened.missing([first, second, *others])
    opened.close()


def test_an_empty_index_finds_nothing(tmp_path: Path) -> None:
    """An index of no passages can be built, opened and searched."""
    build(tmp_path / "i", [], WORDS.id, 0)
    opened = ChromaIndex(tmp_path / "i")
    assert [] == opened.search(WORDS.embed(["report"])[0], 5, Scope())
    opened.close()


def test_an_index_is_never_built_over_another(folder: Path) -> None:
    """A folder that is there already is left alone."""
    with pytest.raises(IndexFailed, match="file exists"):
        build(folder, [], WORDS.id, 0)


def test_garbage_is_one_clear_error(folder: Path, tmp_path: Path) -> None:
    """A folder that holds no index, or a spoiled one, raises one line with the way out."""
    spoiled = tmp_path / "spoiled"
    shutil.copytree(folder, spoiled)
    (spoiled / "chroma.sqlite3").write_bytes(b"garbage" * 1000)
    hollow = tmp_path / "hollow"
    hollow.mkdir()
    for bad in (spoiled, hollow):
        with pytest.raises(IndexFailed, match=r"--rebuild makes it anew$") as caught:
            ChromaIndex(bad)
        assert "\n" not in str(caught.value)


def test_a_wrong_dimension_is_one_clear_error(index: ChromaIndex) -> None:
    """A vector of another model's size is refused by an error of our tree."""
    with pytest.raises(IndexFailed, match=r"vectors of \d+ numbers .* --embed-again"):
        index.search(np.ones(7, np.float32), 1, Scope())


@pytest.mark.parametrize(
    ("day", "outlet", "scope", "inside"),
    [
        (None, None, Scope(), True),
        (None, None, Scope(latest=date(2022, 1, 1)), False),
        (date(2022, 1, 1), None, Scope(since=date(2022, 1, 1), latest=date(2022, 1, 1)), True),
        (date(2022, 1, 1), None, Scope(since=date(2022, 1, 2)), False),
        (date(2022, 1, 3), None, Scope(latest=date(2022, 1, 2)), False),
        (None, "A", Scope(outlets=("A",)), True),
        (None, None, Scope(outlets=("A",)), False),
    ],
)
def test_the_rule_of_scope(day: date | None, outlet: str | None, scope: Scope, inside: bool) -> None:
    """Dates are inclusive and an undated article passes none; an outlet must be named."""
    assert inside is in_scope(day, outlet, scope)
