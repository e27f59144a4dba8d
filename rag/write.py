"""Question, Evidence -> Draft, by a model; each sentence is checked as it comes, and repaired once.

The model writes plain sentences and names the numbers of offered sentences. The code turns numbers
into places, so a citation cannot be invented: an unknown number is a failed check.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path

from rag.chat import complete, stream_chat
from rag.config import Config
from rag.errors import ModelError
from rag.prompts import Prompt, load
from rag.protocol import THOUGHT, is_silence, parse, units, visible
from rag.sentences import sentence_spans
from rag.types import Article, DraftSentence, Offered, Question
from rag.verify import Checked, check
from rag.words import content_words, key, words

# A prompt and its values -> what becomes of the reply, sentence by sentence.
_Read = Callable[[Prompt, Mapping[str, str]], Iterator[Checked | None]]

_STANDALONE_TOKENS = 80
# A model that babbles is not sent all of it back.
_MOST_REPAIRS = 8
_REPAIR_CHARACTERS = 400

# What an article could forge: the fence around the evidence and the tokens of chat templates, all of which
# need angle brackets; numbered sentences; template tags in square brackets; the line of an article.
_ANGLES = str.maketrans("<>＜＞", "‹›‹›")
_OPEN, _CLOSE = r"[\[【［〔〖⟦{]", r"[\]】］〕〗⟧}]"
_NUMBERED = r"[\W_]{0,3}(?:[A-Za-z]{1,9}[\W_]{0,2})?\d"
_FORGED = (
    (re.compile(rf"{_OPEN}({_NUMBERED}[\d\s,;–-]{{0,20}}|/?[A-Z_]{{2,20}}){_CLOSE}"), r"(\1)"),
    (re.compile(rf"{_OPEN}(?={_NUMBERED})"), "("),
    (re.compile(r"-{2,}"), "—"),
)


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
            "history": "\n".join(f"- {as_data(earlier)}" for earlier in question.history),
            "question": as_data(question.text) or "?",
        }
        reply = complete(
            self._config, self._standalone.fill(values), deadline, _STANDALONE_TOKENS, whole=True
        )
        lines = [draft.text for draft in map(parse, units([reply])) if draft is not None]
        asked = {key(word) for text in (question.text, *question.history) for word in words(text)}
        if len(lines) != 1 or not {key(word) for word in content_words(lines[0])} <= asked:
            raise ModelError("the model did not rewrite the question, or added to it")
        return lines[0]

    def compose(
        self,
        question: Question,
        offered: Sequence[Offered],
        today: date,
        deadline: float,
        judged: Callable[[Checked], Checked] = lambda checked: checked,
    ) -> Iterator[Checked]:
        """The model's sentences, checked, in answer order; none at all when it says it is silent.

        Sentences pass on as they come until one fails. From there on they wait until the failed
        ones have been repaired, once, so that what is shown is never taken back or reordered.
        `judged` may fail a sentence that passed.
        `deadline` is a time of time.monotonic(). Raises ModelError, at the first sentence or later;
        what waited by then comes before it, unrepaired, and the sentence that was cut does not.
        """
        known = {sentence.number: sentence for sentence in offered}
        evidence = numbered(offered)
        values = {
            # What was asked may be nothing that can be seen.
            "question": as_data(question.standalone) or "?",
            "evidence": evidence,
            "today": f"{today:%d %B %Y}",
        }

        def read(prompt: Prompt, values: Mapping[str, str]) -> Iterator[Checked | None]:
            for checked in self._checked(prompt, values, known, deadline):
                yield checked if checked is None else judged(checked)

        held: list[Checked] = []
        shown: set[DraftSentence] = set()
        try:
            for checked in read(self._answer, values):
                if checked is None:
                    held.clear()
                elif checked.draft in shown:
                    continue
                elif held or not checked.passed:
                    held.append(checked)
                else:
                    shown.add(checked.draft)
                    yield checked
        except ModelError:
            yield from held
            raise
        if held:
            yield from self._repaired(values, held, shown, read)

    def _checked(
        self,
        prompt: Prompt,
        values: Mapping[str, str],
        known: Mapping[int, Offered],
        deadline: float,
    ) -> Iterator[Checked | None]:
        """Each sentence of the reply, once, checked; None where all before it was thought, not said.

        Raises ModelError for a reply of neither words nor silence, and for one that was cut.
        """
        pieces = stream_chat(self._config, prompt.fill(values), deadline, whole=True)
        said: set[DraftSentence] = set()
        refused = False
        for unit in units(pieces):
            if unit == THOUGHT:
                said, refused = set(), False
                yield None
            for draft in _sentences(parse(unit)):
                silent = is_silence(draft.text, bool(draft.numbers))
                refused = refused or silent
                # What a refusal goes on to say without a source is part of it.
                if silent or draft in said or (refused and not draft.numbers):
                    continue
                said.add(draft)
                yield check(draft, known)
        if not said and not refused:
            raise ModelError("the model wrote no sentence")

    def _repaired(
        self,
        asked: Mapping[str, str],
        held: Sequence[Checked],
        shown: Set[DraftSentence],
        read: _Read,
    ) -> Iterator[Checked]:
        """The held sentences, each failed one replaced by a repair that passes and is new."""
        failed = [checked for checked in held if not checked.passed][:_MOST_REPAIRS]
        values = {
            "question": asked["question"],
            "evidence": asked["evidence"],
            "failed": "\n".join(
                f"- {as_data(c.draft.text)[:_REPAIR_CHARACTERS]} (it {as_data(c.reason)})" for c in failed
            ),
        }
        repairs: list[Checked] = []
        others = shown | {checked.draft for checked in held if checked.passed}
        with suppress(ModelError):
            for repair in read(self._repair, values):
                if repair is None:
                    repairs.clear()
                elif repair.passed and repair.draft not in others:
                    repairs.append(repair)
        waiting = iter(repairs)
        for checked in held:
            yield checked if checked.passed else next(waiting, checked)


def numbered(offered: Iterable[Offered]) -> str:
    """The evidence as a model sees it: each article's line, then its numbered sentences."""
    lines: list[str] = []
    current: Article | None = None
    for sentence in offered:
        if current is None or sentence.article.id != current.id:
            current = sentence.article
            day = current.published.isoformat() if current.published else "undated"
            lines.append(f"-- {as_data(current.outlet or 'unknown outlet')}, {day}: {as_data(current.title)}")
        lines.append(f"[{sentence.number}] {as_data(sentence.quote)}")
    return "\n".join(lines)


def as_data(text: str) -> str:
    """The text on one line, without what cannot be seen and without anything that a prompt is built of."""
    line = " ".join(visible(text).split()).translate(_ANGLES)
    for pattern, plain in _FORGED:
        line = pattern.sub(plain, line)
    return line


def _sentences(draft: DraftSentence | None) -> tuple[DraftSentence, ...]:
    """The draft cut into its sentences, each naming all its numbers, so that each is checked alone.

    It stays whole where a cut would leave half a quotation, or a piece that begins as no sentence does.
    """
    if draft is None:
        return ()
    parts = [draft.text[span.start : span.end] for span in sentence_spans(draft.text)]
    if any(part[0].islower() or part.count('"') % 2 or part.count("“") != part.count("”") for part in parts):
        return (draft,)
    return tuple(replace(draft, text=part) for part in parts)
