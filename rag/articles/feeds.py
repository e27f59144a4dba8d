"""RSS and Atom: what a feed's entries link to, and what they carry themselves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from io import BytesIO
from typing import Any, NamedTuple
from urllib.parse import urljoin

from rag.articles.address import is_url
from rag.articles.dates import Dated, parse_date
from rag.articles.decoding import visible
from rag.articles.fields import Facts, language_code, plain
from rag.articles.quiet import quiet
from rag.errors import ArticleError

# A text shorter than this is the teaser of an article, not the article.
_WHOLE_CHARACTERS = 1000
_MOST_ENTRIES = 5000


class Entry(NamedTuple):
    """An entry: where its article is, what the feed knows of it, and its own text where that is whole."""

    name: str
    link: str | None
    facts: Facts
    html: str


def entries(raw: bytes, source: str) -> Iterator[Entry]:
    """The entries of a feed, in its order. Raises ArticleError for what is no feed."""
    # The stream keeps feedparser from taking the bytes for an address and going there.
    with quiet("feedparser"):
        import feedparser

        try:
            parsed = feedparser.parse(BytesIO(raw), sanitize_html=False, resolve_relative_uris=False)
        # Broken feeds make its parsers raise what they please.
        except Exception as error:
            raise ArticleError(f"{source}: a broken feed") from error
    if not parsed.get("version") and not parsed.entries:
        raise ArticleError(f"{source}: not a feed")
    if not parsed.entries:
        raise ArticleError(f"{source}: a feed without entries")
    about = parsed.feed
    for number, entry in enumerate(parsed.entries[:_MOST_ENTRIES], start=1):
        yield _entry(entry, about, source, number)


def whole_text(entry: Entry) -> str | None:
    """The text that an entry carries, when it is long enough to be the article."""
    from rag.articles.page import plain_text

    try:
        text = plain_text(entry.html) if entry.html.strip() else ""
    except ArticleError:
        return None
    return text if len(text) >= _WHOLE_CHARACTERS else None


def _entry(entry: Any, about: Any, source: str, number: int) -> Entry:
    contents = [str(part.get("value") or "") for part in entry.get("content") or []]
    html = max([*contents, str(entry.get("summary") or "")], key=len)
    day, origin = _day(entry)
    facts = Facts(
        title=_line(entry.get("title")),
        outlet=_line(about.get("title")),
        author=_line(entry.get("author")),
        dated=Dated(day, "stated", f"feed {origin}") if day else None,
        language=language_code(entry.get("language") or about.get("language")),
    )
    link = _link(entry, source)
    return Entry(f"{source}#entry {number}", link, facts, html)


def _link(entry: Any, source: str) -> str | None:
    """Where an entry leads: its link, else its id where that is an address."""
    for found in (entry.get("link"), entry.get("id")):
        if isinstance(found, str) and found.strip():
            joined = urljoin(source, found.strip()) if is_url(source) else found.strip()
            if is_url(joined):
                return joined
    return None


def _day(entry: Any) -> tuple[date | None, str]:
    """The day as the feed writes it, at the offset it writes; an update is no publishing."""
    for name in ("published", "created"):
        if (day := parse_date(entry.get(name))) is not None:
            return day, name
    return None, ""


def _line(value: Any) -> str | None:
    return plain(visible(value)) if isinstance(value, str) else None
