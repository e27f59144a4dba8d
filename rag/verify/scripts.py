"""Whether a text has words in a script that nothing it cites is written in: they may say anything."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from rag.verify.source import Source

_WORD = re.compile(r"[^\W\d_]+")
# The scripts that Japanese is written in, which Chinese shares, are one.
_EAST = frozenset(("CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "BOPOMOFO"))


def strange_script(text: str, source: Source) -> str | None:
    """What is wrong with a text's letters: words in a script of which what it cites has none."""
    known = scripts(source.text) | scripts(source.told)
    strange = [word for word in _WORD.findall(text) if not scripts(word) <= known]
    return f"has words in a script that nothing it cites has: {', '.join(strange)}" if strange else None


@lru_cache(maxsize=4_096)
def scripts(text: str) -> frozenset[str]:
    """The scripts of a text's letters, as Unicode names them, Latin's left out."""
    if text.isascii():
        return frozenset()
    names = (unicodedata.name(c, "UNNAMED").split()[0] for c in set(text) if c.isalpha() and not c.isascii())
    found = {"EAST" if name in _EAST else name for name in names}
    # Letters such as "ª" and "µ" are of no script by name; they stand in for Latin ones.
    return frozenset(found - {"LATIN", "FEMININE", "MASCULINE", "MICRO", "MODIFIER"})
