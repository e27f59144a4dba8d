"""The steps in order, and nothing else; the one object that command line, page and evals use.

text -> Question -> retrieve -> Evidence -> answer -> Draft -> verify -> Answer
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import TracebackType

from rag import answer as quoting
from rag import reader
from rag.collection import Collection, Report, open_articles, open_home, shelve_texts
from rag.config import Config, data_folder
from rag.embed import Embedder, embedder
from rag.errors import ModelError, UsageError
from rag.retrieve import Shelf, resolve, retrieve
from rag.types import (
    Answer,
    Evidence,
    Filters,
    Offered,
    Question,
    Sentence,
    Trace,
    number_sentences,
)
from rag.understand import correct, understand
from rag.verify import Ledger, check
from rag.words import content_words, key, stem
from rag.write import Writer

MAX_QUESTION = 4_000
_MOST_ABSENT = 3

Event = Sentence | Answer
Tell = Callable[[str], None]


class Assistant:
    """Answers questions about the articles of one library.

    Usable from several threads. `tell` receives one line of progress or warning at a time; it is
    silent unless given. Close it, or use it in a `with` statement.
    """

    def __init__(
        self,
        config: Config | None = None,
        articles: Sequence[str | Path] = (),
        tell: Tell = lambda _: None,
    ) -> None:
        """Set up for `config` (default: the environment's); `articles` asks those paths instead.

        Nothing is opened before the first question. Raises ConfigError.
        """
        self.config = Config.from_env() if config is None else config
        self._paths = tuple(Path(path) for path in articles)
        self._tell = tell
        self._embedder: Embedder = embedder(self.config)
        self._collection: Collection | None = None
        self._writer: Writer | None = None

    def __enter__(self) -> Assistant:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the library; the next question opens it again."""
        if self._collection is not None:
            self._collection.close()
            self._collection = None

    @property
    def collection(self) -> Collection:
        """The library and index, opened (and begun, when new) at first use."""
        if self._collection is None:
            self._collection = self._open()
        return self._collection

    def ask(
        self,
        question: str,
        history: Sequence[str] = (),
        filters: Filters = Filters(),
        id: str | None = None,
    ) -> Answer:
        """The checked answer to a question; `history` holds the earlier questions, oldest first.

        Raises UsageError for a question that is none, LibraryError, IndexFailed or EmbedError when
        the articles cannot be searched. A failing model raises nothing: the answer is quoted.
        """
        return _last(self.stream(question, history, filters, id))

    def stream(
        self,
        question: str,
        history: Sequence[str] = (),
        filters: Filters = Filters(),
        id: str | None = None,
    ) -> Iterator[Event]:
        """Each sentence as it passes its checks, then the Answer. Raises as `ask` does."""
        asked = make_question(question, history, filters, id)
        return self._answer(asked, self.collection.shelf())

    def ask_texts(self, question: str, texts: Iterable[str], history: Sequence[str] = ()) -> Answer:
        """The checked answer from these strings alone; nothing is stored.

        Raises UsageError, and ArticleError for a text that is empty.
        """
        asked = make_question(question, history, Filters(), None)
        shelf = shelve_texts(texts, self.config, self._embedder)
        return _last(self._answer(asked, shelf))

    def _open(self) -> Collection:
        if not self._paths:
            return open_home(self.config, self._embedder, self._tell)
        opened, report = open_articles(self._paths, self.config, self._embedder, self._tell)
        self._report(report)
        return opened

    def _report(self, report: Report) -> None:
        for problem in report.problems:
            self._tell(f"not read: {problem}")

    def _answer(self, asked: Question, shelf: Shelf) -> Iterator[Event]:
        """The way of one question, step by step."""
        run = _Run(self.config)
        with run.step("understand"):
            question = self._understand(asked, shelf, run)
        with run.step("retrieve"):
            evidence = retrieve(question, shelf, self.config.candidates, self.config.evidence)
        offered = number_sentences(evidence)
        with run.step("read"):
            readings = self._read(question, offered, shelf)
        ledger = Ledger()
        if self.config.model and offered:
            yield from self._write(question, offered, ledger, run)
        if run.model == "quote":
            yield from self._quote(readings, offered, ledger, run)
        yield self._assemble(question, evidence, readings, ledger, run, shelf)

    def _understand(self, asked: Question, shelf: Shelf, run: _Run) -> Question:
        question = understand(asked)
        if asked.history and self.config.model:
            try:
                return replace(question, standalone=self._voice().standalone(asked), topic=())
            except ModelError as error:
                run.note(str(error), self._tell)
        library = shelf.library
        return correct(
            question,
            known=lambda word: library.document_frequency([stem(word)])[stem(word)] > 0,
            similar=library.words_like,
        )

    def _read(self, question: Question, offered: Sequence[Offered], shelf: Shelf) -> list[reader.Reading]:
        words = content_words(" ".join((question.standalone, *question.topic)))
        counts = shelf.library.document_frequency([stem(word) for word in words])
        total = shelf.library.passage_count()
        rarity = reader.rarities({word: counts[stem(word)] for word in words}, total)
        return reader.read(reader.ask(question, rarity), offered)

    def _write(
        self, question: Question, offered: Sequence[Offered], ledger: Ledger, run: _Run
    ) -> Iterator[Sentence]:
        """What the model writes and what of it holds; `run.model` says whether it stands."""
        run.prompts = self._voice().versions
        run.model = str(self.config.model)
        with run.step("answer"):
            try:
                for checked in self._voice().compose(question, offered, date.today()):
                    if (sentence := ledger.enter(checked)) is not None:
                        yield sentence
            except ModelError as error:
                ending = "the answer ends with what was checked" if ledger.sentences else "quoting"
                run.note(
                    f"{error}; {ending} instead" if not ledger.sentences else f"{error}; {ending}",
                    self._tell,
                )
                if not ledger.sentences:
                    run.model = "quote"
        if ledger.dropped and not ledger.sentences:
            run.note("nothing that the model wrote passed its checks; quoting instead", self._tell)
            run.model = "quote"

    def _quote(
        self,
        readings: Sequence[reader.Reading],
        offered: Sequence[Offered],
        ledger: Ledger,
        run: _Run,
    ) -> Iterator[Sentence]:
        with run.step("answer"):
            draft = quoting.quote(readings, self.config.quote_sentences, self.config.silence_below)
        with run.step("verify"):
            known = {sentence.number: sentence for sentence in offered}
            shown = [ledger.enter(check(sentence, known)) for sentence in draft.sentences]
        yield from (sentence for sentence in shown if sentence is not None)

    def _voice(self) -> Writer:
        if self._writer is None:
            self._writer = Writer(self.config, self.config.prompts or data_folder("prompts"))
        return self._writer

    def _assemble(
        self,
        question: Question,
        evidence: tuple[Evidence, ...],
        readings: Sequence[reader.Reading],
        ledger: Ledger,
        run: _Run,
        shelf: Shelf,
    ) -> Answer:
        sentences = tuple(ledger.sentences)
        shown = {(c.article.id, c.start) for s in sentences for c in s.citations}
        likely = [
            reading.probability
            for reading in readings
            if not shown or (reading.offered.article.id, reading.offered.start) in shown
        ]
        best = max(likely, default=0.0)
        return Answer(
            question=question,
            status="answered" if sentences else "not_in_articles",
            sentences=sentences,
            dropped=tuple(ledger.dropped),
            evidence=evidence,
            nearest=() if sentences else quoting.nearest(question, evidence, readings),
            silence="" if sentences else self._silence(question, shelf),
            model=run.model,
            confidence=best if sentences else 1.0 - best,
            trace=Trace(
                config=self.config.fingerprint,
                prompts=run.prompts,
                ms=run.ms,
                notes=tuple(run.notes),
            ),
        )

    def _silence(self, question: Question, shelf: Shelf) -> str:
        words = content_words(question.standalone)
        counts = shelf.library.document_frequency([stem(word) for word in words])
        absent = [word for word in words if not counts[stem(word)] and key(word) == stem(word)]
        total = shelf.library.article_count(resolve(question.filters, shelf.library))
        return quoting.silence(question, absent[:_MOST_ABSENT], total)


class _Run:
    """What is noted while one question is answered: times, notes, and who answers."""

    def __init__(self, config: Config) -> None:
        self.model = "quote"
        self.prompts: dict[str, str] = {}
        self.ms: dict[str, float] = {}
        self.notes: list[str] = []

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Add the time spent inside to the step's milliseconds."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self.ms[name] = self.ms.get(name, 0.0) + (time.perf_counter() - began) * 1000

    def note(self, line: str, tell: Tell) -> None:
        """Keep a line for the trace, and tell it."""
        self.notes.append(line)
        tell(line)


def make_question(text: str, history: Sequence[str], filters: Filters, id: str | None) -> Question:
    """A question value of what was typed. Raises UsageError when that is no question."""
    for line in (text, *history):
        if any(0xD800 <= ord(c) < 0xE000 or c == "\0" for c in line):
            raise UsageError("the question holds characters that are no text")
        if len(line) > MAX_QUESTION:
            raise UsageError(f"the question is too long: {len(line):,} characters, at most {MAX_QUESTION:,}")
    if not any(c.isalnum() for c in text):
        raise UsageError("the question is empty")
    earlier = tuple(line for line in history if line.strip())
    return Question(text=text, history=earlier, filters=filters, id=id)


def _last(events: Iterator[Event]) -> Answer:
    answer = None
    for event in events:
        answer = event
    assert isinstance(answer, Answer)  # every stream ends with its Answer
    return answer
