"""The shelf without a browser: the list, the plot, and what is added and removed."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from page.additions import MAX_FILES, Additions, Outcome, Pasted
from page.listing import ANY, AT_ONCE, Picked, Place, choices, list_html, plot_html, sought_of
from page.uploaded import plain_name
from rag import Assistant
from rag.articles import Reach
from rag.collection import Collection
from rag.errors import LibraryBusy, UsageError
from rag.library import Library
from rag.listed import Counted, Sought
from rag.lock import writing
from rag.show import OTHERS, fixed_html, last_day, opened_html, outcome_html, timeline_html, unit_of
from tests.conftest import WordEmbedder, config_for, entry
from tests.makers import article
from tests.papers import WHOLE, html, page, pdf, site, word

EVIL = "</h3><script>alert(1)</script> \"quoted\" 'too' & <img src=x onerror=alert(2)>"
FIFTH = date(2023, 1, 5)
SVG = "{http://www.w3.org/2000/svg}"


def held(*known: dict[str, Any]) -> Library:
    """A library in memory of articles of which this is known."""
    library, embedder = Library.in_memory(), WordEmbedder()
    texts = [
        one.pop("text", f"Mayor Ito opened bridge number {n} on Saturday.") for n, one in enumerate(known)
    ]
    library.put(
        entry(article(text, f"{n}.txt", **one), embedder, one.get("title", "A headline"))
        for n, (text, one) in enumerate(zip(texts, known, strict=True))
    )
    return library


@pytest.fixture
def library() -> Iterator[Library]:
    """Five articles of two outlets and of none, one of them undated."""
    with closing(
        held(
            {"title": "Bridge opens", "outlet": "Harbour Post", "published": FIFTH},
            {"title": "Ferry stops", "outlet": "Harbour Post", "published": date(2023, 3, 9)},
            {
                "title": "Treaty 100% signed",
                "outlet": "Kyodo",
                "published": date(2023, 1, 5),
                "author": "Aiko Mori",
            },
            {"title": "No outlet", "published": date(2024, 2, 29)},
            {"title": "No day", "outlet": "Kyodo", "text": "Hamada met nobody."},
        )
    ) as made:
        yield made


@pytest.fixture
def additions(collection: Collection) -> Additions:
    """What adds to the collection."""
    return Additions(collection)


@pytest.fixture
def collection(home: Path, embedder: WordEmbedder) -> Iterator[Collection]:
    """An empty collection with a small embedder."""
    with closing(Collection(home, config_for(home), embedder)) as made:
        yield made


def uploads(collection: Collection) -> list[str]:
    """The names of what lies in the folder of uploads."""
    folder = collection.folder / "uploads"
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


# Listing


@pytest.mark.parametrize(
    ("sought", "expected"),
    [
        (Sought(), ["No outlet", "Ferry stops", "Bridge opens", "Treaty 100% signed", "No day"]),
        (Sought(words="ferr"), ["Ferry stops"]),
        (Sought(words="mori"), ["Treaty 100% signed"]),
        (Sought(words="100%"), ["Treaty 100% signed"]),
        (Sought(words="%"), ["No outlet", "Ferry stops", "Bridge opens", "Treaty 100% signed", "No day"]),
        (Sought(words="saturday kyodo"), ["Treaty 100% signed"]),
        (Sought(words='" OR nobody \udc00 \0'), []),
        (Sought(words="met nobody"), ["No day"]),
        (Sought(outlets=("Harbour Post",)), ["Ferry stops", "Bridge opens"]),
        (Sought(outlets=(None,)), ["No outlet"]),
        (Sought(outlets=()), []),
        (Sought(but=("Kyodo", None)), ["Ferry stops", "Bridge opens"]),
        (Sought(but=("Kyodo",)), ["No outlet", "Ferry stops", "Bridge opens"]),
        (Sought(since=date(2023, 3, 9)), ["No outlet", "Ferry stops"]),
        (Sought(until=date(2023, 1, 5)), ["Bridge opens", "Treaty 100% signed"]),
        (Sought(undated=True), ["No day"]),
    ],
)
def test_what_is_sought_is_listed(library: Library, sought: Sought, expected: list[str]) -> None:
    """Words, outlets and days choose the articles; newest first, undated last, and all are counted."""
    assert expected == [row.title for row in library.listed(sought, 0, 100)]
    assert len(expected) == library.found(sought)
    assert len(expected) == sum(each.articles for each in library.counted(sought, "month"))


def test_a_list_comes_a_page_at_a_time(library: Library) -> None:
    """Pages do not overlap and together are the whole; a row knows its article's length and sources."""
    pages = [library.listed(Sought(), first, 2) for first in (0, 2, 4, 6)]
    assert [2, 2, 1, 0] == [len(rows) for rows in pages]
    assert library.listed(Sought(), 0, 100) == sum(pages, ())
    row = pages[2][0]
    assert (len("Hamada met nobody."), ("4.txt",), 0) == (row.length, row.sources, row.versions)


