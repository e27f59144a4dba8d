"""The vector index: exact, filtered as the library filters, and honest about damage."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.articles import from_text
from rag.dense import Exact
from rag.errors import IndexFailed
from rag.index import ChromaIndex, Folder, Manifest, Prove, opened_unproven
from rag.library import Library, Row
from rag.prove import prove
from rag.types import Scope
from tests.conftest import ROOT, WordEmbedder, entry

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
    known = [dict(zip(("published", "outlet"), _stored(n), strict=True)) for n in range(28)]
    read = [from_text(text, f"{n}", known[n]) for n, text in enumerate(_texts())]
    opened.put([entry(article, WORDS) for article in read])
    yield opened
    opened.close()


def _none(*_: object) -> tuple[int, ...]:
    """A proof that finds every passage."""
    return ()


def _build(folder: Path, rows: Sequence[Row], prove: Prove = _none) -> Manifest:
    last = max((row.number for row in rows), default=0)
    manifest = Manifest(WORDS.id, WORDS.dimension, len(rows), last)
    return Folder(folder, prove).build("index-1", lambda: rows, manifest)


@pytest.fixture(scope="module")
def folder(library: Library, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an index of that library."""
    folder = tmp_path_factory.mktemp("index")
    _build(folder, list(library.rows()))
    return folder


@pytest.fixture(scope="module")
def index(folder: Path) -> Iterator[ChromaIndex]:
    """That index, opened."""
    opened = Folder(folder, _none).open("index-1")
    yield opened
    opened.close()


def test_vectors_come_back_exactly(library: Library, index: ChromaIndex) -> None:
    """Every vector finds its own passage first, with similarity 1, and none is missing."""
    rows = list(library.rows())
    for row in rows:
        scores = dict(index.search(row.vector, 28))
        assert scores[row.number] == pytest.approx(1.0, abs=1e-5)
        assert scores[row.number] == pytest.approx(max(scores.values()), abs=1e-5)
    assert [] == list(index.unreached(rows))
    manifest = index.manifest
    assert ("words", 24, 28, rows[-1].number, ()) == (
        manifest.embedder,
        manifest.dimension,
        manifest.passages,
        manifest.last,
        manifest.strays,
    )


def test_nothing_stands_behind_the_last_vector(library: Library, folder: Path) -> None:
    """The room to grow in Chroma's graph is blank; it would hold vectors of earlier indexes."""
    (graph,) = folder.glob("index-1/*/data_level0.bin")
    # A place holds a vector of float32, 32 neighbours and their count, and a label of 8 bytes.
    size = 4 * WORDS.dimension + 4 * 33 + 8
    raw, last = graph.read_bytes(), library.passage_count() * size
    assert any(raw[last - size : last])
    assert len(raw) > last
    assert not any(raw[last:])


def test_a_manifest_is_what_was_stored(index: ChromaIndex) -> None:
    """The manifest survives its JSON, and names the files that were proven."""
    assert index.manifest == Manifest.from_json(index.manifest.to_json())
    assert index.manifest.files


def test_scores_are_cosines(library: Library, index: ChromaIndex) -> None:
    """The index and an exact search in memory give the same similarities, best first."""
    wanted = WORDS.embed(["a treaty about talk 3"])[0]
    exact = Exact().with_rows(library.rows()).search(wanted, 28)
    found = index.search(wanted, 28)
    assert dict(exact) == pytest.approx(dict(found), abs=1e-5)
    assert sorted((score for _, score in found), reverse=True) == [score for _, score in found]
    assert 3 == len(index.search(wanted, 3))


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
    expected = {row.number for row in library.rows() if scope.admits(row.published, row.outlet)}
    assert expected == {row.number for row in library.rows(scope=scope)}
    ids = set(library.ids_of(list(expected)).values())
    assert ids == {hit.passage_id for hit in library.search(["report"], 99, scope)}
    exact = Exact().with_rows(library.rows())
    assert expected == {number for number, _ in exact.search(vector, 99, scope)}
    assert expected == {number for number, _ in index.search(vector, 99, scope)}


def test_a_missing_or_changed_vector_is_found(library: Library, tmp_path: Path) -> None:
    """A passage that the index does not hold, or holds with another vector, is named."""
    first, second, *others = library.rows()
    _build(tmp_path, [second._replace(vector=np.roll(second.vector, 1)), *others])
    with closing(Folder(tmp_path, _none).open("index-1")) as opened:
        assert {first.number, second.number} == set(opened.unreached([first, second, *others]))


def test_strays_are_written_down(library: Library, tmp_path: Path) -> None:
    """What the proof did not find is kept in the manifest, so that it is searched without the index."""
    manifest = _build(tmp_path, list(library.rows()), lambda *_: (5, 3))
    assert (3, 5) == manifest.strays
    with closing(Folder(tmp_path, _none).open("index-1")) as opened:
        assert manifest == opened.manifest


def test_equals_are_no_strays(tmp_path: Path) -> None:
    """Of many passages with one and the same text each is reached, since any of them is found.

    What lies hidden behind them in Chroma's graph is a stray, and searched exactly.
    """
    same = np.full(24, 24**-0.5, np.float32)
    rows = [Row(number, str(number), same, None, None) for number in range(1, 121)]
    apart = np.eye(24, dtype=np.float32)[:9]
    rows += [Row(200 + number, str(200 + number), vector, None, None) for number, vector in enumerate(apart)]

    def prove(folder: Path, manifest: Manifest) -> tuple[int, ...]:
        with closing(opened_unproven(folder, manifest)) as opened:
            return tuple(opened.unreached(rows))

    assert set(_build(tmp_path, rows, prove).strays) <= set(range(200, 209))


