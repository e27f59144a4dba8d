"""A file or a string -> Article: the text kept as it came, page debris marked and not cut."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import lru_cache
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

from rag.debris import body_spans, is_furniture
from rag.errors import ArticleError
from rag.types import Article, content_id

METADATA_FILE = "metadata.yaml"
SUFFIXES = frozenset({".txt", ".text", ".md"})
MAX_BYTES = 20_000_000

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_MONTH_FIRST = re.compile(r"\b([A-Z][a-z]{2,8})\.? (\d{1,2}),? (\d{4})\b")
_DAY_FIRST = re.compile(r"\b(\d{1,2}) ([A-Z][a-z]{2,8})\.?,? (\d{4})\b")
_ISO = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")
_AGENCY = re.compile(r"^[A-Z][\w .,'’-]{1,40}\(([A-Z][^()]{1,40})\)\s*(?:[—–-]|--)", re.MULTILINE)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_BYLINE_WORDS = 12
_TITLE_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a set of paths gave: articles, and one line for each file that could not be read."""

    articles: tuple[Article, ...]
    problems: tuple[str, ...] = field(default=())


def read_paths(paths: Iterable[str | Path]) -> Loaded:
    """Read files and folders (searched for .txt, .text and .md); bad files are reported, not fatal.

    Raises ArticleError when a path does not exist, or when nothing at all could be read.
    """
    articles: list[Article] = []
    problems: list[str] = []
    named = [Path(path).expanduser() for path in paths]
    for path in dict.fromkeys(file.absolute() for file in files(named)):
        try:
            articles.append(read_file(path))
        except ArticleError as error:
            problems.append(str(error))
    if not articles:
        raise ArticleError(_none_read(named, problems))
    return Loaded(tuple(articles), tuple(dict.fromkeys(problems)))


def read_file(path: Path) -> Article:
    """The article in one text file, with what `metadata.yaml` beside it says.

    Raises ArticleError for a file that is unreadable, empty, binary, too large or of unknown encoding.
    """
    path = path.absolute()
    text = decode(_bytes(path), str(path))
    known = _folder_metadata(path.parent).get(path.name, {})
    return from_text(text, source=str(path), known=known)


def from_text(text: str, source: str, known: Mapping[str, Any] | None = None) -> Article:
    """The article in a string; `known` may give title, outlet, author, published and where from.

    Raises ArticleError when there is no text in it, or when it cannot be stored as UTF-8.
    """
    if not text.replace("\ufeff", "").strip():
        raise ArticleError(f"{source}: empty")
    known = known or {}
    try:
        text.encode()
        "".join((source, *map(str, known.values()))).encode()
    except UnicodeEncodeError:
        reason = "its text, name or metadata holds half characters (lone surrogates)"
        raise ArticleError(f"{source}: {reason}") from None
    title = str(known.get("title") or _title(text, source))
    published, basis, origin = _published(text, source, known)
    article = Article(
        id="",
        source=source,
        text=text,
        body=body_spans(text, _headline(text, title, known)),
        title=title,
        outlet=_optional(known, "outlet") or _agency(text),
        author=_optional(known, "author"),
        published=published,
        published_basis=basis,
        published_from=origin,
        url=_optional(known, "url"),
    )
    return replace(article, id=content_id(article))


def _headline(text: str, title: str, known: Mapping[str, Any]) -> str:
    """The title where it is surely one: given from outside, or standing in the text twice."""
    lines = [line.strip() for line in text.splitlines()]
    return title if known.get("title") or lines.count(title) > 1 else ""


def decode(raw: bytes, source: str) -> str:
    """Text of a file's bytes, as `open(source, encoding=...).read()` gives it.

    UTF-8 first, UTF-16 by its mark or its zero bytes, Windows-1252 last. Line ends become LF as in
    Python's text mode, so that offsets count what a reader of the file sees.
    Raises ArticleError for an empty or binary file.
    """
    if not raw.strip():
        raise ArticleError(f"{source}: empty")
    for encoding in _encodings(raw):
        try:
            text = TextIOWrapper(BytesIO(raw), encoding=encoding).read()
        except UnicodeDecodeError:
            continue
        if _CONTROL.search(text):
            break
        return text
    raise ArticleError(f"{source}: not a text file")


def _encodings(raw: bytes) -> tuple[str, ...]:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ("utf-16",)
    head = raw[:2000]
    if head.count(0) * 4 >= len(head) > 2:
        return ("utf-16-le",) if head[1::2].count(0) > head[::2].count(0) else ("utf-16-be",)
    return ("utf-8", "cp1252")