def test_earlier_versions_are_listed_and_told(collection: Collection, tmp_path: Path) -> None:
    """A changed file's article has its earlier ones behind it, the latest first; they open, and say so."""
    file = tmp_path / "news.txt"
    for words in ("first", "second", "third"):
        file.write_text(f"The {words} report\n\n{WHOLE}\n", encoding="utf-8")
        collection.ingest([file])
    (row,) = collection.library.listed(Sought(), 0, 10)
    older = collection.library.earlier(row.id, 10)
    assert (2, ["The second report", "The first report"]) == (row.versions, [each.title for each in older])
    assert older[:1] == collection.library.earlier(row.id, 1)
    shown = list_html(collection.library, Sought(), Place(unfolded=row.id))
    assert [True, True] == [f'data-open="{each.id}"' in shown for each in older]
    assert "An earlier version" in opened_html(collection.find(older[0].id), "k")
    assert "An earlier version" not in opened_html(collection.find(row.id), "k")


# What is shown


def test_fields_become_what_is_sought(library: Library) -> None:
    """Each choice of outlet means its articles; undated ones have no days; a day that is none is refused."""
    ranked = library.ranked_outlets()
    assert ["Any outlet", "Harbour Post", "Kyodo", "Unknown outlet"] == [name for name, _ in choices(ranked)]
    found = {key: library.found(sought_of(Picked(outlet=key), ranked)) for _, key in choices(ranked)}
    assert {ANY: 5, "=Harbour Post": 2, "=Kyodo": 2, "unknown": 1} == found
    assert Sought(undated=True) == sought_of(Picked(since="2023-01-01", undated=True), ranked)
    with pytest.raises(UsageError, match="2023-13-01"):
        sought_of(Picked(since="2023-13-01"), ranked)


def test_a_page_that_is_there_no_more_is_the_last() -> None:
    """When articles have gone, the page shown is one that there is; pages say where they are."""
    with closing(held(*({"title": f"Title {n}"} for n in range(AT_ONCE + 1)))) as library:
        shown = list_html(library, Sought(), Place(page=7))
        assert "Page 2 of 2" in shown
        assert 1 == shown.count('class="entry"')


def test_an_empty_list_says_whether_anything_was_sought(library: Library) -> None:
    """Nothing found offers to show all; an empty library says that it is."""
    assert "Show all" in list_html(library, Sought(words="zebra"), Place())
    with closing(Library.in_memory()) as empty:
        assert "The library is empty" in list_html(empty, Sought(), Place())


def test_what_articles_say_of_themselves_is_text() -> None:
    """Title, outlet, author and address of an article carry no markup into list and plot, nor does a file."""
    known = {
        "title": EVIL,
        "outlet": EVIL,
        "author": EVIL,
        "url": "javascript:alert(1)",
        "published": date(2024, 1, 1),
    }
    with closing(held(known)) as library:
        shown = list_html(library, Sought(), Place()) + plot_html(library, Sought(), library.ranked_outlets())
    shown += outcome_html(EVIL, "", [EVIL]) + fixed_html([EVIL])
    assert "<script" not in shown
    assert "<img" not in shown
    assert "href" not in shown
    assert "&lt;script&gt;" in shown


def test_nothing_is_removed_from_given_files(library: Library) -> None:
    """Where the page shows given paths, the list has no Remove, and the paths are named."""
    assert "data-remove" in list_html(library, Sought(), Place())
    assert "data-remove" not in list_html(library, Sought(), Place(), fixed=True)
    assert "<b>news</b>" in fixed_html(["news"])
    assert (Path("news"),) == Assistant(config_for(Path("x")), articles=["news"]).mirrors
    assert () == Assistant(config_for(Path("x"))).mirrors


# The plot


