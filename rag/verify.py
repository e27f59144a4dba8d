"""Draft, offered sentences -> checked sentences with citations; pure: no model, no I/O.

Each check says in one line what failed, with the offending words. The checks here are those that can
be decided from the words alone: known numbers, exact quotations, figures, names, negation, and
enough of the sentence's own words in what it cites.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from rag.types import Citation, DraftSentence, Dropped, Offered, Sentence, Verdict
from rag.words import STOPWORDS, fold, key, keys, words

_QUOTED = re.compile(r"[“\"]([^“”\"]{2,})[”\"]")
_DOUBLE_QUOTES = str.maketrans("“”„«»‘’‚", '"""""\'\'\'')
_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")
_NAME = re.compile(r"[A-Z][\w’'-]*(?:\.[A-Z]\.?)*")
_NEGATION = re.compile(r"\b(?:not|no|never|none|nobody|nothing|neither|nor|without|cannot)\b|n[’']t\b", re.I)
_NUMBER_WORDS = {
    word: str(value)
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve".split()
    )
}
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
        citations = tuple(dict.fromkeys(self._cite(place) for place in checked.cited))
        sentence = Sentence(checked.draft.text, citations, checked.verdict, checked.reason)
        self.sentences.append(sentence)
        return sentence

    def _cite(self, place: Offered) -> Citation:
        where = (place.article.id, place.start, place.end)
        if where not in self._citations:
            n = len(self._citations) + 1
            self._citations[where] = Citation(n, place.article, place.start, place.end, place.quote)
        return self._citations[where]


def _not_whole(text: str, cited: Sequence[Offered]) -> str | None:
    if any(text == place.quote for place in cited):
        return None
    return "is not a whole sentence of the article"


def _quotations(text: str, cited: Sequence[Offered]) -> str | None:
    sources = [_plain(place.quote) for place in cited]
    for match in _QUOTED.finditer(text):
        inside = _plain(match.group(1)).strip(" ,.")
        if not any(inside in source for source in sources):
            return f"quotes words that do not stand in what it cites: {match.group(1)!r}"
    return None


def _figures(text: str, cited: Sequence[Offered]) -> str | None:
    there = {figure for place in cited for figure in _figures_in(_carrying(place))}
    missing = [figure for figure in _figures_in(text) if figure not in there]
    return f"has a figure that is not in what it cites: {', '.join(missing)}" if missing else None


def _names(text: str, cited: Sequence[Offered]) -> str | None:
    there = {key(word) for place in cited for word in words(_carrying(place))}
    there |= {part for word in there for part in word.split("-")}
    missing = [
        match.group()
        for match in _NAME.finditer(text)
        if not _begins(text, match) and not set(keys(match.group())) <= there
    ]
    return f"has a name that is not in what it cites: {', '.join(missing)}" if missing else None


def _negation(text: str, cited: Sequence[Offered]) -> str | None:
    found = _NEGATION.search(text)
    if found and not any(_NEGATION.search(place.quote) for place in cited):
        return f"denies what nothing it cites denies: {found.group()!r}"
    return None


def _shared(text: str, cited: Sequence[Offered]) -> str | None:
    own = {key(word) for word in words(text) if word not in STOPWORDS}
    there = {word for place in cited for word in keys(_carrying(place))}
    strange = own - there
    if own and len(own & there) >= _SHARED_AT_LEAST * len(own):
        return None
    return f"says what nothing it cites says: {', '.join(sorted(strange)) or 'no words at all'}"


_TESTS = (_quotations, _figures, _names, _negation, _shared)


def _carrying(place: Offered) -> str:
    """What a sentence may draw on: the cited sentence and what is known of its article."""
    article = place.article
    day = article.published.strftime("%A, %B %d, %Y, %d").replace(" 0", " ") if article.published else ""
    return " ".join((place.quote, article.title, article.outlet or "", article.author or "", day))


def _figures_in(text: str) -> list[str]:
    figures = [figure.replace(",", "") for figure in _FIGURE.findall(text)]
    spelled = [_NUMBER_WORDS[word] for word in words(text) if word in _NUMBER_WORDS]
    return [figure.lstrip("0") or "0" for figure in (*figures, *spelled)]


def _begins(text: str, match: re.Match[str]) -> bool:
    """Whether a capital is owed to the beginning of a sentence and the word is an everyday one."""
    first = not text[: match.start()].strip(" “\"'‘(")
    return first and fold(match.group()) in STOPWORDS


def _plain(text: str) -> str:
    return " ".join(text.translate(_DOUBLE_QUOTES).split())
