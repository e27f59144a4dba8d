"""Library and index in step: skipped, updated, mirrored, healed, and written by one at a time."""

from __future__ import annotations

import fnmatch
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path

import numpy as np
import pytest

from rag import indexed, intake
from rag.articles import Problem
from rag.collection import Collection, open_articles, open_home, shelve_texts
from rag.config import Config
from rag.embed import Vectors
from rag.errors import (
    ArticleError,
    EmbedderMismatch,
    EmbedError,
    IndexFailed,
    LibraryBusy,
    LibraryUnwritable,
)
from rag.index import Folder
from rag.indexed import Indexed
from rag.intake import Report
from rag.library import Library
from rag.types import Hit, Scope
from tests.conftest import ROOT, WordEmbedder, child_environment, command, config_for

Opened = Callable[..., Collection]


@pytest.fixture
def opened(config: Config, embedder: WordEmbedder) -> Iterator[Opened]:
    """Open the collection of the test's home; all are closed at the end."""
    there: list[Collection] = []

    def open_one(
        wait_s: float = 5.0, by: WordEmbedder = embedder, told: Callable[[str], None] = lambda _: None
    ) -> Collection:
        there.append(Collection(config.home, config_for(config.home, wait_s=wait_s), by, told))
        return there[-1]

    yield open_one
    for collection in there:
        collection.close()


@pytest.fixture
def news(tmp_path: Path) -> Path:
    """A folder of three short articles."""
    folder = tmp_path / "news"
    folder.mkdir()
    for name in "abc":
        (folder / f"{name}.txt").write_text(f"Report {name}.\n\nMinister {name} signed it.", "utf-8")
    return folder


def _names(sources: Sequence[str]) -> list[str]:
    return [Path(source).name for source in sources]


def _found(collection: Collection, words: str) -> set[str]:
    """The articles that hold some words, by file name; both legs hold each of their passages."""
    shelf = collection.shelf()
    lexical = {hit.passage_id for hit in shelf.library.search(words.split(), 99, Scope())}
    dense = {hit.passage_id for hit in _dense(collection, words)}
    assert dense == {row.passage_id for row in shelf.library.rows()}, "the index is of another time"
    known = shelf.library.passages(sorted(lexical))
    assert lexical == set(known)
    return {Path(article.source).name for _, article in known.values()}


def _dense(collection: Collection, words: str, scope: Scope = Scope()) -> list[Hit]:
    shelf = collection.shelf()
    return shelf.index.search(shelf.embedder.embed([words])[0], 99, scope)


# Adding and updating


def test_what_has_not_changed_is_not_embedded_again(
    opened: Opened, news: Path, embedder: WordEmbedder
) -> None:
    """The second ingest of the same files embeds nothing and builds nothing."""
    collection = opened()
    assert ["a.txt", "b.txt", "c.txt"] == _names(collection.ingest([news]).added)
    embedded, name = embedder.embedded, collection.library.fact("index")
    report = collection.ingest([news])
    assert ([], ["a.txt", "b.txt", "c.txt"]) == (_names(report.added), _names(report.unchanged))
    assert name is not None
    assert (embedded, name) == (embedder.embedded, collection.library.fact("index"))
    assert () == collection.check()


def test_a_changed_file_is_updated(opened: Opened, news: Path) -> None:
    """A file with a new text takes the place of its old one, in both legs."""
    collection = opened()
    collection.ingest([news])
    (news / "b.txt").write_text("Volcano erupts.\n\nNobody was hurt.", "utf-8")
    report = collection.ingest([news])
    assert (["b.txt"], ["a.txt", "c.txt"]) == (_names(report.changed), _names(report.unchanged))
    assert 3 == collection.library.article_count()
    assert "b.txt" in _found(collection, "volcano")
    assert not collection.library.search(["b"], 9, Scope())
    assert () == collection.check()


def test_changed_metadata_is_an_update(opened: Opened, news: Path) -> None:
    """An outlet or a day that is learned later reaches the library, though no text changed."""
    collection = opened()
    collection.ingest([news])
    (news / "metadata.yaml").write_text("a.txt: {outlet: Jiji, published: 2022-01-07}", "utf-8")
    assert ["a.txt"] == _names(collection.ingest([news]).changed)
    assert ("Jiji",) == collection.library.outlets()
    hits = _dense(collection, "report", Scope(outlets=("Jiji",)))
    assert len(hits) == len(collection.library.passages_of(collection.library.articles()[0])) > 0


