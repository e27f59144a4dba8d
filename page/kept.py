"""A conversation <-> the text that a browser keeps of it, signed, so that nothing unchecked comes back.

What is kept names places in articles; their texts are read from the library again, and hold the quotes.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from page.turns import Turn, Turns
from rag import Answer, Assistant, Citation, PressroomError, Sentence
from rag.types import Article, Dropped, Filters, Nearest, Question, Span, Trace

_FORM = 1
_KEY_FILE = "page.key"
_GONE = "This answer rested on an article that is not in the library any more."


def key_in(folder: Path) -> bytes:
    """The secret that signs what browsers keep, made in `folder` at first; only its owner may read it.

    Raises OSError when it can neither be read nor made.
    """
    path = folder / _KEY_FILE
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes()
    with os.fdopen(handle, "wb") as file:
        file.write(secrets.token_bytes(32))
    return path.read_bytes()


def keep(turns: Turns, name: str, key: bytes) -> str:
    """The finished turns of the conversation `name` as one line of JSON; nothing when there are none."""
    kept = [_kept(turn.answer, turn) for turn in turns if turn.answer is not None]
    if not kept:
        return ""
    told = json.dumps({"form": _FORM, "name": name, "turns": kept}, ensure_ascii=False)
    return json.dumps({"sign": _sign(told, key), "told": told}, ensure_ascii=False)


def restore(kept: str, assistant: Assistant, key: bytes) -> tuple[str, Turns]:
    """The name and the turns of what a browser kept; an empty conversation when it is not what was signed."""
    try:
        sealed = json.loads(kept)
        told = str(sealed["told"])
        if not hmac.compare_digest(str(sealed["sign"]), _sign(told, key)):
            return "", ()
        stored = json.loads(told)
    except (ValueError, KeyError, TypeError, RecursionError):
        return "", ()
    if stored.get("form") != _FORM:
        return "", ()
    return str(stored["name"]), tuple(_turn(turn, assistant) for turn in stored["turns"])


def _sign(told: str, key: bytes) -> str:
    return hmac.new(key, told.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def _kept(answer: Answer, turn: Turn) -> dict[str, Any]:
    question, filters = answer.question, answer.question.filters
    return {
        "asked": [question.text, list(question.history), question.standalone, list(question.topic)],
        "filters": [str(filters.since or ""), str(filters.until or ""), filters.outlet],
        "silence": answer.silence,
        "voice": [answer.model, answer.confidence, answer.incomplete, list(answer.trace.notes)],
        "sentences": [[s.text, s.verdict, s.reason, [c.n for c in s.citations]] for s in answer.sentences],
        "cited": {str(c.n): [c.article.id, c.start, c.end, c.focus] for c in answer.citations},
        "dropped": [[d.text, d.reason] for d in answer.dropped],
        "nearest": [[n.article.id, n.why] for n in answer.nearest],
        "suggested": turn.suggested,
        "rated": turn.rated,
    }


def _turn(kept: Mapping[str, Any], assistant: Assistant) -> Turn:
    text, history, standalone, topic = kept["asked"]
    since, until, outlet = kept["filters"]
    filters = Filters(_day(since), _day(until), outlet=outlet)
    question = Question(text, tuple(history), filters, None, standalone, tuple(topic))
    try:
        answer = _answer(kept, question, assistant)
    except PressroomError:
        return Turn(question, failed=_GONE)
    return Turn(question, answer.sentences, answer, tuple(kept["suggested"]), rated=kept["rated"])


def _answer(kept: Mapping[str, Any], question: Question, assistant: Assistant) -> Answer:
    """The answer with its articles read anew. Raises ArticleError when one of them is gone."""
    cited = {int(n): _citation(int(n), place, assistant) for n, place in kept["cited"].items()}
    sentences = tuple(
        Sentence(text, tuple(cited[n] for n in numbers), verdict, reason)
        for text, verdict, reason, numbers in kept["sentences"]
    )
    model, confidence, incomplete, notes = kept["voice"]
    return Answer(
        question=question,
        status="answered" if sentences else "not_in_articles",
        sentences=sentences,
        dropped=tuple(Dropped(*each) for each in kept["dropped"]),
        evidence=(),
        nearest=_nearest(kept["nearest"], assistant),
        silence=kept["silence"],
        model=model,
        confidence=confidence,
        trace=Trace(assistant.config.fingerprint, notes=tuple(notes)),
        incomplete=incomplete,
    )


def _citation(n: int, place: Sequence[Any], assistant: Assistant) -> Citation:
    name, start, end, focus = place
    article = assistant.article(name)
    return Citation(n, article, start, end, article.text[start:end], Span(*focus) if focus else None)


def _nearest(kept: Sequence[Sequence[str]], assistant: Assistant) -> tuple[Nearest, ...]:
    """Those of the nearest articles that are there still."""
    found = [(_article(name, assistant), why) for name, why in kept]
    return tuple(Nearest(article, why) for article, why in found if article is not None)


def _article(name: str, assistant: Assistant) -> Article | None:
    try:
        return assistant.article(name)
    except PressroomError:
        return None


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
