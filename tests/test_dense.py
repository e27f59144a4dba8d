"""The dense leg: the same passages with an index and without, whatever changed since it was built."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag import dense
from rag.articles import from_text
from rag.dense import Dense, Exact
from rag.errors import EmbedderMismatch, IndexFailed
from rag.index import ChromaIndex, Folder, Manifest
from rag.library import Library, Row
from rag.types import Article, Hit, Scope
from tests.conftest import WordEmbedder, entry

WORDS = WordEmbedder()
DAYS = [None, *(date(2022, 12, 30) + timedelta(days=n) for n in range(4))]
OUTLETS = [None, "Jiji Press", "Nikkei Asia"]


def _article(number: int, text: str = "") -> Article:
    told = text or f"Report {number} about talk {number % 7} and treaty {number % 5}."
    known = {
        "published": DAYS[number % len(DAYS)],
        "outlet": OUTLETS[number % len(OUTLETS)],
        "title": "Talks",
    }
    return from_text(told, f"{number}", known)


@pytest.fixture(scope="module")
def articles() -> list[Article]:
    """Thirty articles of every day and outlet."""
    return [_article(number) for number in range(30)]


@pytest.fixture
def library(articles: list[Article]) -> Iterator[Library]:
    """A library of the first twenty."""
    opened = Library.in_memory()
    opened.put([entry(article, WORDS) for article in articles[:20]])
    yield opened
    opened.close()


@pytest.fixture
def build(library: Library, tmp_path: Path) -> Iterator[Callable[..., ChromaIndex]]:
    """Build and open an index of what the library holds; `strays` were not found."""
    there: list[ChromaIndex] = []

    def built(*strays: int) -> ChromaIndex:
        place = Folder(tmp_path, lambda *_: strays)
        manifest = Manifest(WORDS.id, WORDS.dimension, library.passage_count(), library.last_number)
        place.build(f"index-{len(there)}", library.rows, manifest)
        there.append(place.open(f"index-{len(there)}"))
        return there[-1]

    yield built
    for index in there:
        index.close()


def _all(leg: Dense, scope: Scope = Scope()) -> list[Hit]:
    return leg.search(WORDS.embed(["report about a treaty"])[0], 99, scope)


def _same(expected: list[Hit], found: list[Hit]) -> None:
    """The same passages with the same scores; which of two equal ones is first is left open."""
    assert {hit.passage_id: pytest.approx(hit.score, abs=1e-5) for hit in expected} == dict(found)
    assert [hit.score for hit in expected] == pytest.approx([hit.score for hit in found], abs=1e-5)


class Broken(ChromaIndex):
    """An index that opens and does not answer."""

    def __init__(self, manifest: Manifest, error: IndexFailed) -> None:
        self.manifest = manifest
        self.error = error
        self.asked = 0

    def search(self, *_: object) -> list[tuple[int, float]]:
        """Raise what it was given."""
        self.asked += 1
        raise self.error


def test_an_index_and_an_exact_search_agree(library: Library, build: Callable[..., ChromaIndex]) -> None:
    """With an index and without, the same passages come in the same order with the same scores."""
    with closing(Dense(library, build())) as indexed:
        _same(_all(Dense(library)), _all(indexed))
        assert 20 == len(_all(indexed))
        assert 3 == len(indexed.search(WORDS.embed(["treaty"])[0], 3))


scopes = st.builds(
    Scope,
    since=st.sampled_from([*DAYS, date(1900, 1, 1)]),
    latest=st.sampled_from([*DAYS, date(2100, 1, 1)]),
    outlets=st.none() | st.lists(st.sampled_from([*OUTLETS[1:], "Unheard"]), max_size=2).map(tuple),
)


def test_filters_act_alike_in_every_way_of_searching(
    library: Library,
    build: Callable[..., ChromaIndex],
    articles: list[Article],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """For any scope, exact search of the scope, Chroma's filters and the late ones give the same passages."""
    indexed, none = Dense(library, build()), Dense(library)
    library.put([entry(article, WORDS) for article in articles[20:25]])

    @settings(max_examples=40)
    @given(scope=scopes)
    def agree(scope: Scope) -> None:
        expected = {row.passage_id for row in library.rows() if scope.admits(row.published, row.outlet)}
        for at_most in (0, 10**6):
            with monkeypatch.context() as patch:
                patch.setattr(dense, "_EXACT_AT_MOST", at_most)
                assert expected == {hit.passage_id for hit in _all(indexed, scope)}
                assert expected == {hit.passage_id for hit in _all(none, scope)}

    agree()


def test_what_is_stored_is_found_at_once(
    library: Library, build: Callable[..., ChromaIndex], articles: list[Article]
) -> None:
    """A leg that is open finds what is stored later, and finds no longer what is taken out or replaced."""
    indexed = Dense(library, build())
    library.put([entry(article, WORDS) for article in articles[20:]])
    _same(_all(Dense(library)), _all(indexed))
    assert 30 == len(_all(indexed))
    library.forget(["3", "25"])
    library.put([entry(_article(4, "A volcano erupts."), WORDS), entry(_article(26, "Snow falls."), WORDS)])
    _same(_all(Dense(library)), _all(indexed))
    assert 28 == len(_all(indexed))


