"""Names of people, places and organisations: each must stand in what is cited, or be introduced for it."""

from __future__ import annotations

import re
from functools import lru_cache

from rag.verify.source import Source
from rag.verify.tokens import Name, Token, names, tokenize
from rag.words import key

# Capitals and the states that they stand for.
_SEATS = {
    key(seat): key(country)
    for seat, country in (
        *(("tokyo", "japan"), ("washington", "us"), ("beijing", "china"), ("moscow", "russia")),
        *(("london", "uk"), ("paris", "france"), ("berlin", "germany"), ("seoul", "korea")),
        *(("kyiv", "ukraine"), ("pyongyang", "korea"), ("brussels", "eu"), ("taipei", "taiwan")),
    )
}
_LYING_IN = re.compile(r"\b(?:in|at|near|from|around|outside|of)$")
_SPEAKS = re.compile(
    r"(?:,| also| has| had)* (?:said|says|told|added|warned|expects?|argued|noted|wrote|thinks)\b"
)
_OWNS = re.compile(r"['’]s? |$")
_ACTING = ("according to ", "by ")
# Titles and offices that the article gives in other words; what they are of is checked, they are not.
_OFFICES = frozenset(
    "minister president secretary ambassador general senator governor judge mayor chief professor doctor mr"
    " mrs ms dr sir prime foreign defense state department ministry government parliament congress"
    " senate house"
    " court police army navy covid i".split()
)


def missing_names(text: str, source: Source) -> str | None:
    """What is wrong with a text's names: one that what it cites neither holds nor points to."""
    tokens = tokenize(text)
    there = source.named | _initials(source)
    strange: list[str] = []
    for run in names(text):
        mine = tokens[run.first : run.end]
        unknown = [token for token in mine if token.named and not _stands(token, there, text)]
        if unknown and not _introduced(mine, unknown, source) and not _meant(tokens, run, text, source):
            strange += [token.text for token in unknown]
    return f"has a name that is not in what it cites: {', '.join(strange)}" if strange else None


def _stands(token: Token, there: frozenset[str], text: str) -> bool:
    if token.key in there or token.word in _OFFICES:
        return True
    seat = _SEATS.get(token.key)
    if seat in there and not _LYING_IN.search(text[: token.start].rstrip()):
        return True
    if any(_SEATS.get(known) == token.key for known in there):
        return True
    parts = token.text.replace("-", " ").split()
    return len(parts) > 1 and all(part.lower() in there for part in parts)


def _introduced(mine: tuple[Token, ...], unknown: list[Token], source: Source) -> bool:
    """Whether the article gives the strange parts to a name of which a part is cited."""
    wanted = {token.key for token in unknown}
    known = {token.key for token in mine if token.named and token.word not in _OFFICES} - wanted
    runs = [run for text in (source.before, source.around, source.told) for run in _runs(text)]
    return bool(known & source.keys) and any(wanted <= run and known <= run for run in runs)


def _meant(tokens: tuple[Token, ...], run: Name, text: str, source: Source) -> bool:
    """Whether a pronoun or a role that is cited may stand for this name, which then acts or speaks here."""
    if not (source.points_back or source.owns):
        return False
    wanted = {token.key for token in tokens[run.first : run.end] if token.named}
    near = any(wanted <= known for known in _runs(source.before))
    if not near and not any(wanted <= known for known in _runs(source.told)):
        return False
    after = text[tokens[run.end - 1].end :]
    before = text[: tokens[run.first].start]
    opens = run.first <= 2 or before.rstrip().endswith((",", "”", '"', ".", ";"))
    if source.points_back and (opens or _SPEAKS.match(after) or before.lower().endswith(_ACTING)):
        return True
    return source.owns and bool(_OWNS.match(after) or before.lower().endswith((" of ", " for ", " with ")))


@lru_cache(maxsize=1_024)
def _runs(text: str) -> tuple[frozenset[str], ...]:
    tokens = tokenize(text)
    return tuple(frozenset(t.key for t in tokens[run.first : run.end]) for run in names(text))


def _initials(source: Source) -> frozenset[str]:
    """Acronyms of the names that are cited."""
    found = set()
    for quote in source.quotes:
        tokens = tokenize(quote)
        for run in names(quote):
            capitals = [t.text[0] for t in tokens[run.first : run.end] if t.named]
            if len(capitals) > 1:
                found.add("".join(capitals).lower())
    return frozenset(found)