def test_the_same_text_in_two_files_is_one_article(
    opened: Opened, news: Path, embedder: WordEmbedder
) -> None:
    """A copy of a file adds a source and no passage, and is not embedded."""
    collection = opened()
    collection.ingest([news])
    embedded = embedder.embedded
    (news / "d.txt").write_bytes((news / "a.txt").read_bytes())
    assert ["d.txt"] == _names(collection.ingest([news]).added)
    assert (3, embedded) == (collection.library.article_count(), embedder.embedded)
    (news / "a.txt").unlink()
    assert ["a.txt"] == _names(collection.mirror([news]).removed)
    assert {"b.txt", "c.txt", "d.txt"} == _found(collection, "report")


def test_a_bad_file_stops_nothing(opened: Opened, news: Path) -> None:
    """Files that cannot be read are reported, the others added."""
    (news / "b.txt").write_bytes(b"\x00\x01\x02")
    report = opened().ingest([news])
    assert (["a.txt", "c.txt"], [f"{news}/b.txt"]) == (
        _names(report.added),
        [problem.source for problem in report.problems],
    )


def test_what_is_gone_is_told_and_kept(opened: Opened, news: Path, tmp_path: Path) -> None:
    """Files that are there no more are listed as missing where their folder was named; nothing is lost."""
    collection = opened()
    collection.ingest([news])
    (news / "a.txt").unlink()
    (tmp_path / "d.txt").write_text("Report d.", "utf-8")
    assert [] == collection.ingest([tmp_path / "d.txt"]).missing
    report = collection.ingest([news])
    assert (["a.txt"], []) == (_names(report.missing), report.removed)
    assert {"a.txt", "b.txt", "c.txt", "d.txt"} == _found(collection, "report")


def test_pruning_takes_out_what_is_gone(opened: Opened, news: Path, tmp_path: Path) -> None:
    """With prune, articles of files that are gone go, those that lie elsewhere or were not read stay."""
    (tmp_path / "newsroom").mkdir()
    (tmp_path / "newsroom" / "d.txt").write_text("Report d.", "utf-8")
    collection = opened()
    collection.ingest([news, tmp_path / "newsroom"])
    (tmp_path / "newsroom" / "d.txt").unlink()
    (news / "a.txt").unlink()
    (news / "b.txt").write_bytes(b"\x00\x01\x02")
    report = collection.ingest([news], prune=True)
    assert (["a.txt"], []) == (_names(report.removed), report.missing)
    assert {"b.txt", "c.txt", "d.txt"} == _found(collection, "report")
    assert () == collection.check()


def test_pruning_by_a_pattern(opened: Opened, news: Path) -> None:
    """A pattern stands for what it would match: its gone files go, those in deeper folders stay."""
    (news / "old").mkdir()
    (news / "old" / "d.txt").write_text("Report d.", "utf-8")
    collection = opened()
    collection.ingest([news])
    for name in ("a.txt", "old/d.txt"):
        (news / name).unlink()
    assert ["a.txt"] == _names(collection.ingest([str(news / "*.txt")]).missing)
    assert ["a.txt"] == _names(collection.ingest([str(news / "[!b].txt")], prune=True).removed)
    assert ["d.txt"] == _names(collection.ingest([str(news / "**" / "*.txt")], prune=True).removed)
    assert {"b.txt", "c.txt"} == _found(collection, "report")


def test_a_folder_named_like_a_pattern_is_that_folder(opened: Opened, news: Path) -> None:
    """[ab] that is there is a folder: what was in it is missing, and what the pattern would match is not."""
    for folder in ("[ab]", "a"):
        (news / folder).mkdir()
        (news / folder / f"{folder}.txt").write_text(f"Report of {folder}.", "utf-8")
    collection = opened()
    collection.ingest([news])
    shutil.rmtree(news / "a")
    (news / "[ab]" / "[ab].txt").unlink()
    assert ["[ab].txt"] == _names(collection.ingest([news / "[ab]", news / "b.txt"], prune=True).removed)


