"""Questions beside windows of neighbouring sentences, made from public question-answering data.

Fields of the files stand in the model card. Whatever is held out for measuring (`held_out`) never comes here.
"""

from __future__ import annotations

import math
import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from evals.reader.data import bounded, held_out, lines
from rag.sentences import sentence_spans
from tools.reader.opposite import turned

_SHORTEST, _LONGEST = 220, 900
_REPEAT_SQUAD2, _REPEAT_NEWS = 4, 2
_TURNED, _FOREIGN = 0.42, 0.32
_NEAR_FROM = 0.25
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Example:
    """A question beside a window: a heading, sentences, and the answers that count, if any stands there."""

    question: str
    heading: str
    sentences: tuple[str, ...]
    answers: tuple[str, ...]


def examples(folder: Path, share: float, seed: int) -> list[Example]:
    """What is trained on, with this share of SQuAD's questions, in random order."""
    draw = random.Random(seed)
    found = [*_squad(folder, share, draw)]
    for _ in range(_REPEAT_SQUAD2):
        found += _squad2(folder, draw)
    for _ in range(_REPEAT_NEWS):
        found += _news(folder, draw)
    draw.shuffle(found)
    return found


@cache
def cut(text: str) -> tuple[str, ...]:
    """The sentences of a text."""
    return tuple(text[a:b] for a, b in sentence_spans(text))


@cache
def words(text: str) -> frozenset[str]:
    """The distinct words of a text, in small letters."""
    return frozenset(_WORD.findall(text.lower()))


def _window(sentences: Sequence[str], around: int, draw: random.Random) -> tuple[str, ...]:
    """Neighbouring sentences with the one at `around` among them, of a drawn length in characters."""
    target = draw.randint(_SHORTEST, _LONGEST)
    first, last = around, around + 1
    size = len(sentences[around])
    while size < target and (first > 0 or last < len(sentences)):
        if first > 0 and (last == len(sentences) or draw.random() < 0.5):
            first -= 1
            size += len(sentences[first])
        else:
            size += len(sentences[last])
            last += 1
    return tuple(sentences[first:last])


def _squad(folder: Path, share: float, draw: random.Random) -> Iterator[Example]:
    by_title: dict[str, list[dict[str, Any]]] = {}
    for row in lines(folder / "squad_train.jsonl.gz"):
        by_title.setdefault(row["title"], []).append(row)
    for title, rows in by_title.items():
        topic = _Topic(title, [row["context"] for row in rows], draw)
        for row in rows:
            for qa in row["qas"]:
                if draw.random() < share:
                    yield from topic.around(qa["question"], tuple(qa["answers"]), row["context"])


def _weights(texts: Sequence[str]) -> dict[str, float]:
    counts = Counter(word for text in texts for word in words(text))
    return {word: math.log(1 + len(texts) / count) for word, count in counts.items()}


class _Topic:
    """The paragraphs of one title, which are near enough to be mistaken for each other."""

    def __init__(self, title: str, texts: Sequence[str], draw: random.Random) -> None:
        self._title, self._texts, self._draw = title, texts, draw
        self._weight = _weights(texts)

    def around(self, question: str, answers: tuple[str, ...], context: str) -> Iterator[Example]:
        """The question beside its window, perhaps turned to its opposite, perhaps beside a foreign window."""
        sentences, found, draw = cut(context), bounded(answers), self._draw
        bearing = [i for i, s in enumerate(sentences) if found.search(s)]
        if not bearing:
            return
        window = _window(sentences, draw.choice(bearing), draw)
        heading = self._title if draw.random() < 0.6 else ""
        yield Example(question, heading, window, answers)
        if draw.random() < _TURNED:
            other = turned(question, context, draw.choice(self._texts), draw)
            if other:
                yield Example(other, heading, window, ())
        if draw.random() < _FOREIGN:
            foreign = self._foreign(question, found, context)
            if foreign:
                yield Example(question, heading, foreign, ())

    def _foreign(self, question: str, found: re.Pattern[str], context: str) -> tuple[str, ...] | None:
        """A window of another paragraph that holds much of the question and no answer."""
        asked = words(question)
        ranked = sorted(
            (t for t in self._texts if t != context and not found.search(t)),
            key=lambda t: -sum(self._weight[w] for w in asked & words(t)),
        )[:3]
        return _best_window(question, self._draw.choice(ranked), self._weight, self._draw) if ranked else None


