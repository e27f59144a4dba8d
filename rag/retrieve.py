"""Question -> Evidence: a lexical and a dense leg choose articles, whose passages are ranked, then read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as with_default
from itertools import islice, product
from typing import NamedTuple

import numpy as np

from rag import rank
from rag.dense import VectorIndex
from rag.embed import Embedder
from rag.errors import UsageError
from rag.library import Library, Shelved, Vectors
from rag.named import names, tails
from rag.parts import parts, together
from rag.passages import joined
from rag.rank import Floats, Run
from rag.reader import Candidate, Reader
from rag.types import Article, Evidence, Filters, Passage, Question, Reading, Scope
from rag.words import content_words, key, spellings, words

# More articles than this, or passages farther from those that were found, were no better in news.
_ARTICLES, _AROUND = 15, 16
# How many of the best passages that differ are read, each a few milliseconds.
_READ = 12
# The logarithm of the chance that a passage's sentences answer weighs so much beside the ranker's; one that
# was not read counts as one that reads badly.
_READ_WEIGHT, _READ_LEAST = 0.5, 0.02
# Passages whose vectors are this near say the same, outlets print each other's reports; but not where another
# figure or day stands in them, since then they disagree.
_SAME_FROM = 0.97
_TELLING = re.compile(
    r"\d+(?:[.,]\d+)*|\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b|\b(?:Jan|Febr)uary\b|\b(?:March|April|June|July"
    r"|August|October)\b|\b(?:Septem|Novem|Decem)ber\b"
)
# So many spellings of a name of several words are looked for.
_SPELLED = 32


class Place(NamedTuple):
    """A passage that competes; `follows` says that nothing but white space parts it from the one before."""

    passage: Passage
    article: Article
    follows: bool


@dataclass(frozen=True, slots=True)
class Field:
    """The passages that compete to answer a question, article by article in the order of their text.

    `vectors` and each of the `features` have a row a passage; `legs` gives what each leg found, by id.
    """

    places: Sequence[Place]
    vectors: Vectors
    features: rank.Features
    legs: Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class Shelf:
    """What is searched: the library, its vector index, the model of its vectors, and who reads what is found.

    Without a reader the order is that of the ranker, and nothing of the evidence is read.
    """

    library: Library
    index: VectorIndex
    embedder: Embedder
    reader: Reader | None = with_default(default_factory=Reader)


def retrieve(
    question: Question, shelf: Shelf, candidates: int, keep: int, run: int = 1
) -> tuple[Evidence, ...]:
    """The `keep` best runs of up to `run` neighbouring passages, best first.

    Each leg's best `candidates` choose the articles that compete. What says the same as a better run comes
    after all that does not. Each part of a question that asks two things is looked for by itself. Raises
    UsageError for an outlet that the library does not know; IndexFailed, EmbedError, LibraryError when a leg
    cannot be searched; ReaderError when what was found cannot be read.
    """
    found = [_found(part, shelf, candidates, keep, run) for part in parts(question)]
    return found[0] if len(found) == 1 else together(found, keep)


def _found(question: Question, shelf: Shelf, candidates: int, keep: int, run: int) -> tuple[Evidence, ...]:
    """What is found for a question that asks one thing. Raises as `retrieve` does."""
    field = compete(question, shelf, candidates, max(_ARTICLES, keep))
    if field is None:
        return ()
    logits = rank.scores(field.features)
    readings = read(question, shelf, field, rank.probabilities(logits))
    chances = rank.probabilities(logits + _told(readings, len(logits)))
    runs = rank.runs(chances, [place.follows for place in field.places], run)
    return tuple(
        _evidence(each, field, number, readings)
        for number, each in enumerate(islice(_apart(runs, chances, field), keep), start=1)
    )


def read(question: Question, shelf: Shelf, field: Field, chances: Floats) -> dict[int, tuple[Reading, ...]]:
    """The readings of the likeliest passages that differ, by their places in the field."""
    if shelf.reader is None:
        return {}
    best, taken = to_read(field, chances)
    return dict(zip(best, shelf.reader.read(question, taken), strict=True))


def to_read(field: Field, chances: Floats) -> tuple[list[int], list[Candidate]]:
    """The likeliest passages that differ, by their places in the field, and as the reader takes them."""
    best = list(islice(_different(rank.order(chances), field), _READ))
    places = ((field.places[i], float(chances[i])) for i in best)
    return best, [Candidate(place.passage, place.article, chance) for place, chance in places]


def _told(readings: Mapping[int, Sequence[Reading]], count: int) -> Floats:
    """What reading adds to the log odds of each of `count` passages."""
    answers = np.zeros(count)
    for place, found in readings.items():
        answers[place] = sum(reading.chance for reading in found)
    return np.asarray(_READ_WEIGHT * np.log(answers + _READ_LEAST))


def _different(places: Sequence[int], field: Field) -> Iterator[int]:
    """The places in this order, without those that say the same as one before."""
    kept: list[int] = []
    for place in places:
        if not _is_told(place, kept, field):
            kept.append(place)
            yield place


def _is_told(place: int, kept: Sequence[int], field: Field) -> bool:
    """Whether a passage says the same as one of those that are kept."""
    if not kept:
        return False
    near = np.flatnonzero(field.vectors[kept] @ field.vectors[place] >= _SAME_FROM)
    return any(_telling(field, kept[int(i)]) == _telling(field, place) for i in near)


def _telling(field: Field, place: int) -> list[str]:
    return sorted(set(_TELLING.findall(field.places[place].passage.text)))


def compete(question: Question, shelf: Shelf, candidates: int, articles: int = _ARTICLES) -> Field | None:
    """The passages that compete: those of the best `articles` by each leg's best `candidates`; or none.

    Raises as `retrieve` does.
    """
    scope = resolve(question.filters, shelf.library)
    asked, spelled = wording(question)
    vector = shelf.embedder.embed([asked])[0]
    terms = [form for forms in spelled.values() for form in forms]
    lexical = shelf.library.search(terms, candidates, scope)
    dense = shelf.index.search(vector, candidates, scope)
    wanted = set(rank.best_articles(lexical, dense, articles))
    found = dict.fromkeys(hit.passage_id for hit in (*lexical, *dense) if hit.article_id in wanted)
    shelved = shelf.library.shelved(list(found), _AROUND)
    if not shelved:
        return None
    vectors = np.concatenate([each.vectors for each in shelved])
    return Field(
        [place for each in shelved for place in _places(each)],
        vectors,
        rank.features(_asked(question, shelf.library), shelved, vectors @ vector),
        {"lexical": dict(lexical), "dense": dict(dense)},
    )


def wording(question: Question) -> tuple[str, dict[str, tuple[str, ...]]]:
    """What is searched for: the question with its topic, and its content words with their spellings."""
    asked = " ".join((question.standalone, *question.topic))
    return asked, {word: spellings(word, asked) for word in content_words(asked)}


def frequencies(question: Question, library: Library) -> dict[str, int]:
    """In how many passages each content word of the question stands, in any of its spellings."""
    return {word: library.count(forms) for word, forms in wording(question)[1].items()}


def holders(question: Question, library: Library) -> dict[str, frozenset[str]]:
    """The articles that may answer and hold each content word of the question, in any of its spellings.

    Those that hold a name of several words, or an end of it, together come under its words with spaces.
    """
    scope = resolve(question.filters, library)
    spelled = wording(question)[1] | dict(_joint_names(question.standalone))
    return {asked: library.holders(forms, scope) for asked, forms in spelled.items()}


def _joint_names(text: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each name of several words and each end of it that has several, with its spellings."""
    for name in names(text):
        for part in (name, *tails(name)):
            if len(own := words(part)) > 1:
                each = product(*(spellings(word, part) for word in own))
                yield " ".join(own), tuple(map(" ".join, islice(each, _SPELLED)))