def test_the_proof_sees_the_whole_index_before_it_counts(library: Library, tmp_path: Path) -> None:
    """When the proof begins, the index can be opened with every passage, and is not in its place yet."""
    rows, seen = list(library.rows()), []

    def prove(folder: Path, manifest: Manifest) -> Iterator[int]:
        with pytest.raises(IndexFailed):
            Folder(folder.parent, _none).open(folder.name)
        with closing(opened_unproven(folder, manifest)) as opened:
            seen.extend(opened.unreached(rows))
            yield from seen

    assert () == _build(tmp_path, rows, prove).strays
    assert [] == seen


@pytest.mark.parametrize("failing", ["too many strays", "the child fails", "Ctrl-C"])
def test_nothing_of_a_failed_build_stays(library: Library, tmp_path: Path, failing: str) -> None:
    """An index that is not proven, for whatever reason, is deleted and no other is touched."""
    _build(tmp_path, list(library.rows()))

    def prove(*_: object) -> tuple[int, ...]:
        if failing == "too many strays":
            return tuple(range(99))
        raise IndexFailed("it fails") if failing == "the child fails" else KeyboardInterrupt

    manifest = Manifest(WORDS.id, WORDS.dimension, 28, 28)
    with pytest.raises(KeyboardInterrupt if failing == "Ctrl-C" else IndexFailed):
        Folder(tmp_path, prove).build("index-2", library.rows, manifest)
    assert ["index-1"] == [path.name for path in tmp_path.iterdir()]


def test_every_index_but_one_is_cleared(library: Library, folder: Path, tmp_path: Path) -> None:
    """Clearing deletes other indexes and nothing else."""
    for name in ("index-1", "index-2", "cache"):
        shutil.copytree(folder / "index-1", tmp_path / name)
    Folder(tmp_path, _none).clear(keep="index-2")
    assert ["cache", "index-2"] == sorted(path.name for path in tmp_path.iterdir())


def test_an_index_is_never_built_over_another(library: Library, tmp_path: Path) -> None:
    """A name that is taken is refused."""
    (tmp_path / "index-1").mkdir()
    with pytest.raises(IndexFailed, match="file exists"):
        _build(tmp_path, list(library.rows()))


def test_garbage_is_one_clear_error(folder: Path, tmp_path: Path) -> None:
    """A folder that holds no index, or a spoiled one, raises one line with the folder in it."""
    spoiled, hollow = tmp_path / "index-1", tmp_path / "index-2"
    shutil.copytree(folder / "index-1", spoiled)
    (spoiled / "chroma.sqlite3").write_bytes(b"garbage" * 1000)
    hollow.mkdir()
    for bad in (spoiled, hollow, tmp_path / "index-3"):
        with pytest.raises(IndexFailed, match=bad.name) as caught:
            Folder(tmp_path, _none).open(bad.name)
        assert "\n" not in str(caught.value)


@pytest.mark.child_process
def test_an_index_that_may_not_be_written_is_searched(folder: Path, tmp_path: Path) -> None:
    """Where files and folders may only be read, as in another user's library, the index answers."""
    shutil.copytree(folder / "index-1", tmp_path / "index-1")
    for path in (tmp_path / "index-1", *(tmp_path / "index-1").rglob("*")):
        path.chmod(path.stat().st_mode & ~0o222)
    # Root may write whatever a mode says, unless that is taken from it.
    bound = ["setpriv", "--bounding-set=-dac_override"] if os.geteuid() == 0 else []
    search = (
        "import sys, numpy; from pathlib import Path; from rag.index import Folder\n"
        "index = Folder(Path(sys.argv[1]), lambda *_: ()).open('index-1')\n"
        "print(len(index.search(numpy.ones(index.manifest.dimension, numpy.float32), 3)))"
    )
    command = [*bound, sys.executable, "-c", search, str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (0, "3\n") == (done.returncode, done.stdout), done.stderr


def test_a_wrong_dimension_is_one_clear_error(index: ChromaIndex) -> None:
    """A vector of another model's size is refused by an error of our tree."""
    with pytest.raises(IndexFailed, match=r"vectors of \d+ numbers .* --embed-again"):
        index.search(np.ones(7, np.float32), 1)


@pytest.mark.child_process
def test_a_child_proves_an_index(library: Library, tmp_path: Path) -> None:
    """The child finds every passage of a good index, and names those that another library has besides."""
    stored = Library.open(tmp_path)
    for article in library.articles():
        stored.put([entry(article, WORDS)])
    rows = list(stored.rows())
    manifest = _build(tmp_path, rows[1:], lambda folder, it: prove(folder, it, tmp_path))
    assert (rows[0].number,) == manifest.strays
    stored.close()


@pytest.mark.child_process
def test_a_child_that_fails_or_dies_is_one_clear_error(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the child says, or the signal that ended it, becomes the line; the caller lives on."""
    manifest = Manifest(WORDS.id, WORDS.dimension, 28, 28)
    with pytest.raises(IndexFailed, match=r"^the index in .*hollow failed"):
        prove(tmp_path / "hollow", manifest, tmp_path)
    plain = subprocess.run

    def killed(command: list[str], **more: Any) -> subprocess.CompletedProcess[bytes]:
        return plain([sys.executable, "-c", "import os; os.abort()"], **more)

    monkeypatch.setattr(subprocess, "run", killed)
    with pytest.raises(IndexFailed, match=r"ends a process that opens it \(signal 6\)"):
        prove(tmp_path / "hollow", manifest, tmp_path)


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
    assert inside is scope.admits(day, outlet)