def _best_window(question: str, text: str, weight: dict[str, float], draw: random.Random) -> tuple[str, ...]:
    sentences, asked = cut(text), words(question)
    held = [sum(weight.get(w, 1.0) for w in asked & words(s)) for s in sentences]
    return _window(sentences, max(range(len(sentences)), key=held.__getitem__), draw)


def _squad2(folder: Path, draw: random.Random) -> Iterator[Example]:
    for row in lines(folder / "squad2_dev_half.jsonl.gz"):
        if held_out(row["title"]):
            continue
        sentences = cut(row["context"])
        for qa in row["qas"]:
            heading = row["title"] if draw.random() < 0.5 else ""
            if qa["unanswerable"]:
                start = _best_window(qa["question"], row["context"], {}, draw)
                window = start if draw.random() < 0.5 else sentences
                yield Example(qa["question"], heading, window, ())
                continue
            found = bounded(qa["answers"])
            bearing = [i for i, s in enumerate(sentences) if found.search(s)]
            if bearing:
                near = _window(sentences, draw.choice(bearing), draw)
                window = near if draw.random() < 0.5 else sentences
                yield Example(qa["question"], heading, window, tuple(qa["answers"]))


def _news(folder: Path, draw: random.Random) -> Iterator[Example]:
    """Quiz questions beside windows of the articles that bear the answer, and of others that are near."""
    stories = {row["id"]: row for row in lines(folder / "news_articles.jsonl.gz")}
    weight = _weights([row["text"] for row in stories.values()])
    for row in lines(folder / "news_questions.jsonl.gz"):
        question, answers = row["question"], tuple(row["answer"])
        bound = bounded(answers)
        guessed = "rue or false" in question or max(map(len, answers)) < 3 or bound.search(question)
        if held_out(row["date"]) or guessed:
            continue
        bearing = [stories[key] for key in row["answer_bearing_ids"] if key in stories]
        for story in draw.sample(bearing, min(3, len(bearing))):
            told = ", ".join(filter(None, (story["title"], story["published"])))
            near = _nearness(question, cut(story["text"]), weight)
            for window, answered in _of_story(story["text"], near, bound, draw):
                heading = told if draw.random() < 0.5 else ""
                yield Example(question, heading, window, answers if answered else ())


def _nearness(question: str, sentences: Sequence[str], weight: dict[str, float]) -> list[float]:
    """The share of the question's words, by weight, in each sentence and its neighbours."""
    asked = words(question)
    total = sum(weight.get(w, 1.0) for w in asked) or 1.0
    around = (asked & words(" ".join(sentences[max(0, i - 1) : i + 2])) for i in range(len(sentences)))
    return [sum(weight.get(w, 1.0) for w in held) / total for held in around]


def _of_story(
    text: str, near: Sequence[float], bound: re.Pattern[str], draw: random.Random
) -> Iterator[tuple[tuple[str, ...], bool]]:
    """A window with the answer where much of the question is near, and a near one without; which is which."""
    sentences = cut(text)
    bearing = [i for i, s in enumerate(sentences) if bound.search(s)]
    if bearing:
        best = max(bearing, key=near.__getitem__)
        if near[best] > _NEAR_FROM:
            yield _window(sentences, best, draw), True
    others = sorted((i for i in range(len(sentences)) if i not in bearing), key=lambda i: -near[i])[:3]
    if others:
        window = _window(sentences, draw.choice(others), draw)
        if not any(bound.search(s) for s in window):
            yield window, False
