"""Where a text denies something: plainly, or in other words, with what the denial reaches."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from rag.verify.lexicon.forms import key
from rag.verify.lexicon.undone import denied_part
from rag.verify.tokens import Token, tokenize

_NEGATIONS = frozenset("unless not no never none nobody nothing neither nor without cannot nowhere".split())
# These deny in other words; the first lot binds what follows: who repeats that must deny it too.
_BINDING = frozenset(
    key(word)
    for word in """
    refuse reject deny fail decline lack miss unable unwilling unlikely prevent avoid ban forbid prohibit
    block cancel abandon impossible instead rule turn overturn quash annul revoke rescind repeal
    forbade forbidden hardly barely scarcely
    """.split()
)
_DENYING = _BINDING | frozenset(
    key(word)
    for word in """
    refusal rejection denial failure absent absence stop oppose bar cancellation withdraw withdrew withdrawn
    withhold dismiss exclude exclusion missing suspend suspension doubt dispute contradict acquit innocent
    innocence cleared vacant refrain close closed shut free empty cease halt scrap skip ignore neglect
    forget
    devoid wrong false untrue wrongly incorrectly mistakenly falsely
    gone barely hardly scarcely rarely seldom few little rather disagree dissent disapprove
    disqualify
    non wordless veto throw discard axe unheeded outage only just spare hide hidden conceal call written
    sent dead flat
    """.split()
)
# These bind what they are joined to by "to": what "failed shortly after" came shortly after.
_BINDING_TO = frozenset(map(key, "fail decline".split()))
# Words that deny only before or after certain others.
_AFTER = {
    key("rule"): ("out",),
    key("turn"): ("down", "away"),
    key("call"): ("off",),
    key("throw"): ("out",),
    key("written"): ("off",),
}
_NOT_BEFORE = {key("free"): ("trade", "speech", "press", "agent", "kick", "throw", "market", "and")}
_JUST = frozenset("only just merely simply least".split())
_WEIGHED = frozenset("more less fewer better worse later earlier higher lower greater sooner else".split())
# "Never before", "no other", "not since": what "the first" and "the strongest" say as well.
_COMPARED = frozenset("before since other ever such time more than".split())
_LONG = frozenset("year years decade decades month months century generation".split())
_IN_TIME = frozenset("until before yet still longer earlier later sooner till".split())
_PARTING = frozenset("but and which who while although though because whereas".split())
_MARKS = re.compile(r"[,;:.()“”\"—–]| -+ ")
_SMALL = frozenset("two three four five six seven eight nine ten eleven twelve".split())
_HEAD_WITHIN, _REACH, _AROUND = 3, 3, 3


class Denial(NamedTuple):
    """A denial: its word, the key of what it denies first, what it reaches, and how else it may be put.

    `near` are the keys around it; `to` says that "to" follows, `comparing` and `temporal` say that a
    comparison ("the first") or a time ("only after") says the same.
    """

    place: int
    word: str
    key: str
    head: str | None
    scope: tuple[str, ...]
    near: frozenset[str]
    part: int
    to: bool
    comparing: bool
    temporal: bool
    since: bool
    longer: bool
    enough: bool


@lru_cache(maxsize=4_096)
def plain_denials(text: str) -> tuple[Denial, ...]:
    """Where a text says "not" or the like, but for what only weighs ("not only") or assures ("no doubt")."""
    tokens, parts = tokenize(text), parted(text)
    return tuple(_denial(tokens, parts, i) for i in range(len(tokens)) if _denies(tokens, i))


@lru_cache(maxsize=4_096)
def other_denials(text: str) -> tuple[Denial, ...]:
    """Where a text denies in other words: "refused", "unable", "ruled out"."""
    tokens, parts = tokenize(text), parted(text)
    return tuple(_denial(tokens, parts, i) for i in range(len(tokens)) if _in_other_words(tokens, i))


def binds(denial: Denial) -> bool:
    """Whether who repeats what it reaches has to deny it too."""
    return denial.key in _BINDING and (denial.to or denial.key not in _BINDING_TO)


def undone(word: str) -> str | None:
    """The key of the word that a beginning such as "un-" denies."""
    part = denied_part(word)
    return key(part) if part else None


@lru_cache(maxsize=4_096)
def parted(text: str) -> tuple[int, ...]:
    """For each word of a text, in which part of its sentence it stands: marks and "but" and the like part."""
    tokens = tokenize(text)
    found, part, end = [], 0, 0
    for token in tokens:
        if _MARKS.search(text, end, token.start) or token.word in _PARTING:
            part += 1
        found.append(part)
        end = token.end
    return tuple(found)


def _denies(tokens: tuple[Token, ...], i: int) -> bool:
    token, near = tokens[i], [other.word for other in tokens[i + 1 : i + 9]]
    # "Neither ... nor" denies once, "the No. 1 team" not at all.
    second = token.word == "nor" and any(other.word == "neither" for other in tokens[:i])
    if second or (token.word == "no" and near[:1] and near[0][0].isdigit()):
        return False
    if token.word == "yet" and near[:1] == ["to"]:
        return True
    if token.word not in _NEGATIONS and not token.word.endswith("n't"):
        return False
    if near[:1] and (
        _only_weighs(near) or (token.word == "no" and near[0] in ("doubt", "wonder", "matter", "confidence"))
    ):
        return False
    if near[:1] == ["but"] and token.word in ("nothing", "nobody", "none", "nowhere"):
        return False
    adjacent = token.word in ("not", "no") or token.word.endswith("n't")
    return _WEIGHED.isdisjoint(near[: 1 if adjacent else 3]) or "than" not in near


def _only_weighs(near: list[str]) -> bool:
    """Whether "only" or the like follows: "not only"; "not simply" denies, unless a "but" takes it back."""
    return near[0] in _JUST and (near[0] != "simply" or "but" in near)


def _in_other_words(tokens: tuple[Token, ...], i: int) -> bool:
    token = tokens[i]
    following = [other.word for other in tokens[i + 1 : i + 4]]
    if token.key in _AFTER:
        return not set(_AFTER[token.key]).isdisjoint(following)
    if token.key in _NOT_BEFORE and following[:1] and following[0] in _NOT_BEFORE[token.key]:
        return False
    if token.named:
        return False
    return token.key in _DENYING or undone(token.word) is not None


def _denial(tokens: tuple[Token, ...], parts: tuple[int, ...], i: int) -> Denial:
    here = [n for n in range(len(tokens)) if parts[n] == parts[i] and n != i and _counts(tokens[n])]
    after = [n for n in here if n > i]
    before = [n for n in range(i) if _counts(tokens[n])]
    near = before[-_AROUND:] + after[:_AROUND]
    words = {token.word for token in tokens[max(0, i - 2) : i + 9]}
    head = next((n for n in after if n - i <= _HEAD_WITHIN), None)
    return Denial(
        i,
        tokens[i].word,
        tokens[i].key,
        tokens[head].key if head is not None else None,
        tuple(tokens[n].key for n in after[:_REACH]),
        frozenset(tokens[n].key for n in near),
        parts[i],
        i + 1 < len(tokens) and tokens[i + 1].word == "to",
        _comparing(tokens, i),
        not words.isdisjoint(_IN_TIME),
        "since" in words,
        i + 1 < len(tokens) and tokens[i + 1].word == "longer",
        "enough" in words,
    )


def _counts(token: Token) -> bool:
    return token.carries and token.word not in _SMALL and token.word != "longer"


def _comparing(tokens: tuple[Token, ...], i: int) -> bool:
    word, after = tokens[i].word, [token.word for token in tokens[i + 1 : i + 13]]
    if word in ("never", "none", "nobody", "nothing", "no"):
        return word == "never" or not (_COMPARED | _LONG).isdisjoint(after)
    return not (_LONG | {"ever", "until", "before", "since"}).isdisjoint(after)
