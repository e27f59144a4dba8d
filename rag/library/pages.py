"""Rows read from the pages of a database file one by one, when SQLite can no longer tell where they are.

The format is SQLite's (sqlite.org/fileformat2.html). Every leaf page of a table is taken for itself, so
a damaged page costs what it held and no more. What is read must be verified by whoever uses it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

Value = int | float | str | bytes | None

_PAGE = 4096
_TABLE_LEAF = 0x0D
# Bytes of an integer, by the number that stands for its type.
_INTEGER = {0: 0, 1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8, 8: 0, 9: 0}
_WAL_HEADER, _FRAME_HEADER = 32, 24


class Stored(NamedTuple):
    """A row as it stands in its page: its number and the values of its columns."""

    number: int
    values: tuple[Value, ...]


def stored_rows(path: Path) -> Iterator[Stored]:
    """Every row of every table that can be read, of the file and of the write-ahead log beside it."""
    pages = _Pages(path)
    for number in range(1, pages.count + 1):
        page, start = pages.page(number), 100 if number == 1 else 0
        if page[start] == _TABLE_LEAF:
            yield from _rows_of(pages, page, start)


class _Pages:
    """The pages of a file, those in its write-ahead log instead where it has them."""

    def __init__(self, path: Path) -> None:
        self._raw = path.read_bytes()
        log = path.with_name(path.name + "-wal")
        self._newer = _logged(log.read_bytes()) if log.is_file() else {}
        self.count = max([-(-len(self._raw) // _PAGE), *self._newer])

    def page(self, number: int) -> bytes:
        """The page of this number; zeros where the file is cut."""
        newer = self._newer.get(number)
        raw = newer if newer is not None else self._raw[(number - 1) * _PAGE : number * _PAGE]
        return raw.ljust(_PAGE, b"\0")


def _logged(raw: bytes) -> dict[int, bytes]:
    """The pages of a write-ahead log as of its last commit."""
    salt, size = raw[16:24], _FRAME_HEADER + _PAGE
    committed: dict[int, bytes] = {}
    pending: dict[int, bytes] = {}
    for at in range(_WAL_HEADER, len(raw) - size + 1, size):
        number, commit = struct.unpack_from(">II", raw, at)
        if raw[at + 8 : at + 16] != salt:
            break
        pending[number] = raw[at + _FRAME_HEADER : at + size]
        if commit:
            committed |= pending
            pending = {}
    return committed


def _rows_of(pages: _Pages, page: bytes, start: int) -> Iterator[Stored]:
    (count,) = struct.unpack_from(">H", page, start + 3)
    for place in range(min(count, (_PAGE - start - 8) // 2)):
        (at,) = struct.unpack_from(">H", page, start + 8 + 2 * place)
        try:
            length, at = _varint(page, at)
            number, at = _varint(page, at)
            yield Stored(number, _values(_payload(pages, page, at, length)))
        except (IndexError, ValueError, struct.error):
            continue


def _payload(pages: _Pages, page: bytes, at: int, length: int) -> bytes:
    """The bytes of a row, followed through its overflow pages. Raises ValueError when they end early."""
    if length > pages.count * _PAGE:
        raise ValueError("longer than the file")
    if length <= _PAGE - 35:
        return page[at : at + length]
    least = (_PAGE - 12) * 32 // 255 - 23
    local = least + (length - least) % (_PAGE - 4)
    local = local if local <= _PAGE - 35 else least
    parts, left = [page[at : at + local]], length - local
    (next_page,) = struct.unpack_from(">I", page, at + local)
    while left > 0:
        if not 0 < next_page <= pages.count:
            raise ValueError("cut off")
        overflow = pages.page(next_page)
        parts.append(overflow[4 : 4 + left])
        left -= _PAGE - 4
        (next_page,) = struct.unpack_from(">I", overflow)
    return b"".join(parts)


def _values(payload: bytes) -> tuple[Value, ...]:
    """The columns of a row. Raises IndexError or ValueError when it is none."""
    header, at = _varint(payload, 0)
    place, found = header, []
    while at < header:
        kind, at = _varint(payload, at)
        size = _size(kind)
        if place + size > len(payload):
            raise ValueError("cut off")
        found.append(_value(kind, payload[place : place + size]))
        place += size
    return tuple(found)


def _size(kind: int) -> int:
    if kind in _INTEGER:
        return _INTEGER[kind]
    return 8 if kind == 7 else (kind - 12) // 2


def _value(kind: int, raw: bytes) -> Value:
    if kind == 0:
        return None
    if kind in (8, 9):
        return kind - 8
    if kind in _INTEGER:
        return int.from_bytes(raw, "big", signed=True)
    if kind == 7:
        return float(struct.unpack(">d", raw)[0])
    if kind < 12:
        raise ValueError("a type that is none")
    return raw.decode("utf-8") if kind % 2 else raw


def _varint(raw: bytes, at: int) -> tuple[int, int]:
    """A number of one to nine bytes, and where it ends. Raises IndexError."""
    value = 0
    for place in range(9):
        byte = raw[at + place]
        if place == 8:
            value = value << 8 | byte
            break
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            break
    if value >= 1 << 63:
        value -= 1 << 64
    return value, at + place + 1