@pytest.mark.parametrize("at_first", [5, 25])
def test_what_is_gone_takes_no_place(
    library: Library, build: Callable[..., ChromaIndex], articles: list[Article], at_first: int
) -> None:
    """Whatever was replaced, as often as it was, as many neighbours come as were asked for."""
    indexed = Dense(library, build())
    library.put([entry(article, WORDS) for article in articles[20:]])
    wanted = WORDS.embed(["volcano"])[0]
    for version in range(12):
        library.put([entry(_article(at_first, f"Volcano volcano {version}."), WORDS)])
        _same(Dense(library).search(wanted, 5), indexed.search(wanted, 5))
        assert 5 == len(indexed.search(wanted, 5))
    assert 30 == len(indexed._late.numbers) + 20 - (at_first < 20)


def test_the_index_is_asked_for_as_many_more_as_are_gone(
    library: Library, build: Callable[..., ChromaIndex]
) -> None:
    """Though all of the nearest passages in the index are gone from the library, the next nearest come."""
    indexed = Dense(library, build())
    wanted = WORDS.embed(["report about a treaty"])[0]
    nearest = library.passages([hit.passage_id for hit in indexed.search(wanted, 10)])
    library.put([entry(_article(int(a.source), "Volcano."), WORDS) for _, a in nearest.values()])
    _same(Dense(library).search(wanted, 5), indexed.search(wanted, 5))
    assert 5 == len(indexed.search(wanted, 5))


def test_strays_are_found(library: Library, build: Callable[..., ChromaIndex]) -> None:
    """Passages that the index does not reach are searched beside it."""
    indexed = Dense(library, build(2, 7))
    reached = indexed._index
    assert reached is not None

    class Losing(Broken):
        def search(self, *given: object) -> list[tuple[int, float]]:
            return [(n, s) for n, s in reached.search(*given) if n not in (2, 7)]  # type: ignore[arg-type]

    _same(_all(Dense(library)), _all(Dense(library, Losing(reached.manifest, IndexFailed("")))))
    library.forget(["1"])
    assert 19 == len(_all(Dense(library, Losing(reached.manifest, IndexFailed("")))))


def test_a_failing_index_costs_no_answer(library: Library, build: Callable[..., ChromaIndex]) -> None:
    """When the index fails, whoever opened it is asked once for another; without one all is compared."""
    good, told = build(), []
    broken = Broken(good.manifest, IndexFailed("the disk is gone"))
    legs = [Dense(library, broken, told.append), Dense(library, broken, lambda _: good)]
    for leg in legs:
        _same(_all(Dense(library)), _all(leg))
        _same(_all(Dense(library)), _all(leg))
    assert (["the disk is gone"], 2) == ([str(error) for error in told], broken.asked)


def test_an_index_that_always_fails_is_given_up(library: Library, build: Callable[..., ChromaIndex]) -> None:
    """However often the replacement fails too, the question is answered."""
    broken = Broken(build().manifest, IndexFailed("no"))
    _same(_all(Dense(library)), _all(Dense(library, broken, lambda _: broken)))
    assert 3 == broken.asked


def test_another_model_is_no_failure_of_the_index(
    library: Library, build: Callable[..., ChromaIndex]
) -> None:
    """A question's vector of another length is refused, with an index and without."""
    for leg in (Dense(library), Dense(library, build())):
        with pytest.raises(EmbedderMismatch, match="--embed-again"):
            leg.search(np.ones(7, np.float32), 3)


def test_a_server_that_is_down_is_told(library: Library, build: Callable[..., ChromaIndex]) -> None:
    """What the opener raises instead of another index reaches the caller."""

    def down(error: IndexFailed) -> None:
        raise error

    with pytest.raises(IndexFailed, match="down"):
        _all(Dense(library, Broken(build().manifest, IndexFailed("down")), down))


def test_an_empty_library_finds_nothing() -> None:
    """There is nothing to find, and no error, where nothing was stored."""
    library = Library.in_memory()
    assert [] == _all(Dense(library))
    library.put([entry(_article(1), WORDS)])
    library.forget(["1"])
    assert [] == _all(Dense(library))
    library.close()


unit = st.lists(st.floats(-1, 1, width=32), min_size=3, max_size=3).filter(any)


@given(vectors=st.lists(unit, min_size=1, max_size=12), wanted=unit, count=st.integers(1, 15), data=st.data())
def test_exact_search_is_what_sorting_gives(
    vectors: list[list[float]], wanted: list[float], count: int, data: st.DataObject
) -> None:
    """The nearest of those kept, best first, equal ones in the order in which they came."""
    rows = [Row(n, f"p{n}", np.asarray(v, np.float32), None, None) for n, v in enumerate(vectors, start=1)]
    asked = np.asarray(wanted, np.float32)
    cut = data.draw(st.integers(0, len(rows)))
    kept = data.draw(st.sets(st.integers(1, len(rows))))
    exact = Exact().with_rows(rows[:cut]).only(kept).with_rows(rows[cut:])
    left = [row for row in rows if row.number in kept or row.number > cut]
    scores = np.stack([row.vector for row in left]) @ asked if left else np.zeros(0, np.float32)
    order = sorted(range(len(left)), key=lambda i: -scores[i])[:count]
    found = exact.search(asked, count)
    assert [left[i].number for i in order] == [number for number, _ in found]
    assert [scores[i] for i in order] == pytest.approx([score for _, score in found], abs=1e-6)
    assert rows[-1].number == exact.last or cut == len(rows)
