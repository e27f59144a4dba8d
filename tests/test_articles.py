"""Files and strings become articles: text kept as it came, dates and names found, bad files named."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.articles import Item, Problem, decode, find_date, from_text, items, read_file
from rag.errors import ArticleError
from rag.types import content_id
from tests.conftest import SEEDS, child_environment, texts

SEED_DIGESTS = {
    "000_9bec08fbd7a12a5e.txt": "ac02a5e66484bdb01630244583aa35fcb4549b558ca06a26eaacb8f4bf880489",
    "001_9c6cc9a4abd8fbcc.txt": "c65455930a6e028dbdb3d16020a66b577b7ad68a9674feecacb09e28b3aabe96",
    "002_47d3a070607f175a.txt": "db511fc393d3868e817d4e6043a57f9f4d7c78c70eaf4aa9cc9249224c0005ce",
    "003_2991e9f07b9ef834.txt": "12094ab893e8bc3fc343e496ba1bdd10fd2597ee6cd1276d92064939ba998ed6",
    "004_636bde8e93f9bc11.txt": "da912505865263ecae1b5f4952eb98150f33458568228d2d23031865889a8dcf",
}


# The seeds


def test_the_seeds_are_byte_identical() -> None:
    """The five files are what they were when they came."""
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in SEEDS.glob("*.txt")}
    assert found == SEED_DIGESTS


@pytest.mark.parametrize("name", sorted(SEED_DIGESTS))
def test_a_seed_keeps_its_text(name: str) -> None:
    """An article's text is what Python reads from its file."""
    with (SEEDS / name).open(encoding="utf-8") as file:
        assert file.read() == read_file(SEEDS / name).text


def test_the_seeds_are_known_by_outlet_and_day() -> None:
    """metadata.yaml says of each seed its outlet, its day, and whether the day is stated."""
    known = {
        (article.outlet, article.published and article.published.isoformat(), article.published_basis)
        for article in map(read_file, SEEDS.glob("*.txt"))
    }
    assert {
        ("Jiji Press", "2022-01-07", "inferred"),
        ("AJMEDIA", "2022-01-07", "inferred"),
        ("MyInd", "2022-01-07", "stated"),
        ("IRIA News", "2023-01-13", "inferred"),
        ("Nikkei Asia", "2022-01-06", "inferred"),
    } == known


# Decoding


@given(text=texts)
def test_a_utf8_file_reads_as_python_reads_it(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    """Decoded bytes are what open(file, encoding="utf-8").read() gives, line ends and all."""
    path = tmp_path_factory.getbasetemp() / "any.txt"
    path.write_bytes(text.encode())
    with path.open(encoding="utf-8") as file:
        expected = file.read()
    assert expected == decode(text.encode(), "any.txt")


def test_line_ends_become_line_feeds() -> None:
    """CRLF and CR count as one character, as for everybody who opens the file as text."""
    assert "a\nb\nc\n" == decode(b"a\r\nb\rc\n", "x")


NEWS = "Café “talks” ended – 5 € paid.\r\nThe naïve façade, he said.\r\n"


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", b""),
        ("cp1252", b""),
        ("utf-16-le", b"\xff\xfe"),
        ("utf-16-be", b"\xfe\xff"),
        ("utf-16-le", b""),
        ("utf-16-be", b""),
    ],
)
def test_old_encodings_are_read_right(tmp_path: Path, encoding: str, mark: bytes) -> None:
    """Windows-1252 and UTF-16, marked or not, give the same text and the same offsets as UTF-8."""
    (tmp_path / "a.txt").write_bytes(mark + NEWS.encode(encoding))
    article = read_file(tmp_path / "a.txt")
    assert NEWS.replace("\r\n", "\n") == article.text
    assert 35 == article.text.index("naïve")


