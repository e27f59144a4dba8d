"""A question that asks two things -> the things that it asks; evidence of each -> evidence of all; pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain, islice, zip_longest

from rag.sentences import sentence_spans
from rag.types import Evidence, Passage, Question, Reading, passage_id
from rag.understand import leans_back
from rag.words import content_words, fold, words

_ASKS = r"(?:(?:in|at|on|by|from|for|to|with|under|of) )?(?:who|whom|whose|what|which|when|where|why|how)\b"
_SECOND = re.compile(rf",? (?:and|but|or) (?={_ASKS})", re.IGNORECASE)
_COMPARED = re.compile(
    r"\b(?:(?:differences?|gap|contrast) between|compare|contrast)\s+(.+?)\s+(?:and|with|to)\s+(.+?)[?.!]*$",
    re.IGNORECASE,
)
_BEGINS = re.compile(rf"^(?:and |but )?{_ASKS}|^(?:did|does|do|is|are|was|were|has|have|will|can)\b", re.I)
_LEAST_WORDS = 2
# So many parts are looked for, each as long as a question by itself; the whole is looked for too.
_MOST = 5
# From this chance that anything answers on, a part has its share of what is quoted.
_HEARD = 0.1


def parts(question: Question) -> tuple[Question, ...]:
    """The question, and each of the two or more things that it asks; the question alone where it asks one.

    Asked whole too, since one part may only be understood beside the other. Of very many the first few.
    """
    texts = list(islice(_texts(question.standalone), _MOST))
    if len(texts) < 2 or len(content_words(texts[0])) < _LEAST_WORDS:
        return (question,)
    first = content_words(texts[0])
    topics = [(), *(_topic(text, first) for text in texts[1:])]
    each = (
        replace(question, standalone=text, topic=tuple(dict.fromkeys((*question.topic, *topic))))
        for text, topic in zip(texts, topics, strict=True)
    )
    return (question, *each)


def _texts(asked: str) -> Iterator[str]:
    if compared := _COMPARED.search(asked):
        yield from (f"What is said of {side}?" for side in compared.groups())
        return
    for start, end in sentence_spans(asked):
        pieces = _SECOND.split(asked[start:end])
        whole = len(pieces) == 1 or not _BEGINS.match(pieces[0]) or len(words(pieces[0])) <= _LEAST_WORDS
        yield from (asked[start:end],) if whole else pieces


def _topic(text: str, first: Sequence[str]) -> tuple[str, ...]:
    """What a part takes over from the first, where it leans on it."""
    own = {fold(word) for word in words(text)}
    dated = any(word.isdigit() for word in own)
    kept = (word for word in first if word not in own and not (dated and word.isdigit()))
    return tuple(kept) if leans_back(text) else ()


def together(found: Sequence[Sequence[Evidence]], keep: int) -> tuple[Evidence, ...]:
    """The best evidence of each part in turn, `keep` at most; parts that are answered share equally."""
    sums = [sum(reading.chance for each in part for reading in each.readings) for part in found]
    heard = [total for total in sums if total >= _HEARD]
    level = sum(heard) / len(heard) if heard else 0.0
    shares = [level / (total * len(heard)) if total >= _HEARD else 1 / len(found) for total in sums]
    scaled = ([_scaled(each, by) for each in part] for part, by in zip(found, shares, strict=True))
    merged: list[Evidence] = []
    for each in filter(None, chain.from_iterable(zip_longest(*scaled))):
        over = next((i for i, other in enumerate(merged) if _overlap(other.passage, each.passage)), None)
        if over is not None:
            merged[over] = _joined(merged[over], each)
        elif len(merged) < keep:
            merged.append(each)
    return tuple(replace(each, rank=rank) for rank, each in enumerate(merged, start=1))


def _scaled(evidence: Evidence, by: float) -> Evidence:
    readings = tuple(replace(r, chance=r.chance * by) for r in evidence.readings)
    return replace(evidence, readings=readings)


def _overlap(one: Passage, other: Passage) -> bool:
    return one.article_id == other.article_id and one.start < other.end and other.start < one.end


def _joined(one: Evidence, other: Evidence) -> Evidence:
    """Both as one, each sentence once, its chances added up."""
    start, end = min(one.passage.start, other.passage.start), max(one.passage.end, other.passage.end)
    spans = sorted({*one.passage.sentences, *other.passage.sentences})
    article = one.article
    passage = Passage(
        passage_id(article.id, start, end),
        article.id,
        start,
        end,
        article.text[start:end],
        tuple(spans),
    )
    readings: dict[int, Reading] = {}
    for each in (*one.readings, *other.readings):
        before = readings.get(each.start)
        best = each if before is None or each.chance > before.chance else before
        readings[each.start] = replace(best, chance=each.chance + (before.chance if before else 0.0))
    ordered = tuple(readings[place] for place in sorted(readings))
    origins = {**other.origins, **one.origins}
    return replace(one, passage=passage, readings=ordered, origins=origins)
