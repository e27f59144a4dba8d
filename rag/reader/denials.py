"""Which words a text denies: "no attack", "nobody died", "ruled out a flood tax".

Who asks who was behind an attack is answered by the sentence that there was none.
"""

from __future__ import annotations

import re
from functools import lru_cache

from rag.words import key, words

_DENIES = re.compile(
    r"\b(?:no|not|nobody|no one|none|never|neither|nor|rul(?:ed|es|ing) out|den(?:ied|ies|ying)"
    r"|refus(?:ed|es|ing) to|cannot|\w+n['’]t)\b|\bnon-",
    re.IGNORECASE,
)
# So many words behind it are what is denied, no more characters being looked at.
_WORDS, _CHARACTERS = 4, 60


@lru_cache(maxsize=20_000)
def denied(text: str) -> frozenset[str]:
    """The keys of the words that stand right behind a denial."""
    return frozenset(
        key(word)
        for found in _DENIES.finditer(text)
        for word in words(text[found.end() : found.end() + _CHARACTERS])[:_WORDS]
    )
