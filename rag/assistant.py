"""The steps in order, and nothing else; the one object that command line, page and evals use.

text -> Question -> retrieve -> Evidence -> answer -> Draft -> verify -> Answer
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from types import TracebackType

from rag import answer as quoting
from rag import conflict, opinion, silence
from rag.collection import Collection, open_articles, open_home, shelve_texts
from rag.config import Config, data_folder
from rag.embed import Embedder, embedder
from rag.errors import ModelError, UsageError
from rag.inference import is_word
from rag.intake import Report
from rag.judge import Judge
from rag.library import Library
from rag.pick import worth_showing
from rag.reader import Reader, asked_in_full
from rag.retrieve import Shelf, frequencies, holders, resolve, retrieve
from rag.types import (
    Answer,
    Article,
    Evidence,
    Filters,
    Offered,
    Question,
    Sentence,
    Trace,
    number_sentences,
)
from rag.understand import correct, understand
from rag.verify import Checked, Ledger, check
from rag.write import Writer

MAX_QUESTION = 4_000

Event = Sentence | Answer
Tell = Callable[[str], None]
Key = str | int | float | None


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
        today: Callable[[], date] = date.today,
        reader: Reader | None = None,
    ) -> None:
        """Set up for `config` (default: the environment's); `articles` asks those paths instead.

        `today` tells a model the day; `reader` reads instead of the built-in one. Nothing is opened before
        the first question. Raises ConfigError.
        """
        self.config = Config.from_env() if config is None else config
        self._paths = tuple(Path(path) for path in articles)
        self._tell = tell
        self._today = today
        self._reader = reader or Reader()
        self._embedder: Embedder = embedder(self.config)
        self._collection: Collection | None = None
        self._opening = threading.Lock()
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
    def mirrors(self) -> tuple[Path, ...]:
        """The files and folders that are asked in place of the library; empty when the library is."""
        return self._paths

    @property
    def collection(self) -> Collection:
        """The library and index, opened (and begun, when new) at first use."""
        with self._opening:
            if self._collection is None:
                self._collection = self._open()
            return self._collection

    def ask(
        self,
        question: str,
        history: Sequence[str] = (),
        filters: Filters = Filters(),
        id: Key = None,
        quote: bool = False,
    ) -> Answer:
        """The checked answer to a question; `history` holds the earlier questions, oldest first.

        With `quote` no model is called for it, whatever the settings say.

        Raises UsageError for a question that is none, LibraryError, IndexFailed or EmbedError when
        the articles cannot be searched. A failing model raises nothing: the answer is quoted.
        """
        return _last(self.stream(question, history, filters, id, quote))

    def stream(
        self,
        question: str,
        history: Sequence[str] = (),
        filters: Filters = Filters(),
        id: Key = None,
        quote: bool = False,
    ) -> Iterator[Event]:
        """Each sentence as it passes its checks, then the Answer. Raises as `ask` does."""
        asked = make_question(question, history, filters, id)
        return self._answer(asked, replace(self.collection.shelf(), reader=self._reader), quote)

    def ask_texts(self, question: str, texts: Iterable[str], history: Sequence[str] = ()) -> Answer:
        """The checked answer from these strings alone; nothing is stored.

        Raises UsageError, and ArticleError for a text that is empty.
        """
        texts = () if isinstance(texts, str) else tuple(texts)
        if not texts or not all(isinstance(text, str) for text in texts):
            raise UsageError("texts must be a list of strings, at least one")
        asked = make_question(question, history, Filters(), None)
        shelf = replace(shelve_texts(texts, self.config, self._embedder), reader=self._reader)
        with closing(shelf.library):
            return _last(self._answer(asked, shelf))

    def article(self, article_id: str) -> Article:
        """The article that a citation names, also when its source holds another since.

        `replaced_by` is then the other's id. Raises ArticleError when it is not in the library.
        """
        return _placed(self.collection.find(article_id), self.config.folder)

    def _open(self) -> Collection:
        if not self._paths:
            return open_home(self.config, self._embedder, self._tell)
        opened, report = open_articles(self._paths, self.config, self._embedder, self._tell)
        self._report(report)
        return opened

    def _report(self, report: Report) -> None:
        for problem in report.problems:
            self._tell(f"not read: {problem}")

    def _answer(self, asked: Question, shelf: Shelf, quote: bool = False) -> Iterator[Event]:
        """The way of one question, step by step."""
        config = replace(self.config, model=None) if quote else self.config
        turn = _Turn(asked, config, self._tell)
        with turn.step("understand"):
            turn.question = self._understand(turn, shelf)
        with turn.step("retrieve"):
            turn.evidence = self._retrieve(turn.question, shelf)
            turn.take_up(shelf)
        if turn.config.model and turn.offered:
            yield from turn.timed("answer", self._write(turn))
        if turn.model == "quote":
            yield from self._quote(turn)
        yield from turn.differences()
        yield self._assemble(turn, shelf)

    def _understand(self, turn: _Turn, shelf: Shelf) -> Question:
        question, library = understand(turn.question), shelf.library
        if question.history and turn.config.model:
            try:
                return replace(
                    question, standalone=self._voice().standalone(question, turn.deadline), topic=()
                )
            except ModelError as error:
                turn.note(f"{error}; the follow-up was understood by rule instead")
        return spelled(question, library)

    def _retrieve(self, question: Question, shelf: Shelf) -> tuple[Evidence, ...]:
        """The evidence, its sources named as seen from the working folder."""
        config = self.config
        found = retrieve(question, shelf, config.candidates, config.evidence, config.run)
        placed = {e.article.id: _placed(e.article, config.folder) for e in found}
        return tuple(replace(e, article=placed[e.article.id]) for e in found)

    def _write(self, turn: _Turn) -> Iterator[Sentence]:
        """What of the model's sentences holds; `turn.model` is "quote" again when nothing does."""
        voice, judge = self._voice(), self._second_voice()
        turn.model, turn.prompts = str(self.config.model), voice.versions | (judge.versions if judge else {})
        today = turn.question.filters.latest or self._today()
        seen = worth_showing(asked_in_full(turn.question), turn.offered, turn.read)
        judged = partial(judge.look, deadline=turn.deadline, note=turn.note) if judge else _unjudged
        try:
            for checked in voice.compose(turn.question, seen, today, turn.deadline, judged):
                if (sentence := turn.ledger.enter(self._seconded(turn, checked))) is not None:
                    yield sentence
        except ModelError as error:
            if turn.ledger.sentences:
                turn.note(f"{error}; the answer ends with what was checked before")
                turn.cut = True
                return
            turn.note(f"{error}; quoting instead")
            turn.model = "quote"
            return
        if turn.ledger.dropped and not turn.ledger.sentences:
            turn.note("nothing that the model wrote passed its checks; quoting instead")
            turn.model = "quote"
        elif not turn.ledger.sentences and not opinion.of_silence(turn.read, self.config.silence_below):
            turn.note("the model is silent, and a sentence seems to answer; quoting instead")
            turn.model = "quote"

    def _seconded(self, turn: _Turn, checked: Checked) -> Checked:
        return opinion.of_sentence(checked, turn.read, self.config.silence_below)

    def _quote(self, turn: _Turn) -> Iterator[Sentence]:
        with turn.step("answer"):
            missing = silence.unheard(turn.question, turn.frequencies)
            draft = quoting.quote(
                () if missing else turn.read, self.config.quote_sentences, self.config.silence_below
            )
        with turn.step("verify"):
            known = {sentence.number: sentence for sentence in turn.offered}
            shown = [turn.ledger.enter(check(sentence, known)) for sentence in draft.sentences]
        yield from (sentence for sentence in shown if sentence is not None)

    def _voice(self) -> Writer:
        if self._writer is None:
            self._writer = Writer(self.config, self._prompts())
        return self._writer

    def _second_voice(self) -> Judge | None:
        return Judge(self.config, self._prompts()) if self.config.judge else None

    def _prompts(self) -> Path:
        return self.config.prompts or data_folder("prompts")

    def _assemble(self, turn: _Turn, shelf: Shelf) -> Answer:
        question, sentences = turn.question, tuple(turn.ledger.sentences)
        answered = bool(sentences)
        likely = quoting.likelihood(turn.read, sentences)
        held = {} if answered else holders(question, shelf.library)
        return Answer(
            question=question,
            status="answered" if answered else "not_in_articles",
            sentences=sentences,
            dropped=tuple(turn.ledger.dropped),
            evidence=turn.evidence,
            nearest=() if answered else silence.nearest(question, turn.evidence, held),
            silence="" if answered else _silence(question, held, shelf),
            model=turn.model,
            confidence=likely if answered else 1.0 - likely,
            trace=Trace(turn.config.fingerprint, turn.prompts, turn.ms, tuple(turn.notes)),
            incomplete=turn.cut,
        )


def _silence(question: Question, held: silence.Holders, shelf: Shelf) -> str:
    total = shelf.library.article_count(resolve(question.filters, shelf.library))
    return silence.silence(question, held, total)


class _Turn:
    """One question on its way: what each step found, who answers, and how long it took."""

    def __init__(self, question: Question, config: Config, tell: Tell) -> None:
        self.question = question
        self.config = config
        self.deadline = time.monotonic() + config.deadline_s
        self.evidence: tuple[Evidence, ...] = ()
        self.offered: tuple[Offered, ...] = ()
        self.read: tuple[quoting.Read, ...] = ()
        self.frequencies: dict[str, int] = {}
        self.ledger = Ledger()
        self.model = "quote"
        self.cut = False
        self.prompts: dict[str, str] = {}
        self.ms: dict[str, float] = {}
        self.notes: list[str] = []
        self._tell = tell

    def take_up(self, shelf: Shelf) -> None:
        """Number the evidence's sentences, pair them with their readings, and count the question's words."""
        self.offered = number_sentences(self.evidence)
        self.read = quoting.pair(self.offered, self.evidence)
        self.frequencies = frequencies(self.question, shelf.library)

    def differences(self) -> Iterator[Sentence]:
        """Where articles disagree on what was answered: the other sides, and a sentence that says so."""
        with self.step("verify"):
            known = {sentence.number: sentence for sentence in self.offered}
            asked, said = self.question.standalone, tuple(self.ledger.sentences)
            shown = [self.ledger.enter(c) for c in conflict.differences(asked, self.read, said, known)]
        yield from (sentence for sentence in shown if sentence is not None)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Add the time spent inside to the step's milliseconds."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self.ms[name] = self.ms.get(name, 0.0) + (time.perf_counter() - began) * 1000

    def timed(self, name: str, sentences: Iterator[Sentence]) -> Iterator[Sentence]:
        """The sentences, with the time that making them takes added to a step."""
        while True:
            with self.step(name):
                sentence = next(sentences, None)
            if sentence is None:
                return
            yield sentence

    def note(self, line: str) -> None:
        """Keep a line for the trace, and tell it."""
        self.notes.append(line)
        self._tell(line)


def _unjudged(checked: Checked) -> Checked:
    return checked


def _placed(article: Article, folder: Path) -> Article:
    """The article with its source relative to `folder` when it lies below it."""
    source = Path(article.source)
    inside = source.is_absolute() and source.is_relative_to(folder)
    return replace(article, source=str(source.relative_to(folder))) if inside else article


def make_question(text: str, history: Sequence[str], filters: Filters, id: Key) -> Question:
    """A question value of what was typed. Raises UsageError when that is no question."""
    if isinstance(history, str) or not all(isinstance(line, str) for line in (text, *history)):
        raise UsageError("a question is a string, and its history a list of strings")
    for line in (text, *history):
        if any(0xD800 <= ord(c) < 0xE000 or c == "\0" for c in line):
            raise UsageError("the question holds characters that are no text")
        if len(line) > MAX_QUESTION:
            raise UsageError(f"the question is too long: {len(line):,} characters, at most {MAX_QUESTION:,}")
    if not any(c.isalnum() for c in text):
        raise UsageError("the question is empty")
    earlier = tuple(line for line in history if line.strip())
    return Question(text=text, history=earlier, filters=filters, id=id)


def understood(question: Question, library: Library) -> Question:
    """A question as it is understood by rule alone, its words spelled as the library's articles have them.

    Raises LibraryError, and ReaderError when the vocabulary cannot be read.
    """
    return spelled(understand(question), library)


def spelled(question: Question, library: Library) -> Question:
    """A question whose misspelled words are those of the library's articles. Raises as `understood` does."""
    return correct(question, library.holds, library.stems_like, library.written, is_word)


def _last(events: Iterator[Event]) -> Answer:
    *_, answer = events
    assert isinstance(answer, Answer)  # noqa: S101 - for the type checker: each stream ends with one
    return answer
