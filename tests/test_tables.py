"""JSON lines and CSV: a row an article, under keys that stay, lazily, bad rows reported."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.articles import Item, Problem, estimate, items
from rag.errors import ArticleError
from rag.types import Article


def found(path: Path) -> tuple[list[Item], list[str]]:
    """The rows of a table, and what could not be read of it, by key."""
    both = list(items([path]))
    problems = [p for p in both if isinstance(p, Problem)]
    return [i for i in both if isinstance(i, Item)], [str(p).removeprefix(str(path)) for p in problems]


def written(path: Path, *rows: object) -> Path:
    """JSON lines of these rows; a string is a line as it stands."""
    path.write_text("\n".join(r if isinstance(r, str) else json.dumps(r) for r in rows), "utf-8")
    return path


def keys(rows: Sequence[Item]) -> list[str]:
    """What parts the rows of a table from each other."""
    return [row.source.partition("#")[2] for row in rows]


def told(article: Article) -> tuple[object, ...]:
    """What is known of an article beside its text."""
    return article.title, article.outlet, article.author, article.published, article.url, article.language


ROW = ("Talks end", "The Post", "Aiko Mori", date(2024, 5, 4), "https://post.example/talks", "en")


@pytest.mark.parametrize(
    "row",
    [
        {"title": "Talks end", "text": "T.", "published": "2024-05-04", "url": ROW[4], "outlet": "The Post",
         "author": "Aiko Mori", "language": "en"},
        {"Headline": "Talks end", "BODY": "T.", "Date": "4 May 2024", "Link": ROW[4], "Publisher": "The Post",
         "Byline": "Aiko Mori", "lang": "en-US"},
        {"headline": "Talks end", "content": "T.", "published_at": "2024-05-04T23:59-05:00", "link": ROW[4],
         "source": {"name": "The Post"}, "authors": ["Aiko Mori"], "Language": "EN"},
        {"title": "Talks end", "article": "T.", "pub_date": 1714822200, "URL": ROW[4], "site": "The Post",
         "author": "Aiko Mori", "language": "en", "outlet": None},
        {"title": "Talks end", "Full Text": "T.", "datetime": "2024/05/04 10:00", "source": ROW[4],
         "publisher": "The Post", "author": "Aiko Mori", "language": "en"},
    ],
)  # fmt: skip
def test_columns_are_known_under_their_usual_names(tmp_path: Path, row: dict[str, object]) -> None:
    """Title, text, day, address, outlet, author and language are found whatever the table calls them."""
    for path in (written(tmp_path / "a.jsonl", row), _csv(tmp_path / "a.csv", row)):
        got, problems = found(path)
        assert [] == problems
        article = got[0].read()
        if path.suffix == ".jsonl" or not any(isinstance(value, (dict, list)) for value in row.values()):
            assert ROW == told(article)
        assert "T." == article.text


def _csv(path: Path, row: dict[str, object]) -> Path:
    import csv

    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, delimiter=";").writerows([row.keys(), row.values()])
    return path


def test_a_day_that_is_none_is_left_open(tmp_path: Path) -> None:
    """A row whose day cannot be read is an undated article; one in its address is inferred."""
    rows = written(
        tmp_path / "a.jsonl",
        {"id": 1, "text": "T.", "date": "01/02/2023"},
        {"text": "T.", "date": "Friday", "url": "https://post.example/2024/05/04/talks"},
    )
    dated = [
        (a.published, a.published_basis, a.published_from) for a in (row.read() for row in found(rows)[0])
    ]
    assert [(None, None, None), (date(2024, 5, 4), "inferred", "the address")] == dated


def test_keys_stay_when_rows_come_before(tmp_path: Path) -> None:
    """A row is known by its id, its address or its own words, not by its place."""
    rows = [
        {"id": 7, "text": "A."},
        {"url": "https://p.example/b", "text": "B."},
        {"text": "C."},
        {"id": 7, "text": "D."},
    ]
    before, _ = found(written(tmp_path / "a.jsonl", *rows))
    after, _ = found(written(tmp_path / "a.jsonl", {"text": "New."}, *rows))
    assert ["7", "https://p.example/b", "7~2"] == [keys(before)[n] for n in (0, 1, 3)]
    assert 12 == len(keys(before)[2])
    assert keys(before) == keys(after)[1:]
    assert [row.digest for row in before] == [row.digest for row in after][1:]


def test_a_changed_row_has_another_digest(tmp_path: Path) -> None:
    """Under the same key, other words are told by the digest, and only there."""
    before, _ = found(written(tmp_path / "a.jsonl", {"id": 1, "text": "A."}, {"id": 2, "text": "B."}))
    after, _ = found(written(tmp_path / "a.jsonl", {"id": 1, "text": "A."}, {"id": 2, "text": "C."}))
    assert keys(before) == keys(after)
    assert [True, False] == [a.digest == b.digest for a, b in zip(before, after, strict=True)]


def test_bad_rows_stop_nothing(tmp_path: Path) -> None:
    """Each row that cannot be read is named by its number, and the others are read."""
    path = written(
        tmp_path / "a.jsonl",
        {"id": 1, "text": "A."}, "{broken", "[1]", {"id": 2}, {"id": 3, "text": "  "}, "",
        {"id": 4, "text": "nul \0"}, '{"id": ' + "[" * 100_000, {"id": 5, "text": 9}, {"id": 6, "text": "B."},
    )  # fmt: skip
    got, problems = found(path)
    assert ["1", "6"] == keys(got)
    assert [
        "#row 2: not JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)",
        "#row 3: not a JSON object",
        "#row 4: holds no text",
        "#row 5: holds no text",
        "#row 7: not text",
        "#row 8: not JSON: too deep or too long a number",
        "#row 9: holds no text",
    ] == problems


def test_a_stray_quotation_mark_is_told_with_the_lines_it_swallows(tmp_path: Path) -> None:
    """Rows that a quotation mark without an end takes with it are named, and those after it are read."""
    rows = ["id,text", "1,First.", '2,"No end.', "3,Swallowed.", '4,"Whole, again."', "5,Read."]
    path = tmp_path / "a.csv"
    path.write_text("\n".join(rows), encoding="utf-8")
    got, problems = found(path)
    assert ["1", "5"] == keys(got)
    assert ["#row 3: not CSV: ',' expected after '\"' (line 3, and lines 4 to 5 with it)"] == problems
    path.write_text("\n".join([*rows[:4], "5,Swallowed."]), encoding="utf-8")
    got, problems = found(path)
    assert (["1"], ["#row 3: not CSV: unexpected end of data (line 3, and lines 4 to 5 with it)"]) == (
        keys(got),
        problems,
    )


def test_what_a_broken_row_leaves_behind_is_no_article(tmp_path: Path) -> None:
    """After a row that is no CSV, lines are refused until one has all of its fields; lines are counted."""
    written = [
        "",
        "",
        "id,title,text",
        '1,A,"He said "no".',
        "Second, with, many, commas.",
        'end."',
        "2,B,Fine.",
    ]
    path = tmp_path / "a.csv"
    path.write_text("\n".join(written), encoding="utf-8")
    got, problems = found(path)
    assert ["2"] == keys(got)
    assert "(line 4)" in problems[0]
    assert ["#row 3: has 4 fields of 3 (line 5)"] == problems[1:2]


def test_half_characters_in_a_row_are_one_line(tmp_path: Path) -> None:
    """A row that no UTF-8 can hold is refused when it is read."""
    got, _ = found(written(tmp_path / "a.jsonl", '{"id": 1, "text": "half \\ud83d"}'))
    with pytest.raises(ArticleError, match=r"a.jsonl#1: .*half characters"):
        got[0].read()


CSV = (
    'id,headline,body\n1,"Talks, end","He said ""no"".\r\nAnd left."\n\n2,Empty,\n3,Short\n4,Long,B.,extra\n'
)


@pytest.mark.parametrize(("name", "mark"), [("a.csv", ","), ("a.csv", ";"), ("a.csv", "\t"), ("a.tsv", "\t")])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_csv_is_read_as_it_was_written(tmp_path: Path, name: str, mark: str, encoding: str) -> None:
    """Quotes, line ends in fields, missing and extra fields, any usual delimiter, marks of order."""
    content = CSV if mark == "," else CSV.replace("Talks, end", "Talks- end").replace(",", mark)
    (tmp_path / name).write_bytes(content.encode(encoding))
    got, problems = found(tmp_path / name)
    assert ["1", "4"] == keys(got)
    assert 'He said "no".\nAnd left.' == got[0].read().text
    assert ["#row 4: holds no text", "#row 5: holds no text"] == problems


def test_big_fields_survive(tmp_path: Path) -> None:
    """A field longer than Python's csv allows by itself is read."""
    (tmp_path / "a.csv").write_text("text\n" + "word " * 60_000 + "\nB.\n", "utf-8")
    assert [300_000, 2] == [len(row.read().text) for row in found(tmp_path / "a.csv")[0]]


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv"])
def test_a_row_without_end_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """A line longer than any article is not held, and the rows after it are read."""
    monkeypatch.setattr("rag.articles.tables._ROW_CHARACTERS", 100)
    row = {"a.jsonl": '{{"id": "{0}", "text": "{1}"}}', "a.csv": "{0},{1}"}[name]
    lines = ["id,text"] * (name == "a.csv") + [
        row.format(n, "x" * size) for n, size in [(1, 9), (2, 900), (3, 9)]
    ]
    (tmp_path / name).write_text("\n".join(lines) + "\n", "utf-8")
    got, problems = found(tmp_path / name)
    assert ["1", "3"] == keys(got)
    assert 1 == len(problems)
    assert "longer than 100 characters" in problems[0]


