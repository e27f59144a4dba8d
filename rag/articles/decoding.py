"""Bytes -> text."""

from __future__ import annotations

import codecs
import re
from io import BytesIO, TextIOWrapper

from rag.errors import ArticleError

CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
# Characters without width or of another direction: they hide words, or hide in them.
_INVISIBLE = re.compile(
    "[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\U000e0000-\U000e007f]"
)


def decode(raw: bytes, source: str) -> str:
    """Text of a file's bytes, as `open(source, encoding=...).read()` gives it.

    UTF-8 first, UTF-16 by its mark or its zero bytes, Windows-1252 last. Line ends become LF as in
    Python's text mode, so that offsets count what a reader of the file sees.
    Raises ArticleError for an empty or binary file.
    """
    if not raw.strip():
        raise ArticleError(f"{source}: empty")
    for encoding in encodings(raw):
        try:
            text = TextIOWrapper(BytesIO(raw), encoding=encoding).read()
        except UnicodeDecodeError:
            continue
        if CONTROL.search(text):
            break
        return text
    raise ArticleError(f"{source}: not a text file")


def encodings(raw: bytes) -> tuple[str, ...]:
    """What the bytes of a text may be encoded in, the likeliest first."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ("utf-16",)
    head = raw[:2000]
    if head.count(0) * 4 >= len(head) > 2:
        return ("utf-16-le",) if head[1::2].count(0) > head[::2].count(0) else ("utf-16-be",)
    return ("utf-8", "cp1252")


def known_encoding(name: str | None) -> str | None:
    """The encoding that a page declares, as the web reads it; None for one that is no text encoding."""
    try:
        found = codecs.lookup(name or "").name
        "a".encode(found)
    # Some of Python's codecs, as "hex", turn no text into bytes.
    except (LookupError, ValueError, TypeError):
        return None
    return "cp1252" if found in ("iso8859-1", "ascii") else found


def visible(text: str) -> str:
    """Extracted text without control characters and without those that show nothing."""
    return _INVISIBLE.sub("", CONTROL.sub(" ", text))
