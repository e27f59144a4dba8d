"""A PDF -> Article: lines joined into paragraphs, running headers and page numbers left out."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from io import BytesIO
from typing import Any

from rag.articles.dates import Dated, parse_date
from rag.articles.decoding import visible
from rag.articles.fields import Facts, language_code, plain
from rag.articles.making import made
from rag.articles.quiet import quiet
from rag.articles.values import Source
from rag.errors import ArticleError
from rag.types import Article

_MOST_PAGES = 2000
_MOST_SECONDS = 60.0
_MOST_CHARACTERS = 20_000_000
_DAY = re.compile(r"D?:?(\d{4})(\d{2})(\d{2})")
_LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"})
_DIGITS = re.compile(r"\d+")
# Lines at the top and bottom of a page that may be running headers, and on how many pages they are.
_EDGE = 2
_REPEATED = 0.5
_REPEATED_PAGES = 3
# A line shorter than this share of its page's full lines ends a paragraph.
_FULL = 0.75
_SENTENCE_END = re.compile(r"[.!?…。！？][\"'”’»)\]]*$")
_HYPHENATED = re.compile(r"(\w+)-$")
_PROGRAM_NAMES = re.compile(
    r"(?:microsoft word|untitled|document\d*|.*\.(?:docx?|indd|qxd|pdf|rtf|odt))\b", re.I
)


def pdf_article(source: Source, clock: Callable[[], float] = time.monotonic) -> Article:
    """The article in a PDF.

    Raises ArticleError when it is broken, encrypted, scanned, or takes longer than a minute.
    """
    with _wall(source.name):
        reader = _opened(source)
        facts = source.known(_facts(reader))
        pages = list(_pages(reader, source.name, clock))
    text = paragraphs(pages)
    if not text:
        reason = "holds no text; it is probably scanned: run OCR over it first"
        raise ArticleError(f"{source.name}: {reason}")
    return made(text, source.name, facts)


@contextmanager
def _wall(source: str) -> Iterator[None]:
    """Whatever a broken PDF makes pypdf raise, as one line."""
    try:
        with quiet("pypdf"):
            yield
    except ArticleError:
        raise
    # pypdf's own errors, and those that broken bytes cause deep inside it: the whole range was seen.
    except Exception as error:
        if "LimitReached" in type(error).__name__:
            raise ArticleError(f"{source}: too large inside for a PDF of an article") from error
        raise ArticleError(f"{source}: a broken PDF") from error


def _opened(source: Source) -> Any:
    from pypdf import PdfReader
    from pypdf.errors import DependencyError

    reader = PdfReader(BytesIO(source.raw))
    if reader.is_encrypted:
        opened = False
        # Many are locked against changes alone, and open without a password.
        with suppress(DependencyError, NotImplementedError):
            opened = bool(reader.decrypt(""))
        if not opened:
            raise ArticleError(f"{source.name}: encrypted; give a copy without password")
    return reader


def _facts(reader: Any) -> Facts:
    told = reader.metadata or {}
    title, author = (plain(visible(str(told.get(name) or ""))) for name in ("/Title", "/Author"))
    created = _DAY.match(str(told.get("/CreationDate") or ""))
    day = parse_date("-".join(created.groups())) if created else None
    root = reader.trailer.get("/Root")
    language = root.get_object().get("/Lang") if root is not None else None
    return Facts(
        title=None if title and _PROGRAM_NAMES.match(title) else title,
        author=author,
        guess=Dated(day, "inferred", "PDF creation date") if day else None,
        language=language_code(str(language)) if language else None,
    )


def _pages(reader: Any, source: str, clock: Callable[[], float]) -> Iterator[list[str]]:
    """The lines of each page, blank ones too."""
    until = clock() + _MOST_SECONDS
    count = len(reader.pages)
    if count > _MOST_PAGES:
        raise ArticleError(f"{source}: has {count} pages; at most {_MOST_PAGES} are read")

    def on_time(*_: Any) -> None:
        if clock() > until:
            raise ArticleError(f"{source}: takes longer than {_MOST_SECONDS:.0f} seconds to read")

    read = 0
    for page in reader.pages:
        on_time()
        text = page.extract_text(visitor_operand_before=on_time)
        read += len(text)
        if read > _MOST_CHARACTERS:
            raise ArticleError(f"{source}: holds too many characters")
        yield [visible(line).strip() for line in text.translate(_LIGATURES).splitlines()]


def paragraphs(pages: Sequence[Sequence[str]]) -> str:
    """The text of pages given as lines: a paragraph a line, blank lines between.

    What stands at the edge of most pages is left out, numbers aside: running headers, page numbers.
    """
    running = _running(pages)
    kept = [_inside(page, running) for page in pages]
    words = Counter(word for page in kept for line in page for word in re.findall(r"[\w-]+", line.lower()))
    paragraph = ""
    done: list[str] = []
    for line, ends in _lines(kept):
        paragraph = _continued(paragraph, line, words) if paragraph else line
        if ends and paragraph:
            done.append(paragraph)
            paragraph = ""
    return "\n\n".join([*done, paragraph] if paragraph else done)


def _running(pages: Sequence[Sequence[str]]) -> frozenset[str]:
    edges = Counter(shape for page in pages for shape in {_shape(line) for line in _edge(page)})
    least = max(_REPEATED_PAGES, _REPEATED * len(pages))
    return frozenset(shape for shape, count in edges.items() if count >= least)


def _edge(page: Sequence[str]) -> list[str]:
    lines = [line for line in page if line]
    return lines if len(lines) <= 2 * _EDGE else [*lines[:_EDGE], *lines[-_EDGE:]]


def _shape(line: str) -> str:
    return _DIGITS.sub("#", line)


def _inside(page: Sequence[str], running: frozenset[str]) -> list[str]:
    """A page's lines without running ones at its edges."""
    numbers = [number for number, line in enumerate(page) if line]
    edge = numbers if len(numbers) <= 2 * _EDGE else [*numbers[:_EDGE], *numbers[-_EDGE:]]
    dropped = {number for number in edge if _shape(page[number]) in running}
    return [line for number, line in enumerate(page) if number not in dropped]


