"""JSON lines and CSV: a row an article, read lazily, a bad row reported and passed over."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from io import BufferedReader, TextIOWrapper
from itertools import chain
from typing import Any, NamedTuple

from rag.articles.decoding import CONTROL, encodings
from rag.articles.fields import NAMES, by_field, plain

# Twice what the longest article of a newspaper has, many times over.
_ROW_CHARACTERS = 5_000_000
_SAMPLE_BYTES = 65_536
# A file whose first rows are all unreadable is no table; its other rows are not tried.
_HOPELESS = 20
_KEY_CHARACTERS = 300
_DELIMITERS = ",;\t|"


class Row(NamedTuple):
    """A row that was read: its key in the table, its fields under the table's names, what it was."""

    key: str
    record: Mapping[str, Any]
    written: str


class BadRow(NamedTuple):
    """A row that could not be read, and why."""

    key: str
    reason: str


def rows(stream: BufferedReader, table: bool, tabs: bool = False) -> Iterator[Row | BadRow]:
    """The rows of JSON lines, or of a `table` with a header; `tabs` when it is parted by tabs.

    Keys are the id, else the address, else the beginning of the row's SHA-256; a key that comes again
    in the table gets "~2". At most one row is held at a time.
    """
    lines = _lines(stream)
    found = _table(lines, tabs) if table else _json_rows(lines)
    counted: dict[str, int] = {}
    good = bad = 0
    for row in found:
        if isinstance(row, BadRow):
            bad += 1
            yield row
            if not good and bad >= _HOPELESS:
                yield BadRow("", f"its first {bad} rows cannot be read; the rest was not tried")
                return
        else:
            good += 1
            count = counted[row.key] = counted.get(row.key, 0) + 1
            yield row if count == 1 else row._replace(key=f"{row.key}~{count}")
    if not good and not bad:
        yield BadRow("", "empty")


def text_of(row: Row) -> str:
    """The article's text in a row that has one, line ends as line feeds."""
    text: str = by_field(row.record)["text"][1]
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _lines(stream: BufferedReader) -> Iterator[str | None]:
    """Decoded lines with their ends; None for one that is longer than a row may be."""
    encoding = encodings(stream.peek(_SAMPLE_BYTES))[0]
    # A byte that is no UTF-8 spoils its own line alone.
    text = TextIOWrapper(stream, encoding=encoding, errors="surrogateescape", newline="")
    try:
        yield from _decoded(text)
    finally:
        # Whoever opened the stream closes it.
        with suppress(ValueError):
            text.detach()


def _decoded(text: TextIOWrapper) -> Iterator[str | None]:
    first = True
    while line := text.readline(_ROW_CHARACTERS):
        if len(line) == _ROW_CHARACTERS and not line.endswith(("\n", "\r")):
            while (rest := text.readline(_ROW_CHARACTERS)) and not rest.endswith("\n"):
                pass
            yield None
        else:
            yield _mended(line.removeprefix("\ufeff") if first else line)
        first = False


def _mended(line: str) -> str:
    """A line whose bytes are not all UTF-8 is read as Windows-1252."""
    if line.isascii():
        return line
    try:
        line.encode()
    except UnicodeEncodeError:
        return line.encode("utf-8", "surrogateescape").decode("cp1252", "replace")
    return line


def _json_rows(lines: Iterable[str | None]) -> Iterator[Row | BadRow]:
    for number, line in enumerate(lines, start=1):
        if line is None:
            yield BadRow(f"row {number}", f"longer than {_ROW_CHARACTERS} characters")
        elif line.strip():
            yield _json_row(line.strip(), number)


def _json_row(line: str, number: int) -> Row | BadRow:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        reason = str(error) if isinstance(error, json.JSONDecodeError) else "too deep or too long a number"
        return BadRow(f"row {number}", f"not JSON: {reason}")
    if not isinstance(record, dict):
        return BadRow(f"row {number}", "not a JSON object")
    return _row(record, line, number)


def _table(lines: Iterable[str | None], tabs: bool) -> Iterator[Row | BadRow]:
    plain_lines = _Lines(lines)
    header_line = next((line for line in plain_lines if line.strip()), "")
    delimiter = "\t" if tabs else max(_DELIMITERS, key=header_line.count)
    # Python's own limit of 131,072 characters a field is shorter than some articles.
    csv.field_size_limit(_ROW_CHARACTERS)
    # Strictly, or a stray quotation mark would swallow the rows after it without a word.
    reader = csv.reader(chain([header_line], plain_lines), delimiter=delimiter, strict=True)
    named = _next(reader)
    if isinstance(named, str):
        yield BadRow("", named)
        return
    header = [name.strip() for name in named or ()]
    if not header:
        return
    if "text" not in by_field(dict.fromkeys(header, "x")):
        usual = ", ".join(NAMES["text"][:4])
        yield BadRow("", f"its first row names no column {usual}")
        return
    number, before, whole = 1, plain_lines.number, True
    while (fields := _next(reader)) is not None:
        number += 1
        first, before = before + 1, plain_lines.number
        if isinstance(fields, str):
            lost = f", and lines {first + 1} to {before} with it" if before > first else ""
            yield BadRow(f"row {number}", f"{fields} (line {first}{lost})")
            whole = False
        elif not whole and any(fields) and len(fields) != len(header):
            yield BadRow(f"row {number}", f"has {len(fields)} fields of {len(header)} (line {first})")
        elif any(fields):
            whole = True
            record = dict(zip(header, fields, strict=False))
            yield _row(record, json.dumps(record), number)
    if plain_lines.too_long:
        yield BadRow("", f"{plain_lines.too_long} lines are longer than {_ROW_CHARACTERS} characters")


class _Lines:
    """The lines that are not too long; how many those are that are, and the number of the last line."""

    def __init__(self, lines: Iterable[str | None]) -> None:
        self._lines = iter(lines)
        self.number = self.too_long = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        for line in self._lines:
            self.number += 1
            if line is not None:
                return line
            self.too_long += 1
        raise StopIteration


def _next(reader: Iterator[list[str]]) -> list[str] | str | None:
    """The next row's fields, or why it cannot be read; None after the last."""
    try:
        return next(reader)
    except StopIteration:
        return None
    except csv.Error as error:
        return f"not CSV: {error}"


def _row(record: Mapping[str, Any], written: str, number: int) -> Row | BadRow:
    found = by_field(record)
    text = found.get("text", ("", None))[1]
    if not isinstance(text, str) or not text.strip():
        return BadRow(f"row {number}", "holds no text")
    if CONTROL.search(text):
        return BadRow(f"row {number}", "not text")
    told = (plain(found.get(name, ("", None))[1]) for name in ("id", "url"))
    key = next(filter(None, told), None)
    digest = hashlib.sha256(written.encode("utf-8", "surrogatepass")).hexdigest()
    return Row((key or digest[:12])[:_KEY_CHARACTERS], record, written)
