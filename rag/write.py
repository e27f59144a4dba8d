"""Question, Evidence -> Draft, by a model; each sentence is checked as it comes, and repaired once.

The model writes plain sentences and names the numbers of offered sentences. The code turns numbers
into places, so a citation cannot be invented: an unknown number is a failed check.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

from rag.chat import complete, stream_chat
from rag.config import Config
from rag.errors import ModelError
from rag.prompts import Prompt, load
from rag.types import Article, DraftSentence, Offered, Question
from rag.verify import Checked, check
from rag.words import content_words, key, words

SILENT_REPLY = "NOT IN ARTICLES"
_STANDALONE_TOKENS = 80
# A model that babbles is not sent all of it back.
_MOST_REPAIRS = 8
_REPAIR_CHARACTERS = 400

# What models make of "[3] [7]": several numbers in one bracket, ranges, a letter before the number,
# full-width brackets. Every repetition is bounded, so that babble costs no more than its length.
_ONE = r"[Ss]?\d{1,4}"
_MARK = re.compile(rf"[\[【] ?{_ONE}(?: ?[,;–-] ?{_ONE}){{0,20}} ?[\]】]")
_LONGEST_MARK = 200
_BEFORE_STOP = re.compile(r" ([.,;!?])")
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

    def standalone(self, question: Question, deadline: float) -> str:
        """The question rewritten so that it needs no earlier one.

        Raises ModelError when the model fails, or brings in words that nobody asked with.
        """
        values = {
            "history": "\n".join(f"- {_line(earlier)}" for earlier in question.history),
            "question": _line(question.text),
        }
        reply = complete(self._config, self._standalone.fill(values), deadline, _STANDALONE_TOKENS)
        lines = [line for line in reply.splitlines() if line.strip()]
        asked = {key(word) for text in (question.text, *question.history) for word in words(text)}
        if len(lines) != 1 or not {key(word) for word in content_words(lines[0])} <= asked:
            raise ModelError("the model did not rewrite the question, or added to it")
        return _line(lines[0])

    def compose(
        self, question: Question, offered: Sequence[Offered], today: date, deadline: float
    ) -> Iterator[Checked]:
        """The model's sentences, checked, in answer order; none at all when it says it is silent.

        Sentences pass on as they come until one fails. From there on they wait until the failed
        ones have been repaired, once, so that what is shown is never taken back or reordered.
        `deadline` is a time of time.monotonic(). Raises ModelError, at the first sentence or later.
        """
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
    held, seen = "", 0
    for piece in pieces:
        held += piece
        while True:
            cut, seen = _cut(held, seen)
            if cut is None:
                break
            yield held[:cut]
            held = held[cut:]
    yield from (line for line in held.split("\n") if line.strip())


def _cut(held: str, seen: int) -> tuple[int | None, int]:
    """Where the first complete sentence in `held` ends, or None when more must be seen first.

    Also from where to look the next time, so that a long reply is not read over and over.
    """
    line_end = held.find("\n", seen)
    end = len(held) if line_end < 0 else line_end
    look_from = max(seen, end - _LONGEST_MARK)
    for found in _MARK.finditer(held, seen, end):
        after = found.end()
        while after < end and held[after] in " .!?\t":
            after += 1
        if after < end and held[after] not in "[【":
            return after, 0
        look_from = found.start()
    return (line_end + 1, 0) if line_end >= 0 else (None, look_from)


def parse(unit: str) -> DraftSentence | None:
    """A sentence and the numbers it names, from one unit of a reply; None for an empty one."""
    text = _BULLET.sub("", unit.strip()).replace("**", "")
    marks = _MARK.findall(text)
    numbers = tuple(dict.fromkeys(int(n) for mark in marks for n in _NUMBER.findall(mark)))
    plain = _BEFORE_STOP.sub(r"\1", " ".join(_MARK.sub(" ", text).split()))
    return DraftSentence(plain, numbers) if re.search(r"\w", plain) else None


def is_silence(unit: str) -> bool:
    """Whether a unit of a reply says that the articles do not answer."""
    return SILENT_REPLY in unit.upper().replace("_", " ")
