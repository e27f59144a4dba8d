"""Question -> Evidence: a lexical leg and a dense leg, fused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.dense import VectorIndex
from rag.embed import Embedder
from rag.errors import UsageError
from rag.library import Library
from rag.types import Article, Evidence, Filters, Hit, Passage, Question, Scope
from rag.words import content_words, spellings

# Half and half: neither leg is trusted more until it is measured on more than five articles.
_LEXICAL_WEIGHT, _DENSE_WEIGHT = 0.5, 0.5


@dataclass(frozen=True, slots=True)
class Shelf:
    """What is searched: the library, its vector index, and the model that made its vectors."""

    library: Library
    index: VectorIndex
    embedder: Embedder


def heading(article: Article) -> str:
    """Title, outlet and date, put before a passage's text for matching only."""
    published = article.published.strftime("%d %B %Y") if article.published else None
    return " | ".join(part for part in (article.title, article.outlet, published) if part)


def matching_texts(article: Article, passages: Sequence[Passage]) -> list[str]:
    """What is embedded for each passage: its text below the heading."""
    return [f"{heading(article)}\n{passage.text}" for passage in passages]


def retrieve(question: Question, shelf: Shelf, candidates: int, keep: int) -> tuple[Evidence, ...]:
    """The `keep` best passages of those that each leg's best `candidates` hold, best first.

    Raises UsageError for an outlet that the library does not know; IndexFailed, EmbedError,
    LibraryError when a leg cannot be searched.
    """
    scope = resolve(question.filters, shelf.library)
    asked = " ".join((question.standalone, *question.topic))
    terms = [form for word in content_words(asked) for form in spellings(word, asked)]
    lexical = shelf.library.search(terms, candidates, scope)
    vector = shelf.embedder.embed([asked])[0]
    dense = shelf.index.search(vector, candidates, scope)
    # A few more than wanted: what was removed since the index was built is passed over.
    fused = _fuse(lexical, dense)[: 2 * keep]
    known = shelf.library.passages([hit.passage_id for hit in fused])
    origins = {"lexical": dict(lexical), "dense": dict(dense)}
    kept = [hit for hit in fused if hit.passage_id in known][:keep]
    return tuple(
        Evidence(
            *known[hit.passage_id],
            score=hit.score,
            rank=rank,
            origins={leg: found[hit.passage_id] for leg, found in origins.items() if hit.passage_id in found},
        )
        for rank, hit in enumerate(kept, start=1)
    )


def resolve(filters: Filters, library: Library) -> Scope:
    """Filters with the outlet as the library spells it. Raises UsageError for an unknown one."""
    outlets: tuple[str, ...] | None = None
    if filters.outlet is not None:
        wanted = filters.outlet.casefold().strip()
        known = library.outlets()
        outlets = tuple(name for name in known if wanted and wanted in name.casefold())
        if not outlets:
            there = ", ".join(known) or "none is known"
            raise UsageError(f"no articles from {filters.outlet!r}; outlets are: {there}")
    return Scope(since=filters.since, latest=filters.latest, outlets=outlets)


def _fuse(lexical: Sequence[Hit], dense: Sequence[Hit]) -> list[Hit]:
    """A weighted sum of each leg's scores, scaled to 0..1 within the leg; absent counts as 0."""
    fused: dict[str, float] = {}
    for weight, hits in ((_LEXICAL_WEIGHT, lexical), (_DENSE_WEIGHT, dense)):
        low = min((hit.score for hit in hits), default=0.0)
        width = max((hit.score for hit in hits), default=0.0) - low
        for hit in hits:
            scaled = (hit.score - low) / width if width > 0 else 1.0
            fused[hit.passage_id] = fused.get(hit.passage_id, 0.0) + weight * scaled
    return [Hit(*item) for item in sorted(fused.items(), key=lambda item: (-item[1], item[0]))]
