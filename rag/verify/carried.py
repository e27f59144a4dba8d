"""Whether what is cited carries the words of a sentence, and no other offered sentence far better."""

from __future__ import annotations

from rag.verify.denials import parted, undone
from rag.verify.lexicon.meanings import among
from rag.verify.lexicon.related import may_say
from rag.verify.source import Source
from rag.verify.tokens import Token, all_keys, tokenize

# A paraphrase keeps most of what it reports, if in other words; babble does not.
_SHARED_AT_LEAST = 0.4
# Names alone carry nothing: of whom it is said says not what is said.
_TOLD_AT_LEAST = 0.3
# So many words in a row that nothing carries are a statement of their own.
_STRANGE_RUN = 4
_STRANGE_PART = 3
_BETTER_BY = 0.3
# How a sentence that cites several places speaks of these themselves, and months, which are checked as dates.
_OF_PLACES = frozenset("differ newer newest undated one another corrects".split())
_CHECKED = frozenset(
    "january february march april may june july august september october november december monday tuesday"
    " wednesday thursday friday saturday sunday two three four five six seven eight nine ten eleven twelve"
    " thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty"
    " seventy eighty ninety hundred thousand million billion half year years old aged"
    " km kilometres kilometers metres meters miles".split()
)
_ORDINALS = frozenset("first second third fourth fifth sixth seventh eighth ninth tenth".split())
# What only the sentence before says, where a pronoun may mean it, or is near a cited word counts for less.
_BY_CONTEXT = 0.5
_LOOKED_AT = 60


def uncarried(text: str, source: Source) -> str | None:
    """What is wrong with a text's words: too few are carried, or too many in a row are not."""
    every = [token for token in tokenize(text) if token.carries]
    if not every:
        return "says what nothing it cites says: no words at all"
    # Names, figures and dates that are not cited have passed checks of their own.
    own = [t for t in every if (t.key in source.named or not t.named) and t.word not in _CHECKED]
    own = [t for t in own if t.word not in _ORDINALS or t.key in source.keys]
    own = [t for t in own if t.word not in _OF_PLACES] if len(source.cited) > 1 else own
    held = [among(t.key, source.named) or undone(t.word) in source.keys for t in own]
    meant = [has or among(t.key, source.meant) for t, has in zip(own, held, strict=True)]
    if not _enough(own, held, meant, frozenset()) and not _enough(own, held, meant, source.keys):
        strange = [token.word for token, has in zip(own, held, strict=True) if not has]
        return f"says what nothing it cites says: {', '.join(strange)}"
    run = _longest(list(zip((token.word for token in own), meant, strict=True))) or _strange_part(
        text, own, meant
    )
    if run:
        return f"adds what nothing it cites says: {', '.join(run)}"
    return _elsewhere(frozenset(token.key for token in every), source)


def _enough(own: list[Token], held: list[bool], meant: list[bool], near: frozenset[str]) -> bool:
    """Whether enough is carried, if what is only near one of these keys counts for less."""
    told = [
        has or _BY_CONTEXT * (by or any(may_say(t.key, other) for other in near))
        for t, has, by in zip(own, held, meant, strict=True)
        if not t.named
    ]
    shared = sum(told) + sum(token.named for token in own)
    return shared >= _SHARED_AT_LEAST * len(own) and sum(told) >= _TOLD_AT_LEAST * len(told)


def _longest(words: list[tuple[str, bool]]) -> list[str]:
    run: list[str] = []
    for word, has in words:
        run = [] if has else [*run, word]
        if len(run) >= _STRANGE_RUN:
            return run
    return []


def _strange_part(text: str, own: list[Token], meant: list[bool]) -> list[str]:
    """The words of a part of the sentence of which nothing is carried."""
    part_at = {token.start: part for token, part in zip(tokenize(text), parted(text), strict=True)}
    parts: dict[int, list[tuple[str, bool]]] = {}
    for token, has in zip(own, meant, strict=True):
        parts.setdefault(part_at[token.start], []).append((token.word, has))
    for words in parts.values():
        if len(words) >= _STRANGE_PART and not any(has for _, has in words):
            return [word for word, _ in words]
    return []


def _elsewhere(own: frozenset[str], source: Source) -> str | None:
    """Another offered sentence that carries nearly all, where those cited carry much less."""
    mine = len(own & source.keys) / len(own)
    if mine + _BETTER_BY >= 1:
        return None
    cited = {place.number for place in source.cited}
    for number, place in list(source.others.items())[:_LOOKED_AT]:
        if number not in cited and len(own & all_keys(place.quote)) / len(own) > max(0.7, mine + _BETTER_BY):
            return f"is carried by sentence {number}, which it does not cite"
    return None
