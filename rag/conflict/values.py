"""What a sentence gives as the answer: a figure, a date or a name; and whether two can both be true."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from rag.reader.kinds import Kind
from rag.types import Offered, Span
from rag.verify.figures import Figure, figures
from rag.verify.lexicon.forms import key
from rag.verify.tokens import Token, names, tokenize
from rag.verify.when import When, mentions
from rag.words import STOPWORDS

Family = Literal["figure", "date", "name"]

_FAMILIES: dict[str, Family] = {
    **{"when": "date", "money": "figure", "count": "figure", "number": "figure"},
    **{"who": "name", "where": "name"},
}
# The opening of an article: "TOKYO (Jiji Press) —".
DATELINE = re.compile(r"[A-Z][\w .,'’-]{1,40}(?:\([^()]{2,40}\)\s*)?[—–-]{1,2}\s")
# Questions whose answers are statements, of which many can be true.
_FREE = frozenset({"why", "said"})
# A focus with more words beside the value is a statement too.
_MOST_BESIDE = 3
# Words of a focus that is shown whole, and characters that a figure with its unit may have.
_MOST_SHOWN, _FIGURE_AT_MOST = 5, 40
_SPACE = re.compile(r"\s")
# Two neighbouring characters of one word or figure.
_INSIDE = re.compile(r"\w\w|\d[.,]|[.,]\d|[$€£¥]\d")
# Titles, roles and the like, which are no part of a name that tells it from another.
_NO_NAME = frozenset(
    "mr mrs ms dr sir prime minister president secretary chancellor general professor judge captain king"
    " queen foreign defense the company inc ltd corp sa ag plc group with from by in at on".split()
)


class Value(NamedTuple):
    """What one sentence gives as the answer, where it stands in the sentence's words, and how it is shown.

    One of `figure`, `when` and `name` is set, by the family; a name is the keys of its parts. `noun` is what
    a figure counts or measures, as far as the next word tells; `place` is the range in the sentence.
    """

    family: Family
    place: Span
    shown: str
    figure: Figure | None = None
    noun: str = ""
    when: When | None = None
    name: frozenset[str] = frozenset()


def value_of(offered: Offered, focus: Span | None, kind: Kind | None) -> Value | None:
    """The value in the words that the reader takes for the answer; None where they hold none of the kind."""
    if focus is None or (kind is not None and kind.name in _FREE):
        return None
    # Spaces of other kinds part no figure from its unit; one for one, so that places stay.
    sentence = _SPACE.sub(" ", offered.quote)
    place = _whole(sentence, focus.start - offered.start, focus.end - offered.start)
    words = sentence[place.start : place.end]
    wanted = _FAMILIES[kind.name] if kind is not None else None
    found = next(
        (
            value
            for family, make in (("date", _date), ("figure", _figure), ("name", _name))
            if wanted in (None, family) and (value := make(sentence, words, place)) is not None
        ),
        None,
    )
    return found if found is not None and _is_bare(words, found, sentence) else None


def _whole(sentence: str, start: int, end: int) -> Span:
    """A range that cuts no word and no figure in two."""
    while start > 0 and _INSIDE.fullmatch(sentence, start - 1, start + 1):
        start -= 1
    while end < len(sentence) and _INSIDE.fullmatch(sentence, end - 1, end + 1):
        end += 1
    return Span(start, end)


def _is_bare(words: str, value: Value, sentence: str) -> bool:
    """Whether the focus says little beside the value."""
    inside = sentence[value.place.start : value.place.end]
    beside = [t for t in tokenize(words.replace(inside, " ")) if t.carries]
    return len(beside) <= _MOST_BESIDE


def _date(sentence: str, words: str, place: Span) -> Value | None:
    for when, start, end in mentions(sentence):
        if start < place.end and place.start < end:
            return Value("date", Span(start, end), " ".join(when.written.split()), when=when)
    return None


def _figure(sentence: str, words: str, place: Span) -> Value | None:
    found = [f for f in figures(words) if not re.search(r"\d(?:st|nd|rd|th)$", f.written)]
    if not found:
        return None
    at = sentence.find(found[0].written, place.start)
    if at < 0 or at >= place.end:
        return None
    # The focus may leave out the unit.
    figure = next((f for f in figures(sentence[at : at + _FIGURE_AT_MOST]) if f.written), found[0])
    span = Span(at, at + len(figure.written))
    noun = re.match(r"[ -]([^\W\d_]+)", sentence[span.end :])
    following = key(noun.group(1).lower()) if noun and noun.group(1).lower() not in STOPWORDS else ""
    return Value("figure", span, _shown(words, figure.written), figure=figure, noun=following)


def _name(sentence: str, words: str, place: Span) -> Value | None:
    tokens, opening = tokenize(sentence), DATELINE.match(sentence)
    begins = max(place.start, opening.end() if opening else 0)
    for run in names(sentence):
        mine = tokens[run.first : run.end]
        span = Span(mine[0].start, mine[-1].end)
        if span.start < place.end and begins < span.end and (parts := _parts(mine)):
            return Value("name", span, sentence[span.start : span.end], name=parts)
    return None


def _parts(tokens: tuple[Token, ...]) -> frozenset[str]:
    return frozenset(t.key for t in tokens if t.named and t.word not in _NO_NAME)


def _shown(words: str, written: str) -> str:
    """The focus where it is short and no more than the value and its noun, else the value."""
    flat = " ".join(words.split()).strip(" ,.;:")
    shown = flat if written in flat and len(flat.split()) <= _MOST_SHOWN else written
    return shown if any(c.isdigit() for c in shown) else shown.lower()


def states(text: str, value: Value) -> bool:
    """Whether a text holds the value, in any form."""
    if value.figure is not None:
        return any((f.value, f.unit) == (value.figure.value, value.figure.unit) for f in figures(text))
    if value.when is not None:
        return any(when[:4] == value.when[:4] for when, _, _ in mentions(text))
    return value.name <= {token.key for token in tokenize(text)}