def test_a_utf8_mark_is_text_and_never_body(tmp_path: Path) -> None:
    """A byte order mark stays in the text, as Python's utf-8 leaves it, and in no article range."""
    (tmp_path / "a.txt").write_bytes(b"\xef\xbb\xbfTalks ended on Friday.")
    article = read_file(tmp_path / "a.txt")
    assert "\ufeff" == article.text[0]
    assert ["Talks ended on Friday."] == [article.text[a:b] for a, b in article.body]
    assert "Talks ended on Friday." == article.title


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "empty"),
        (b" \r\n\t", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        ("\u00a0\u3000\ufeff\u2028".encode(), "empty"),
        (b"\x7fELF\x02\x01\x01\x00\x00\x00", "not a text file"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "not a text file"),
        (b"%PDF-1.4\n\x01\x02", "not a text file"),
        (b"text \x81\x8d here", "not a text file"),
        (b"\xff\xfea", "not a text file"),
        (bytes(range(256)), "not a text file"),
    ],
)
def test_a_file_that_is_no_text_is_refused(tmp_path: Path, raw: bytes, reason: str) -> None:
    """An empty or binary file is refused by its path."""
    (tmp_path / "a.txt").write_bytes(raw)
    with pytest.raises(ArticleError, match=f"^{re.escape(str(tmp_path / 'a.txt'))}: {reason}$"):
        read_file(tmp_path / "a.txt")


def test_a_file_too_large_is_refused_unread(tmp_path: Path) -> None:
    """Nobody's article has 20 MB; such a file is refused by size."""
    with (tmp_path / "a.txt").open("wb") as file:
        file.truncate(20_000_001)
    with pytest.raises(ArticleError, match=r"a\.txt: larger than 20 MB$"):
        read_file(tmp_path / "a.txt")


# Strings


@given(text=texts)
def test_an_article_keeps_its_text(text: str) -> None:
    """The text of an article is the string it was made from, and its id follows from the text."""
    article = from_text(text, "here")
    assert text == article.text
    assert content_id(article) == article.id == from_text(text, "here").id
    assert article.id != from_text(text, "here", {"outlet": "Another"}).id
    assert article.title
    assert "\n" not in article.title


@pytest.mark.parametrize(
    ("text", "source", "known"),
    [
        ("half \ud83d here", "x", {}),
        ("whole", "caf\udce9.txt", {}),
        ("whole", "x", {"title": "half \ud83d"}),
    ],
)
def test_half_characters_are_refused(text: str, source: str, known: dict[str, str]) -> None:
    """What cannot be stored as UTF-8, in a text, a name or metadata, is refused and never stored."""
    with pytest.raises(ArticleError, match="half characters"):
        from_text(text, source, known)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Talks end\n\nThe talks ended.", "Talks end"),
        ("\n\n# Talks end\nText.", "Talks end"),
        ("Menu\nShare\nTalks end\nText.", "Talks end"),
        ("Leave a comment\n", "name"),
        ("word " * 60, "word " * 20 + "…"),
    ],
)
def test_the_title_is_the_first_line_that_is_no_debris(text: str, title: str) -> None:
    """A title is the first line of the article, shortened when long, or else the file's name."""
    assert title == from_text(text, "/some/name.txt").title


@pytest.mark.parametrize(
    ("text", "outlet"),
    [
        ("TOKYO (Jiji Press) — The talks ended.", "Jiji Press"),
        ("WASHINGTON, Jan. 5 (Reuters) - The talks ended.", "Reuters"),
        ("The talks (in Tokyo) ended.", None),
    ],
)
def test_a_dateline_names_the_outlet(text: str, outlet: str | None) -> None:
    """The agency in a dateline is the outlet when nothing else names one."""
    assert outlet == from_text(text, "x").outlet


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("- 06:02 PM, Jan 07, 2022", date(2022, 1, 7)),
        ("Sept. 14, 2022", date(2022, 9, 14)),
        ("7 January 2022", date(2022, 1, 7)),
        ("on 2023-02-28 it", date(2023, 2, 28)),
        ("June 31, 2022 and May 2, 2022", date(2022, 5, 2)),
        ("2023-02-30", None),
        ("Tokyo, 7 January", None),
        ("Room 12, 2023", None),
    ],
)
def test_a_full_date_is_found(text: str, day: date | None) -> None:
    """Day, month and year together make a date; anything less, or a day of no calendar, does not."""
    assert day == find_date(text)