def bars_of(shown: str) -> list[ET.Element]:
    """The bars of a plot, which must be XML."""
    figure = ET.fromstring(shown)  # noqa: S314 - of our own making
    return list(figure.iter(f"{SVG}rect"))


def test_each_article_is_in_one_bar_or_beside() -> None:
    """Bars and undated count every article once; more than eight outlets share the place of others."""
    counted = [Counted(date(2020 + n % 3, 1 + n % 12, 1), f"Outlet {n} {EVIL}", n + 1) for n in range(12)]
    counted += [Counted(None, "Outlet 1", 4), Counted(date(2021, 1, 1), None, 2)]
    ranked = [*(each.outlet for each in reversed(counted[:12])), None]
    shown = timeline_html(counted, "month", ranked)
    bars = bars_of(shown)
    assert sum(each.articles for each in counted) == 4 + sum(int(bar.attrib["data-articles"]) for bar in bars)
    assert "4 undated" in shown
    assert 9 == len({bar.attrib["data-outlet"] for bar in bars})
    assert 12 == sum(int(bar.attrib["data-articles"]) for bar in bars if bar.attrib["data-outlet"] == OTHERS)


def test_a_bar_chooses_what_it_counts(library: Library) -> None:
    """Each bar's days and outlet find as many articles as it says; each has a label, one the tab key."""
    ranked = library.ranked_outlets()
    bars = bars_of(plot_html(library, Sought(), ranked))
    assert 4 == sum(int(bar.attrib["data-articles"]) for bar in bars)
    for bar in bars:
        told = bar.attrib
        picked = Picked("", told["data-outlet"], told["data-since"], told["data-until"])
        assert int(told["data-articles"]) == library.found(sought_of(picked, ranked))
        assert told["aria-label"].endswith("1 article")
    assert ["0", "-1", "-1", "-1"] == [bar.attrib["tabindex"] for bar in bars]


def test_bars_of_a_period_stand_on_each_other_inside_the_plot() -> None:
    """No bar of a period covers another, and none lies beside the plot, also over centuries."""
    days = [date(1, 1, 1), date(1850, 1, 1), date(2024, 1, 1), date(9999, 1, 1)]
    shown = timeline_html([Counted(day, name, 5) for day in days for name in ("A", "B")], "year", ["A", "B"])
    tops: dict[str, float] = {}
    for bar in bars_of(shown):
        x, width = (float(bar.attrib[name].rstrip("%")) for name in ("x", "width"))
        y, height = float(bar.attrib["y"]), float(bar.attrib["height"])
        assert tops.get(bar.attrib["x"], 172.0) == pytest.approx(y + height, abs=0.02)
        tops[bar.attrib["x"]] = y
        assert -0.2 <= x <= 100 - width + 0.2
    assert {22.0} == set(tops.values())


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (date(2023, 1, 1), date(2023, 1, 1), "day"),
        (date(2023, 1, 1), date(2023, 3, 3), "day"),
        (date(2023, 1, 1), date(2023, 3, 4), "month"),
        (date(2013, 2, 1), date(2023, 1, 31), "month"),
        (date(2013, 1, 1), date(2023, 1, 31), "year"),
    ],
)
def test_the_unit_suits_the_range(first: date, last: date, expected: str) -> None:
    """Weeks are drawn by day, years by month, decades by year."""
    assert expected == unit_of(first, last)


def test_periods_end_where_the_next_begins() -> None:
    """The last day of a day, of months of any length, and of a year."""
    assert date(2024, 2, 29) == last_day(date(2024, 2, 1), "month")
    assert date(2023, 12, 31) == last_day(date(2023, 12, 1), "month")
    assert date(2023, 12, 31) == last_day(date(2023, 1, 1), "year")
    assert date(2023, 1, 5) == last_day(date(2023, 1, 5), "day")


# Adding