@pytest.mark.parametrize("pattern", ["[z-a]*", "*[!z-a].txt", "[a--b]*", "[[]*", "*["])
def test_an_odd_pattern_ends_nothing(opened: Opened, news: Path, pattern: str) -> None:
    """Whatever glob takes, what is missing is looked for by the same rule, and nothing else is pruned."""
    collection = opened()
    collection.ingest([news])
    (news / "b.txt").unlink()
    (news / "[z-a].txt").write_text("Report of an odd name.", "utf-8")
    (news / "[").write_text("Report of an odder name.", "utf-8")
    gone = ["b.txt"] if fnmatch.fnmatchcase("b.txt", pattern) else []
    with suppress(ArticleError):
        assert gone == _names(collection.ingest([str(news / pattern)], prune=True).removed)
    assert {"a.txt", "c.txt"} <= _found(collection, "report")


def test_a_folder_whose_name_is_no_text_is_reported(opened: Opened, news: Path) -> None:
    """Its files are problems, and the run comes to its end."""
    folder = news / os.fsdecode(b"caf\xe9")
    folder.mkdir()
    (folder / "a.txt").write_text("Report of a cafe.", "utf-8")
    report = opened().ingest([folder])
    assert (1, [], []) == (len(report.problems), report.added, report.missing)


def test_pruning_spares_what_a_folders_search_passes_over(opened: Opened, news: Path) -> None:
    """A file that was named itself, and that its folder is not searched for, is there still."""
    (news / ".draft.txt").write_text("Report of a draft.", "utf-8")
    collection = opened()
    collection.ingest([news, news / ".draft.txt"])
    assert [] == collection.ingest([news], prune=True).removed


def test_a_source_is_named_without_detours(opened: Opened, news: Path) -> None:
    """news/../news/a.txt is news/a.txt, and one article of one source."""
    collection = opened()
    collection.ingest([news / "a.txt"])
    assert [str(news / "a.txt")] == collection.ingest([news / ".." / "news" / "a.txt"]).unchanged
    # Past a link, .. is the folder above what it leads to.
    (news / "far" / "deep").mkdir(parents=True)
    (news / "far" / "a.txt").write_text("Report of what the path names.", "utf-8")
    (news / "link").symlink_to(news / "far" / "deep")
    (added,) = collection.ingest([news / "link" / ".." / "a.txt"]).added
    assert {"Report of what the path names."} == {
        article.text for article in collection.library.articles() if article.source == added
    }