@pytest.mark.parametrize(
    ("text", "source", "day", "basis"),
    [
        ("Title\nJan 7, 2022\nText.", "x", date(2022, 1, 7), "stated"),
        ("Title\nText.", "2021-05-06-talks.txt", date(2021, 5, 6), "inferred"),
        (f"Title\n{'word ' * 20}on Jan 7, 2022 it was.", "x", None, None),
    ],
)
def test_a_byline_or_the_name_gives_the_day(
    text: str, source: str, day: date | None, basis: str | None
) -> None:
    """A short line states the day, a file's name lets it be inferred, and prose gives none."""
    article = from_text(text, source)
    assert (day, basis) == (article.published, article.published_basis)


# Files and folders


def _write(folder: Path, **files: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")


def _read(*places: str | Path) -> tuple[list[str], list[str]]:
    """The names of the files that were read as articles, and a line for each that was not."""
    names, problems = [], []
    for item in items(places):
        try:
            if isinstance(item, Problem):
                problems.append(str(item))
            else:
                names.append(Path(item.read().source).name)
        except ArticleError as error:
            problems.append(str(error))
    return names, problems


def test_folders_are_searched_and_hidden_files_left(tmp_path: Path) -> None:
    """A folder gives the files it can hold articles in, at any depth, in order, and no hidden ones."""
    for name in [
        *("b.md", "a.TXT", "sub/c.text", "d.html", ".hidden.txt", ".git/e.txt", "metadata.yml"),
        *("feed.xml", "g.rss", "h.py"),
    ]:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(f"Text of {name}.", encoding="utf-8")
    assert ["a.TXT", "b.md", "d.html", "c.text"] == _read(tmp_path)[0]


def test_a_file_named_twice_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder and a file in it, absolute or relative, give each article once."""
    _write(tmp_path, a="Text a.", b="Text b.")
    monkeypatch.chdir(tmp_path)
    assert ["a.txt", "b.txt"] == _read(tmp_path, tmp_path / "a.txt", "a.txt")[0]


def test_a_file_named_outright_needs_no_suffix(tmp_path: Path) -> None:
    """A file that is named is read whatever it is called."""
    (tmp_path / "story").write_text("The talks ended.", encoding="utf-8")
    assert ["story"] == _read(tmp_path / "story")[0]


def test_bad_files_are_reported_and_stop_nothing(tmp_path: Path) -> None:
    """Each file that cannot be read gives one line, and the others are read."""
    _write(tmp_path, good="Talks ended.", empty="")
    (tmp_path / "binary.txt").write_bytes(b"\x00\x01\x02\x03")
    (tmp_path / "nowhere.txt").symlink_to(tmp_path / "gone")
    os.mkfifo(tmp_path / "pipe.txt")
    names, problems = _read(tmp_path)
    assert ["good.txt"] == names
    assert problems == [
        f"{tmp_path}/binary.txt: not a text file",
        f"{tmp_path}/empty.txt: empty",
        f"{tmp_path}/nowhere.txt: no such file or directory",
        f"{tmp_path}/pipe.txt: not a regular file",
    ]


def test_a_folder_that_cannot_be_listed_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder closed to us is a line among the problems, not articles silently missed."""
    _write(tmp_path, good="Talks ended.")
    (tmp_path / "closed").mkdir()
    scan = os.scandir

    def closed(path: str) -> object:
        if Path(path).name == "closed":
            raise PermissionError(13, "Permission denied", path)
        return scan(path)

    monkeypatch.setattr(os, "scandir", closed)
    assert (["good.txt"], [f"{tmp_path}/closed: cannot be listed"]) == _read(tmp_path)


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("missing.txt", "no such file or folder"),
        ("bad\0name", "no such file or folder"),
        ("a.txt/below", "not a directory"),
        ("n" * 300, "file name too long"),
        ("dangling.txt", "no such file or folder"),
    ],
)
def test_a_path_that_leads_nowhere_is_named(tmp_path: Path, path: str, reason: str) -> None:
    """A path that is not there raises one line before anything is read; nothing hangs."""
    _write(tmp_path, a="Talks ended.")
    (tmp_path / "dangling.txt").symlink_to(tmp_path / "gone")
    with pytest.raises(ArticleError, match=f": {reason}$"):
        items([tmp_path / path])