FILES: dict[str, Callable[[], bytes]] = {
    "news.txt": WHOLE.encode,
    "news.md": f"---\ntitle: Bridge\n---\n\n{WHOLE}".encode,
    "news.html": lambda: page().encode(),
    "news.pdf": lambda: pdf([WHOLE.split("\n\n")]),
    "news.docx": lambda: word(lambda made: [made.add_paragraph(part) for part in WHOLE.split("\n\n")]),
    "news.jsonl": lambda: json.dumps({"title": "Bridge", "text": WHOLE}).encode(),
    "news.csv": f'title,text\nBridge,"{WHOLE.replace(chr(34), chr(39))}"\n'.encode,
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_each_type_is_added_once(
    name: str, additions: Additions, collection: Collection, tmp_path: Path
) -> None:
    """It is kept under its name, and goes with its article; the same again changes nothing."""
    (tmp_path / name).write_bytes(FILES[name]())
    told: list[tuple[int, int]] = []
    assert (Outcome(name, added=1),) == additions.files([tmp_path / name], lambda *of: told.append(of))
    # Of a table with line breaks in its cells, the rows are only guessed before they are read.
    assert [1] == [done for done, _ in told]
    assert [name] == uploads(collection)
    assert (Outcome(name, unchanged=1),) == additions.files([tmp_path / name])
    assert [name] == uploads(collection)
    (row,) = collection.library.listed(Sought(), 0, 10)
    additions.remove(row.id)
    assert ([], 0) == (uploads(collection), collection.library.article_count())


BAD: dict[str, tuple[bytes, str]] = {
    "tool.exe": (b"MZ", ".exe is not read"),
    "README": (WHOLE.encode(), "a file without a suffix is not read"),
    ".txt": (WHOLE.encode(), "a file without a suffix is not read"),
    "empty.txt": (b"", "empty"),
    "binary.txt": (bytes(range(256)) * 20, ""),
    "broken.pdf": (b"%PDF-1.7\nand no more", ""),
    "broken.docx": (b"PK\x03\x04 and no more", ""),
    "feed.html": (b'<rss version="2.0"><channel></channel></rss>', "a feed: give its address"),
    "rows.jsonl": (b"{no json}\n", ""),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_told_and_stops_no_other(
    name: str, additions: Additions, collection: Collection, tmp_path: Path
) -> None:
    """It says why it was not read, names no folder and stays nowhere; the good one beside it is added."""
    content, expected = BAD[name]
    (tmp_path / name).write_bytes(content)
    (tmp_path / "good.txt").write_text(WHOLE, encoding="utf-8")
    bad, good = additions.files([tmp_path / name, tmp_path / "good.txt"])
    assert ("", "added") == (bad.done, good.done)
    assert bad.problems
    assert bad.problems[0].startswith(expected)
    assert not any("/" in problem or "\n" in problem for problem in bad.problems)
    assert ["good.txt"] == uploads(collection)


def test_a_table_tells_which_rows_were_not_read(
    additions: Additions, collection: Collection, tmp_path: Path
) -> None:
    """Good rows come in, bad ones are named, the first of them; the table is kept for the good ones."""
    rows = [json.dumps({"title": f"Bridge {n}", "text": f"{WHOLE} {n}"}) for n in range(3)] + ["{}"] * 9
    (tmp_path / "rows.jsonl").write_text("\n".join(rows), encoding="utf-8")
    (outcome,) = additions.files([tmp_path / "rows.jsonl"])
    assert "3 added" == outcome.done
    assert 6 == len(outcome.problems)
    assert "and 4 more" == outcome.problems[-1]
    assert ["rows.jsonl"] == uploads(collection)


def test_other_content_of_the_same_name_is_numbered(
    additions: Additions, collection: Collection, tmp_path: Path
) -> None:
    """Neither replaces the other; the very same content is the same file."""
    paths = [tmp_path / folder / "news.txt" for folder in "abc"]
    for path, text in zip(paths, (WHOLE, WHOLE + " Later more.", WHOLE), strict=True):
        path.parent.mkdir()
        path.write_text(text, encoding="utf-8")
    outcomes = additions.files(paths)
    assert ["news.txt", "news (2).txt", "news.txt"] == [each.name for each in outcomes]
    assert ["news (2).txt", "news.txt"] == uploads(collection)
    assert 2 == collection.library.article_count()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("..\\..\\boot.txt", "boot.txt"),
        ("/abs/olute.TXT", "olute.txt"),
        ("..", "article"),
        ("a\x00b\nc\u202etxt.md", "a b c txt.md"),
        ("table#row 2.csv", "table row 2.csv"),
        (".hidden.txt", "hidden.txt"),
        ("新聞 記事.txt", "新聞 記事.txt"),
        ("é" * 200 + ".txt", "é" * 60 + ".txt"),
        ("lone\ud800.txt", "lone.txt"),
    ],
)
def test_names_are_plain(name: str, expected: str) -> None:
    """No path parts, no hidden or control characters, nothing too long; the rest as it was."""
    assert expected == plain_name(name)


