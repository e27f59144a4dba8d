"""Whether a text is surer than what it cites: what is only considered, planned or alleged stays so."""

from __future__ import annotations

from collections.abc import Iterator

from rag.verify.denials import plain_denials
from rag.verify.lexicon.forms import key
from rag.verify.lexicon.meanings import ALL, CERTAIN, INTENDED, OPEN, SOME, alike, among
from rag.verify.source import Source
from rag.verify.tokens import Token, tokenize

_HEDGES = OPEN | INTENDED
# Those whose loss makes a fact of what is none; the others are everyday words as often as hedges.
_OPENING = frozenset(
    key(word)
    for word in """
    may might could consider weigh mull contemplate explore possible possibly perhaps potentially probably
    allegedly
    alleged suspected reportedly apparently seem appear believe plan intend hope expect likely propose
    """.split()
)
# "Approval is still outstanding".
_MISSING = frozenset(map(key, "outstanding pending await need require subject lack depend".split()))
# "Called a pause" leaves nothing open.
_CALLING = frozenset((key("call"),))
# Who wants to reaffirm something does so.
_WISHING = frozenset(map(key, "want like hope wish".split()))
UTTERED = frozenset(
    map(
        key,
        "reaffirm affirm stress emphasize thank say congratulate welcome underline repeat note".split(),
    )
)
_THINGS = frozenset("allegation allegations suspicion plans exploration explorer".split())
_JUDGED = frozenset("this that these it him her them himself herself itself themselves".split())
_WILL, _MAY, _OTHER = (
    frozenset(("will", "shall")),
    frozenset(("may", "might", "could")),
    frozenset(("would",)),
)
_SCOPE = 4
_REPORTED = 2


def strengthened(text: str, source: Source) -> str | None:
    """What is wrong with a text's certainty."""
    mine = tokenize(text)
    said = {token.key for token in mine}
    everything = source.keys
    hedged = everything & (_HEDGES - _CALLING)
    if hedged:
        surer = {word for word in said & CERTAIN if not among(word, everything)}
        if surer and not said & (OPEN | _MISSING):
            return f"is surer than what it cites: {', '.join(sorted(surer))}"
        if not said & _HEDGES and (lost := _asserted(said, source)):
            return f"leaves out that it is open: {lost}"
    if sure := _made_sure(mine, source):
        return f"is surer than what it cites: will {sure}"
    denied = any(plain_denials(each) for each in (text, *source.quotes))
    if (
        everything & SOME
        and everything.isdisjoint(ALL)
        and not denied
        and (wider := (said & ALL) - everything)
        and (everything & SOME) - said
    ):
        return f"says of all what is said of some: {', '.join(sorted(wider))}"
    return None


def _made_sure(mine: tuple[Token, ...], source: Source) -> str | None:
    """What a text says will be, of which what it cites says only that it may."""
    theirs = [each for quote in source.quotes for each in _modal(tokenize(quote))]
    for how, what in _modal(mine):
        if how in _WILL:
            same = {other for other, word in theirs if alike(word, what)}
            if same and same <= _MAY:
                return what
    return None


def _modal(tokens: tuple[Token, ...]) -> Iterator[tuple[str, str]]:
    """Each "will", "may" and the like with the key of the word that it goes with."""
    for place, token in enumerate(tokens):
        if token.word in _WILL | _MAY | _OTHER:
            after = [t.key for t in tokens[place + 1 : place + 4] if t.carries and t.word not in _MAY]
            if after:
                yield token.word, after[0]


def _asserted(said: set[str], source: Source) -> str | None:
    """The hedge of which most that follows it is said without any."""
    for quote in source.quotes:
        tokens = tokenize(quote)
        for place, token in enumerate(tokens):
            if token.key in _OPENING and not _says_otherwise(tokens, place):
                scope = after(tokens, place)
                if len(scope) >= _REPORTED and all(among(word, said) for word in scope):
                    return token.text
    return None


def _says_otherwise(tokens: tuple[Token, ...], place: int) -> bool:
    """Whether it leaves nothing open: "may not", "than planned", "consider it won", "allegations"."""
    word, following = tokens[place].word, [token.word for token in tokens[place + 1 : place + 2]]
    if (word == "may" and following == ["not"]) or (place and tokens[place - 1].word == "than"):
        return True
    if (
        tokens[place].key in _WISHING
        and following == ["to"]
        and not UTTERED.isdisjoint(after(tokens, place)[:1])
    ):
        return True
    return word in _THINGS or (word.startswith("consider") and not _JUDGED.isdisjoint(following))


def after(tokens: tuple[Token, ...], place: int) -> list[str]:
    """The keys of the next words after a place that carry something and name nobody."""
    found = [token.key for token in tokens[place + 1 :] if token.carries and not token.named]
    return found[:_SCOPE]
