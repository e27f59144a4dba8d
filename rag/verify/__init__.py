"""Draft, offered sentences -> checked sentences with citations; no model, no I/O but for a table of words.

Each check says in one line what failed, with the offending words. All of them are decided from the words
alone: known numbers and exact quotations here; figures, dates, names, denial, certainty, who is who, and
whether the words are carried at all, each in a room of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from rag.types import Citation, DraftSentence, Dropped, Offered, Sentence, Span, Verdict
from rag.verify.affixes import unmade
from rag.verify.bounds import misjudged
from rag.verify.carried import uncarried
from rag.verify.dates import missing_dates
from rag.verify.directions import reversed_words
from rag.verify.figures import missing_figures
from rag.verify.foretold import foretold
from rag.verify.frames import exchanged
from rag.verify.names import missing_names
from rag.verify.orders import to_write
from rag.verify.polarity import turned
from rag.verify.roles import swapped
from rag.verify.scripts import strange_script
from rag.verify.source import Source
from rag.verify.strength import strengthened
from rag.verify.tokens import plain, visible

_QUOTED = re.compile(r"[“„«\"]([^“”„«»\"]{2,})[”“»\"]")
# Single marks that cannot be apostrophes: they open after a space and close before one.
_SINGLY_QUOTED = re.compile(r"(?<!\w)[‘']([^‘’']{2,}(?:[’'](?=\w)[^‘’']+)*)[’'](?!\w)")
_PLAIN_MARKS = str.maketrans("“”„‟«»‘’‚‛‹›´`", "\"\"\"\"\"\"''''''''")
# Names of films, books and the like are short and have capitals.
_TITLED = r"(?:[A-Z\d]\S*|of|the|and|a|an|in|for|to|on)"
_TITLE = re.compile(rf"{_TITLED}(?: {_TITLED}){{0,6}}")
# All the evidence together would carry almost anything.
_MOST_CITED = 6
_STRAY_MARK = re.compile(r"[\[【(][^\]】)]{1,12}[\]】)]")


class Checked(NamedTuple):
    """A drafted sentence after its checks: what it cites if it passed, and why or why not."""

    draft: DraftSentence
    passed: bool
    verdict: Verdict
    reason: str
    cited: tuple[Offered, ...]


def check(draft: DraftSentence, offered: Mapping[int, Offered]) -> Checked:
    """Check one sentence against the offered sentences it names."""
    unknown = [str(number) for number in draft.numbers if number not in offered]
    cited = tuple(offered[number] for number in draft.numbers if number in offered)
    verdict: Verdict = "quoted" if draft.quoting else "supported"
    if unknown:
        failure: str | None = f"cites sentence {', '.join(unknown)}, which was not offered"
    elif not cited:
        failure = "cites nothing"
    elif len(cited) > _MOST_CITED:
        failure = f"cites {len(cited)} sentences, more than one statement rests on"
    elif draft.quoting:
        failure = _not_whole(draft.text, cited)
    else:
        failure = _failing(draft.text, Source(cited, offered))
    passed_because = "a sentence of the article" if draft.quoting else "carried by what it cites"
    return Checked(draft, failure is None, verdict, failure or passed_because, cited)


class Ledger:
    """Turns checked sentences into shown ones, numbering places from 1 in order of first use."""

    def __init__(self) -> None:
        self._citations: dict[tuple[str, int, int], Citation] = {}
        self.sentences: list[Sentence] = []
        self.dropped: list[Dropped] = []

    def enter(self, checked: Checked) -> Sentence | None:
        """Record a sentence as shown or as dropped; the sentence when it is shown."""
        if not checked.passed:
            self.dropped.append(Dropped(checked.draft.text, checked.reason))
            return None
        focus = checked.draft.focus if checked.draft.quoting else None
        citations = tuple(dict.fromkeys(self._cite(place, focus) for place in checked.cited))
        sentence = Sentence(checked.draft.text, citations, checked.verdict, checked.reason)
        self.sentences.append(sentence)
        return sentence

    def _cite(self, place: Offered, focus: Span | None) -> Citation:
        where = (place.article.id, place.start, place.end)
        if where not in self._citations:
            n = len(self._citations) + 1
            inside = focus if focus and place.start <= focus.start < focus.end <= place.end else None
            self._citations[where] = Citation(n, place.article, place.start, place.end, place.quote, inside)
        return self._citations[where]


def _not_whole(text: str, cited: Sequence[Offered]) -> str | None:
    if any(text == place.quote for place in cited):
        return None
    return "is not a whole sentence of the article"


def _orders(_: str, source: Source) -> str | None:
    if found := next(filter(None, map(to_write, source.quotes)), None):
        return f"cites words that tell its reader what to write: {found}"
    return None


def _marks(text: str, _: Source) -> str | None:
    """What is left of a mark would look like a citation and be none."""
    for match in _STRAY_MARK.finditer(text):
        inside = match.group()[1:-1]
        numeric = any(c.isnumeric() for c in inside) and not any(c.isalpha() for c in inside)
        # Plain numbers stand in round brackets in honest prose: ($9 billion), (2022).
        if numeric and not (match.group()[0] == "(" and inside.isascii()):
            return f"holds a mark that is no citation: {match.group()}"
    return None


def _quotations(text: str, source: Source) -> str | None:
    sources = [_plain(place.quote) for place in source.cited]
    for pattern in (_QUOTED, _SINGLY_QUOTED):
        for match in pattern.finditer(text):
            inside = _plain(match.group(1)).strip(" ,.")
            if not any(inside in each for each in sources) and not _is_title(inside, source):
                return f"quotes words that do not stand in what it cites: {match.group(1)!r}"
    if _plain(text).count('"') % 2 and not any(_plain(text) in each for each in sources):
        return "has a quotation mark without its other half"
    return None


def _failing(text: str, source: Source) -> str | None:
    """What the first failed check says; None when all pass."""
    as_written = (test(text, source) for test in (_orders, _marks, _quotations, strange_script))
    return next(filter(None, chain(as_written, (test(plain(text), source) for test in _TESTS))), None)


_TESTS: tuple[Callable[[str, Source], str | None], ...] = (
    missing_figures,
    misjudged,
    missing_dates,
    missing_names,
    turned,
    reversed_words,
    unmade,
    strengthened,
    foretold,
    swapped,
    exchanged,
    uncarried,
)


def _is_title(inside: str, source: Source) -> bool:
    """Whether it is the name of a work that the article has in quotation marks as well."""
    if not _TITLE.fullmatch(inside):
        return False
    return any(re.search(rf'"{re.escape(inside)},?"', _plain(a.text)) for a in source.articles)


def _plain(text: str) -> str:
    """A text without what nobody sees, with one kind of spaces and of quotation marks."""
    return " ".join(visible(text).translate(_PLAIN_MARKS).split())
