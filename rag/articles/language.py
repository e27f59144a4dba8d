"""Which language a text is in, when its source does not say."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from rag.types import Span

# English is told by its small words alone: the model costs a second to load and most news is English.
_ENGLISH = frozenset("the of to and in a that for on with was is by as at from his said were has".split())
_ENGLISH_SHARE = 0.2
_ENGLISH_DISTINCT = 5
_WORD = re.compile(r"[a-zA-Z]+")
# What is looked at, counted in characters; more makes it slower and hardly surer.
_LOOKED_AT = 600
# Below this the model guesses from names; scripts that need few letters a word need few.
_AT_LEAST = 40
_AT_LEAST_EAST = 15
_EAST = re.compile("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_SURE = 0.9


def language_of(text: str, body: Sequence[Span]) -> str | None:
    """The ISO 639-1 code of the language of a text's article, or None when that is not sure."""
    sample = _sample(text, body)
    words = [word.lower() for word in _WORD.findall(sample)]
    small = [word for word in words if word in _ENGLISH]
    if len(small) >= max(_ENGLISH_SHARE * len(words), 1) and len(set(small)) >= _ENGLISH_DISTINCT:
        return "en"
    enough = _AT_LEAST_EAST if len(_EAST.findall(sample)) * 2 > len(sample) else _AT_LEAST
    if sum(map(str.isalpha, sample)) < enough:
        return None
    try:
        code, sure = _identifier().classify(sample)
    except OSError:
        # The model unpacks itself into the folder for temporary files, which may be full.
        return None
    return code if sure >= _SURE and len(code) == 2 else None


def _sample(text: str, body: Sequence[Span]) -> str:
    parts: list[str] = []
    room = _LOOKED_AT
    for span in body:
        if room <= 0:
            break
        parts.append(text[span.start : min(span.end, span.start + room)])
        room -= len(parts[-1])
    return " ".join(parts)


@lru_cache(maxsize=1)
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