def _bytes(path: Path) -> bytes:
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            # A pipe would wait for a writer that may never come.
            folder = stat.S_ISDIR(status.st_mode)
            raise ArticleError(f"{path}: {'cannot be listed' if folder else 'not a regular file'}")
        if status.st_size > MAX_BYTES:
            raise ArticleError(f"{path}: larger than {MAX_BYTES // 1_000_000} MB")
        return path.read_bytes()
    except OSError as error:
        raise ArticleError(f"{path}: {(error.strerror or str(error)).lower()}") from error


def files(paths: Iterable[Path]) -> Iterator[Path]:
    """Files named, and article files below folders, hidden ones left out, in a stable order.

    A folder that cannot be listed stands for itself, so that whoever reads it hears of it.
    Raises ArticleError for a path that is not there or cannot be looked at.
    """
    for path in paths:
        try:
            status = path.stat()
        except (FileNotFoundError, ValueError) as error:
            raise ArticleError(f"{path}: no such file or folder") from error
        except OSError as error:
            raise ArticleError(f"{path}: {(error.strerror or str(error)).lower()}") from error
        if stat.S_ISDIR(status.st_mode):
            yield from sorted(_walk(path))
        else:
            yield path


def _walk(folder: Path) -> Iterator[Path]:
    unlisted: list[Path] = []
    for base, folders, names in os.walk(folder, onerror=lambda e: unlisted.append(Path(e.filename))):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            if not name.startswith(".") and Path(name).suffix.lower() in SUFFIXES:
                yield Path(base) / name
    yield from unlisted


def _none_read(paths: Iterable[Path], problems: Sequence[str]) -> str:
    """Why nothing could be read, on one line."""
    if not problems:
        return f"no articles in {_named(paths)}"
    return problems[0] + (f" (and {len(problems) - 1} more)" if len(problems) > 1 else "")


def _named(paths: Iterable[Path]) -> str:
    return ", ".join(str(path) for path in paths) or "nothing"


def _folder_metadata(folder: Path) -> dict[str, dict[str, Any]]:
    """What `metadata.yaml` in a folder says, by file name; empty without one."""
    path = folder / METADATA_FILE
    if not path.is_file():
        return {}
    return _parsed(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=8)
def _parsed(path: Path, changed: int) -> dict[str, dict[str, Any]]:
    """The metadata in a file that last changed at `changed`, read once for all articles beside it."""
    import yaml

    try:
        stored = yaml.safe_load(path.read_text(encoding="utf-8"))
    # YAML gives a ValueError for a day that is on no calendar.
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as error:
        raise ArticleError(f"{path}: {' '.join(str(error).split())}") from error
    if not isinstance(stored, dict) or not all(isinstance(v, dict) for v in stored.values()):
        raise ArticleError(f"{path}: must map file names to title, outlet, published, ...")
    return stored


def _optional(known: Mapping[str, Any], name: str) -> str | None:
    value = known.get(name)
    return str(value) if value else None


def _title(text: str, source: str) -> str:
    """The first line that is no debris, its first words if it is long, else the source's name."""
    for line in text.lstrip("\ufeff").splitlines():
        words = line.strip().lstrip("#").strip()
        if words and not is_furniture(words):
            short = len(words) <= _TITLE_CHARACTERS
            return words if short else words[: _TITLE_CHARACTERS // 2].rsplit(" ", 1)[0] + " …"
    return Path(source).stem


def _agency(text: str) -> str | None:
    """The outlet that a dateline names: "TOKYO (Jiji Press) —"."""
    found = _AGENCY.search(text[:1500])
    return found.group(1).strip() if found else None


def _published(text: str, source: str, known: Mapping[str, Any]) -> tuple[date | None, Any, str | None]:
    given = known.get("published")
    if given:
        basis = "inferred" if known.get("published_basis") == "inferred" else "stated"
        return _as_date(given, source), basis, _optional(known, "published_from") or METADATA_FILE
    for line in text[:2000].splitlines():
        if len(line.split()) <= _BYLINE_WORDS and (found := find_date(line)) is not None:
            return found, "stated", f'"{line.strip()}"'
    if (found := find_date(Path(source).stem)) is not None:
        return found, "inferred", "the file's name"
    return None, None, None


def _as_date(value: Any, source: str) -> date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        raise ArticleError(f"{source}: published must be YYYY-MM-DD, not {value!r}") from None


def find_date(text: str) -> date | None:
    """The first full date (day, month and year) that stands in `text`, or None."""
    for pattern, order in ((_ISO, "ymd"), (_MONTH_FIRST, "mdy"), (_DAY_FIRST, "dmy")):
        for match in pattern.finditer(text):
            parts = dict(zip(order, match.groups(), strict=True))
            month = parts["m"][:3].lower()
            number = int(month) if month.isdigit() else _month_number(month)
            try:
                return date(int(parts["y"]), number, int(parts["d"]))
            except ValueError:
                continue
    return None


def _month_number(name: str) -> int:
    return _MONTHS.index(name) + 1 if name in _MONTHS else 0
