"""Lists of articles, and an article opened from one -> HTML fragments, everything escaped; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import NamedTuple

from rag.listed import Listed
from rag.show.article import article_html
from rag.show.plain import line, origin_html, web_address
from rag.types import Article


class Sheet(NamedTuple):
    """A page of a list: its rows, which number the first has, and how many there are on all pages.

    `earlier` holds the earlier versions of those articles where they are unfolded. `narrowed` says that a
    search chose them, `fixed` that nothing may be removed.
    """

    rows: Sequence[Listed]
    first: int
    total: int
    at_once: int
    earlier: Mapping[str, Sequence[Listed]] = {}
    narrowed: bool = False
    fixed: bool = False


def shelf_html(sheet: Sheet, said: str = "") -> str:
    """The list; `said` is what has just been done, in a line."""
    told = f'<p class="note" role="status">{escape(line(said))}</p>' if said else ""
    heading = f'<h2 class="found" tabindex="-1">{_how_many(sheet)}</h2>'
    if not sheet.rows:
        return f'<section class="list">{told}{heading}{_empty(sheet)}</section>'
    rows = "".join(_row_html(row, sheet) for row in sheet.rows)
    return f'<section class="list">{told}{heading}<ol>{rows}</ol>{_pages_html(sheet)}{_CONFIRM}</section>'


def opened_html(article: Article, key: str) -> str:
    """An article to read, opened from the list; that it is an earlier version is said."""
    since = (
        '<p class="note">An earlier version: what stands at its source has changed since.</p>'
        if article.replaced_by is not None
        else ""
    )
    return since + article_html(article, key, "Back to the list")


def nothing_opened_html(gone: bool = False) -> str:
    """The article's place before any was opened, or when it is there no more."""
    if gone:
        return '<p class="empty" role="alert">This article is no longer in the library.</p>'
    return '<p class="empty">Choose a title to read the article here.</p>'


def outcome_html(name: str, done: str, problems: Sequence[str]) -> str:
    """What became of one thing that was added, with what could not be read of it."""
    reasons = "".join(f'<li class="why">{escape(line(problem))}</li>' for problem in problems)
    why = f"<ul>{reasons}</ul>" if reasons else ""
    state = "read" if done else "unread"
    said = done or "not read"
    return f'<li class="{state}"><b>{escape(line(name))}</b> <span>{escape(line(said))}</span>{why}</li>'


def outcomes_html(outcomes: Sequence[str], failed: str = "", summed: str = "") -> str:
    """What became of all that was added, each already HTML, and `summed` up, or why nothing could be."""
    if failed:
        return f'<p class="failure" role="alert">{escape(line(failed))}</p>'
    heard = "" if summed else ' role="status"'
    listed = f'<ul class="outcomes"{heard} tabindex="0">{"".join(outcomes)}</ul>'
    return (f'<p class="sum" role="status">{escape(line(summed))}</p>' if summed else "") + listed


def fixed_html(names: Sequence[str]) -> str:
    """In place of adding: the page shows the files of these paths and nothing else."""
    named = ", ".join(f"<b>{escape(line(name))}</b>" for name in names)
    return (
        f'<p class="note">These are the files of {named}. To add or remove articles, change the files and'
        " start the page again.</p>"
    )


def _how_many(sheet: Sheet) -> str:
    word = "article" if sheet.total == 1 else "articles"
    if sheet.total > sheet.at_once and sheet.rows:
        until = sheet.first + len(sheet.rows)
        return f"{sheet.total:,} {word} <small>{sheet.first + 1:,} to {until:,}</small>"
    return f"{sheet.total:,} {word}" if sheet.total else "No articles"


def _empty(sheet: Sheet) -> str:
    if sheet.narrowed:
        return (
            '<p class="empty">No article fits what is asked for above.'
            ' <button type="button" class="near" data-all="1">Show all</button></p>'
        )
    return '<p class="empty">The library is empty. What is added here can be asked about at once.</p>'


def _row_html(row: Listed, sheet: Sheet) -> str:
    return (
        f'<li class="entry"><h3>{_opener(row)}</h3><p class="origin">{origin_html(row, author=True)}</p>'
        f'<p class="facts"><span>{_length(row)}</span>{_link_html(row)}{_older_html(row, sheet)}'
        f"{'' if sheet.fixed else _remover(row)}</p>{_earlier_html(row, sheet)}</li>"
    )


def _opener(row: Listed) -> str:
    title = escape(line(row.title)) or "Untitled"
    return f'<button type="button" class="near" data-open="{escape(row.id)}">{title}</button>'


def _length(row: Listed) -> str:
    return f"{row.length:,} character" + ("" if row.length == 1 else "s")


def _link_html(row: Listed) -> str:
    address = web_address(row.url)
    if not address:
        return ""
    named = f'aria-label="Original of {escape(line(row.title))}"'
    link = f'href="{escape(address)}" target="_blank" rel="noopener noreferrer"'
    return f'<a class="tool" {link} {named}>Original</a>'


def _older_html(row: Listed, sheet: Sheet) -> str:
    if not row.versions:
        return ""
    many = "1 earlier version" if row.versions == 1 else f"{row.versions:,} earlier versions"
    unfolded = "true" if row.id in sheet.earlier else "false"
    return (
        f'<button type="button" class="tool" data-versions="{escape(row.id)}" aria-expanded="{unfolded}">'
        f"{many}</button>"
    )


def _earlier_html(row: Listed, sheet: Sheet) -> str:
    older = sheet.earlier.get(row.id, ())
    items = "".join(
        f'<li>{_opener(each)} <span class="origin">{origin_html(each)}, {_length(each)}</span></li>'
        for each in older
    )
    more = row.versions - len(older)
    rest = f'<li class="origin">and {more:,} before these</li>' if older and more > 0 else ""
    return f'<ul class="versions">{items}{rest}</ul>' if items else ""


def _remover(row: Listed) -> str:
    title = escape(line(row.title))
    return (
        f'<button type="button" class="tool" data-remove="{escape(row.id)}" data-title="{title}"'
        f' aria-label="Remove {title}">Remove</button>'
    )


def _pages_html(sheet: Sheet) -> str:
    if sheet.total <= sheet.at_once:
        return ""
    page, last = sheet.first // sheet.at_once, (sheet.total - 1) // sheet.at_once
    newer = f'<button type="button" class="tool" data-page="{page - 1}"{_disabled(page == 0)}>Newer</button>'
    older = (
        f'<button type="button" class="tool" data-page="{page + 1}"{_disabled(page == last)}>Older</button>'
    )
    at = f"<span>Page {page + 1:,} of {last + 1:,}</span>"
    return f'<nav class="pages" aria-label="Pages">{newer}{at}{older}</nav>'


def _disabled(is_so: bool) -> str:
    return " disabled" if is_so else ""


# Its words are filled in by the script of the page, which shows it.
_CONFIRM = (
    '<dialog class="confirm" aria-labelledby="confirm-what"><form method="dialog">'
    '<p id="confirm-what">Remove <b></b> from the library?</p>'
    "<p>Its earlier versions go with it, and answers can no longer cite it.</p>"
    '<div><button type="submit" value="keep" autofocus>Keep it</button>'
    '<button type="submit" value="remove">Remove it</button></div></form></dialog>'
)
