"""Damaged files, full and read-only disks: right answers or one clear line, and a way out."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from rag.collection import Collection
from rag.errors import IndexFailed, LibraryBusy, LibraryCorrupt
from rag.index import MANIFEST, Folder
from rag.library import Library
from rag.library.pages import stored_rows
from rag.repair import repair
from tests.crash_child import Trial, Vectors, config_of, ended, opened, write_articles
from tests.damage_child import CUTS, PAGE, SPOILS, WRONG, Spoilt, closed, pages_of, tried

_ARTICLES = 5
Copied = Callable[[str], Trial]


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Copied:
    """Copies of a library of a few articles, one of them in its second version, all in one file."""
    base = tmp_path_factory.mktemp("damage")
    news = base / "news"
    write_articles(news, range(_ARTICLES))
    first = Trial(base / "first", news)
    assert 0 == first.work(), first.error
    write_articles(news, range(1), edition=1)
    assert 0 == first.work(), first.error
    closed(first.home)

    def copied(name: str) -> Trial:
        shutil.copytree(base / "first", base / name)
        return Trial(base / name, news)

    return copied


def _index_of(home: Path) -> Path:
    with closing(Library.open(home)) as library:
        return home / str(library.fact("index"))


def _whole(trial: Trial, again: bool = False) -> None:
    seen = trial.look(again)
    assert seen is not None, "the reader crashed"
    assert ((), (), ()) == (seen.lost, seen.half, seen.damage)


# The index


def test_no_spoilt_index_is_opened(stored: Copied) -> None:
    """Whatever is done to any file of an index, it is refused before Chroma sees it."""
    trial, chance = stored("refused"), random.Random(7)  # noqa: S311 - no secret
    index = _index_of(trial.home)
    place = Folder(trial.home, lambda *_: [])
    for file in sorted(path for path in index.rglob("*") if path.is_file()):
        raw = file.read_bytes()
        for name, spoil in (SPOILS | CUTS).items():
            for _ in range(5):
                file.write_bytes(spoilt := spoil(raw, chance))
                if spoilt != raw:
                    with pytest.raises(
                        IndexFailed, match=r"^the index in .*--rebuild (mends|makes) it"
                    ) as caught:
                        place.open(index.name)
                    assert "\n" not in str(caught.value), name
        file.unlink()
        with pytest.raises(IndexFailed):
            place.open(index.name)
        file.write_bytes(raw)
    place.open(index.name).close()


def test_opening_an_index_leaves_it_as_it_was(stored: Copied) -> None:
    """However often an index is opened and searched, its digests stay those that were proven."""
    trial = stored("opened")
    place, name = Folder(trial.home, lambda *_: []), _index_of(trial.home).name
    for _ in range(3):
        with closing(place.open(name)) as index:
            assert index.search(Vectors().embed(["report"])[0], 3)


@pytest.mark.parametrize("file", ["chroma.sqlite3", "*/data_level0.bin", MANIFEST, "."])
def test_a_damaged_index_is_told_and_mended(file: str, stored: Copied) -> None:
    """The check names the damage; the question after it is answered, from an index made anew."""
    trial = stored(f"mended-{file[:1]}-{len(file)}")
    index = _index_of(trial.home)
    if file == ".":
        shutil.rmtree(index)
    else:
        spoilt = next(index.glob(file))
        spoilt.write_bytes(SPOILS["bits flipped"](spoilt.read_bytes(), random.Random(1)))  # noqa: S311
    seen = trial.look()
    assert seen is not None, "the reader crashed"
    assert ((), ()) == (seen.lost, seen.half)
    assert 1 == len(seen.damage)
    assert "--rebuild" in seen.damage[0]
    _whole(trial)


def test_readers_follow_an_index_that_is_swapped(stored: Copied) -> None:
    """While the index is built anew and swapped again and again, open readers are always answered."""
    trial = stored("swapped")
    vector, done = Vectors().embed(["Report of edition"])[0], threading.Event()
    failures: list[BaseException] = []
    with closing(opened(trial.home)) as reading:
        expected = {hit.passage_id for hit in reading.shelf().index.search(vector, 99)}

        def read() -> None:
            try:
                while not done.is_set():
                    assert expected == {hit.passage_id for hit in reading.shelf().index.search(vector, 99)}
            except BaseException as error:  # noqa: BLE001 - told below
                failures.append(error)

        readers = [threading.Thread(target=read) for _ in range(3)]
        for reader in readers:
            reader.start()
        statuses = [trial.work("rebuild") for _ in range(3)]
        # A reader that is just opening it may put a file back.
        shutil.rmtree(_index_of(trial.home), ignore_errors=True)
        found = {hit.passage_id for hit in reading.shelf().index.search(vector, 99)}
        done.set()
        for reader in readers:
            reader.join()
    assert ([0] * 3, [], expected) == (statuses, failures, found)


# The library


def test_overwritten_pages_are_told(stored: Copied) -> None:
    """A reader of a library with any page overwritten is right, or told in one line; never wrong."""
    trial = stored("pages")
    ways = list(SPOILS)
    spoilt = [Spoilt(page, ways[page % len(ways)]) for page in range(pages_of(trial.home))]
    # Some of this one's flips lie in what SQLite quotes when it complains.
    spoilt.append(Spoilt(0, "bits flipped", 1))
    fared = list(tried(trial, spoilt))
    assert spoilt == [one.spoilt for one in fared]
    assert [] == [one for one in fared if one.outcome == WRONG]
    assert any(one.named for one in fared)
    # Where whole pages are gone, the check says so, even if no question needed them.
    assert [] == [one for one in fared if one.spoilt.how in ("zeros", "random bytes") and not one.named]


def test_a_changed_letter_of_an_article_is_seen(stored: Copied) -> None:
    """A changed letter of an article's text is never quoted: the reader gets one line."""
    trial = stored("letter")
    file = trial.home / "library.sqlite3"
    raw = file.read_bytes()
    with closing(Library.open(trial.home)) as library:
        article = library.articles()[0]
    for at in _places(raw, article.text[10:60].encode()):
        file.write_bytes(raw[:at] + b"#" + raw[at + 1 :])
        with closing(Library.open(trial.home)) as library:
            assert library.damage()


