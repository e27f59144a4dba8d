"""The library: articles never lost, passages exact, one clear error for each way it can fail."""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from rag.articles import from_text
from rag.errors import (
    LibraryBusy,
    LibraryCorrupt,
    LibraryError,
    LibraryNewer,
    LibraryUnwritable,
    PressroomError,
)
from rag.library import Entry, Library, Row, schema, writing
from rag.library import rows as values
from rag.library.database import FILE
from rag.passages import split
from rag.types import Article, Hit, Passage, Scope, Span
from tests.conftest import WordEmbedder, entry, messy, noted, texts

WORDS = WordEmbedder()


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """An empty library in a folder."""
    opened = Library.open(tmp_path)
    yield opened
    opened.close()


def _store(library: Library, *articles: Article) -> None:
    library.put([entry(article, WORDS) for article in articles])


def _article(text: str, source: str = "a", day: str | None = None, outlet: str | None = None) -> Article:
    return from_text(text, source, {"published": day, "outlet": outlet, "title": text[:20]})


@given(text=texts)
def test_an_article_comes_back_as_it_went_in(text: str) -> None:
    """Article, passages and vectors are equal after a round trip, to the last bit."""
    library = Library.in_memory()
    article = _article(text, "somewhere", "2022-01-07", "Jiji")
    stored = entry(article, WORDS, "heading")
    assert stored.passages is not None
    assert stored.vectors is not None
    library.put([stored])
    kept = replace(article, sources=("somewhere",))
    assert ((kept,), kept) == (library.articles(), library.article(article.id))
    assert stored.passages == library.passages_of(article)
    ids = [passage.id for passage in stored.passages]
    assert {p.id: (p, kept) for p in stored.passages} == library.passages(ids)
    rows = list(library.rows())
    assert ids == [row.passage_id for row in rows]
    assert dict(enumerate(ids, start=1)) == library.ids_of([row.number for row in rows])
    assert tuple(row.number for row in rows) == library.numbers_of(article)
    assert all(np.array_equal(row.vector, vector) for row, vector in zip(rows, stored.vectors, strict=True))
    assert {(date(2022, 1, 7), "Jiji")} >= {(row.published, row.outlet) for row in rows}
    assert () == library.damage()
    library.close()


def test_a_library_survives_being_closed(tmp_path: Path) -> None:
    """What was stored is there when the file is opened again."""
    article = _article("The talks ended.")
    library = Library.open(tmp_path)
    _store(library, article)
    library.store_facts(started="yes")
    library.close()
    again = Library.open(tmp_path)
    assert (replace(article, sources=("a",)),) == again.articles()
    assert ("yes", None, 1) == (again.fact("started"), again.fact("unheard"), again.revision)
    again.close()


def test_an_article_stored_again_is_replaced(library: Library) -> None:
    """Storing an article again replaces what was known of it, and doubles no passage."""
    article = _article("The talks ended. They agreed.")
    _store(library, article)
    _store(library, replace(article, language="en", published_basis="inferred"))
    assert [("en", "inferred")] == [(a.language, a.published_basis) for a in library.articles()]
    assert len(library.passages_of(article)) == library.passage_count()
    assert 1 == len(library.search(["talks"], 9, Scope()))
    assert () == library.damage()


def test_two_files_may_hold_one_article(library: Library) -> None:
    """An article is stored once with all its sources, and stays as long as one of them does."""
    article = _article("The talks ended.", "a")
    _store(library, article)
    library.put([noted(replace(article, source="b"))])
    _store(library, replace(article, source="c"))
    assert [("a", ("a", "b", "c"))] == [(kept.source, kept.sources) for kept in library.articles()]
    assert ("a", "b", "c") == library.sources()
    library.forget(["a", "c"])
    assert [("b",)] == [kept.sources for kept in library.articles()]
    library.forget(["b"])
    assert (0, 0, None) == (library.article_count(), library.passage_count(), library.article(article.id))
    assert [] == library.search(["talks"], 9, Scope())
    assert () == library.damage()


