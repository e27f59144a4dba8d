"""Articles and quiz questions as the bench reads them, and the rule by which a passage is a hit.

A folder holds `NAME_articles.jsonl` and `NAME_questions.jsonl`, gzipped or not. An article has id, text,
and perhaps title, published and url; a question has id, date, question, answer (a list of strings) and
answer_bearing_ids.
"""

from __future__ import annotations

import gzip
import json
import random
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from rag.errors import UsageError

_SEED = 7
_SUFFIXES = (".jsonl.gz", ".jsonl")


@dataclass(frozen=True, slots=True)
class Story:
    """One article as the data has it; `published` is an ISO date."""

    id: str
    text: str
    title: str | None = None
    published: str | None = None
    url: str | None = None

    @property
    def known(self) -> dict[str, str]:
        """What is known of the article beside its text."""
        told = {"title": self.title, "published": self.published, "url": self.url}
        return {name: value for name, value in told.items() if value}


@dataclass(frozen=True)
class Quiz:
    """One question, its accepted answers, and the articles that hold one of them."""

    id: str
    week: str
    question: str
    answers: tuple[str, ...]
    bearing: frozenset[str]

    @cached_property
    def answer(self) -> re.Pattern[str]:
        """Finds any answer: in any case, and never inside a longer word."""
        either = "|".join(map(re.escape, self.answers))
        return re.compile(rf"(?<!\w)(?:{either})(?!\w)", re.IGNORECASE)


class Found(NamedTuple):
    """A passage that a system returned: the ids of the articles with this text, and its words."""

    articles: Collection[str]
    text: str


@dataclass(frozen=True, slots=True)
class Data:
    """Articles, and the questions that some of them answer."""

    stories: tuple[Story, ...]
    questions: tuple[Quiz, ...]

    @property
    def in_reach(self) -> int:
        """How many questions have an answer that stands in one of its articles by the rule of hits."""
        texts = {story.id: story.text for story in self.stories}
        return sum(any(is_hit(Found((key,), texts[key]), q) for key in q.bearing) for q in self.questions)


def is_hit(found: Found, quiz: Quiz) -> bool:
    """Whether the passage holds an answer and its article is among those that bear one."""
    return not quiz.bearing.isdisjoint(found.articles) and quiz.answer.search(found.text) is not None


def first_hit(found: Iterable[Found], quiz: Quiz) -> int:
    """The rank of the first hit, from 1; 0 when there is none."""
    return next((rank for rank, each in enumerate(found, start=1) if is_hit(each, quiz)), 0)


def holds_within(found: Iterable[Found], quiz: Quiz, characters: int) -> bool:
    """Whether a hit's answer stands within the first so many characters of the passages, end to end."""
    for each in found:
        answer = quiz.answer.search(each.text) if is_hit(each, quiz) else None
        if answer is not None and answer.end() <= characters:
            return True
        characters -= len(each.text)
    return False


def load(folder: Path, articles: int | None = None, questions: int | None = None) -> Data:
    """The data in `folder`, or a sample of it that is the same at every run.

    Only questions that an article here answers are kept. Raises UsageError when the folder does not
    hold such data.
    """
    article_file, question_file = _pair(folder)
    stories = _some([_story(row) for row in _rows(article_file)], articles)
    here = {story.id for story in stories}
    asked = (_quiz(row) for row in _rows(question_file))
    within = (replace(quiz, bearing=quiz.bearing & here) for quiz in asked)
    kept = _some([quiz for quiz in within if quiz.bearing and quiz.answers], questions)
    if not kept:
        raise UsageError(f"{folder}: no question has its answer in these {len(stories)} articles")
    return Data(stories, kept)


def _pair(folder: Path) -> tuple[Path, Path]:
    """The one pair of files that belong together."""
    pairs = []
    for suffix in _SUFFIXES:
        for articles in sorted(folder.glob(f"*_articles{suffix}")):
            begin = articles.name.removesuffix(f"_articles{suffix}")
            beside = (folder / f"{begin}_questions{other}" for other in _SUFFIXES)
            pairs += [(articles, questions) for questions in beside if questions.is_file()]
    if len({articles.name.split("_articles.")[0] for articles, _ in pairs}) != 1:
        what = "no" if not pairs else "more than one"
        raise UsageError(f"{folder}: {what} pair NAME_articles.jsonl(.gz) and NAME_questions.jsonl(.gz)")
    return pairs[0]


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                yield _row(line, f"{path}, line {number}")


def _row(line: str, where: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except ValueError:
        row = None
    if not isinstance(row, dict) or "id" not in row:
        raise UsageError(f"{where}: not a JSON object with an id")
    return row


def _story(row: dict[str, Any]) -> Story:
    known = {name: row.get(name) or None for name in ("title", "published", "url")}
    return Story(id=str(row["id"]), text=str(row.get("text") or ""), **known)


def _quiz(row: dict[str, Any]) -> Quiz:
    answers = row.get("answer") or []
    return Quiz(
        id=str(row["id"]),
        week=str(row.get("date") or ""),
        question=str(row.get("question") or ""),
        answers=tuple(str(answer) for answer in ([answers] if isinstance(answers, str) else answers)),
        bearing=frozenset(map(str, row.get("answer_bearing_ids") or ())),
    )


def _some(items: Sequence[Any], count: int | None) -> tuple[Any, ...]:
    """All of them, or `count` drawn with a fixed seed, in the order in which they came."""
    if count is None or count >= len(items):
        return tuple(items)
    drawn = random.Random(_SEED).sample(range(len(items)), count)  # noqa: S311 - a sample, no secret
    return tuple(items[i] for i in sorted(drawn))


class Names:
    """Which articles of the data have a text; Pressroom keeps exact duplicates once."""

    def __init__(self, stories: Iterable[Story]) -> None:
        self._ids: dict[str, tuple[str, ...]] = {}
        for story in stories:
            key = _plain(story.text)
            self._ids[key] = (*self._ids.get(key, ()), story.id)

    def of(self, text: str) -> tuple[str, ...]:
        """The ids of the articles with this text, white space aside; none when it is not theirs."""
        return self._ids.get(_plain(text), ())


def _plain(text: str) -> str:
    return " ".join(text.split())


def write_lines(stories: Iterable[Story], file: Path) -> Path:
    """The articles as one .jsonl file, a line each."""
    with file.open("w", encoding="utf-8") as out:
        for story in stories:
            out.write(json.dumps(asdict(story), ensure_ascii=False) + "\n")
    return file


def read_lines(file: Path) -> tuple[Story, ...]:
    """The articles that `write_lines` wrote."""
    return tuple(_story(row) for row in _rows(file))


def write_texts(stories: Iterable[Story], folder: Path) -> Path:
    """The articles as a folder of .txt files, with metadata.yaml beside them."""
    import yaml

    folder.mkdir()
    known = {}
    for story in stories:
        name = f"{story.id}.txt"
        (folder / name).write_text(story.text, encoding="utf-8", newline="")
        told = {"title": story.title, "published": story.published, "url": story.url}
        known[name] = {key: value for key, value in told.items() if value}
    (folder / "metadata.yaml").write_text(yaml.safe_dump(known, allow_unicode=True), encoding="utf-8")
    return folder
