"""Whether a text has as done, decided or judged what is yet to be: planned, asked, or only charged."""

from __future__ import annotations

from rag.verify.denials import parted, plain_denials
from rag.verify.lexicon.forms import is_past, key
from rag.verify.lexicon.meanings import INTENDED, OPEN, among
from rag.verify.source import Source
from rag.verify.strength import UTTERED, after
from rag.verify.tokens import Token, tokenize

# What is said of them before a court has spoken, and what only a court can say.
_CHARGED = frozenset(map(key, "charge accuse indict allege suspect face trial defendant arrest".split()))
_SENTENCED = frozenset(map(key, "convict convicted sentence sentenced guilty jailed".split()))
# "To" after these is of what was done, or says nothing of when.
_DONE = frozenset(
    map(key, "manage continue begin began help force cause lead led get got come came fail use used".split())
)
_AHEAD = INTENDED | frozenset(
    map(key, "is are vow agree decide order hope threaten yet able promise need have".split())
)
_OPEN_COURT = frozenset(map(key, "if would could if may might".split()))
_NOT_DONE = frozenset("to not never no nor without be being if unless until before".split())
_ADJOINED = frozenset("a an the its his her their of for with by and or based space".split())
_ASKING = frozenset(map(key, "whether if how ask question unclear open undecided unknown doubt".split()))
_BEFORE, _MODAL_BEFORE = 5, 4
# What is asked, or said of whoever it is true of: "those who have received one".
_OF_SOME = frozenset("whether those anyone whoever anybody provided assuming".split())
_ITS = frozenset("it the them him her a an its their".split())
_AWAITED = frozenset("will shall would if unless until whether".split())
# Verbs whose past is as their present.
_UNCHANGED = frozenset("cut put set hit let shut split quit bid spread cost shed".split())
# What is being launched has been launched.
_STARTING = frozenset(map(key, "launch begin start open introduce announce".split()))
_WERE = frozenset(("was", "were"))
_HAVING, _BEING = frozenset(("has", "have", "had")), frozenset("is are am 're 's".split())


def foretold(text: str, source: Source) -> str | None:
    """What is wrong with what a text says of things that are yet to be."""
    mine = tokenize(text)
    if untold := _untold(text, {token.key for token in mine}, source):
        return f"says what is left open: {untold}"
    if done := _done(text, mine, source):
        return f"says as done what is yet to be: {done}"
    if undone := _undone(text, source):
        return f"says as yet to be what is done: {undone}"
    if judged := _judged(text, {token.key for token in mine}, source):
        return f"is surer than what it cites: {judged}"
    return None


def _judged(text: str, said: set[str], source: Source) -> str | None:
    """What only a court can say, of whom what is cited has accused."""
    if plain_denials(text) or (source.keys | said) & _OPEN_COURT or source.keys.isdisjoint(_CHARGED):
        return None
    return ", ".join(sorted(said & _SENTENCED - source.keys)) or None


def _untold(text: str, said: set[str], source: Source) -> str | None:
    """What comes after "whether" and is said without any doubt."""
    if said & (OPEN - INTENDED) or not _ASKING.isdisjoint(said) or plain_denials(text):
        return None
    for quote in source.quotes:
        tokens = tokenize(quote)
        for place, token in enumerate(tokens):
            scope = after(tokens, place)[:2] if token.word == "whether" else []
            if scope and all(among(word, said) for word in scope):
                return " ".join(scope)
    return None


def _done(text: str, mine: tuple[Token, ...], source: Source) -> str | None:
    """A verb that a text has in the past, and all that is cited only as what is to be."""
    parts = parted(text)
    for place, token in enumerate(mine):
        had = not _HAVING.isdisjoint(t.word for t in mine[max(0, place - 2) : place])
        if (
            not (is_past(token.word) or (had and token.word in _UNCHANGED))
            or token.named
            or token.key in UTTERED
            or not _finite(mine, place)
            or _is_to_be(mine, place, parts)
        ):
            continue
        same = [
            (tokenize(quote), i, parted(quote))
            for quote in source.quotes
            for i, other in enumerate(tokenize(quote))
            if other.key == token.key
        ]
        if same and all(_is_to_be(*each) or (had and _goes_on(*each[:2])) for each in same):
            return token.text
    return None


def _undone(text: str, source: Source) -> str | None:
    """A verb that a text has as what is to be, and all that is cited as what has been done."""
    mine, parts = tokenize(text), parted(text)
    for place, token in enumerate(mine):
        if token.named or not _planned(mine, place, parts):
            continue
        same = [
            (tokenize(quote), i)
            for quote in source.quotes
            for i, other in enumerate(tokenize(quote))
            if other.key == token.key
        ]
        will = mine[place - 1].word == "will"
        if same and all(_perfect(*each, finite=will) for each in same):
            return token.text
    return None


def _planned(tokens: tuple[Token, ...], place: int, parts: tuple[int, ...]) -> bool:
    """Whether a verb comes right after "will" or "is to"."""
    before = [t.word for t, part in zip(tokens[:place], parts, strict=False) if part == parts[place]][-3:]
    return before[-1:] == ["will"] or before[-2:] in (
        ["will", "be"],
        ["to", "be"],
        ["is", "to"],
        ["are", "to"],
    )


def _perfect(tokens: tuple[Token, ...], place: int, finite: bool) -> bool:
    """Whether a verb comes after "has", "has been" or "was", or, if `finite`, is in the past by itself."""
    before = [token.word for token in tokens[max(0, place - 2) : place]]
    if not is_past(tokens[place].word):
        return False
    alone = bool(before) and before[-1] not in _ADJOINED and _NOT_DONE.isdisjoint(before)
    return not (_HAVING | _WERE).isdisjoint(before) or (finite and alone)


def _finite(tokens: tuple[Token, ...], place: int) -> bool:
    """Whether it may say what was done: not at the beginning, or after "to be" or "not"."""
    before = [token.word for token in tokens[max(0, place - _MODAL_BEFORE) : place]]
    asked = any(token.word in _OF_SOME for token in tokens[:place])
    # "And signed it": what is done to it shows that it is no list of what something is.
    acts = before[-1:] == ["and"] and {t.word for t in tokens[place + 1 : place + 2]} <= _ITS
    return (
        bool(before) and not asked and (acts or before[-1] not in _ADJOINED) and _NOT_DONE.isdisjoint(before)
    )


def _goes_on(tokens: tuple[Token, ...], place: int) -> bool:
    """Whether a verb says what is being done."""
    before = {token.word for token in tokens[max(0, place - 3) : place]}
    going = tokens[place].word.endswith("ing") and tokens[place].key not in _STARTING
    return going and not _BEING.isdisjoint(before)


def _is_to_be(tokens: tuple[Token, ...], place: int, parts: tuple[int, ...]) -> bool:
    """Whether a verb comes after "will", "if", or "to" of what is planned, due or promised."""
    here = [t for t, part in zip(tokens[:place], parts, strict=False) if part == parts[place]]
    before = [token.word for token in here[-_MODAL_BEFORE:]]
    if not _AWAITED.isdisjoint(before):
        return True
    if "to" not in before[-2:] or before[-1:] == ["have"] or tokens[place].word == "blame":
        return False
    leading = [t.key for t in here[-_BEFORE - 1 :]]
    likelier = "likely" in before and not {"more", "less"}.isdisjoint(t.word for t in here[-_BEFORE:])
    return not likelier and _DONE.isdisjoint(leading) and not _AHEAD.isdisjoint(leading)