def test_a_source_tells_what_it_holds(library: Library) -> None:
    """A source gives its article's id and its digest; the fingerprint belongs to articles that answer."""
    article = _article("The talks ended.", "a")
    _store(library, article)
    library.put([replace(noted(article), digest="other")])
    assert ((article.id, "other"), None) == (library.held("a"), library.held("b"))
    assert ("f", None) == (library.fingerprint(article.id), library.fingerprint("unheard"))
    _store(library, _article("A treaty was signed.", "a"))
    assert None is library.fingerprint(article.id)


def test_every_change_raises_the_revision(library: Library) -> None:
    """Readers can tell that something is new, whatever changed; facts are no change."""
    article = _article("The talks ended.", "a")
    changes: list[Callable[[], None]] = [
        lambda: _store(library, article),
        lambda: library.put([noted(replace(article, source="b"))]),
        lambda: library.replace_vectors([(1, WORDS.embed(["other"])[0])], "words"),
        lambda: library.forget(["a"]),
    ]
    for number, change in enumerate(changes, start=1):
        change()
        assert number == library.revision
    library.store_facts(embedder="x")
    assert len(changes) == library.revision


def test_a_failed_write_changes_nothing(library: Library) -> None:
    """When one entry does not fit, none of those stored with it is there, not even in part."""
    _store(library, _article("The talks ended.", "a"))
    good, other = _article("Snow fell.", "b"), entry(_article("A treaty was signed.", "a"), WORDS)
    with pytest.raises(ValueError, match="zip"):
        library.put([entry(good, WORDS), replace(other, vectors=WORDS.embed([]))])
    assert ["The talks ended."] == [article.text for article in library.articles()]
    assert 1 == library.revision
    assert () == library.damage()


