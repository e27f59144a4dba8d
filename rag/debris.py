"""Which parts of a saved web page's text are article, and which are page debris.

Debris is marked by range and never cut, so that offsets stay those of the untouched file.
"""

from __future__ import annotations

import re

from rag.types import Span

_LINE = re.compile(r"[^\n]+")
# Names of drawing layers that vector icons leave behind when a page is saved as text.
_ICON = re.compile(r"(?:Icon|Chevron|Arrow|Artboard|Sketch\.|Layer)(?=[A-Z\s]|$)")
# Lines that are furniture wherever they stand; matched against the whole line.
_FURNITURE = re.compile(
    r"""(?:
      (?:no\ |\d+\ )?comments?(?:\ \(\d+\))?
    | leave\ a\ (?:comment|reply) | post\ a\ comment | (?:view|show|load)\ (?:more\ )?comments?
    | related\ (?:articles?|stories|posts?|topics?|content|coverage|reading|news)
    | recommended(?:\ for\ you)? | more\ (?:from|on|in|stories)\b[^.!?]{0,60}(?![.!?])
    | most\ (?:read|popular|viewed)
    | (?:read|see|find\ out|learn|show|view)\ more\b.{0,80} | you\ (?:may|might)\ also\ like.{0,30}
    | also\ read\b.{0,120} | continue\ reading.{0,60} | click\ here\b.{0,80} | trending(?:\ now)?
    | (?:about\ )?sponsored(?:\ (?:content|post)\b.{0,120}|\ by\b[^.,]{0,40}(?![.,]))?
    | paid\ (?:content|post).{0,40}
    | advertise(?:ment|ments|\ with\ us)? | (?:story|article)\ continues\ below.{0,40} | promoted
    | subscribe\b.{0,80} | sign\ (?:up|in|out)\b.{0,80} | log\ ?(?:in|out) | register(?:\ now)? | newsletters?
    | enter\ your\ e-?mail.{0,40} | your\ e-?mail\ address\b.{0,60} | e-?mail\ address:?
    | (?:follow|join|like|contact)\ us\b.{0,60} | share(?:\ (?:this|on|via|article|story)\b.{0,40})?
    | (?:facebook|twitter|x|linkedin|whatsapp|telegram|reddit|pinterest|instagram|youtube|e-?mail|print
        |copy\ link|tweet|pin\ it|save|menu|search|home|close|skip|next|previous|prev)
    | (?:tags?|topics?|filed\ under)(?::.{0,80})?
    | (?:skip|back|return|scroll)\ to\ (?:top|content|main\ content|home|navigation)
    | (?:©|\(c\)|copyright\b(?=.{0,40}(?:©|\(c\)|\d{4}))).{0,160} | .{0,60}\ball\ rights\ reserved\b.{0,80}
    | (?:privacy|cookie)s?(?:\ (?:policy|notice|settings|preferences))? | terms\ (?:of|and)\ \w+.{0,30}
    | (?:we|this\ (?:web)?site)\ uses?\ cookies.{0,200} | (?:accept|reject)\ (?:all\ )?cookies
    | (?:image|photo|picture)\ (?:credits?|source|courtesy)\b:?.{0,80}
    )[.:!»›>…\s]*""",
    re.VERBOSE | re.IGNORECASE,
)
# "No Comments on <headline>": a blog's line of categories and counts, told from prose by its capitals.
_COUNT = re.compile(r"(?:^|\s)(?:No|\d+) Comments? on [A-Z]")
# Section, time and byline in the list that some sites put under the headline.
_HEADER_ITEM = re.compile(r"-\s(?:In\s)?(?:[A-Z][\w'’ ]{0,30}|.{0,20}\d{4})")
_HEADER_LINES = 6
# Furniture after which a page holds nothing of the article any more.
_TAIL = re.compile(
    r"(?:related (?:articles?|stories|posts?|news|coverage)|leave a (?:comment|reply)|comments?(?: \(\d+\))?"
    r"|(?:about )?sponsored content.*|recommended(?: for you)?|you (?:may|might) also like.*"
    r"|most (?:read|popular)|©.*|copyright ©.*|.*all rights reserved.*)[.:\s]*",
    re.IGNORECASE,
)
# A tail begins past this share of the text, so that a box in the middle of an article ends nothing.
_TAIL_FROM = 0.5


def body_spans(text: str, headline: str = "") -> tuple[Span, ...]:
    """Ranges of `text` that are article: no page furniture, no icon names, no line that is `headline`.

    Neighbouring lines of the article share one range. A text that looks like debris throughout is
    kept whole, since losing an article is worse than keeping a menu.
    """
    lines = [Span(m.start(), m.end()) for m in _LINE.finditer(text) if _words(m.group())]
    header = _header(text, lines)
    headline = _folded(headline)
    spans: list[Span] = []
    joined = False
    for line in lines:
        words = _words(text[line.start : line.end])
        if line.start >= len(text) * _TAIL_FROM and _TAIL.fullmatch(words):
            break
        if line in header or is_furniture(words) or _is_headline(words, headline):
            joined = False
        else:
            start = spans.pop().start if joined else line.start
            spans.append(Span(start, line.end))
            joined = True
    return tuple(_past_mark(text, span) for span in spans or [Span(0, len(text))])


def _header(text: str, lines: list[Span]) -> frozenset[Span]:
    """The lines of a header list: at least two items near the top, one of them with a year."""
    near_top = [(line, _words(text[line.start : line.end])) for line in lines[:_HEADER_LINES]]
    items = {line: words for line, words in near_top if _HEADER_ITEM.fullmatch(words)}
    dated = any(words[-4:].isdigit() for words in items.values())
    return frozenset(items) if dated and len(items) > 1 else frozenset()


def is_furniture(line: str) -> bool:
    """Whether a whole line is page furniture or a row of icon names."""
    words = _words(line)
    # Each rule is asked only where the letters that it needs are there; most lines are prose.
    if "omment" in words and _COUNT.search(words):
        return True
    return _FURNITURE.fullmatch(words) is not None or len(_ICON.findall(words)) >= 3


def _words(line: str) -> str:
    return line.strip("\ufeff \t\r").lstrip("#").strip()


def _is_headline(words: str, headline: str) -> bool:
    """Whether a line is the headline; a line that ends like a sentence is article all the same."""
    # Lines longer by half than the headline are told apart without folding them.
    if len(words) > 1.5 * len(headline) + 20:
        return False
    return _folded(words) == headline and not words.endswith((".", "”", '"', "。"))


def _folded(words: str) -> str:
    return " ".join(words.split()).casefold()


def _past_mark(text: str, span: Span) -> Span:
    """Without the byte order mark that a UTF-8 file may begin with."""
    return Span(span.start + 1, span.end) if text.startswith("\ufeff", span.start) else span