def test_pasted_text_keeps_what_was_typed(additions: Additions, collection: Collection) -> None:
    """Title, outlet and date become the article's own, and no words of them become anything else."""
    title = 'Bridge: "opens"\n---\noutlet: Evil # no'
    pasted = Pasted(f"---\ntitle: Other\n---\n\n{WHOLE}", title, "The Post: daily", "2024-05-06")
    (outcome,) = additions.text(pasted)
    assert ("added", "Bridge opens --- outlet Evil no.md") == (outcome.done, outcome.name)
    (row,) = collection.library.listed(Sought(), 0, 10)
    assert 'Bridge: "opens" --- outlet: Evil # no' == row.title
    assert ("The Post: daily", date(2024, 5, 6), "stated") == (row.outlet, row.published, row.published_basis)
    assert WHOLE in collection.find(row.id).text


def test_text_alone_is_enough_and_nonsense_is_refused(additions: Additions, collection: Collection) -> None:
    """Nothing but text is needed; no text, too long a text and a day that is none leave nothing behind."""
    assert ("added",) == tuple(each.done for each in additions.text(Pasted(f"?!\n\n{WHOLE}")))
    for pasted in (
        Pasted("  "),
        Pasted("x" * 400_001),
        Pasted(WHOLE, day="2024-13-01"),
        Pasted("lone \ud800"),
    ):
        with pytest.raises(UsageError):
            additions.text(pasted)
    assert 1 == len(uploads(collection))


def test_an_address_is_read_within_its_limits(collection: Collection) -> None:
    """A page is added; a private address, a file's path and another scheme are refused."""
    with site({"/a.html": html(page())}) as served:
        (outcome,) = Additions(collection, Reach(allow_private=True)).address(f" {served.url}/a.html ")
        assert "added" == outcome.done
        (refused,) = Additions(collection).address(f"{served.url}/b.html")
        assert "" == refused.done
        assert "private" in refused.problems[0] or "not public" in refused.problems[0]
        assert 1 == len(served.asked)
    for place in ("/etc/passwd", "-", "", "file:///etc/passwd", "ftp://example.org/a", "https:// x"):
        with pytest.raises(UsageError, match="http"):
            Additions(collection).address(place)


def test_who_holds_the_lock_is_said_and_nothing_is_lost(
    additions: Additions, collection: Collection, tmp_path: Path
) -> None:
    """While another writes, nothing is added, kept or removed; afterwards the same works."""
    (tmp_path / "news.txt").write_text(WHOLE, encoding="utf-8")
    with writing(collection.folder, 0):
        with pytest.raises(LibraryBusy, match="is being written by process"):
            additions.files([tmp_path / "news.txt"])
        with pytest.raises(LibraryBusy):
            additions.text(Pasted(WHOLE))
    assert [] == uploads(collection)
    assert "added" == additions.files([tmp_path / "news.txt"])[0].done
    (row,) = collection.library.listed(Sought(), 0, 10)
    with writing(collection.folder, 0), pytest.raises(LibraryBusy):
        additions.remove(row.id)
    assert ["news.txt"] == uploads(collection)


def test_two_readers_of_the_page_take_turns(
    additions: Additions, collection: Collection, tmp_path: Path
) -> None:
    """Who adds while another of the same page does is told so at once."""
    (tmp_path / "news.txt").write_text(WHOLE, encoding="utf-8")
    said: list[str] = []

    def second(*_: int) -> None:
        with pytest.raises(LibraryBusy) as busy:
            additions.text(Pasted(WHOLE))
        said.append(str(busy.value))

    additions.files([tmp_path / "news.txt"], second)
    assert 1 == len(said)
    assert ["news.txt"] == uploads(collection)


def test_additions_are_bounded(additions: Additions, tmp_path: Path) -> None:
    """No file, and more than are taken at once, are refused; one that is too large is told."""
    with pytest.raises(UsageError):
        additions.files([])
    with pytest.raises(UsageError, match="201 files"):
        additions.files([tmp_path / "a.txt"] * (MAX_FILES + 1))
    with (tmp_path / "big.txt").open("wb") as big:
        big.truncate(25_000_001)
    assert ("larger than 25 MB",) == additions.files([tmp_path / "big.txt"])[0].problems
