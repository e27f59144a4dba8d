"""Where sentences begin and end, as ranges of the untouched text.

sentencex (Wikimedia) finds the boundaries; the rules here only join what it parts wrongly in
English news, keep lines apart, and keep offsets exact.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

from rag.types import Span

_LINE = re.compile(r"[^\r\n\u2028\u2029]+")
_INITIAL_END = re.compile(r"(?:^|[^A-Za-z])[A-Za-z]\.$")
_CLOCK_END = re.compile(r"\b[ap]\.m\.$", re.IGNORECASE)
_AFTER_CLOCK = re.compile(
    r"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
    r"|(?:E|C|M|P)[SD]?T\b|GMT|UTC|local|Eastern|Pacific)"
)
_TITLE_END = re.compile(
    r"\b(?:Mr|Mrs|Ms|Dr|Prof|Rev|Hon|Gen|Lt|Maj|Col|Capt|Cmdr|Adm|Sgt|Cpl|Pvt|Sen|Rep|Gov|Pres|Amb|Supt"
    r"|Insp|Det|Sec|Atty|Messrs|Fr|Sr|Bros|vs|No|Nos|Art|Sect|approx|est|Ft|Mt|St)\.$"
)
_WORD = re.compile(r"\w")
_WRAP_AT_MOST = 100
_WRAP_AT_LEAST = 45


def sentence_spans(text: str, start: int = 0, end: int | None = None) -> tuple[Span, ...]:
    """Ranges of the sentences of `text[start:end]`, in order, without surrounding white space.

    Every character that is not white space lies in exactly one range.
    """
    stop = len(text) if end is None else end
    spans: list[Span] = []
    for paragraph in _paragraphs(text, start, stop):
        spans.extend(_sentences(text, paragraph))
    return tuple(spans)


def split_covering(text: str) -> list[str]:
    """`text` cut before each sentence but the first; joined again, the pieces are `text`."""
    cuts = [0, *(span.start for span in sentence_spans(text)[1:]), len(text)]
    return [text[a:b] for a, b in pairwise(cuts)]


def _paragraphs(text: str, start: int, end: int) -> list[Span]:
    """Lines, joined where the text is wrapped by hand at a fixed width."""
    lines = [Span(m.start(), m.end()) for m in _LINE.finditer(text, start, end)]
    wrapped = _is_wrapped(text, lines)
    paragraphs: list[Span] = []
    before: Span | None = None
    for line in lines:
        if not text[line.start : line.end].strip():
            continue
        if wrapped and before is not None and _continues(text, before, line):
            paragraphs[-1] = Span(paragraphs[-1].start, line.end)
        else:
            paragraphs.append(line)
        before = line
    return paragraphs


def _is_wrapped(text: str, lines: list[Span]) -> bool:
    """Whether most neighbouring lines break a sentence at a common width."""
    lengths = [line.end - line.start for line in lines]
    if len(lines) < 2 or max(lengths) > _WRAP_AT_MOST:
        return False
    broken = sum(
        1
        for before, after in pairwise(lines)
        if _continues(text, before, after) and text[after.start : after.end].lstrip()[:1].islower()
    )
    return broken * 4 >= len(lines) and broken >= 1


def _continues(text: str, before: Span, after: Span) -> bool:
    """Whether a line goes on with the sentence of the line before it."""
    gap, written = text[before.end : after.start], text[before.start : before.end]
    blank_between = len(re.findall(r"\r\n|\r|\n|\u2028|\u2029", gap)) > 1
    ended = written.rstrip().endswith((".", "!", "?", "”", '"', ":"))
    return not blank_between and len(written) >= _WRAP_AT_LEAST and not ended


def _sentences(text: str, paragraph: Span) -> list[Span]:
    shifted = (
        Span(paragraph.start + a, paragraph.start + b)
        for a, b in _boundaries(text[paragraph.start : paragraph.end])
    )
    return [trimmed for span in shifted if (trimmed := trim(text, span)) is not None]


# A text is cut twice, by the splitter and into the sentences of what it split.
@lru_cache(maxsize=1_000)
def _boundaries(paragraph: str) -> tuple[Span, ...]:
    """The sentences of one paragraph, white space included; nothing for one that is blank."""
    from sentencex import get_sentence_boundaries

    if not paragraph.strip():
        return ()
    starts = [b["start_index"] for b in get_sentence_boundaries("en", paragraph)]
    cuts = sorted({0, len(paragraph), *(s for s in starts if 0 < s < len(paragraph))})
    pieces: list[Span] = []
    for a, b in pairwise(cuts):
        if pieces and _belongs_together(paragraph[pieces[-1].start : a], paragraph[a:b]):
            pieces[-1] = Span(pieces[-1].start, b)
        else:
            pieces.append(Span(a, b))
    return tuple(pieces)


def _belongs_together(before: str, after: str) -> bool:
    stripped = before.rstrip()
    if not stripped or not _WORD.search(after) or not _WORD.search(before):
        return True
    if stripped == before and before.endswith(".") and after[0].isalnum():
        return True
    if _CLOCK_END.search(stripped) and _AFTER_CLOCK.match(after):
        return True
    if after.lstrip()[:1].islower():
        return bool(_INITIAL_END.search(stripped)) or not stripped.endswith((".", "!", "?", "。"))
    return bool(_TITLE_END.search(stripped))


def trim(text: str, span: Span) -> Span | None:
    """`span` without white space at its ends; None when nothing is left."""
    piece = text[span.start : span.end]
    left = len(piece) - len(piece.lstrip())
    kept = piece.strip()
    return Span(span.start + left, span.start + left + len(kept)) if kept else None