def test_a_folder_named_like_a_file_is_a_folder(tmp_path: Path) -> None:
    """A folder called x.txt is searched, and holds no articles."""
    (tmp_path / "x.txt").mkdir()
    assert ([], []) == _read(tmp_path / "x.txt")


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.rss"])
def test_a_file_of_many_articles_is_not_one(tmp_path: Path, name: str) -> None:
    """Tables and feeds are refused where one article is wanted."""
    (tmp_path / name).write_text("<rss version='2.0'></rss>", encoding="utf-8")
    with pytest.raises(ArticleError, match=r"holds many articles, not one$"):
        read_file(tmp_path / name)


# metadata.yaml


def test_metadata_beside_a_file_is_believed(tmp_path: Path) -> None:
    """Title, outlet, author, day and URL come from metadata.yaml; the text stays the text."""
    _write(tmp_path, a="Title\nJan 7, 2022\nText.")
    (tmp_path / "metadata.yaml").write_text(
        "a.txt: {title: T, outlet: O, author: A, published: 2020-02-03, url: 'https://o/t'}", "utf-8"
    )
    article = read_file(tmp_path / "a.txt")
    assert ("T", "O", "A", date(2020, 2, 3)) == (
        article.title,
        article.outlet,
        article.author,
        article.published,
    )
    assert ("stated", "metadata.yaml", "https://o/t") == (
        article.published_basis,
        article.published_from,
        article.url,
    )


def test_metadata_is_read_again_when_it_changed(tmp_path: Path) -> None:
    """A changed metadata.yaml is seen by the next reading in the same process."""
    _write(tmp_path, a="Text.")
    for day, title in enumerate(["one", "two"], start=1):
        (tmp_path / "metadata.yaml").write_text(f"a.txt: {{title: {title}}}", "utf-8")
        os.utime(tmp_path / "metadata.yaml", (day, day))
        assert title == read_file(tmp_path / "a.txt").title


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("a.txt: [", "while parsing"),
        ("- a\n- b", "must map file names"),
        ("a.txt: words", "must map file names"),
        ("a.txt: {published: 2023-02-30}", "day is out of range"),
        ("a.txt: {published: soon}", "published must be YYYY-MM-DD, not 'soon'"),
        ("a.txt: {title: '\x00'}", "special characters are not allowed|unacceptable character"),
    ],
)
def test_metadata_that_cannot_be_used_is_one_line(tmp_path: Path, written: str, reason: str) -> None:
    """Broken metadata is an error on one line, once for all files beside it."""
    _write(tmp_path, a="Text.")
    (tmp_path / "metadata.yaml").write_text(written, encoding="utf-8")
    names, (problem,) = _read(tmp_path)
    assert [] == names
    assert re.search(reason, problem)
    assert "\n" not in problem


@pytest.mark.parametrize("written", ["a.txt: {title: [a, b]}", "a.txt: {title: {a: b}}"])
def test_metadata_is_plain_text(tmp_path: Path, written: str) -> None:
    """A list or a mapping is no title: one that nests without end would be written out without end."""
    _write(tmp_path, a="Text.")
    (tmp_path / "metadata.yaml").write_text(written, encoding="utf-8")
    with pytest.raises(ArticleError, match="title must be plain text"):
        read_file(tmp_path / "a.txt")


# Items


def _sources(*places: str | Path) -> list[str]:
    return [Path(item.source).name for item in items(places)]


def test_items_are_parsed_only_when_read(tmp_path: Path) -> None:
    """An empty file is an item like any other until somebody reads it."""
    _write(tmp_path, a="Text.", b="")
    good, bad = items([tmp_path])
    assert isinstance(good, Item)
    assert isinstance(bad, Item)
    assert "Text." == good.read().text
    with pytest.raises(ArticleError, match=r"b\.txt: empty"):
        bad.read()