def _lines(pages: Iterable[Sequence[str]]) -> Iterator[tuple[str, bool]]:
    """Each line of text, and whether a paragraph ends with it."""
    shown = [line for page in pages for line in _ends(page)]
    for (line, short, last), (following, *_) in zip(shown, [*shown[1:], ("", True, True)], strict=False):
        ended = _SENTENCE_END.search(line) is not None
        broken = line.endswith("-") or (not ended and following[:1].islower())
        yield line, not broken and (short or (ended and last))


def _ends(page: Sequence[str]) -> Iterator[tuple[str, bool, bool]]:
    """Each line of a page, whether it is shorter than full lines are, and whether a gap follows it."""
    lengths = sorted(len(line) for line in page if line)
    full = _FULL * lengths[int(0.9 * (len(lengths) - 1))] if lengths else 0
    for line, following in zip(page, [*page[1:], ""], strict=False):
        if line:
            yield line, len(line) < full, not following


def _continued(paragraph: str, line: str, words: Counter[str]) -> str:
    """A paragraph and its next line; a word parted by a hyphen is put together as it stands elsewhere."""
    broken = _HYPHENATED.search(paragraph)
    if not broken or not line[:1].islower():
        return f"{paragraph}{line}" if broken and line[:1].isalnum() else f"{paragraph} {line}"
    rest = re.match(r"\w+", line)
    first, second = broken.group(1).lower(), rest.group().lower() if rest else ""
    hyphenated = words[f"{first}-{second}"] > words[first + second]
    return paragraph + line if hyphenated else paragraph[:-1] + line