def test_one_bad_byte_spoils_nothing(tmp_path: Path) -> None:
    """A line that is no UTF-8 is read as Windows-1252, and the others as UTF-8."""
    lines = [b'{"id": 1, "text": "caf\xc3\xa9"}', b'{"id": 2, "text": "caf\xe9"}']
    (tmp_path / "a.jsonl").write_bytes(b"\xef\xbb\xbf" + b"\n".join(lines))
    assert ["café", "café"] == [row.read().text for row in found(tmp_path / "a.jsonl")[0]]


@pytest.mark.parametrize(
    ("name", "raw", "problems"),
    [
        ("a.jsonl", b"", [": empty"]),
        ("a.csv", b"", []),
        ("a.csv", b"id,title\n1,T\n", [": its first row names no column text, body, content, article"]),
        ("a.jsonl", b"plain\n" * 5000, None),
    ],
)
def test_what_is_no_table_is_left_soon(
    tmp_path: Path, name: str, raw: bytes, problems: list[str] | None
) -> None:
    """A file that is no table gives a line or a few, not one for each of its rows."""
    (tmp_path / name).write_bytes(raw)
    got, told_of = found(tmp_path / name)
    assert [] == got
    if problems is None:
        assert 21 == len(told_of)
        assert ": its first 20 rows cannot be read; the rest was not tried" == told_of[-1]
    else:
        assert (problems or [": empty"]) == told_of