def _places(raw: bytes, wanted: bytes) -> Iterator[int]:
    at = raw.find(wanted)
    while at >= 0:
        yield at
        at = raw.find(wanted, at + 1)


@pytest.mark.parametrize("gone", [True, False])
def test_a_library_that_was_emptied_is_not_begun_anew(gone: bool, stored: Copied) -> None:
    """Where the file is gone or empty beside an index, one line says so, and the way out."""
    trial = stored(f"emptied-{gone}")
    file = trial.home / "library.sqlite3"
    file.unlink() if gone else file.write_bytes(b"")
    with pytest.raises(LibraryCorrupt, match="--repair"):
        opened(trial.home)


# Repair


@pytest.fixture
def proven_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """The proof of an index in this process, since it is not the point."""
    from rag import indexed, prove

    monkeypatch.setattr(indexed, "prove", lambda folder, of, library: list(prove.strays(folder, of, library)))


@pytest.mark.usefixtures("proven_here")
def test_repair_saves_what_can_be_read_and_names_the_rest(stored: Copied) -> None:
    """Whichever page is overwritten, each article is saved, read again from its file, or named as lost."""
    trial = stored("repaired")
    file = trial.home / "library.sqlite3"
    raw = file.read_bytes()
    with closing(Library.open(trial.home)) as library:
        before = {article.id for article in library.articles()}
    chance = random.Random(3)  # noqa: S311 - no secret
    for page in chance.sample(range(pages_of(trial.home)), 6):
        file.write_bytes(raw[: page * PAGE] + chance.randbytes(PAGE) + raw[(page + 1) * PAGE :])
        done = repair(trial.home, config_of(trial.home), Vectors())
        with closing(Collection(trial.home, config_of(trial.home), Vectors())) as collection:
            assert () == collection.check()
            there = {article.id for article in collection.library.articles()}
        assert before <= there
        if done.kept is not None:
            assert raw[: page * PAGE] == done.kept.read_bytes()[: page * PAGE]


