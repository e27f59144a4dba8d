"""A scripted model in the place of an endpoint: what it writes is known, so faults of the checks show."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from rag.words import content_words, key

# What no article says. Whoever shows it has not checked.
LIE = "Admiral Zebulon Quorra"

_LINE = re.compile(r"^\[(\d+)\] (.+)$", re.MULTILINE)
_ASKED = re.compile(r"^Question: (.+)$", re.MULTILINE)


def replies(_config: Any, messages: Any, *_: Any, **__: Any) -> Iterator[str]:
    """A stream as `rag.chat.stream_chat` gives it.

    First the last sentence of the evidence, truly, then a lie that cites the likeliest one; asked to repair
    that, the likeliest sentence as it stands.
    """
    prompt = str(messages[-1]["content"])
    offered = _LINE.findall(prompt)
    asked = _ASKED.search(prompt)
    if not offered or asked is None:
        return iter(["NOT IN ARTICLES"])
    wanted = {key(word) for word in content_words(asked.group(1))}
    number, text = max(offered, key=lambda each: _shared(each[1], wanted))
    if "<failed>" in prompt:
        return iter([f"{text} [{number}]\n"])
    last, other = offered[-1]
    return iter([f"{other} [{last}]\n", f"{LIE} said so in 1801. [{number}]\n"])


def _shared(text: str, wanted: set[str]) -> int:
    return len(wanted & {key(word) for word in content_words(text)})