def test_a_missing_path_is_told_before_anything(tmp_path: Path) -> None:
    """A mistyped path is a mistake of the call, found before the first item is there."""
    _write(tmp_path, a="Text.")
    with pytest.raises(ArticleError, match="gone: no such file or folder"):
        items([tmp_path, tmp_path / "gone"])


def test_a_file_that_is_too_large_is_a_problem(tmp_path: Path) -> None:
    """A hundred megabytes of text are refused unread, with their size, and stop nothing."""
    _write(tmp_path, z="Text.")
    with (tmp_path / "a.txt").open("wb") as file:
        file.truncate(100_000_000)
    problem, item = items([tmp_path])
    assert f"{tmp_path}/a.txt: larger than 20 MB (100 MB)" == str(problem)
    assert isinstance(item, Item)


def test_patterns_are_expanded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pattern that no shell expanded stands for what it matches; a file of that very name for itself."""
    _write(tmp_path, a="Text.", b="Text.")
    _write(tmp_path / "sub", c="Text.")
    (tmp_path / "metadata.yaml").write_text("a.txt: {title: T}", encoding="utf-8")
    assert ["a.txt", "b.txt"] == _sources(f"{tmp_path}/*.txt")
    assert ["a.txt", "b.txt", "c.txt"] == _sources(f"{tmp_path}/*")
    assert ["a.txt", "b.txt", "c.txt"] == _sources(f"{tmp_path}/**/*.txt")
    monkeypatch.chdir(tmp_path)
    _write(tmp_path, **{"[ab]": "Text."})
    assert ["[ab].txt"] == _sources("[ab].txt")
    with pytest.raises(ArticleError, match=r"x\*: no file matches$"):
        items(["x*"])


def test_broken_metadata_is_one_problem(tmp_path: Path) -> None:
    """metadata.yaml that cannot be used is told once, whatever lies beside it."""
    _write(tmp_path, a="Text.", b="Text.")
    (tmp_path / "metadata.yaml").write_text("- a", encoding="utf-8")
    (problem,) = items([tmp_path])
    assert isinstance(problem, Problem)
    assert f"{tmp_path}/metadata.yaml" == problem.source


@given(before=st.binary(max_size=60), after=st.binary(max_size=60))
def test_a_digest_is_of_the_bytes(
    tmp_path_factory: pytest.TempPathFactory, before: bytes, after: bytes
) -> None:
    """The digest of a file changes when its bytes do, and only then."""
    path = tmp_path_factory.getbasetemp() / "digest.txt"
    digests = []
    for raw in (before, after):
        path.write_bytes(raw)
        (item,) = items([path])
        assert isinstance(item, Item)
        digests.append(item.digest)
    assert (before == after) == (digests[0] == digests[1])


def test_a_digest_is_of_the_metadata_too(tmp_path: Path) -> None:
    """What metadata.yaml says of a file is in its digest; what it says of others is not."""
    _write(tmp_path, a="Text.")
    digests = []
    for day, written in enumerate(
        ["{}", "b.txt: {title: T}", "a.txt: {title: T}", "a.txt: {title: U}"], start=1
    ):
        (tmp_path / "metadata.yaml").write_text(written, encoding="utf-8")
        os.utime(tmp_path / "metadata.yaml", (day, day))
        (item,) = items([tmp_path])
        assert isinstance(item, Item)
        digests.append(item.digest)
    assert digests[0] == digests[1]
    assert 3 == len(set(digests))


def test_going_through_files_imports_no_extractor(tmp_path: Path) -> None:
    """Unchanged files are read and hashed, and nothing heavy is imported for it."""
    for name in ("a.txt", "b.html", "c.pdf", "d.docx", "e.md", "f.jsonl"):
        (tmp_path / name).write_text('{"text": "T."}', encoding="utf-8")
    probe = (
        f"import sys; from rag.articles import items; print(len(list(items([{str(tmp_path)!r}]))))\n"
        "heavy = {'trafilatura', 'lxml', 'pypdf', 'docx', 'feedparser', 'py3langid', 'httpcore', 'yaml'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, env=child_environment(), check=True
    )
    assert ["6", "[]"] == done.stdout.split("\n")[:2]
