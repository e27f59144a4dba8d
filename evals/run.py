"""Ask every case, score every answer, and keep the records."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from evals.cases import Case
from evals.score import Score, lost, score
from evals.statistics import wilson
from evals.suites import Suite
from rag import Assistant, Config
from rag.inference import tokenizer
from rag.types import Answer, number_sentences

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Record:
    """What became of one case: its answer and scores, or the error that it ended with.

    `tokens` counts, as the built-in models do, what the evidence and the answer are long.
    """

    case: Case
    answer: Answer | None
    scores: tuple[Score, ...]
    error: str | None = None
    suite: str = ""
    tokens: tuple[int, int] = field(default=(0, 0), compare=False)

    @property
    def passed(self) -> bool:
        """Whether every score passed; a crash never does."""
        return self.error is None and all(score.passed for score in self.scores)

    @property
    def lost(self) -> str:
        """The step that lost what was due, or nothing where nothing was."""
        if self.answer is None or self.passed or self.case.status != "answered":
            return ""
        return lost(self.case, self.answer)

    @property
    def cluster(self) -> str:
        """The article that it leans on, or the case itself where it leans on none."""
        return f"{self.suite}/{self.case.cite[0]}" if self.case.cite else self.case.id

    @property
    def ms(self) -> dict[str, float]:
        """Milliseconds a step."""
        return dict(self.answer.trace.ms) if self.answer else {}

    def value(self, name: str) -> float | None:
        """A score by its name; a crash scores nothing wherever a score was due."""
        return next((s.value for s in self.scores if s.name == name), None)

    def to_dict(self) -> dict[str, Any]:
        """The record as a JSON object, the same whenever the answer is the same: without its times."""
        answer = self.answer.to_dict() if self.answer else None
        if answer:
            del answer["trace"]["ms"]
        return {
            "id": self.case.id,
            "suite": self.suite,
            "kind": self.case.kind,
            "passed": self.passed,
            "error": self.error,
            "lost": self.lost,
            "scores": {s.name: {"value": round(s.value, 4), "reason": s.reason} for s in self.scores},
            "tokens": {"evidence": self.tokens[0], "answer": self.tokens[1]},
            "answer": answer,
        }


@dataclass(frozen=True, slots=True)
class Rate:
    """How many of how many, with the 95 % interval."""

    name: str
    right: int
    total: int

    @property
    def share(self) -> float:
        """The rate, 0 to 1; 1 when there was nothing to get wrong."""
        return self.right / self.total if self.total else 1.0

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's 95 % interval."""
        return wilson(self.right, self.total)


def ask_suites(suites: Sequence[Suite], config: Config, tell: Tell = lambda _: None) -> list[Record]:
    """One record a case, suite by suite, each asked in a library of its own that is gone afterwards."""
    return [record for suite in suites for record in _ask_suite(suite, config, tell)]


def _ask_suite(suite: Suite, config: Config, tell: Tell) -> list[Record]:
    with ready(suite, config) as assistant:
        return [replace(record, suite=suite.name) for record in ask_all(assistant, suite.cases, tell)]


@contextmanager
def ready(suite: Suite, config: Config) -> Iterator[Assistant]:
    """An assistant of the suite's articles; what changed since was taken in as it was before."""
    with tempfile.TemporaryDirectory(prefix="pressroom-evals-") as home:
        articles = Path(home) / "articles"
        shutil.copytree(suite.articles, articles)
        own = replace(config, home=Path(home), cache=Path(home) / "cache", folder=articles)
        if suite.earlier is not None:
            shutil.copytree(suite.earlier, articles, dirs_exist_ok=True)
            with Assistant(own, [articles]) as before:
                before.collection.shelf()
            shutil.copytree(suite.articles, articles, dirs_exist_ok=True)
        with Assistant(own, [articles]) as assistant:
            yield assistant


def ask_all(assistant: Assistant, cases: Iterable[Case], tell: Tell = lambda _: None) -> list[Record]:
    """One record a case, in order; an error is a record too."""
    records = []
    for case in cases:
        records.append(_record(assistant, case))
        tell(case.id)
    return records


def _record(assistant: Assistant, case: Case) -> Record:
    try:
        answer = assistant.ask(case.question, case.history, case.filters, case.id)
        return Record(case, answer, score(case, answer), tokens=_tokens(answer))
    except Exception as error:  # noqa: BLE001 - a crash is a record, never an end of the run
        return Record(case, None, (), f"{type(error).__name__}: {error}")


def _tokens(answer: Answer) -> tuple[int, int]:
    offered = " ".join(sentence.quote for sentence in number_sentences(answer.evidence))
    coded = tokenizer().encode_batch([offered, answer.text], add_special_tokens=False)
    return len(coded[0].ids), len(coded[1].ids)


def write(folder: Path, records: Sequence[Record], texts: dict[str, str]) -> None:
    """The records (records.jsonl), their times (times.jsonl) and `texts` by file name, in a new folder.

    The records are the same, byte for byte, whenever the answers are.
    """
    folder.mkdir(parents=True)
    texts = {
        "records.jsonl": "".join(_line(record.to_dict()) for record in records),
        "times.jsonl": "".join(_line({"id": r.case.id, "ms": r.ms}) for r in records),
        **texts,
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False) + "\n"
