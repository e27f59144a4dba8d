"""Whether a text turns a word of what it cites into its opposite."""

from __future__ import annotations

from rag.verify.denials import plain_denials
from rag.verify.meanings import OPPOSITES
from rag.verify.source import Source
from rag.verify.tokens import tokenize


def reversed_words(text: str, source: Source) -> str | None:
    """What is wrong with a text's directions: one side of a pair where what it cites has only the other."""
    if plain_denials(text) or any(plain_denials(quote) for quote in source.quotes):
        return None
    said, everything = {token.key for token in tokenize(text)}, source.keys
    for sides in OPPOSITES:
        for one, other in (sides, sides[::-1]):
            new = (said & one) - everything
            if new and everything.isdisjoint(one) and (everything & other) - said and said.isdisjoint(other):
                return f"turns round what it cites says: {', '.join(sorted(new))}"
    return None
