"""Whether a text denies what it cites says, says what that denies, or turns a word into its opposite."""

from __future__ import annotations

import re

from rag.verify.meanings import OPPOSITES, alike, among
from rag.verify.source import Source
from rag.verify.tokens import Token, tokenize
from rag.words import key

_NEGATIONS = frozenset("not no never none nobody nothing neither nor without cannot non".split())
# These deny too, or go with a denial in other words: "the first since" and "not since".
_DENYING = frozenset(
    key(word)
    for word in """
    refuse reject deny fail decline lack lose lost miss absent unable unlikely stop prevent avoid oppose
    against
    only until unless first barely hardly scarcely rarely seldom few little instead rather ban bar forbid
    prohibit
    block cancel abandon withdraw withdrew withdrawn withhold free empty end ended cease dismiss except
    exclude
    ruled rule longer impossible dead outage cut halt suspend missing despite although yet still before after
    doubt dispute contradict worst least most if must acquit innocent clear cleared vacant without refrain
    close closed shut flat unaffordable declined rather
    """.split()
)
# Of those, words that deny only from afar: they do not excuse a denial of a word beside them.
_WEAKLY = frozenset(
    key(word)
    for word in """
    after before first most least still yet must if cut dead end ended clear although despite
    """.split()
)
_UN = re.compile(r"un(?!til|ite|ion|it|der|iver|ique|iform|iq)\w{4,}")
_UTMOST = frozenset("strongest largest biggest highest lowest smallest best worst".split())
# "Not only", "nothing is more important", "no doubt": these weigh, and deny nothing.
_WEIGHING = frozenset("only just merely more less".split())
_REACH = 1
_NEAR = 4


def turned(text: str, source: Source) -> str | None:
    """What is wrong with a text's denials and directions."""
    mine, theirs = tokenize(text), [tokenize(quote) for quote in source.quotes]
    own, cited = _denied(mine), {word for tokens in theirs for word in _denied(tokens)}
    everything = {token.key for tokens in theirs for token in tokens}
    if not cited and (made_up := {word for word in own if not _may_be_denied(word, theirs)}):
        return f"denies what nothing it cites denies: {', '.join(sorted(made_up))}"
    more = _count(mine) > sum(map(_count, theirs))
    if cited and more and (wrong := own & (everything - cited)):
        return f"denies what it cites says: {', '.join(sorted(wrong))}"
    said = {token.key for token in mine if token.carries}
    lost = {word for word in cited - own if (word in said if own else among(word, said))}
    fewer = _count(mine) < sum(map(_count, theirs))
    if lost and fewer and not _denying(tuple(token for token in mine if token.key not in everything)):
        return f"says what something it cites denies: {', '.join(sorted(lost))}"
    return None if own or cited else _opposite(mine, everything)


def _opposite(mine: tuple[Token, ...], everything: set[str]) -> str | None:
    said = {token.key for token in mine}
    for sides in OPPOSITES:
        for one, other in (sides, sides[::-1]):
            new = (said & one) - everything
            if new and everything.isdisjoint(one) and (everything & other) - said and said.isdisjoint(other):
                return f"turns round what it cites says: {', '.join(sorted(new))}"
    return None


def _denied(tokens: tuple[Token, ...]) -> set[str]:
    """Keys of the words that a negation reaches: the next that carry something."""
    reached: set[str] = set()
    left = 0
    for place, token in enumerate(tokens):
        if token.word in _NEGATIONS or token.word.endswith("n't"):
            near = [other.word for other in tokens[place + 1 : place + 4]]
            weighs = not _WEIGHING.isdisjoint(near) or (token.word == "no" and near[:1] == ["doubt"])
            left = 0 if weighs else _REACH
        elif left and token.carries:
            reached.add(token.key)
            left -= 1
    return reached


def _may_be_denied(word: str, theirs: list[tuple[Token, ...]]) -> bool:
    """Whether something cited denies in other words: near the word where it stands there, else anywhere."""
    near = [
        tokens[max(0, i - _NEAR) : i + _NEAR]
        for tokens in theirs
        for i, token in enumerate(tokens)
        if alike(token.key, word)
    ]
    return any(map(_firmly, near)) if near else any(map(_denying, theirs))


def _count(tokens: tuple[Token, ...]) -> int:
    return sum(token.word in _NEGATIONS or token.word.endswith("n't") for token in tokens)


def _denying(tokens: tuple[Token, ...]) -> bool:
    """Whether something in it denies, if only in other words."""
    return _firmly(tokens) or any(token.key in _WEAKLY or token.word in _UTMOST for token in tokens)


def _firmly(tokens: tuple[Token, ...]) -> bool:
    """The same, without what denies only from afar."""
    return any(
        (token.key in _DENYING and token.key not in _WEAKLY)
        or token.word in _NEGATIONS
        or token.word.endswith("n't")
        or (_UN.match(token.word) and not token.named)
        for token in tokens
    )