def test_a_large_table_is_read_row_by_row(tmp_path: Path) -> None:
    """A table larger than any text file may be is read all the same, a row at a time."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"id": 1, "text": "First."}\n' + b" " * 25_000_000)
    coming = items([path])
    first = next(coming)
    assert isinstance(first, Item)
    assert "First." == first.read().text
    path.with_suffix(".txt").write_bytes(path.read_bytes())
    assert [f"{tmp_path}/a.txt: larger than 20 MB"] == [str(p) for p in items([path.with_suffix(".txt")])]


def test_metadata_beside_a_table_fills_in(tmp_path: Path) -> None:
    """What metadata.yaml says of a table holds for the rows that say nothing of it."""
    (tmp_path / "metadata.yaml").write_text("a.jsonl: {outlet: The Post, language: fr}", "utf-8")
    got, _ = found(
        written(tmp_path / "a.jsonl", {"id": 1, "text": "A."}, {"id": 2, "text": "B.", "outlet": "O"})
    )
    assert [("The Post", "fr"), ("O", "fr")] == [(a.outlet, a.language) for a in (row.read() for row in got)]


def test_estimates_count_rows(tmp_path: Path) -> None:
    """A progress bar learns of rows, files and URLs without reading any."""
    written(tmp_path / "a.jsonl", *[{"text": "A."}] * 9, "")
    (tmp_path / "b.csv").write_text("text\nA.\nB.\n", "utf-8")
    (tmp_path / "c.txt").write_text("C.", "utf-8")
    assert 9 + 2 + 1 + 2 == estimate([tmp_path, "https://x.example/", "-"])


# Standard input


def given_input(monkeypatch: pytest.MonkeyPatch, raw: bytes) -> list[Item | Problem]:
    """What `-` gives when these bytes come in."""
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BufferedReader(io.BytesIO(raw))))
    return list(items(["-"]))


@pytest.mark.parametrize(
    ("raw", "sources", "text"),
    [
        (b"The talks ended.", ["stdin#ec8de27b953b"], "The talks ended."),
        (b'{"id": 1, "text": "A."}\n{"id": 2, "text": "B."}\n', ["stdin#1", "stdin#2"], "A."),
        (b'{"id": 1,\n', ["stdin#2b9d6a7579c3"], '{"id": 1,\n'),
        (b"<html><body><p>The talks ended.</p></body></html>", ["stdin#365af6ce529f"], "The talks ended."),
    ],
)
def test_standard_input_is_text_rows_or_a_page(
    monkeypatch: pytest.MonkeyPatch, raw: bytes, sources: list[str], text: str
) -> None:
    """JSON lines are told by their first line, a page by its tags, and all else is text."""
    got = [item for item in given_input(monkeypatch, raw) if isinstance(item, Item)]
    assert sources == [item.source for item in got]
    assert text == got[0].read().text


def test_closed_standard_input_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program without standard input is told so."""
    monkeypatch.setattr(sys, "stdin", None)
    assert ["stdin: closed"] == [str(problem) for problem in items(["-"])]


@pytest.mark.parametrize("suffix", ["jsonl", "csv", "tsv", "xml", "txt", "html", "pdf", "docx", "bin"])
@given(raw=st.binary(max_size=300))
def test_items_never_raise(tmp_path_factory: pytest.TempPathFactory, suffix: str, raw: bytes) -> None:
    """Whatever bytes stand under whatever name, there are items and problems, each problem on one line."""
    path = tmp_path_factory.getbasetemp() / f"items.{suffix}"
    path.write_bytes(raw)
    for item in items([path]):
        assert item.source.startswith(str(path))
        assert "\n" not in str(item) or isinstance(item, Item)
