"""Questions beside windows of neighbouring sentences, made from public question-answering data.

Fields of the files stand in the model card. Whatever is held out for measuring (`held_out`) never comes here.
"""

from __future__ import annotations

import heapq
import math
import random
import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from evals.reader.data import bounded, held_out, lines
from rag.sentences import sentence_spans
from tools.reader.opposite import turned

_USUAL, _LONGEST = 220, 900
_TURNED = 0.42
_NEAR_FROM = 0.25
_STRANGERS = 6
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Example:
    """A question beside a window: a heading, sentences, and the answers that count, if any stands there."""

    question: str
    heading: str
    sentences: tuple[str, ...]
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mix:
    """What one pass is drawn from: shares of questions, and how often a set is drawn anew.

    `squad` is the share of SQuAD's questions, `foreign` of those that also stand beside another paragraph,
    `short` of the windows that may be as short as a sentence, `strangers` whether questions of news also
    stand beside articles that are near and bear no answer.
    """

    seed: int
    squad: float
    squad2: int
    news: int
    foreign: float
    short: float = 0.0
    strangers: bool = False


def examples(folder: Path, mix: Mix, known: Collection[str] = ()) -> list[Example]:
    """The windows of one pass in random order; SQuAD's questions that are `known` are left out."""
    draw = _Draw(mix)
    found = [*_squad(folder, draw, known)]
    for _ in range(mix.squad2):
        found += _squad2(folder, draw)
    for _ in range(mix.news):
        found += _news(folder, draw)
    draw.shuffle(found)
    return found


class _Draw(random.Random):
    """Chance, as a mix has it."""

    def __init__(self, mix: Mix) -> None:
        super().__init__(mix.seed)
        self.mix = mix

    def size(self) -> int:
        """About how many characters a window shall have."""
        short = self.mix.short > 0 and self.random() < self.mix.short
        return self.randint(0 if short else _USUAL, _USUAL if short else _LONGEST)


@cache
def cut(text: str) -> tuple[str, ...]:
    """The sentences of a text."""
    return tuple(text[a:b] for a, b in sentence_spans(text))


@cache
def words(text: str) -> frozenset[str]:
    """The distinct words of a text, in small letters."""
    return frozenset(_WORD.findall(text.lower()))


def _window(sentences: Sequence[str], around: int, draw: _Draw) -> tuple[str, ...]:
    """Neighbouring sentences with the one at `around` among them, of a drawn length in characters."""
    target = draw.size()
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


def _squad(folder: Path, draw: _Draw, known: Collection[str]) -> Iterator[Example]:
    by_title: dict[str, list[dict[str, Any]]] = {}
    for row in lines(folder / "squad_train.jsonl.gz"):
        by_title.setdefault(row["title"], []).append(row)
    for title, rows in by_title.items():
        topic = _Topic(title, [row["context"] for row in rows], draw)
        for row in rows:
            for qa in row["qas"]:
                if draw.random() < draw.mix.squad and qa["question"] not in known:
                    yield from topic.around(qa["question"], tuple(qa["answers"]), row["context"])


def _weights(texts: Sequence[str]) -> dict[str, float]:
    counts = Counter(word for text in texts for word in words(text))
    return {word: math.log(1 + len(texts) / count) for word, count in counts.items()}


class _Topic:
    """The paragraphs of one title, which are near enough to be mistaken for each other."""

    def __init__(self, title: str, texts: Sequence[str], draw: _Draw) -> None:
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
        if draw.random() < draw.mix.foreign:
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


def _best_window(question: str, text: str, weight: dict[str, float], draw: _Draw) -> tuple[str, ...]:
    sentences, asked = cut(text), words(question)
    held = [sum(weight.get(w, 1.0) for w in asked & words(s)) for s in sentences]
    return _window(sentences, max(range(len(sentences)), key=held.__getitem__), draw)


def _squad2(folder: Path, draw: _Draw) -> Iterator[Example]:
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


def _news(folder: Path, draw: _Draw) -> Iterator[Example]:
    """Quiz questions beside windows of the articles that bear the answer, and of others that are near."""
    stories = {row["id"]: row for row in lines(folder / "news_articles.jsonl.gz")}
    asked = [row for row in lines(folder / "news_questions.jsonl.gz") if not held_out(row["date"])]
    bearing = {row["id"]: [stories[k] for k in row["answer_bearing_ids"] if k in stories] for row in asked}
    pool = {story["id"]: story for found in bearing.values() for story in found}
    paper = _Paper(list(pool.values()), _weights([row["text"] for row in stories.values()]), draw)
    for row in asked:
        question, answers = row["question"], tuple(row["answer"])
        bound = bounded(answers)
        if "rue or false" in question or max(map(len, answers)) < 3 or bound.search(question):
            continue
        found = bearing[row["id"]]
        for story in draw.sample(found, min(3, len(found))):
            near = _nearness(question, cut(story["text"]), paper.weight)
            for window, answered in _of_story(story["text"], near, bound, draw):
                yield Example(question, paper.heading(story), window, answers if answered else ())
        if draw.mix.strangers:
            yield from paper.strangers(question, bound)


class _Paper:
    """The articles of news, of which some are near to a question and do not answer it."""

    def __init__(self, stories: Sequence[dict[str, Any]], weight: dict[str, float], draw: _Draw) -> None:
        self._stories, self.weight, self._draw = stories, weight, draw

    def heading(self, story: dict[str, Any]) -> str:
        """Half of the time, the article's title and day."""
        told = ", ".join(filter(None, (story["title"], story["published"])))
        return told if self._draw.random() < 0.5 else ""

    def strangers(self, question: str, bound: re.Pattern[str]) -> Iterator[Example]:
        """The question beside windows of two of the nearest articles that nowhere hold the answer."""
        asked = words(question)
        near = heapq.nlargest(5 * _STRANGERS, self._stories, key=lambda s: self._held(asked, s["text"]))
        without = [story for story in near if not bound.search(story["text"])][:_STRANGERS]
        for story in self._draw.sample(without, min(2, len(without))):
            window = _best_window(question, story["text"], self.weight, self._draw)
            yield Example(question, self.heading(story), window, ())

    def _held(self, asked: frozenset[str], text: str) -> float:
        return sum(self.weight.get(word, 1.0) for word in asked & words(text))


def _nearness(question: str, sentences: Sequence[str], weight: dict[str, float]) -> list[float]:
    """The share of the question's words, by weight, in each sentence and its neighbours."""
    asked = words(question)
    total = sum(weight.get(w, 1.0) for w in asked) or 1.0
    around = (asked & words(" ".join(sentences[max(0, i - 1) : i + 2])) for i in range(len(sentences)))
    return [sum(weight.get(w, 1.0) for w in held) / total for held in around]


def _of_story(
    text: str, near: Sequence[float], bound: re.Pattern[str], draw: _Draw
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