def test_an_interrupted_transaction_blocks_nothing(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C inside a write undoes it, and the next write goes through."""

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(writing, "count_revision", interrupted)
        with pytest.raises(KeyboardInterrupt):
            _store(library, _article("The talks ended.", "a"))
    assert 0 == library.article_count()
    _store(library, _article("The talks ended.", "a"))
    assert 1 == library.article_count()


@pytest.mark.parametrize(
    ("wanted", "prefix", "found"),
    [
        ("{id}", False, True),
        ("{id8}", True, True),
        ("{id8}", False, False),
        ("/news/a_%.txt", False, True),
        ("%", False, False),
        ("______", True, False),
        ("%%%%%%", True, False),
        ("{id8}%", True, False),
        ("", False, False),
    ],
)
def test_an_article_is_found_by_its_name_alone(
    library: Library, wanted: str, prefix: bool, found: bool
) -> None:
    """An id, the beginning of one where that is asked for, or a source; signs of SQL stand for themselves."""
    article = _article("The talks ended.", "/news/a_%.txt")
    _store(library, article)
    named = wanted.format(id=article.id, id8=article.id[:8])
    assert ((article.id,) if found else ()) == library.matching(named, prefix)


def test_more_numbers_than_sqlite_takes_at_once(library: Library) -> None:
    """Ids of any number of passages can be asked for; those that are not here are left out."""
    _store(library, _article("The talks ended.", "a"))
    assert [1] == list(library.ids_of(range(1, 40_000)))


def test_counts_follow_every_change(library: Library) -> None:
    """Counts, which are kept between changes, are right after each, another connection's too."""
    scope, path = Scope(outlets=("Jiji",)), Path(library._where).parent

    def counts(of: Library) -> tuple[int, ...]:
        return (
            of.article_count(),
            of.article_count(scope),
            of.passage_count(),
            of.passage_count(scope),
            of.passages_up_to(1),
        )

    with closing(Library.open(path)) as other:
        assert (0, 0, 0, 0, 0) == counts(other) == counts(library)
        _store(library, _article("Talks ended.", "a", outlet="Jiji"), _article("Snow fell.", "b"))
        assert (2, 1, 2, 1, 1) == counts(other) == counts(library)
        _store(library, _article("Rain fell.", "a"))
        assert (2, 0, 2, 0, 0) == counts(other) == counts(library)
        library.forget(["b"])
        assert (1, 0, 1, 0, 0) == counts(other) == counts(library)


# Versions


def test_an_old_citation_resolves_after_a_change(library: Library) -> None:
    """A replaced article answers nothing any more; its text stays, and says what took its place."""
    old, new = _article("The talks ended.", "a"), _article("A treaty was signed.", "a")
    _store(library, old)
    _store(library, new)
    assert ["A treaty was signed."] == [article.text for article in library.articles()]
    assert [] == library.search(["talks"], 9, Scope())
    assert ["A treaty was signed."] == [_text(library, row) for row in library.rows()]
    assert replace(old, sources=("a",), replaced_by=new.id) == library.article(old.id)
    assert None is library.article("unheard")
    assert () == library.damage()


def _text(library: Library, row: Row) -> str:
    return library.passages([row.passage_id])[row.passage_id][0].text


def test_a_chain_of_versions_leads_to_the_last(library: Library) -> None:
    """After A, B and C every earlier one is replaced by C; back at A, only B and C are earlier ones."""
    a, b, c = (_article(text, "s") for text in ("Talks began.", "Talks went on.", "Talks ended."))
    for article in (a, b, c):
        _store(library, article)
    assert [c.id, c.id, None] == [_replaced_by(library, article) for article in (a, b, c)]
    _store(library, a)
    assert [None, a.id, a.id] == [_replaced_by(library, article) for article in (a, b, c)]
    assert ("Talks began.",) == tuple(article.text for article in library.articles())
    assert () == library.damage()


def _replaced_by(library: Library, article: Article) -> str | None:
    found = library.article(article.id)
    assert found is not None
    assert article.text == found.text
    return found.replaced_by


def test_one_of_two_sources_changes(library: Library) -> None:
    """An article answers as long as one source holds it, though another has changed."""
    old, new = _article("The talks ended.", "a"), _article("A treaty was signed.", "b")
    _store(library, old)
    library.put([noted(replace(old, source="b"))])
    _store(library, new)
    assert {("a",), ("b",)} == {article.sources for article in library.articles()}
    assert None is _replaced_by(library, old)
    library.forget(["a"])
    assert new.id == _replaced_by(library, old)
    assert [] == library.search(["talks"], 9, Scope())
    assert () == library.damage()


def test_the_latest_change_says_what_replaced_an_article(library: Library) -> None:
    """Where two sources held an article and hold different ones now, the one that changed last counts."""
    old, first, last = (_article(text, "a") for text in ("Talks ended.", "Snow fell.", "Rain fell."))
    _store(library, old)
    library.put([noted(replace(old, source="b"))])
    _store(library, first)
    _store(library, replace(last, source="b"))
    assert last.id == _replaced_by(library, old)
    library.forget(["b"])
    assert first.id == _replaced_by(library, old)


@pytest.mark.parametrize("moved_first", [True, False])
def test_an_article_moves_to_another_source(library: Library, moved_first: bool) -> None:
    """Stored together, an article that moves and the one that takes its place both answer."""
    old, new = _article("The talks ended.", "a"), _article("A treaty was signed.", "a")
    _store(library, old)
    moves = [noted(replace(old, source="b")), entry(new, WORDS)]
    library.put(moves if moved_first else reversed(moves))
    assert {("b", "The talks ended."), ("a", "A treaty was signed.")} == {
        (article.source, article.text) for article in library.articles()
    }
    assert 1 == len(library.search(["talks"], 9, Scope()))
    assert () == library.damage()


def test_forgetting_takes_earlier_versions_along(library: Library) -> None:
    """A source that is taken out takes its earlier versions with it, unless another source holds them."""
    old, new = _article("The talks ended.", "a"), _article("A treaty was signed.", "a")
    _store(library, old)
    library.put([noted(replace(old, source="b"))])
    _store(library, new)
    library.forget(["a"])
    assert (None, "The talks ended.") == (library.article(new.id), library.articles()[0].text)
    _store(library, replace(new, source="b"))
    library.forget(["b"])
    assert (None, None) == (library.article(new.id), library.article(old.id))
    assert () == library.damage()


def test_a_version_is_taken_out_alone(library: Library) -> None:
    """An earlier version can be taken out by its id, and the article that replaced it stays."""
    old, new = _article("The talks ended.", "a"), _article("A treaty was signed.", "a")
    _store(library, old)
    _store(library, new)
    library.forget([], versions=[old.id])
    assert (None, ("a",)) == (library.article(old.id), library.sources())
    assert 1 == len(library.search(["treaty"], 9, Scope()))
    assert () == library.damage()


@pytest.mark.parametrize("seed", range(6, 9))
def test_no_byte_of_what_was_taken_out_stays(tmp_path: Path, seed: int) -> None:
    """Words of removed articles are in no file, the write-ahead log included; all others are."""
    library, drawn = Library.open(tmp_path / "home"), random.Random(seed)  # noqa: S311
    for first in range(0, 40, 10):
        library.put([_of_length(n, drawn.choice((5, 100, 300))) for n in range(first, first + 10)])
    gone = drawn.sample(range(40), 13)
    for number in gone:
        library.forget([f"/news/{number}.txt"])
    raw = b"".join(path.read_bytes() for path in (tmp_path / "home").iterdir())
    assert {*range(40)} - {*gone} == {number for number in range(40) if b"zqx%03d" % number in raw}
    library.close()


def _of_length(number: int, words: int) -> Entry:
    """An article of one passage with a word of its own at both ends."""
    text = f"zqx{number:03} {f'w{number} ' * words}zqx{number:03}."
    article = from_text(text, f"/news/{number}.txt", {"title": f"t{number}"})
    passage = Passage(f"{article.id}:0-{len(text)}", article.id, 0, len(text), text, (Span(0, len(text)),))
    return Entry(article, "d", "f", (passage,), np.ones((1, 4), np.float32))


# Readers beside a writer


def test_a_reader_never_sees_half_an_article(tmp_path: Path) -> None:
    """Before every statement of every write, another connection finds each article whole or not at all."""
    library, reader = Library.open(tmp_path), Library.open(tmp_path)
    looks: list[int] = []

    def look(_: str) -> None:
        articles = reader.articles()
        for article in articles:
            passages = reader.passages_of(article)
            assert split(article, 32) == passages
            assert len(passages) == reader.count([article.title])
            numbers = reader.numbers_of(article)
            assert len(passages) == len(numbers) == len(set(numbers) & {row.number for row in reader.rows()})
            assert article.sources
        assert sum(len(split(article, 32)) for article in articles) == reader.passage_count()
        looks.append(len(articles))

    def told(number: int, version: str) -> Article:
        text = f"Report{number}{version} began. {'Talks went on and on and on. ' * 12}They ended."
        return from_text(text, f"{number}", {"title": f"Report{number}{version}"})

    library._connection.set_trace_callback(look)
    library.put([entry(told(n, "a"), WORDS, f"Report{n}a") for n in range(2)])
    library.put([entry(told(n, "b"), WORDS, f"Report{n}b") for n in (1, 2)])
    library.replace_vectors([(row.number, row.vector) for row in reader.rows()], "words")
    library.forget(["0"])
    library._connection.set_trace_callback(None)
    look("")
    assert (0, 2) == (looks[0], looks[-1])
    assert {0, 2, 3} == set(looks)
    library.close()
    reader.close()


@pytest.mark.parametrize("reading", ["articles", "article", "passages"])
def test_what_is_read_together_is_of_one_moment(tmp_path: Path, reading: str) -> None:
    """An article that is replaced between two statements of a reader is still read whole."""
    library, reader = Library.open(tmp_path), Library.open(tmp_path)
    old = _article("The talks ended.", "a")
    _store(library, old)
    (row,) = reader.rows()
    statements: list[str] = []

    def cut(sql: str) -> None:
        statements.append(sql)
        if sum(one.startswith("SELECT") for one in statements) == 2:
            _store(library, _article("A treaty was signed.", "a"))

    reader._connection.set_trace_callback(cut)
    found = {
        "articles": reader.articles,
        "article": lambda: (reader.article(old.id),),
        "passages": lambda: tuple(article for _, article in reader.passages([row.passage_id]).values()),
    }[reading]()
    reader._connection.set_trace_callback(None)
    assert (replace(old, sources=("a",)),) == found
    assert [] == library.search(["talks"], 9, Scope()), "it was not replaced between the statements"
    library.close()
    reader.close()


# A file of an earlier format


@pytest.fixture
def first_format(tmp_path: Path) -> Path:
    """A library as the first format kept it: two articles, four passages, what it knew of its index."""
    path = tmp_path / FILE
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    for statement in schema._FIRST.split(";\n"):
        connection.execute(statement)
    connection.execute("PRAGMA user_version = 1")
    facts = {"revision": "7", "embedder": "words", "started": "yes", "index": "index-7", "mirrors": "x"}
    facts |= {"index_revision": "7", "problems": '["b.txt: empty"]'}
    connection.executemany("INSERT OR REPLACE INTO facts VALUES (?, ?)", facts.items())
    for article in OLD:
        row = values.article_row(article, "old")
        connection.execute(f"INSERT INTO articles VALUES ({values.marks(row[1:])})", (*row[:-2], row[-1]))
        connection.execute("INSERT INTO sources VALUES (?, ?)", (article.source, article.id))
        passages = split(article, 32)
        for p, vector in zip(passages, WORDS.embed([p.text for p in passages]), strict=True):
            connection.execute(
                "INSERT INTO passages (id, article_id, start, stop, sentences, vector)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (p.id, p.article_id, p.start, p.end, json.dumps(p.sentences), vector.tobytes()),
            )
            connection.execute("INSERT INTO passage_text (heading, text) VALUES ('', ?)", (p.text,))
    connection.close()
    return path


OLD = (
    _article(f"The talks ended. {'They agreed on much. ' * 12}", "a", "2022-01-07", "Jiji"),
    _article("A treaty was signed. Nobody was hurt.", "b"),
)


def test_a_library_of_the_first_format_is_brought_up_to_date(first_format: Path) -> None:
    """Articles, passages, vectors, words and facts survive; what was known of the old index is dropped."""
    with closing(Library.open(first_format.parent)) as library:
        stored = [entry(article, WORDS) for article in OLD]
        assert tuple(replace(a, sources=(a.source,), language=None) for a in OLD) == library.articles()
        assert [e.passages for e in stored] == [library.passages_of(article) for article in OLD]
        rows = list(library.rows())
        assert len(rows) > len(OLD)
        vectors = np.concatenate([e.vectors for e in stored if e.vectors is not None])
        assert np.array_equal(vectors, [row.vector for row in rows])
        assert 1 == len(library.search(["treaty"], 9, Scope()))
        known = ("embedder", "started", "index", "index_revision", "mirrors", "problems")
        assert ["words", "yes", None, None, None, None] == [library.fact(name) for name in known]
        assert (7, (OLD[0].id, ""), "old") == (
            library.revision,
            library.held("a"),
            library.fingerprint(OLD[0].id),
        )
        assert () == library.damage()


def test_a_migrated_library_gives_no_number_twice(first_format: Path) -> None:
    """Numbers of passages go on after those of the first format, also when the last ones were taken out."""
    with closing(Library.open(first_format.parent)) as library:
        last = library.last_number
        library.forget(["a", "b"])
        _store(library, _article("Snow fell.", "c"))
        assert (last + 1,) == library.numbers_of(library.articles()[0])
        _store(library, _article("Rain fell.", "c"))
        assert () == library.damage()


def test_an_interrupted_migration_leaves_the_old_library(
    first_format: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever a migration breaks off, the file is what it was, and the next opening migrates it."""

    def dump() -> list[str]:
        with closing(sqlite3.connect(first_format)) as connection:
            return [*connection.iterdump(), *map(str, connection.execute("PRAGMA user_version"))]

    before, statements = dump(), schema._SECOND.split(";\n")
    for done in range(len(statements) + 1):
        broken = ";\n".join([*statements[:done], "SELECT wrong FROM facts"])
        with monkeypatch.context() as patch:
            patch.setitem(schema._MIGRATIONS, 2, broken)
            with pytest.raises(LibraryError, match="no such column"):
                Library.open(first_format.parent)
        assert before == dump()
    with closing(Library.open(first_format.parent)) as library:
        assert 2 == library.article_count()
    assert before != dump()


def test_a_library_is_kept_safe_by_its_settings(library: Library) -> None:
    """Write-ahead log, foreign keys, and every commit forced to the disk, whoever opens the file."""
    for opened in (library, Library.open(Path(library._where).parent)):
        asked = ("journal_mode", "foreign_keys", "synchronous", "user_version")
        found = [opened._connection.execute(f"PRAGMA {name}").fetchone()[0] for name in asked]
        assert ["wal", 1, 2, schema.VERSION] == found
        opened.close()


# Any sequence of changes


class AnySequence(RuleBasedStateMachine):
    """A library against a model: which text each source holds, and which it held before."""

    sources, told = st.sampled_from("abcd"), st.integers(0, 5)

    def __init__(self) -> None:
        super().__init__()
        self.library = Library.in_memory()
        self.held: dict[str, int] = {}
        self.before: list[tuple[str, int]] = []
        self.acknowledged: set[int] = set()
        self.numbered: dict[int, str] = {}

    @staticmethod
    @cache
    def article(text: int, source: str = "a") -> Article:
        """One of a few articles, each with a word of its own."""
        return _article(f"Word{text} stands here. {'The talks went on and on. ' * (text % 3 * 9)}", source)

    @rule(changes=st.lists(st.tuples(sources, told, st.booleans()), min_size=1, max_size=4))
    def put(self, changes: list[tuple[str, int, bool]]) -> None:
        """Let sources hold articles; one that answers already needs no passages."""
        entries, there = [], set(self.held.values())
        for source, text, again in changes:
            whole = again or text not in there
            entries.append((entry if whole else lambda a, _: noted(a))(self.article(text, source), WORDS))
            there.add(text)
            held = self.held.get(source, text)
            if held != text:
                self.before.append((source, held))
            self.held[source] = text
            self.acknowledged.add(text)
        self.library.put(entries)

    @rule(gone=st.lists(sources, max_size=3), versions=st.lists(told, max_size=2))
    def forget(self, gone: list[str], versions: list[int]) -> None:
        """Take out sources and versions."""
        self.library.forget(gone, [self.article(text).id for text in versions])
        for source in gone:
            self.held.pop(source, None)
        self.before = [(s, text) for s, text in self.before if s not in gone and text not in versions]

    @invariant()
    def articles_are_those_that_sources_hold(self) -> None:
        """Each article is there once, with all its sources, and is found by its own word."""
        expected: dict[str, list[str]] = {}
        for source, text in sorted(self.held.items()):
            expected.setdefault(self.article(text).id, []).append(source)
        assert expected == {a.id: list(a.sources) for a in self.library.articles()}
        assert (len(expected), tuple(sorted(self.held))) == (
            self.library.article_count(),
            self.library.sources(),
        )
        for text in self.acknowledged:
            hits = self.library.search([f"word{text}"], 9, Scope())
            assert ([f"Word{text}"] if text in self.held.values() else []) == [
                self.library.passages([hit.passage_id])[hit.passage_id][0].text.split()[0] for hit in hits
            ]

    @invariant()
    def every_article_ever_acknowledged_resolves(self) -> None:
        """Unless it was taken out, and then it does not; an earlier version says what replaced it."""
        for text in self.acknowledged:
            found = self.library.article(self.article(text).id)
            sources = [source for source, earlier in self.before if earlier == text]
            if text in self.held.values():
                assert (found and found.text, None) == (self.article(text).text, found and found.replaced_by)
            elif sources:
                now = self.article(self.held[sources[-1]]).id
                assert (found and found.text, now) == (self.article(text).text, found and found.replaced_by)
            else:
                assert found is None

    @invariant()
    def passages_are_whole_and_numbered_once(self) -> None:
        """Each article that answers has all its passages and vectors; no number names two passages."""
        rows = {row.number: row.passage_id for row in self.library.rows()}
        whole = [p.id for text in set(self.held.values()) for p in split(self.article(text), 32)]
        assert sorted(whole) == sorted(rows.values())
        assert len(rows) == self.library.passage_count()
        fresh = rows.keys() - self.numbered.keys()
        assert min(fresh, default=10**9) > max(self.numbered, default=0)
        assert rows == {number: {**rows, **self.numbered}[number] for number in rows}
        self.numbered |= rows

    @invariant()
    def nothing_is_damaged(self) -> None:
        """The library's own check agrees."""
        assert () == self.library.damage()

    def teardown(self) -> None:
        """Close the library."""
        self.library.close()


TestAnySequence = AnySequence.TestCase
TestAnySequence.settings = settings(max_examples=50, stateful_step_count=12)


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
    _store(library, *(_article(text, str(n), day, outlet) for n, (text, day, outlet) in enumerate(NEWS)))
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
    assert len(expected) == shelf.article_count(scope) == shelf.passage_count(scope)
    assert len(expected) == len(list(shelf.rows(scope=scope)))


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


@pytest.mark.parametrize(
    ("terms", "scope", "expected"),
    [
        (["talking"], Scope(), {0, 1, 2, 3}),
        (["tokyo", "paris"], Scope(), {0, 1, 2}),
        (["tokyo"], Scope(since=date(2022, 1, 7)), {1}),
        (["talks"], Scope(latest=date(2022, 1, 6)), {0}),
        (["talks"], Scope(outlets=("Jiji Press", "IRIA News")), {1, 2}),
        (["london"], Scope(), set()),
        (['"', "a AND b"], Scope(), set()),
    ],
)
def test_the_holders_of_words_are_articles_in_scope(
    shelf: Library, terms: list[str], scope: Scope, expected: set[int]
) -> None:
    """Articles that hold any of the terms in any inflection, each once however many passages hold it."""
    ids = {article.id: int(article.source) for article in shelf.articles()}
    assert expected == {ids[found] for found in shelf.holders(terms, scope)}


def test_an_article_that_was_replaced_holds_nothing() -> None:
    """Earlier versions answer no more, so none of their words is counted."""
    library = Library.in_memory()
    _store(library, _article("Ito came.", "a"))
    _store(library, _article("Kato came.", "a"))
    assert (0, 1) == (len(library.holders(["ito"])), len(library.holders(["kato"])))
    library.close()


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
    with pytest.raises(LibraryCorrupt, match=r"library\.sqlite3 is damaged \(.*--repair"):
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


def test_a_library_file_that_cannot_be_looked_at_is_refused(tmp_path: Path) -> None:
    """Where the system will not even say whether there is a file, that is one clear error too."""
    # The folder's path is as long as a path may be, and the file's is longer.
    folder = tmp_path
    while len(str(folder)) < 4_090:
        folder /= "x" * min(200, 4_090 - len(str(folder)))
    with pytest.raises(LibraryUnwritable, match=r"^cannot use .*: file name too long$"):
        Library.open(folder)


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
