"""Question, Evidence -> Draft, by a model; each sentence is checked as it comes, and repaired once.

The model writes plain sentences and names the numbers of offered sentences. The code turns numbers
into places, so a citation cannot be invented: an unknown number is a failed check.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

from rag.chat import complete, stream_chat
from rag.config import Config
from rag.errors import ModelError
from rag.prompts import Prompt, load
from rag.types import Article, DraftSentence, Offered, Question
from rag.verify import Checked, check

SILENT_REPLY = "NOT IN ARTICLES"
_STANDALONE_TOKENS = 80
# A model that babbles is not sent all of it back.
_MOST_REPAIRS = 8
_REPAIR_CHARACTERS = 400
_STANDALONE_CHARACTERS = 400

# What models make of "[3] [7]": several numbers in one bracket, ranges, a letter before the number,
# full-width brackets.
_ONE = r"[Ss]?\d{1,4}"
_MARKS = re.compile(rf"(?:\s*[\[【]\s*{_ONE}(?:\s*[,;–-]\s*{_ONE})*\s*[\]】])+")
_NUMBER = re.compile(r"\d{1,4}")
_BULLET = re.compile(r"^\s*(?:[-*•]\s+|\d{1,2}[.)]\s+|#+\s*)")


class Writer:
    """A configured model with its prompts. Raises PromptError when a prompt cannot be used."""

    def __init__(self, config: Config, folder: Path) -> None:
        self._config = config
        self._answer = load("answer", folder)
        self._repair = load("repair", folder)
        self._standalone = load("standalone", folder)

    @property
    def versions(self) -> dict[str, str]:
        """The version of each prompt, by name."""
        return {p.name: p.version for p in (self._answer, self._repair, self._standalone)}

    def standalone(self, question: Question) -> str:
        """The question rewritten so that it needs no earlier one. Raises ModelError."""
        values = {
            "history": "\n".join(f"- {_line(earlier)}" for earlier in question.history),
            "question": _line(question.text),
        }
        deadline = time.monotonic() + self._config.deadline_s
        reply = complete(self._config, self._standalone.fill(values), deadline, _STANDALONE_TOKENS)
        lines = [line for line in reply.splitlines() if line.strip()]
        if len(lines) != 1 or len(lines[0]) > _STANDALONE_CHARACTERS or "?" not in lines[0]:
            raise ModelError("the model did not rewrite the question")
        return _line(lines[0])

    def compose(self, question: Question, offered: Sequence[Offered], today: date) -> Iterator[Checked]:
        """The model's sentences, checked, in answer order; none at all when it says it is silent.

        Sentences pass on as they come until one fails. From there on they wait until the failed
        ones have been repaired, once, so that what is shown is never taken back or reordered.
        Raises ModelError, at the first sentence or later.
        """
        deadline = time.monotonic() + self._config.deadline_s
        known = {sentence.number: sentence for sentence in offered}
        evidence = numbered(offered)
        values = {
            "question": question.standalone,
            "evidence": evidence,
            "today": f"{today:%d %B %Y}",
        }
        held: list[Checked] = []
        for checked in self._checked(self._answer, values, known, deadline):
            if held or not checked.passed:
                held.append(checked)
            else:
                yield checked
        if held:
            yield from self._repaired(question, evidence, held, known, deadline)

    def _checked(
        self,
        prompt: Prompt,
        values: Mapping[str, str],
        known: Mapping[int, Offered],
        deadline: float,
    ) -> Iterator[Checked]:
        """Each sentence of the reply, checked. A reply of neither words nor silence is an error."""
        pieces = stream_chat(self._config, prompt.fill(values), deadline)
        spoken = False
        for unit in units(pieces):
            draft = None if is_silence(unit) else parse(unit)
            spoken = spoken or draft is not None or is_silence(unit)
            if draft is not None:
                yield check(draft, known)
        if not spoken:
            raise ModelError("the model wrote no sentence")

    def _repaired(
        self,
        question: Question,
        evidence: str,
        held: Sequence[Checked],
        known: Mapping[int, Offered],
        deadline: float,
    ) -> Iterator[Checked]:
        """The held sentences, each failed one replaced by its repair if that passes."""
        failed = [checked for checked in held if not checked.passed][:_MOST_REPAIRS]
        values = {
            "question": question.standalone,
            "evidence": evidence,
            "failed": "\n".join(
                f"- {_line(c.draft.text)[:_REPAIR_CHARACTERS]} (it {c.reason})" for c in failed
            ),
        }
        try:
            repairs = iter([c for c in self._checked(self._repair, values, known, deadline) if c.passed])
        except ModelError:
            repairs = iter(())
        for checked in held:
            if checked.passed:
                yield checked
            else:
                yield next(repairs, checked)


def numbered(offered: Iterable[Offered]) -> str:
    """The evidence as a model sees it: each article's line, then its numbered sentences."""
    lines: list[str] = []
    current: Article | None = None
    for sentence in offered:
        if current is None or sentence.article.id != current.id:
            current = sentence.article
            day = current.published.isoformat() if current.published else "undated"
            lines.append(f"-- {_line(current.outlet or 'unknown outlet')}, {day}: {_line(current.title)}")
        lines.append(f"[{sentence.number}] {_line(sentence.quote)}")
    return "\n".join(lines)


def _line(text: str) -> str:
    return " ".join(text.split())


def units(pieces: Iterable[str]) -> Iterator[str]:
    """The sentences of a streamed reply, each as soon as it is complete with its marks.

    A sentence ends at the end of a line, or after its marks when something else follows them. How
    the reply was cut into pieces makes no difference.
    """
    held = ""
    for piece in pieces:
        held += piece
        while (cut := _cut(held)) is not None:
            yield held[:cut]
            held = held[cut:]
    yield from (line for line in held.split("\n") if line.strip())


def _cut(held: str) -> int | None:
    """Where the first complete sentence in `held` ends, or None when more must be seen first."""
    line_end = held.find("\n")
    end = len(held) if line_end < 0 else line_end
    for found in _MARKS.finditer(held, 0, end):
        after = found.end()
        while after < end and held[after] in " .!?\t":
            after += 1
        if after < end and held[after] not in "[【":
            return after
    return line_end + 1 if line_end >= 0 else None


def parse(unit: str) -> DraftSentence | None:
    """A sentence and the numbers it names, from one unit of a reply; None for an empty one."""
    text = _BULLET.sub("", unit.strip()).replace("**", "")
    marks = _MARKS.findall(text)
    numbers = tuple(dict.fromkeys(int(n) for mark in marks for n in _NUMBER.findall(mark)))
    plain = _MARKS.sub("", text).strip()
    return DraftSentence(plain, numbers) if re.search(r"\w", plain) else None


def is_silence(unit: str) -> bool:
    """Whether a unit of a reply says that the articles do not answer."""
    return SILENT_REPLY in unit.upper().replace("_", " ")
