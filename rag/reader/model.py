"""What the network sees: a question beside windows of neighbouring sentences -> log odds a sentence.

The network is a small BERT encoder (see MODEL.md), whose input is [CLS] question [SEP] heading [SEP] sentence
[SEP] sentence [SEP]. Of each token it gives three numbers: whether the sentence that ends here answers, and
whether the answer's own words begin and end here; what it gives at [CLS] is "none of them".
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from rag import inference
from rag.types import Span

if TYPE_CHECKING:
    from rag.inference import Encoded, Session

MODEL = Path(__file__).parent / "model.onnx"
MODEL_SHA256 = "48e093a5cc01a7d4d9ae3c0b8f948d99de9520bf5e2381c9e49681119342e416"

_CLS, _SEP = 101, 102
# Tokens: of a question, a heading and a sentence the first so many are read, of a window all together.
_QUESTION, _HEADING, _SENTENCE, _WINDOW = 48, 32, 160, 320
_BATCH_TOKENS = 1_024
# An answer's own words are at most so many tokens.
_FOCUS = 24

Floats = npt.NDArray[np.float32]


class Text(NamedTuple):
    """A heading, which may be empty, and the neighbouring sentences below it."""

    heading: str
    sentences: Sequence[str]


class Seen(NamedTuple):
    """A sentence beside the question: log odds that it answers rather than none of its window.

    `worded` are the log odds of its best run of words as the answer itself, and `focus` that run's
    characters.
    """

    answers: float
    worded: float
    focus: Span | None


UNSEEN = Seen(-20.0, -20.0, None)


class _Window(NamedTuple):
    """A sequence as the network takes it, and which sentences of which text it is about.

    `sentences` are places in the list of all that are read; `starts` where each one's tokens begin, and
    `marks` where the [SEP] behind it stands. `leads` says that the first is there for its neighbours alone.
    """

    ids: list[int]
    first: int
    sentences: list[int]
    starts: list[int]
    marks: list[int]
    leads: bool


class Network:
    """The trained network, loaded when first asked; from `path`, refused when its SHA-256 is another."""

    def __init__(self, path: Path = MODEL, sha256: str | None = MODEL_SHA256) -> None:
        self._path = path
        self._sha256 = sha256

    def see(self, question: str, texts: Sequence[Text]) -> list[list[Seen]]:
        """Each text's sentences as seen beside the question, in order; the same every time.

        Raises ReaderError when the model's file is missing or altered.
        """
        tokenizer = inference.tokenizer()
        flat = [sentence for text in texts for sentence in text.sentences]
        coded = tokenizer.encode_batch(
            [question, *(text.heading for text in texts), *flat], add_special_tokens=False
        )
        asked, headings, sentences = coded[0], coded[1 : 1 + len(texts)], coded[1 + len(texts) :]
        windows: list[_Window] = []
        place = 0
        for text, heading in zip(texts, headings, strict=True):
            numbers = range(place, place + len(text.sentences))
            windows += _windows(asked.ids[:_QUESTION], heading.ids[:_HEADING], sentences, numbers)
            place += len(text.sentences)
        left = iter(self._see(windows, sentences))
        return [list(islice(left, len(text.sentences))) for text in texts]

    def _see(self, windows: Sequence[_Window], sentences: Sequence[Encoded]) -> list[Seen]:
        found = [UNSEEN] * len(sentences)
        groups = list(inference.batches([len(window.ids) for window in windows], _BATCH_TOKENS))
        runs = inference.spread(lambda group: self._run([windows[i] for i in group]), groups)
        for group, logits in zip(groups, runs, strict=True):
            for row, i in enumerate(group):
                window = windows[i]
                for number, sight in zip(
                    window.sentences, _sights(window, logits[row], sentences), strict=True
                ):
                    if not (window.leads and number == window.sentences[0]):
                        found[number] = sight
        return found

    def _run(self, windows: Sequence[_Window]) -> Floats:
        """Three numbers a token, (windows, tokens, 3)."""
        length = max(len(window.ids) for window in windows)
        ids, types = np.zeros((2, len(windows), length), np.int64)
        for row, window in enumerate(windows):
            ids[row, : len(window.ids)] = window.ids
            types[row, window.first : len(window.ids)] = 1
        logits: Floats = self._session.run(None, {"ids": ids, "types": types})[0]
        return logits

    @property
    def _session(self) -> Session:
        return _loaded(self._path, self._sha256)


@lru_cache(maxsize=2)
def _loaded(path: Path, sha256: str | None) -> Session:
    """One session a file, however many readers there are."""
    return inference.session(inference.reader_file(path, sha256))


def _windows(
    asked: Sequence[int], heading: Sequence[int], sentences: Sequence[Encoded], numbers: Sequence[int]
) -> list[_Window]:
    """A text's sentences in as few windows as hold them; each but the first begins with one read before."""
    opening = [_CLS, *asked, _SEP, *([*heading, _SEP] if heading else [])]
    found: list[_Window] = []
    window = _Window(list(opening), len(opening), [], [], [], leads=False)
    for number in numbers:
        tokens = sentences[number].ids[:_SENTENCE]
        if window.sentences and len(window.ids) + len(tokens) + 1 > _WINDOW:
            found.append(window)
            window = _Window(list(opening), len(opening), [], [], [], leads=True)
            before = sentences[number - 1].ids[:_SENTENCE]
            if len(opening) + len(before) + len(tokens) + 2 <= _WINDOW:
                _append(window, number - 1, before)
            else:
                window = window._replace(leads=False)
        _append(window, number, tokens)
    return [*found, window] if window.sentences else found


def _append(window: _Window, number: int, tokens: Sequence[int]) -> None:
    window.sentences.append(number)
    window.starts.append(len(window.ids))
    window.ids.extend((*tokens, _SEP))
    window.marks.append(len(window.ids) - 1)


def _sights(window: _Window, logits: Floats, sentences: Sequence[Encoded]) -> list[Seen]:
    none = logits[0]
    found = []
    for number, start, mark in zip(window.sentences, window.starts, window.marks, strict=True):
        answers = float(logits[mark, 0] - none[0])
        if start == mark:
            found.append(UNSEEN)
            continue
        first, last, worded = _best_run(logits[start:mark, 1], logits[start:mark, 2])
        offsets = sentences[number].offsets
        focus = Span(offsets[first][0], offsets[last][1])
        beside = worded - float(none[1] + none[2])
        found.append(Seen(answers, beside, focus if focus.start < focus.end else None))
    return found


def _best_run(begins: Floats, ends: Floats) -> tuple[int, int, float]:
    """First and last token of the likeliest run, and its score; the first of equals."""
    total = begins[:, None] + ends[None, :]
    far = np.arange(len(begins))
    apart = far[None, :] - far[:, None]
    total = np.where((apart >= 0) & (apart < _FOCUS), total, -np.inf)
    first, last = divmod(int(np.argmax(total)), len(begins))
    return first, last, float(total[first, last])
