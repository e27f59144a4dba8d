"""One conversation: its questions, and what has come of each so far; pure but for the asking."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rag import Answer, Assistant, Citation, PressroomError, Sentence
from rag.show import (
    article_html,
    conversation_html,
    failure_html,
    no_article_html,
    to_html,
    turn_html,
    unfinished_html,
)
from rag.terminal import tell
from rag.types import Article


@dataclass(frozen=True, slots=True)
class Turn:
    """A question of the conversation and what has come of it so far."""

    asked: str
    sentences: tuple[Sentence, ...] = ()
    answer: Answer | None = None
    failed: str = ""

    def html(self, key: str) -> str:
        """The turn as HTML; `key` tells its citations from those of other turns."""
        if self.failed:
            return turn_html(self.asked, failure_html(self.failed))
        if self.answer is None:
            return turn_html(self.asked, unfinished_html(self.sentences, key))
        return turn_html(self.asked, to_html(self.answer, key), self.answer.question)

    def sources(self, key: str) -> dict[str, Citation | Article]:
        """What the turn's buttons open, by their key."""
        cited = {f"{key}:{c.n}": c for sentence in self.sentences for c in sentence.citations}
        near = {f"{key}:{n.article.id}": n.article for n in self.answer.nearest} if self.answer else {}
        return {**cited, **near}


Turns = tuple[Turn, ...]


def follow(assistant: Assistant, turns: Turns, asked: str) -> Iterator[Turns]:
    """The conversation with one more question, anew each time that something is known of it."""
    history = [turn.asked for turn in turns if turn.answer is not None]
    turn = Turn(asked)
    yield (*turns, turn)
    try:
        for event in assistant.stream(asked, history):
            if isinstance(event, Answer):
                turn = replace(turn, answer=event, sentences=event.sentences)
            else:
                turn = replace(turn, sentences=(*turn.sentences, event))
            yield (*turns, turn)
    except PressroomError as error:
        tell(f"error: {error}")
        yield (*turns, replace(turn, failed=without_folders(str(error))))


def talk(turns: Turns, examples: Sequence[str]) -> str:
    """The conversation as HTML."""
    return conversation_html([turn.html(str(i)) for i, turn in enumerate(turns)], examples)


def opened(turns: Turns, key: Any) -> str:
    """The article that a button of the conversation stands for, as HTML."""
    sources = {k: shown for i, turn in enumerate(turns) for k, shown in turn.sources(str(i)).items()}
    shown = sources.get(str(key))
    return no_article_html() if shown is None else article_html(shown, str(key))


def without_folders(message: str) -> str:
    """The message with each path cut down to its last name: where things lie is nobody's business."""
    return re.sub(r"(?<![\w:/])(?:[A-Za-z]:)?[\\/](?:[^\\/\n]+?[\\/])+", "", message)
