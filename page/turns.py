"""One conversation: its questions, and what has come of each so far; pure but for the asking."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from page.asking import Asking
from page.stopping import Places, Stop, come, until
from rag import Answer, Assistant, Citation, PressroomError, Sentence
from rag.assistant import make_question
from rag.rephrase import rephrasings
from rag.show import (
    Tools,
    article_html,
    conversation_html,
    failure_html,
    no_article_html,
    to_html,
    turn_html,
    unfinished_html,
)
from rag.terminal import tell
from rag.types import Article, Question

_SUGGESTED, _TRIED = 2, 6
UNFORESEEN = "it failed; the server's log says why"
_STOPPED = "Stopped. What had passed its checks by then stands here."


@dataclass(frozen=True, slots=True)
class Turn:
    """A question of the conversation and what has come of it so far.

    `suggested` are questions that the articles do answer, where they do not answer this one; `waiting` says
    that others are answered first, `rated` that the answer was rated, and where that was written down.
    """

    question: Question
    sentences: tuple[Sentence, ...] = ()
    answer: Answer | None = None
    suggested: tuple[str, ...] = ()
    failed: str = ""
    stopped: bool = False
    waiting: bool = False
    rated: str = ""

    @property
    def asked(self) -> str:
        """The question as it was typed."""
        return self.question.text

    def html(self, key: str, last: bool = False) -> str:
        """The turn as HTML; `key` tells its citations from those of other turns."""
        tools = Tools(key, again=last, rated=self.rated)
        if self.failed:
            return turn_html(self.question, failure_html(self.failed), tools)
        if self.answer is None:
            note = _STOPPED if self.stopped else ""
            body = unfinished_html(self.sentences, key, note, self.waiting)
            return turn_html(self.question, body, tools if note else None)
        body = to_html(self.answer, key, self.suggested)
        return turn_html(self.answer.question, body, tools, self.answer)

    def sources(self, key: str) -> dict[str, Citation | Article]:
        """What the turn's buttons open, by their key."""
        cited = {f"{key}:{c.n}": c for sentence in self.sentences for c in sentence.citations}
        near = {f"{key}:{n.article.id}": n.article for n in self.answer.nearest} if self.answer else {}
        return {**cited, **near}


Turns = tuple[Turn, ...]


def follow(
    assistant: Assistant, turns: Turns, asking: Asking, stop: Stop, places: Places | None = None
) -> Iterator[Turns]:
    """The conversation with one more question, anew each time that something is known of it.

    Once stopped, it ends with what was known by then, and says so. It waits in line for one of the `places`.
    """
    history = asking.history or asked_before(turns)
    turn = Turn(Question(asking.text, history, asking.filters))
    places = places or Places(1)
    place = places.join()
    try:
        if not place.is_set():
            yield (*turns, replace(turn, waiting=True))
        if come(place, stop):
            yield from ((*turns, grown) for grown in _grown(assistant, turn, asking.quote, stop))
        else:
            yield (*turns, replace(turn, stopped=True))
    finally:
        places.leave(place)


def _grown(assistant: Assistant, turn: Turn, quote: bool, stop: Stop) -> Iterator[Turn]:
    """The turn each time that something more is known of its answer."""
    asked = turn.question
    yield turn
    try:
        turn = replace(turn, question=make_question(asked.text, asked.history, asked.filters, None))
        events = assistant.stream(asked.text, asked.history, asked.filters, quote=quote)
        for event in until(stop, events):
            if isinstance(event, Answer):
                turn = replace(turn, answer=event, sentences=event.sentences)
            else:
                turn = replace(turn, sentences=(*turn.sentences, event))
            yield turn
    except PressroomError as error:
        tell(f"error: {error}")
        yield replace(turn, failed=without_folders(str(error)))
    except Exception as error:  # noqa: BLE001 - it is told, and the next question is to find a page that works
        tell(f"error: unforeseen {type(error).__name__}: {error}")
        yield replace(turn, failed=UNFORESEEN)
    else:
        if turn.answer is None:
            yield replace(turn, stopped=True)
        elif near := suggestions(assistant, turn.answer):
            yield replace(turn, suggested=near)


def asked_before(turns: Turns) -> tuple[str, ...]:
    """The questions that a follow-up follows, those before a link's among them."""
    linked = turns[0].question.history if turns else ()
    return (*linked, *(turn.asked for turn in turns if turn.answer is not None))


def suggestions(assistant: Assistant, answer: Answer) -> tuple[str, ...]:
    """Other ways to ask that do get an answer, where this one got none."""
    found: list[str] = []
    # Nothing is lost but help, should the articles be out of reach meanwhile.
    with suppress(PressroomError):
        for text in () if answer.sentences else rephrasings(answer)[:_TRIED]:
            if len(found) < _SUGGESTED:
                other = assistant.ask(text, filters=answer.question.filters, quote=True)
                found += [text] * (other.status == "answered")
    return tuple(found)


def answers(turns: Turns) -> tuple[Answer, ...]:
    """The answers of the conversation, in order."""
    return tuple(turn.answer for turn in turns if turn.answer is not None)


def talk(turns: Turns, examples: Sequence[str], kept: str = "") -> str:
    """The conversation as HTML; `kept` is what the browser keeps of it."""
    last = len(turns) - 1
    return conversation_html([turn.html(str(i), i == last) for i, turn in enumerate(turns)], examples, kept)


def opened(turns: Turns, key: Any) -> str:
    """The article that a button of the conversation stands for, as HTML."""
    sources = {k: shown for i, turn in enumerate(turns) for k, shown in turn.sources(str(i)).items()}
    shown = sources.get(str(key))
    return no_article_html() if shown is None else article_html(shown, str(key))


def without_folders(message: str) -> str:
    """The message with each path cut down to its last name: where things lie is nobody's business."""
    return re.sub(r"(?<![\w:/])(?:[A-Za-z]:)?[\\/](?:[^\\/\n]+?[\\/])+", "", message)
