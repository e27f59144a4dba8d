"""Whether a text has as done, decided or judged what is yet to be: planned, asked, or only charged."""

from __future__ import annotations

from rag.verify.denials import plain_denials
from rag.verify.meanings import INTENDED, OPEN, among
from rag.verify.source import Source
from rag.verify.strength import after
from rag.verify.tokens import Token, tokenize
from rag.words import key

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
_LIGHT = frozenset("held made took kept led gave came went left".split())
_BEFORE, _MODAL_BEFORE, _SHORT = 5, 4, 4
_IRREGULAR = dict(
    pair.split("/")
    for pair in """
    began/begin went/go bought/buy sold/sell built/build left/leave met/meet won/win lost/lose took/take
    gave/give
    came/come became/become rose/rise fell/fall spoke/speak wrote/write brought/bring held/hold sent/send
    spent/spend
    chose/choose flew/fly drew/draw withdrew/withdraw ran/run made/make kept/keep led/lead grew/grow
    struck/strike
    """.split()
)


def foretold(text: str, source: Source) -> str | None:
    """What is wrong with what a text says of things that are yet to be."""
    mine = tokenize(text)
    if untold := _untold(text, {token.key for token in mine}, source):
        return f"says what is left open: {untold}"
    if done := _done(mine, source):
        return f"says as done what is yet to be: {done}"
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


def _done(mine: tuple[Token, ...], source: Source) -> str | None:
    """A verb that a text has in the past, and all that is cited only as what is to be."""
    theirs = [
        (tokens, i) for quote in source.quotes for tokens in [tokenize(quote)] for i in range(len(tokens))
    ]
    for place, token in enumerate(mine):
        base = key(_IRREGULAR.get(token.word, token.word))
        past = token.word in _IRREGULAR.keys() - _LIGHT or (
            token.word.endswith("ed") and len(token.word) > _SHORT
        )
        if not past or token.named or not _finite(mine, place) or _is_to_be(mine, place):
            continue
        same = [(t, i) for t, i in theirs if key(_IRREGULAR.get(t[i].word, t[i].word)) == base]
        if same and all(_is_to_be(tokens, i) for tokens, i in same):
            return token.text
    return None


def _finite(tokens: tuple[Token, ...], place: int) -> bool:
    """Whether it may say what was done: not at the beginning, or after "to be" or "not"."""
    before = [token.word for token in tokens[max(0, place - _MODAL_BEFORE) : place]]
    return bool(before) and before[-1] not in _ADJOINED and _NOT_DONE.isdisjoint(before)


def _is_to_be(tokens: tuple[Token, ...], place: int) -> bool:
    """Whether a verb comes after "will", or "to" of what is planned, due or promised."""
    before = [token.word for token in tokens[max(0, place - _MODAL_BEFORE) : place]]
    if not {"will", "shall", "would"}.isdisjoint(before):
        return True
    if "to" not in before[-2:]:
        return False
    leading = [t.key for t in tokens[max(0, place - _BEFORE - 1) : place]]
    return _DONE.isdisjoint(leading) and not _AHEAD.isdisjoint(leading)