@pytest.mark.usefixtures("proven_here")
def test_repair_without_files_names_each_lost_article(
    stored: Copied, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Articles that cannot be read, and whose files are gone, are named, by title and source where known."""

    def busy(_: Collection) -> int:
        raise LibraryBusy("another process is writing")

    trial = stored("hopeless")
    file = trial.home / "library.sqlite3"
    raw = bytearray(file.read_bytes())
    with closing(Library.open(trial.home)) as library:
        article = next(a for a in library.articles() if "0003" in a.source)
        others = {a.id for a in library.articles()} - {article.id}
    for at in list(_places(bytes(raw), article.text[40:80].encode())):
        raw[at] ^= 1
    file.write_bytes(bytes(raw))
    (trial.news / "0003.txt").rename(tmp_path / "away")
    shutil.copytree(trial.home, tmp_path / "home")
    try:
        done = repair(trial.home, config_of(trial.home), Vectors())
    finally:
        (tmp_path / "away").rename(trial.news / "0003.txt")
    # Another process writes as soon as the library is whole: what is lost is told all the same.
    told: list[str] = []
    with monkeypatch.context() as patched:
        patched.setattr("rag.repair.Collection.rebuild", busy)
        with pytest.raises(LibraryBusy):
            repair(tmp_path / "home", config_of(tmp_path / "home"), Vectors(), told.append)
    assert 1 == sum(line.startswith("lost") and article.id in line for line in told)
    assert [(article.id, article.title, article.source)] == [
        (one.id, one.title, one.source) for one in done.lost
    ]
    assert (0, ()) == (done.embedded, done.unnamed)
    with closing(Library.open(trial.home)) as library:
        assert others == {a.id for a in library.articles()}
        assert () == library.damage()


@pytest.mark.usefixtures("proven_here")
@pytest.mark.parametrize("way", ["header", "garbage", "half", "empty"])
def test_repair_of_a_file_that_cannot_be_opened(way: str, stored: Copied) -> None:
    """A library whose file is no database any more is made whole from its pages and from the files."""
    trial = stored(f"unopenable-{way}")
    file = trial.home / "library.sqlite3"
    raw = file.read_bytes()
    ruined = {
        "header": bytes(100) + raw[100:],
        "garbage": b"garbage" * 99,
        "half": raw[: len(raw) // 2],
        "empty": b"",
    }
    file.write_bytes(ruined[way])
    done = repair(trial.home, config_of(trial.home), Vectors())
    if way in ("garbage", "empty"):
        assert 0 == done.articles
        assert 0 == trial.work(), trial.error
    seen = trial.look(again=True)
    assert seen is not None, "the reader crashed"
    assert (_ARTICLES, (), ()) == (seen.articles, seen.half, seen.damage)
    # An earlier version is in no file any more; in the half that is cut off nobody can know of it.
    assert way != "header" or not seen.lost
    assert all(line.endswith(" (earlier)") for line in seen.lost)


@pytest.mark.usefixtures("proven_here")
def test_repair_keeps_versions_and_forgets_what_was_removed(stored: Copied) -> None:
    """Earlier versions still resolve after a repair, vectors are kept, and nothing removed comes back."""
    trial = stored("versions")
    earlier = json.loads((trial.notes / "stored").read_text(encoding="utf-8").splitlines()[0])[1]
    with closing(opened(trial.home)) as collection:
        removed = collection.remove(str(trial.news / "0004.txt"))
    closed(trial.home)
    file = trial.home / "library.sqlite3"
    assert removed.id not in {str(row.values[0]) for row in stored_rows(file)}
    file.write_bytes(bytes(16) + file.read_bytes()[16:])
    done = repair(trial.home, config_of(trial.home), Vectors())
    assert (_ARTICLES - 1, 0, (), ()) == (done.articles, done.embedded, done.lost, done.unnamed)
    with closing(Library.open(trial.home)) as library:
        old = library.article(earlier)
        assert old is not None
        assert library.held(old.source) is not None
        assert old.replaced_by == library.held(old.source)[0]  # type: ignore[index]
        assert library.article(removed.id) is None


@pytest.mark.parametrize(
    ("action", "told"), [("hold", "is being written by"), ("read", "is open in another")]
)
def test_repair_leaves_alone_what_others_have_open(
    action: str, told: str, stored: Copied, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While another process writes or reads the library, repair refuses, and nothing is changed."""
    trial = stored(f"open-{action}")
    monkeypatch.setattr("rag.repair._intact", lambda _: None)
    process = trial.begin(action)
    try:
        while not (trial.notes / "held").exists() and process.is_alive():
            process.join(0.01)
        with pytest.raises(LibraryBusy, match=told):
            repair(trial.home, config_of(trial.home), Vectors())
    finally:
        (trial.notes / "go").touch()
        status = ended(process)
    assert 0 == status
    _whole(trial)


# The disk


@contextmanager
def _mounted(folder: Path, *options: str) -> Iterator[None]:
    """Something mounted at `folder`; the test is skipped where that is not allowed."""
    done = subprocess.run(["mount", *options, str(folder)], capture_output=True)
    if done.returncode != 0:
        pytest.skip(f"mounting is not permitted here: {done.stderr.decode().strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk_is_told_and_loses_nothing(stored: Copied) -> None:
    """On a tmpfs without room, an ingest ends with one line; what was there answers; with room it goes on."""
    trial = stored("full")
    kept = trial.home.rename(trial.home.with_name("kept"))
    trial.home.mkdir()
    with _mounted(trial.home, "-t", "tmpfs", "-o", "size=6m", "tmpfs"):
        shutil.copytree(kept, trial.home, dirs_exist_ok=True)
        assert 0 == trial.work(), trial.error
        write_articles(trial.news, range(50, 80))
        try:
            _fill(trial.home / "ballast")
            assert 3 == trial.work()
            assert trial.error.startswith(f"cannot write {trial.home}"), trial.error
            seen = trial.look()
            assert seen is not None, "the reader crashed"
            assert ((), ()) == (seen.lost, seen.half)
            (trial.home / "ballast").unlink()
            _whole(trial, again=True)
        finally:
            for number in range(50, 80):
                (trial.news / f"{number:04}.txt").unlink()


def _fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            return


@pytest.mark.parametrize("room", [2_000, 200_000])
def test_a_file_that_may_not_grow_is_told(room: int, stored: Copied) -> None:
    """Where files may not grow, as on a full disk, one line says so and nothing is lost."""
    trial = stored(f"limited-{room}")
    write_articles(trial.home.parent / "more", range(100, 160))
    trial.news = trial.home.parent / "more"
    status = trial.work("limited", given=str(room))
    assert status in (0, 3), trial.error
    if status == 3:
        assert trial.error.startswith(f"cannot write {trial.home}"), trial.error
        assert "\n" not in trial.error
    seen = trial.look()
    assert seen is not None, "the reader crashed"
    assert ((), ()) == (seen.lost, seen.half)
    _whole(trial, again=True)


@pytest.mark.parametrize("log", [False, True])
def test_a_read_only_folder_answers(log: bool, stored: Copied) -> None:
    """A library in a folder that cannot be written answers, with what its log still holds."""
    trial = stored(f"read-only-{log}")
    if log:
        write_articles(trial.home.parent / "more", range(200, 203))
        shutil.copytree(trial.news, trial.home.parent / "more", dirs_exist_ok=True)
        trial.news = trial.home.parent / "more"
        assert -9 == trial.work("ingest", "index on disk")
        assert (trial.home / "library.sqlite3-wal").stat().st_size
    with _mounted(trial.home, "--bind", str(trial.home)):
        subprocess.run(["mount", "-o", "remount,bind,ro", str(trial.home)], check=True)
        assert not os.access(trial.home, os.W_OK)
        seen = trial.look()
        assert seen is not None, "the reader crashed"
        assert ((), ()) == (seen.lost, seen.half)
        assert _ARTICLES + (3 if log else 0) <= seen.articles
        assert 3 == trial.work()
        assert trial.error.startswith("cannot "), trial.error
