"""What a web page says of itself: title, outlet, author, day, address, language."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from rag.articles.dates import Dated, date_in_url, find_date, parse_date
from rag.articles.decoding import visible
from rag.articles.fields import Facts, language_code, plain

# Meta names that mean the day of publishing, the surest first.
_DAY_NAMES = (
    *("article:published_time", "og:article:published_time", "og:published_time", "article:published"),
    *("datepublished", "article.published", "parsely-pub-date", "sailthru.date", "publishdate"),
    *("publish-date", "publish_date", "published_time", "published", "pubdate", "publication_date"),
    *("dc.date.issued", "dcterms.issued", "dcterms.created", "dc.date", "dcterms.date", "date"),
)
_ARTICLE_TYPE = re.compile(r".*(?:Article|Posting|Report)")
# Below these keys other articles are named than the one that the page is about.
_ELSEWHERE = frozenset(
    {"itemListElement", "hasPart", "isPartOf", "mentions", "relatedLink", "about", "comment"}
)
_DEEPEST = 8
_PUBLISHED = re.compile(r"publi|byline|posted|dateline|article-?date|entry-?date|post-?date|timestamp", re.I)
_ASIDE = re.compile(r"related|recommend|comment|sidebar|popular|trending|teaser|latest|footer|widget", re.I)
_ASIDE_TAGS = frozenset({"nav", "aside", "footer"})
# A whole page may be called "with-sidebar"; a box of other stories is called so near its lines.
_ASIDE_LEVELS = 6
_BYLINE_CHARACTERS = 150


def page_facts(tree: Any, url: str | None) -> Facts:
    """What a parsed page says, before anything is taken out of it; `url` is where it was found."""
    from trafilatura.metadata import extract_metadata

    told = extract_metadata(tree, default_url=url, date_config={"extensive_search": False})
    linked = next(_linked_data(tree), {})
    address = own_address(told.url, url)
    return Facts(
        title=_line(told.title),
        outlet=_line(told.sitename),
        author=_line(told.author),
        dated=_stated(tree, linked),
        guess=date_in_url(address or ""),
        url=address,
        language=_language(tree, linked),
    )


def own_address(canonical: str | None, found_at: str | None) -> str | None:
    """The address that a page claims, when it is of the host it was found at; else where it was found."""
    if not found_at or not canonical:
        return canonical or found_at
    return canonical if _host(canonical) == _host(found_at) else found_at


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def _line(value: Any) -> str | None:
    return plain(visible(value)) if isinstance(value, str) else None


def _language(tree: Any, linked: dict[str, Any]) -> str | None:
    found = tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang")
    metas = dict(_metas(tree))
    told = (found, linked.get("inLanguage"), metas.get("og:locale"), metas.get("content-language"))
    return next(filter(None, map(language_code, told)), None)


def _stated(tree: Any, linked: dict[str, Any]) -> Dated | None:
    """The day of publishing that the page states, and where; None when it states none."""
    metas = dict(reversed(list(_metas(tree))))
    told: list[tuple[Any, str]] = [(linked.get("datePublished"), "JSON-LD datePublished")]
    told.extend((metas.get(name), f"meta {name}") for name in _DAY_NAMES)
    for value, origin in told:
        if value and (day := parse_date(value)) is not None:
            return Dated(day, "stated", origin)
    return next(_shown(tree), None)


def _metas(tree: Any) -> Iterator[tuple[str, str]]:
    for meta in tree.iter("meta"):
        name = meta.get("property") or meta.get("name") or meta.get("itemprop") or meta.get("http-equiv")
        if name and meta.get("content"):
            yield name.strip().lower(), meta.get("content").strip()


def _linked_data(tree: Any) -> Iterator[dict[str, Any]]:
    """Articles that the page's JSON-LD describes, in order."""
    for script in tree.iter("script"):
        if script.get("type", "").strip().lower() == "application/ld+json" and script.text:
            try:
                told = json.loads(script.text, strict=False)
            except (ValueError, RecursionError):
                continue
            yield from _articles_in(told, 0)


def _articles_in(told: Any, depth: int) -> Iterator[dict[str, Any]]:
    if depth > _DEEPEST:
        return
    if isinstance(told, list):
        for part in told:
            yield from _articles_in(part, depth + 1)
    elif isinstance(told, dict):
        types = told.get("@type")
        names = types if isinstance(types, list) else [types]
        if any(isinstance(name, str) and _ARTICLE_TYPE.fullmatch(name) for name in names):
            yield told
        for key, part in told.items():
            if key not in _ELSEWHERE and isinstance(part, (dict, list)):
                yield from _articles_in(part, depth + 1)


def _shown(tree: Any) -> Iterator[Dated]:
    """Days that the page shows as its own: marked ones first, then bylines, then a lone <time>."""
    times = [time for time in tree.iter("time") if not _is_aside(time)]
    marked = [time for time in times if time.get("pubdate") is not None or _is_published(time)]
    yield from _days_of(marked)
    for element in tree.iter("p", "div", "span", "address", "li"):
        if _is_published(element) and not _is_aside(element):
            text = " ".join(element.text_content().split())
            if len(text) <= _BYLINE_CHARACTERS and (day := find_date(text)) is not None:
                yield Dated(day, "stated", f'"{visible(text)}"')
    # Several days are those that the story tells of.
    unmarked = list(_days_of(times))
    if len({dated.day for dated in unmarked}) == 1:
        yield unmarked[0]


def _days_of(times: Iterable[Any]) -> Iterator[Dated]:
    for time in times:
        value = time.get("datetime") or time.text_content()
        if (day := parse_date(value)) is not None:
            yield Dated(day, "stated", "time datetime" if time.get("datetime") else "time")


def _is_published(element: Any) -> bool:
    return bool(_PUBLISHED.search(f"{element.get('class', '')} {element.get('itemprop', '')}"))


def _is_aside(element: Any) -> bool:
    """Whether an element stands in a part of the page that is not its article."""
    return any(
        part.tag in _ASIDE_TAGS or _ASIDE.search(f"{part.get('class', '')} {part.get('id', '')}")
        for part in islice((element, *element.iterancestors()), _ASIDE_LEVELS)
        if part.tag not in ("body", "html")
    )
