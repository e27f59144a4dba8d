"""Article -> Passages, by LlamaIndex's sentence-aware splitting; offsets stay exact."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from rag.errors import ArticleError
from rag.sentences import sentence_spans, split_covering
from rag.types import Article, Passage, Span, passage_id

if TYPE_CHECKING:
    from llama_index.core.node_parser import SentenceSplitter

# Counts like a WordPiece tokenizer, within a few per cent on English, without needing one: words in
# pieces of six letters, every ideograph and every other sign by itself.
_PIECE = re.compile(r"[\u2e80-\U0010ffff]|\w{1,6}|[^\w\s]")

_NOT_WHITE = re.compile(r"\S")


def heading(article: Article) -> str:
    """Title, outlet and date, which the lexical search looks at beside a passage's text."""
    published = article.published.strftime("%d %B %Y") if article.published else None
    return " | ".join(part for part in (article.title, article.outlet, published) if part)


def matching_texts(passages: Sequence[Passage]) -> list[str]:
    """What is embedded of each passage: its text alone, since a title in front of it hides what it says."""
    return [passage.text for passage in passages]


def joined(passages: Sequence[Passage], article: Article) -> Passage:
    """Neighbouring passages of an article as one."""
    start, end = passages[0].start, passages[-1].end
    sentences = tuple(span for passage in passages for span in passage.sentences)
    return Passage(
        passage_id(article.id, start, end), article.id, start, end, article.text[start:end], sentences
    )


def split(article: Article, pieces: int) -> tuple[Passage, ...]:
    """Passages of at most about `pieces` word pieces, whole sentences where they fit.

    For every passage `article.text[p.start:p.end] == p.text`, and all lie inside `article.body`.
    Raises ArticleError when the splitter gives text that the article does not hold.
    """
    passages: list[Passage] = []
    for body in article.body:
        sentences = sentence_spans(article.text, body.start, body.end)
        starts, ends = [s.start for s in sentences], [s.end for s in sentences]
        for start, end in _chunks(article, body, pieces):
            overlapping = sentences[bisect_right(ends, start) : bisect_left(starts, end)]
            clipped = tuple(Span(max(start, s.start), min(end, s.end)) for s in overlapping)
            passages.append(
                Passage(
                    id=passage_id(article.id, start, end),
                    article_id=article.id,
                    start=start,
                    end=end,
                    text=article.text[start:end],
                    sentences=clipped,
                )
            )
    return tuple(passages)


def _chunks(article: Article, body: Span, pieces: int) -> list[Span]:
    """The splitter's chunks as ranges.

    It gives strings, in order, without overlap, stripped of white space; so each begins at the first
    character after the one before that is not white space.
    """
    text = article.text[body.start : body.end]
    found: list[Span] = []
    cursor = 0
    for chunk in _splitter(pieces).split_text(text) if text.strip() else []:
        first = _NOT_WHITE.search(text, cursor)
        start = first.start() if first else len(text)
        if not text.startswith(chunk, start):
            raise ArticleError(f"{article.source}: could not be split into passages exactly")
        cursor = start + len(chunk)
        found.append(Span(body.start + start, body.start + cursor))
    return found


@lru_cache(maxsize=4)
def _splitter(pieces: int) -> SentenceSplitter:
    # LlamaIndex takes 3 s to import and only splitting needs it.
    from llama_index.core.node_parser import SentenceSplitter

    return SentenceSplitter(
        chunk_size=pieces,
        chunk_overlap=0,
        tokenizer=_PIECE.findall,
        chunking_tokenizer_fn=split_covering,
    )
