"""Which words compare: "the first" says what "never before" says."""

from __future__ import annotations

import re

from rag.verify.lexicon.forms import key
from rag.verify.tokens import Token

_COMPARING = frozenset(
    map(key, "first only most record highest unprecedented unique sole best worst least".split())
)
_SUPERLATIVE = re.compile(
    r"(?!(?:for|t|w|r|gu|prot|inter|requ|harv|arr|inv|sugg|cont|lat|w|(?:north|south|mid)w|dig|hon|mod|pri|budap|ever)est)\w{3,}est"
)


def is_comparing(token: Token) -> bool:
    """Whether a word sets something above or before all others."""
    return token.key in _COMPARING or bool(_SUPERLATIVE.fullmatch(token.word))