@pytest.mark.parametrize("spoiled", ["the metadata", "the folder"])
def test_pruning_spares_what_could_not_be_looked_into(
    opened: Opened, news: Path, spoiled: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Broken metadata, or a folder that cannot be listed, takes no article out of the library."""
    collection = opened()
    collection.ingest([news])
    if spoiled == "the metadata":
        (news / "metadata.yaml").write_text("a.txt: [", "utf-8")
    else:
        unlisted = iter([Problem(str(news), "cannot be listed")])
        monkeypatch.setattr("rag.articles.items", lambda *_: unlisted)
    report = collection.ingest([news], prune=True)
    assert (1, []) == (len(report.problems), report.removed)
    assert 3 == collection.library.article_count()


def test_what_is_stored_is_searched_before_any_index(
    opened: Opened, news: Path, monkeypatch: pytest.MonkeyPatch, embedder: WordEmbedder
) -> None:
    """While an ingest goes on, each group is found by a reader that is open, as soon as it is stored."""
    monkeypatch.setattr(intake, "_GROUP_PASSAGES", 1)
    first, reader = opened(), opened()
    first.ingest([news / "a.txt", news / "b.txt"])
    assert {"a.txt", "b.txt"} == _found(reader, "report")
    (news / "d.txt").write_text("Report d.", "utf-8")
    name, seen = reader.library.fact("index"), []

    def watch(_: int) -> None:
        seen.append(_found(reader, "report"))
        assert name == reader.library.fact("index")

    first.ingest([news], watch=watch)
    assert [2, 2, 3, 4] == [len(names) for names in seen]
    assert name == reader.library.fact("index"), "two late passages are no reason to build"


@pytest.mark.parametrize("change", ["added", "gone"])
def test_the_index_is_built_anew_when_too_much_is_late(
    opened: Opened, news: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    """Up to a limit what changed is searched beside the index; beyond it, the index is built of all."""
    monkeypatch.setattr(indexed, "_LATE_AT_MOST", 1)
    (news / "d.txt").write_text("Report d.", "utf-8")
    collection = opened()
    collection.ingest([news])
    name, copied = collection.library.fact("index"), (news / "a.txt").read_text("utf-8")
    for step, letter in enumerate("bc", start=1):
        if change == "added":
            (news / f"{letter}{letter}.txt").write_text(f"Report {letter}{letter}.", "utf-8")
        else:
            (news / f"{letter}.txt").write_text(copied, "utf-8")
        collection.ingest([news])
        assert (step < 2) == (name == collection.library.fact("index"))
        assert 4 + (step if change == "added" else -step) == len(_dense(collection, "report"))
    assert () == collection.check()
    assert 1 == len(list(collection.folder.glob("index-*")))


def test_a_first_index_that_fails_loses_no_article(
    opened: Opened, news: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the index cannot be built, one line says so, and every article answers without it."""
    told: list[str] = []
    collection = opened(told=told.append)

    def fail(*_: object) -> None:
        raise IndexFailed("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(Folder, "build", fail)
        assert 3 == len(collection.ingest([news]).added)
    assert 1 == len([line for line in told if line.startswith("the disk is full; ")])
    assert {"a.txt", "b.txt", "c.txt"} == _found(collection, "report")
    assert ("there is no index; --rebuild makes it",) == collection.check()
    collection.rebuild()
    assert () == collection.check()


def test_a_single_passage_needs_no_index(opened: Opened, tmp_path: Path) -> None:
    """An article of one passage is found, and the library is in order, also after it was asked."""
    (tmp_path / "one.txt").write_text("Report one.", "utf-8")
    told: list[str] = []
    opened().ingest([tmp_path / "one.txt"])
    for _ in range(2):
        collection = opened(told=told.append)
        assert {"one.txt"} == _found(collection, "report")
        assert () == collection.check()
        collection.rebuild()
    assert [] == told


# Stopping


def test_ctrl_c_keeps_what_is_stored_and_the_next_run_goes_on(
    opened: Opened, news: Path, monkeypatch: pytest.MonkeyPatch, embedder: WordEmbedder
) -> None:
    """A stopped ingest reports what it stored and misses nothing; nothing stored is embedded again."""
    monkeypatch.setattr(intake, "_GROUP_PASSAGES", 1)
    collection = opened()

    def stop(_: int) -> None:
        raise KeyboardInterrupt

    report = collection.ingest([news], prune=True, watch=stop)
    assert (True, ["a.txt"], []) == (report.stopped, _names(report.added), report.removed + report.missing)
    assert {"a.txt"} == _found(collection, "report")
    before = embedder.embedded
    report = collection.ingest([news])
    assert (["b.txt", "c.txt"], ["a.txt"]) == (_names(report.added), _names(report.unchanged))
    assert 2 <= embedder.embedded - before <= 3


def test_a_stopped_start_begins_again(
    config: Config, embedder: WordEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A home whose first question was stopped is no home that was given articles."""
    with monkeypatch.context() as patch:
        patch.setattr(intake.Intake, "run", lambda *_: Report(stopped=True))
        with pytest.raises(KeyboardInterrupt):
            open_home(config, embedder, lambda _: None)
    with closing(open_home(config, embedder, lambda _: None)) as collection:
        assert 5 == collection.library.article_count()


# Mirroring and removing


def test_a_mirror_drops_what_is_gone(opened: Opened, news: Path) -> None:
    """A mirror holds what its paths hold: added, changed and gone files alike."""
    collection = opened()
    collection.mirror([news])
    (news / "a.txt").unlink()
    (news / "d.txt").write_text("Report d.", "utf-8")
    report = collection.mirror([news])
    assert (["d.txt"], ["a.txt"]) == (_names(report.added), _names(report.removed))
    assert {"b.txt", "c.txt", "d.txt"} == _found(collection, "report")


def test_an_unchanged_mirror_reads_no_file(
    opened: Opened, news: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When sizes and times are what they were, nothing is read again; new metadata is noticed."""
    collection = opened()
    collection.mirror([news])

    def fail(*_: object) -> None:
        raise AssertionError("a file was read")

    monkeypatch.setattr("rag.articles.items", fail)
    assert [] == collection.mirror([news]).added
    (news / "metadata.yaml").write_text("a.txt: {outlet: Jiji}", "utf-8")
    with pytest.raises(AssertionError, match="a file was read"):
        collection.mirror([news])


def test_a_link_to_nothing_is_reported_by_a_mirror(opened: Opened, news: Path) -> None:
    """A dangling link in a mirrored folder is one line, every time, and never a crash."""
    (news / "dangling.txt").symlink_to(news / "gone")
    collection = opened()
    for _ in range(2):
        (problem,) = collection.mirror([news]).problems
        assert f"{news}/dangling.txt" == problem.source
        assert 3 == collection.library.article_count()


def test_a_mirror_of_nothing_says_so_every_time(opened: Opened, tmp_path: Path) -> None:
    """Where nothing can be read, the second question hears of it as the first did."""
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "b.txt").write_bytes(b"\x00\x01\x02")
    collection = opened()
    for _ in range(2):
        with pytest.raises(ArticleError, match=r"b\.txt: "):
            collection.mirror([tmp_path / "bad"])


@pytest.mark.parametrize("by", ["id", "start of id", "source"])
def test_an_article_is_removed_by_name(opened: Opened, news: Path, by: str) -> None:
    """An id, its first digits, or a path removes one article from library and index, and no other."""
    collection = opened()
    collection.ingest([news])
    article = next(a for a in collection.library.articles() if a.source.endswith("b.txt"))
    name = {"id": article.id, "start of id": article.id[:8], "source": article.source}[by]
    old = collection.library.fact("index")
    assert article == collection.remove(name)
    assert {"a.txt", "c.txt"} == _found(collection, "report")
    assert old != collection.library.fact("index")
    assert 1 == len(list(collection.folder.glob("index-*")))
    assert () == collection.check()


def _bytes_of(folder: Path) -> bytes:
    """All files of a folder, their names too."""
    paths = sorted(folder.rglob("*"))
    return b"".join(str(path).encode() + (path.read_bytes() if path.is_file() else b"") for path in paths)


def test_no_byte_of_a_removed_article_is_left(opened: Opened, news: Path) -> None:
    """Neither its text nor its earlier versions, title, outlet or place: in no file of the home."""
    path, others = news / "zqxname.txt", [news / f"{letter}.txt" for letter in "abc"]
    (news / "metadata.yaml").write_text("zqxname.txt: {outlet: Zqxoutlet, title: Zqxtitle}", "utf-8")
    for version in "one", "two", "three":
        path.write_text(f"Zqx{version}word stands here.\n\n{'More of it. ' * 80}", "utf-8")
        opened().ingest([news])
    collection, reader = opened(), opened()
    assert {"zqxname.txt"} == _found(reader, "zqxthreeword")
    shelf = collection.shelf()
    vector = next(shelf.library.rows(shelf.library.last_number - 1)).vector.tobytes()
    before = _bytes_of(collection.folder)
    words = (b"Zqxoneword", b"Zqxtwoword", b"Zqxthreeword", b"Zqxtitle", b"Zqxoutlet", b"zqxname", vector)
    assert [] == [word for word in words if word not in before]
    ids = [key for (key,) in collection.library._rows("SELECT id FROM articles")]
    removed = collection.remove(str(path))
    after = _bytes_of(collection.folder)
    assert [] == [word for word in words if word in after or word.lower() in after]
    assert removed.id.encode() not in after
    assert {str(other) for other in others} == set(collection.library.sources())
    assert 3 == len([key for key in ids if collection.library.article(key) is not None])
    assert {"a.txt", "b.txt", "c.txt"} == _found(reader, "report")
    assert () == collection.check()


def test_an_earlier_version_is_removed_alone(opened: Opened, news: Path) -> None:
    """Removing the id of an earlier version takes it out, and leaves what its source holds now."""
    collection = opened()
    collection.ingest([news])
    old = next(a for a in collection.library.articles() if a.source.endswith("b.txt"))
    (news / "b.txt").write_text("Volcano erupts.", "utf-8")
    collection.ingest([news])
    assert old.id == collection.remove(old.id).id
    with pytest.raises(ArticleError, match="no article has"):
        collection.find(old.id)
    assert {"b.txt"} == _found(collection, "volcano")
    assert 3 == collection.library.article_count()
    assert () == collection.check()


def test_an_article_is_removed_where_it_is_an_earlier_version_too(opened: Opened, news: Path) -> None:
    """An article that one file holds and another held before leaves no trace when it is removed."""
    text = (news / "a.txt").read_text("utf-8")
    (news / "b.txt").write_text(text, "utf-8")
    collection = opened()
    collection.ingest([news])
    (news / "b.txt").write_text("Volcano erupts.", "utf-8")
    collection.ingest([news])
    removed = collection.remove(str(news / "a.txt"))
    assert None is collection.library.article(removed.id)
    assert b"Minister a signed" not in _bytes_of(collection.folder)
    assert {"b.txt"} == _found(collection, "volcano")


@pytest.mark.parametrize("wanted", ("nothing", "", "%", "______", "%%%%%%"))
def test_a_name_that_fits_none_or_many_removes_nothing(opened: Opened, news: Path, wanted: str) -> None:
    """Removing needs exactly one article."""
    collection = opened()
    collection.ingest([news])
    with pytest.raises(ArticleError, match="no article has"):
        collection.remove(wanted)
    assert 3 == collection.library.article_count()


# Starting


def test_a_new_home_begins_with_the_seeds(config: Config, embedder: WordEmbedder) -> None:
    """With nothing ingested, the five articles are there; a second opening adds nothing."""
    for _ in range(2):
        with closing(open_home(config, embedder, lambda _: None)) as collection:
            assert 5 == collection.library.article_count()
            assert () == collection.check()


def test_an_ingested_home_never_gets_the_seeds(
    config: Config, embedder: WordEmbedder, opened: Opened, news: Path
) -> None:
    """Whoever ingested articles of their own has only these, also after removing them all."""
    first = opened()
    first.ingest([news])
    with closing(open_home(config, embedder, lambda _: None)) as collection:
        assert 3 == collection.library.article_count()
        for article in collection.library.articles():
            collection.remove(article.id)
    with closing(open_home(config, embedder, lambda _: None)) as collection:
        assert 0 == collection.library.article_count()
        assert _found(collection, "report") == set()


def test_articles_of_a_call_have_a_library_of_their_own(
    config: Config, embedder: WordEmbedder, news: Path
) -> None:
    """Paths asked instead of the library are kept in the cache, and are embedded once."""
    for added in (3, 0):
        collection, report = open_articles([news], config, embedder, lambda _: None)
        assert added == len(report.added)
        assert {"a.txt", "b.txt", "c.txt"} == _found(collection, "report")
        collection.close()
    assert not (config.home / "library.sqlite3").exists()


def test_a_damaged_library_of_a_call_is_made_anew(config: Config, embedder: WordEmbedder, news: Path) -> None:
    """What the cache holds is made of the files, so that damage costs a second ingest and no advice."""
    open_articles([news], config, embedder, lambda _: None)[0].close()
    (file,) = config.cache.glob("articles/*/library.sqlite3")
    file.write_bytes(b"garbage" * 999)
    told: list[str] = []
    collection, report = open_articles([news], config, embedder, told.append)
    with closing(collection):
        assert (3, {"a.txt", "b.txt", "c.txt"}) == (len(report.added), _found(collection, "report"))
    assert told[0].endswith("making it anew")
    assert not any("--repair" in line for line in told)


def test_a_mistyped_path_leaves_nothing_behind(config: Config, embedder: WordEmbedder) -> None:
    """A path that is not there raises before any folder is made."""
    with pytest.raises(ArticleError, match="no such file or folder"):
        open_articles([Path("/no/such/folder")], config, embedder, lambda _: None)
    assert not config.home.exists()


def test_texts_are_shelved_in_memory(config: Config, embedder: WordEmbedder) -> None:
    """Strings can be searched without any folder being made; an empty one is refused by its number."""
    shelf = shelve_texts(["Report one.", "Report two."], config, embedder)
    hits = shelf.index.search(embedder.embed(["two"])[0], 1, Scope())
    assert ["text-2"] == [a.source for _, a in shelf.library.passages([hits[0].passage_id]).values()]
    assert not config.home.exists()
    with pytest.raises(ArticleError, match="text-2: empty"):
        shelve_texts(["Report one.", " "], config, embedder)


# Healing


def test_what_was_stored_before_a_crash_is_found_after_it(
    opened: Opened, news: Path, monkeypatch: pytest.MonkeyPatch, embedder: WordEmbedder
) -> None:
    """When the process dies before the index is built, the next question finds all and embeds nothing."""
    monkeypatch.setattr(indexed, "_LATE_AT_MOST", 0)
    collection = opened()
    collection.ingest([news])
    (news / "d.txt").write_text("Volcano erupts.", "utf-8")
    with monkeypatch.context() as patch:
        patch.setattr(Indexed, "build", lambda _: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            collection.ingest([news])
    again = opened()
    assert () == again.check()
    embedded = embedder.embedded
    assert "d.txt" in _found(again, "volcano")
    assert embedder.embedded == embedded + 1, "only the question is embedded"
    name = again.library.fact("index")
    again.ingest([news])
    assert name != again.library.fact("index"), "the next ingest builds the index of all"


def test_a_library_that_knows_its_index_heals_its_loss(opened: Opened, news: Path) -> None:
    """An index folder that was deleted is built anew by the next question."""
    collection = opened()
    collection.ingest([news])
    collection.close()
    for folder in collection.folder.glob("index-*"):
        shutil.rmtree(folder)
    assert {"a.txt", "b.txt", "c.txt"} == _found(opened(), "report")


def test_a_failed_build_leaves_the_old_index(
    opened: Opened, news: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When building fails the error comes through, nothing half built stays, and a retry succeeds."""
    collection = opened()
    collection.ingest([news])
    before = sorted(path.name for path in collection.folder.glob("index-*"))

    def fail(*_: object, **__: object) -> None:
        raise IndexFailed("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(indexed, "prove", fail)
        with pytest.raises(IndexFailed, match="the disk is full"):
            collection.rebuild()
    assert before == sorted(path.name for path in collection.folder.glob("index-*"))
    assert {"a.txt", "b.txt", "c.txt"} == _found(collection, "report")
    assert collection.rebuild() == collection.library.passage_count()
    assert 1 == len(list(collection.folder.glob("index-*")))


@pytest.mark.child_process
def test_an_index_is_proven_by_a_child(opened: Opened, news: Path) -> None:
    """A real ingest and a real rebuild prove their index in a child process."""
    collection = opened()
    collection.ingest([news])
    assert {"a.txt", "b.txt", "c.txt"} == _found(collection, "report")
    collection.rebuild()
    assert () == collection.check()


def test_the_check_finds_a_changed_vector(opened: Opened, news: Path) -> None:
    """A vector that is not the one that was stored is told by its passage."""
    collection = opened()
    collection.ingest([news])
    collection.library._connection.execute(
        "UPDATE vectors SET vector = ? WHERE number = 1", (np.zeros(24, "<f4").tobytes(),)
    )
    assert collection.check()[0].endswith("has no vector, or a damaged one")


def test_a_spoiled_index_is_mended_by_a_question(
    opened: Opened, news: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The check finds a garbage index; a question mends it where it is small, or searches without it."""
    first = opened()
    first.ingest([news])
    (folder,) = first.folder.glob("index-*")
    first.close()
    (folder / "chroma.sqlite3").write_bytes(b"garbage" * 1000)
    told: list[str] = []
    spoiled = opened(told=told.append)
    (line,) = spoiled.check()
    assert folder.name in line
    with monkeypatch.context() as patch:
        patch.setattr(indexed, "_MENDED_AT_ONCE", 0)
        assert {"a.txt", "b.txt", "c.txt"} == _found(spoiled, "report")
    assert 1 == len(told)
    assert told[0].endswith("; searching without it")
    assert {"a.txt", "b.txt", "c.txt"} == _found(opened(), "report")
    assert () == opened().check()


def test_another_model_is_told_and_embeds_again(opened: Opened, news: Path) -> None:
    """Vectors of two models are never mixed: the error names both and the way out, which works."""
    opened().ingest([news])
    other = WordEmbedder("other", dimension=12)
    collection = opened(by=other)
    for call in (collection.shelf, collection.rebuild, lambda: collection.ingest([news])):
        with pytest.raises(EmbedderMismatch, match=r"vectors of words, .* set to other: .*--embed-again$"):
            call()
    assert collection.embed_again() == collection.library.passage_count()
    assert {"a.txt", "b.txt", "c.txt"} == _found(collection, "report")
    assert () == collection.check()


def test_embedding_again_that_fails_before_its_index_leaves_no_old_one(
    opened: Opened, news: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An index of the model before is never searched with vectors of the new one."""
    opened().ingest([news])
    other = opened(by=WordEmbedder("other"))
    with monkeypatch.context() as patch:
        patch.setattr(Indexed, "build", lambda _: (_ for _ in ()).throw(IndexFailed("the disk is full")))
        with pytest.raises(IndexFailed):
            other.embed_again()
    assert ("there is no index; --rebuild makes it",) == other.check()
    assert {"a.txt", "b.txt", "c.txt"} == _found(opened(by=WordEmbedder("other")), "report")


def test_an_open_reader_sees_what_another_process_wrote(opened: Opened, news: Path) -> None:
    """A collection that is open serves what was ingested since, without being opened again."""
    reader = opened()
    reader.ingest([news])
    assert "d.txt" not in _found(reader, "report")
    (news / "d.txt").write_text("Report d.", "utf-8")
    opened().ingest([news])
    assert "d.txt" in _found(reader, "report")


# One writer


HOLD = """
import sys, time
from pathlib import Path
from rag.collection import Collection
from rag.config import Config
home = Path(sys.argv[1])
class Nothing:
    id = "words"
with Collection(home, Config(home=home, cache=home, folder=home), Nothing())._writing(wait=False):
    print("holding", flush=True)
    sys.stdin.read()
"""


def test_a_second_writer_is_told_who_writes(opened: Opened, news: Path) -> None:
    """While another process holds the writer lock, ingesting names it at once, and reading goes on."""
    opened().ingest([news])
    collection = opened(wait_s=0.2)
    holder = subprocess.Popen(
        [*command("rag.ask")[:1], "-c", HOLD, str(collection.folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=child_environment(),
        text=True,
    )
    with holder:
        assert holder.stdout is not None
        assert "holding\n" == holder.stdout.readline()
        with pytest.raises(LibraryBusy, match=f" is being written by process {holder.pid} on "):
            collection.ingest([news])
        with pytest.raises(LibraryBusy, match=f"process {holder.pid} on "):
            collection.mirror([news / "a.txt"])
        assert {"a.txt", "b.txt", "c.txt"} == _found(collection, "report")
        holder.communicate("")
    assert 3 == len(collection.ingest([news]).unchanged)


def test_a_lock_that_cannot_be_made_is_unwritable(opened: Opened, news: Path) -> None:
    """Where the lock file cannot be made, one line says that the folder cannot be written."""
    collection = opened()
    (collection.folder / "writer.lock").mkdir()
    with pytest.raises(LibraryUnwritable, match=r"^cannot write in "):
        collection.ingest([news])


def test_two_first_questions_at_once_both_answer(home: Path, tmp_path: Path) -> None:
    """Two processes that ask a brand-new home at once both answer, and the articles are there once."""
    asking = [
        subprocess.Popen(
            command("rag.ask", "--json", "What did Hamada sign?"),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=child_environment(),
            cwd=tmp_path,
        )
        for _ in range(2)
    ]
    replies = [process.communicate(timeout=90) for process in asking]
    assert [0, 0] == [process.returncode for process in asking], replies
    assert {"answered"} == {json.loads(out)["status"] for out, _ in replies}
    library = Library.open(home)
    assert 5 == library.article_count()
    assert () == library.damage()
    assert Path(library.articles()[0].source).parent == ROOT / "seeds"
    library.close()


def test_the_same_words_from_two_outlets_are_two_articles(opened: Opened, tmp_path: Path) -> None:
    """A wire story that two outlets carry is kept for both, and is unchanged the next time."""
    folder = tmp_path / "wire"
    folder.mkdir()
    for name in ("a.txt", "b.txt"):
        (folder / name).write_text("The mayor opened the bridge.", "utf-8")
    (folder / "metadata.yaml").write_text("a.txt: {outlet: Herald}\nb.txt: {outlet: Tribune}\n", "utf-8")
    collection = opened()
    collection.ingest([folder])
    assert ("Herald", "Tribune") == collection.library.outlets()
    assert [] == collection.ingest([folder]).added


def test_embedding_again_is_all_or_nothing(opened: Opened, news: Path) -> None:
    """When it breaks halfway, every vector and the model's name are those from before."""
    opened().ingest([news])

    class Breaking(WordEmbedder):
        def embed(self, texts: Sequence[str]) -> Vectors:
            if self.embedded:
                raise EmbedError("the endpoint is gone")
            return super().embed(texts)

    with pytest.raises(EmbedError):
        opened(by=Breaking("other")).embed_again()
    collection = opened()
    assert "words" == collection.library.fact("embedder")
    assert () == collection.check()


def test_a_bad_file_does_not_make_every_question_slow(opened: Opened, news: Path) -> None:
    """Files mirrored with a problem are not read again while nothing changes, and the problem is told."""
    (news / "empty.txt").write_text("", "utf-8")
    collection = opened()
    first = collection.mirror([news])
    assert 1 == len(first.problems)
    assert first.problems == collection.mirror([news]).problems
    assert [] == collection.mirror([news]).unchanged