def _asked(question: Question, library: Library) -> rank.Asked:
    """The question with the weights of those of its words that any passage holds."""
    known = {word: count for word, count in frequencies(question, library).items() if count}
    weights = rank.rarities(known, library.passage_count())
    return rank.ask(wording(question)[0], {key(word): weight for word, weight in weights.items()})


def _places(shelved: Shelved) -> Iterator[Place]:
    article, end = shelved.article, None
    for passage in shelved.passages:
        follows = end is not None and not article.text[end : passage.start].strip()
        yield Place(passage, article, follows)
        end = passage.end


def _apart(runs: Iterable[Run], chances: Floats, field: Field) -> Iterator[Run]:
    """The runs, those last whose best passage says the same as that of a better run."""
    kept: list[int] = []
    same: list[Run] = []
    for run in runs:
        best = run.first + int(np.argmax(chances[run.first : run.last]))
        if _is_told(best, kept, field):
            same.append(run)
        else:
            kept.append(best)
            yield run
    yield from same


def _evidence(run: Run, field: Field, number: int, readings: Mapping[int, tuple[Reading, ...]]) -> Evidence:
    places = field.places[run.first : run.last]
    article, ids = places[0].article, {place.passage.id for place in places}
    legs = {leg: [score for key, score in hits.items() if key in ids] for leg, hits in field.legs.items()}
    return Evidence(
        joined([place.passage for place in places], article),
        article,
        score=run.probability,
        rank=number,
        origins={leg: max(scores) for leg, scores in legs.items() if scores},
        readings=tuple(each for i in range(run.first, run.last) for each in readings.get(i, ())),
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
