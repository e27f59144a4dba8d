"""Draft, offered sentences -> checked sentences with citations; pure: no model, no I/O.

Each check says in one line what failed, with the offending words. The checks here are those that can
be decided from the words alone: known numbers, exact quotations, figures, names, negation, and
enough of the sentence's own words in what it cites.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from rag.types import Citation, DraftSentence, Dropped, Offered, Sentence, Span, Verdict
from rag.words import STOPWORDS, fold, key, keys, words

_QUOTED = re.compile(r"[“\"]([^“”\"]{2,})[”\"]")
# Single marks that cannot be apostrophes: they open after a space and close before one.
_SINGLY_QUOTED = re.compile(r"(?<!\w)[‘']([^‘’']{2,}(?:[’'](?=\w)[^‘’']+)*)[’'](?!\w)")
_DOUBLE_QUOTES = str.maketrans("“”„«»‘’‚", '"""""\'\'\'')
_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")
_MAGNITUDE = re.compile(
    r"[\s-]*(hundred|thousand|million|billion|trillion|percent|per cent|%)", re.IGNORECASE
)
_WORD = re.compile(r"[^\W\d_][\w’'-]*(?:\.[^\W\d_]\.?)*")
_NEGATIONS = frozenset(
    "not no never none nobody nothing neither nor without cannot non refused denied failed".split()
)
# "Not only", "nothing is more important": these weigh, and deny nothing.
_WEIGHING = frozenset("only just merely more less".split())
# How many content words a negation reaches: the one that it denies.
_NEGATES = 1
_NUMBER_WORDS = {
    word: value
    for words_, values in (
        ("zero one two three four five six seven eight nine ten eleven twelve thirteen".split(), range(14)),
        ("fourteen fifteen sixteen seventeen eighteen nineteen".split(), range(14, 20)),
        ("twenty thirty forty fifty sixty seventy eighty ninety".split(), range(20, 100, 10)),
    )
    for word, value in zip(words_, values, strict=True)
}
_STRAY_MARK = re.compile(r"[\[【(][^\]】)]{1,12}[\]】)]")
# A paraphrase keeps most of the content words of what it reports; babble does not.
_SHARED_AT_LEAST = 0.5


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
    elif draft.quoting:
        failure = _not_whole(draft.text, cited)
    else:
        failure = next(filter(None, (test(draft.text, cited) for test in _TESTS)), None)
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


def _marks(text: str, _: Sequence[Offered]) -> str | None:
    """What is left of a mark would look like a citation and be none."""
    for match in _STRAY_MARK.finditer(text):
        inside = match.group()[1:-1]
        numeric = any(c.isnumeric() for c in inside) and not any(c.isalpha() for c in inside)
        # Plain numbers stand in round brackets in honest prose: ($9 billion), (2022).
        if numeric and not (match.group()[0] == "(" and inside.isascii()):
            return f"holds a mark that is no citation: {match.group()}"
    return None


def _quotations(text: str, cited: Sequence[Offered]) -> str | None:
    sources = [_plain(place.quote) for place in cited]
    for pattern in (_QUOTED, _SINGLY_QUOTED):
        for match in pattern.finditer(text):
            inside = _plain(match.group(1)).strip(" ,.")
            if not any(inside in source for source in sources):
                return f"quotes words that do not stand in what it cites: {match.group(1)!r}"
    if _plain(text).count('"') % 2 and not any(_plain(text) in source for source in sources):
        return "has a quotation mark without its other half"
    return None


def _figures(text: str, cited: Sequence[Offered]) -> str | None:
    there = {figure for place in cited for figure in _figures_in(_carrying(place))}
    missing = [" ".join(figure).strip() for figure in _figures_in(text) if figure not in there]
    return f"has a figure that is not in what it cites: {', '.join(missing)}" if missing else None


def _names(text: str, cited: Sequence[Offered]) -> str | None:
    there = {key(word) for place in cited for word in words(_carrying(place))}
    missing = [
        match.group()
        for match in _WORD.finditer(text)
        if match.group()[0].isupper() and not _begins(text, match) and not set(keys(match.group())) <= there
    ]
    return f"has a name that is not in what it cites: {', '.join(missing)}" if missing else None


def _negation(text: str, cited: Sequence[Offered]) -> str | None:
    own, denied = _negated(text), set().union(*(_negated(place.quote) for place in cited))
    if own and not denied:
        return f"denies what nothing it cites denies: {', '.join(sorted(own))}"
    said = {word for place in cited for word in keys(place.quote)} - denied
    if turned := own & said:
        return f"denies what it cites says: {', '.join(sorted(turned))}"
    if lost := denied & (set(keys(text)) - own):
        return f"says what something it cites denies: {', '.join(sorted(lost))}"
    return None


def _negated(text: str) -> set[str]:
    """Keys of the content words that a negation in the text reaches."""
    reached: set[str] = set()
    left = 0
    every = words(text)
    for place, word in enumerate(every):
        if word in _NEGATIONS or word.endswith("n't"):
            denies = _WEIGHING.isdisjoint(every[place + 1 : place + 4])
            left = _NEGATES if denies else 0
        elif left and word not in STOPWORDS:
            reached.add(key(word))
            left -= 1
    return reached


def _shared(text: str, cited: Sequence[Offered]) -> str | None:
    own = {key(word) for word in words(text) if word not in STOPWORDS}
    there = {word for place in cited for word in keys(_carrying(place))}
    strange = own - there
    if own and len(own & there) >= _SHARED_AT_LEAST * len(own):
        return None
    return f"says what nothing it cites says: {', '.join(sorted(strange)) or 'no words at all'}"


_TESTS = (_marks, _quotations, _figures, _names, _negation, _shared)


def _carrying(place: Offered) -> str:
    """What a sentence may draw on: the cited sentence and what is known of its article."""
    article = place.article
    day = article.published.strftime("%A, %B %d, %Y, %d").replace(" 0", " ") if article.published else ""
    return " ".join((place.quote, article.title, article.outlet or "", article.author or "", day))


def _figures_in(text: str) -> list[tuple[str, str]]:
    """Each figure with its magnitude ("1.05", "trillion"), spelled-out numbers among them."""
    figures = [
        (match.group().replace(",", "").lstrip("0") or "0", _magnitude(text, match.end()))
        for match in _FIGURE.finditer(text)
    ]
    for match in _WORD.finditer(text):
        parts = match.group().lower().split("-")
        values = [_NUMBER_WORDS[part] for part in parts if part in _NUMBER_WORDS]
        if values:
            figures.append((str(sum(values)), _magnitude(text, match.end())))
    return figures


def _magnitude(text: str, end: int) -> str:
    found = _MAGNITUDE.match(text, end)
    return found.group(1).lower().replace("per cent", "%").replace("percent", "%") if found else ""


def _begins(text: str, match: re.Match[str]) -> bool:
    """Whether a capital is owed to the beginning of a sentence and the word is an everyday one."""
    first = not text[: match.start()].strip(" “\"'‘(")
    return first and fold(match.group()) in STOPWORDS


def _plain(text: str) -> str:
    return " ".join(text.translate(_DOUBLE_QUOTES).split())
