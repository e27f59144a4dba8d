"""Question -> Evidence: runs of an article's text, near copies last, filters, and what reading changes."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from rag.collection import shelve_texts
from rag.errors import UsageError
from rag.reader import Candidate
from rag.retrieve import Shelf, retrieve
from rag.types import Evidence, Filters, Question, Reading
from tests.conftest import WordEmbedder, config_for

HARBOUR = "The harbour of Lund cost nine million. Its cranes came from Turku. " * 4
RAIN = "Rain fell on the fields for a week. Farmers were glad of it. " * 4
TRAINS = "Trains to the coast were late again. The harbour line was closed. " * 4
ASKED = "What did the harbour of Lund cost?"


def found(shelf: Shelf, text: str = ASKED, keep: int = 5, run: int = 1) -> tuple[Evidence, ...]:
    """The evidence for a question that needs no history."""
    return retrieve(Question(text, standalone=text), shelf, 20, keep, run)


def shelf_of(folder: Path, *texts: str) -> Shelf:
    """A shelf in memory whose passages are short, and without a reader."""
    return replace(shelve_texts(texts, config_for(folder, passage_pieces=20), WordEmbedder()), reader=None)


class FondOf:
    """A reader that takes every sentence with this word for the answer, and notes what it was given."""

    def __init__(self, word: str) -> None:
        self.word = word
        self.given: list[tuple[str, list[str]]] = []

    def read(self, question: Question, candidates: Sequence[Candidate]) -> list[tuple[Reading, ...]]:
        """The same small chance for each sentence with the word."""
        self.given.append((question.standalone, [c.passage.text for c in candidates]))
        return [
            tuple(
                Reading(a, b, 0.2 if self.word in c.article.text[a:b] else 0.0)
                for a, b in c.passage.sentences
            )
            for c in candidates
        ]


@pytest.mark.parametrize("run", [1, 2, 4])
def test_evidence_is_a_piece_of_its_article(tmp_path: Path, run: int) -> None:
    """Text, offsets and sentences are the article's own; ranks count from one and nothing overlaps."""
    shelf = shelf_of(tmp_path, HARBOUR, RAIN, TRAINS)
    with closing(shelf.library):
        evidence = found(shelf, keep=4, run=run)
        assert [1, 2, 3, 4][: len(evidence)] == [each.rank for each in evidence]
        assert HARBOUR.startswith(evidence[0].article.text[:60])
        for each in evidence:
            passage = each.passage
            assert each.article.text[passage.start : passage.end] == passage.text
            assert f"{each.article.id}:{passage.start}-{passage.end}" == passage.id
            inside = [one for one in shelf.library.passages_of(each.article) if one.start >= passage.start]
            covered = [one for one in inside if one.end <= passage.end]
            assert 1 <= len(covered) <= run
            assert [span for one in covered for span in one.sentences] == list(passage.sentences)
        places = {(e.article.id, at) for e in evidence for at in range(e.passage.start, e.passage.end)}
        assert len(places) == sum(len(each.passage.text) for each in evidence)


def test_longer_runs_hold_more_of_the_article(tmp_path: Path) -> None:
    """The best run of four is longer than the best passage, and likelier to hold the answer."""
    shelf = shelf_of(tmp_path, HARBOUR, RAIN, TRAINS)
    with closing(shelf.library):
        single, longer = (found(shelf, run=run)[0] for run in (1, 4))
        assert len(longer.passage.text) > 2 * len(single.passage.text)
        assert 0 < single.score < longer.score <= 1


def test_copies_do_not_crowd_out_what_else_there_is(tmp_path: Path) -> None:
    """Three outlets print one report: it is found once before the other articles, and the copies after."""
    report = "The harbour of Lund cost nine million, said the mayor of Lund on Monday."
    copies = [f"{report}\n\n{outlet} has more on this." for outlet in ("Gazette", "Courier", "Herald")]
    other = "A second harbour of Lund would cost ten million, engineers said."
    shelf = shelf_of(tmp_path, *copies, other, RAIN)
    with closing(shelf.library):
        texts = [each.passage.text for each in found(shelf, keep=9)]
        reports = [number for number, text in enumerate(texts) if report in text]
        assert 0 == reports[0]
        assert next(number for number, text in enumerate(texts) if "ten million" in text) < reports[1]
        assert 3 == len(reports)


@pytest.mark.parametrize("word", ["Trains", "Rain", "cranes"])
def test_what_reads_well_moves_up(tmp_path: Path, word: str) -> None:
    """What the reader finds is likelier than before, and stands in the evidence by its place."""
    shelf = shelf_of(tmp_path, HARBOUR, RAIN, TRAINS)
    with closing(shelf.library):
        before, after = (
            found(replace(shelf, reader=reader), "rain, trains and cranes", keep=99)
            for reader in (None, FondOf(word))
        )
        first, then = (next(e for e in each if word in e.passage.text) for each in (before, after))
        assert then.score > first.score
        assert then.rank <= first.rank
        assert set(then.passage.sentences) == {(r.start, r.end) for r in then.readings}
        assert [0.2] == [r.chance for r in then.readings if word in then.article.text[r.start : r.end]]
        assert () == first.readings


def test_the_best_that_differ_are_read(tmp_path: Path) -> None:
    """The reader is given the question and up to twelve passages, the best first, copies left out."""
    reader = FondOf("nothing")
    shelf = replace(
        shelf_of(tmp_path, HARBOUR, HARBOUR + RAIN, *(f"{RAIN}{n}" for n in range(9))), reader=reader
    )
    with closing(shelf.library):
        without = [e.passage.text for e in found(replace(shelf, reader=None), keep=99)]
        found(shelf, keep=99)
        ((asked, texts),) = reader.given
        assert ASKED == asked
        assert without[0] == texts[0]
        assert 2 <= len(texts) <= 12
        assert len(set(texts)) == len(texts) < len(without)


def test_a_run_holds_the_readings_of_its_passages(tmp_path: Path) -> None:
    """A run of neighbours carries what was read in any of them, in the order of the text, once each."""
    shelf = replace(shelf_of(tmp_path, HARBOUR, RAIN), reader=FondOf("Turku"))
    with closing(shelf.library):
        for each in found(shelf, run=4):
            starts = [r.start for r in each.readings]
            assert sorted(set(starts)) == starts
            assert set(starts) <= {span.start for span in each.passage.sentences}


def test_filters_act_before_the_ranking(tmp_path: Path) -> None:
    """An undated article passes no date filter, so nothing is left; an unknown outlet is an error."""
    shelf = shelf_of(tmp_path, HARBOUR, RAIN)
    with closing(shelf.library):
        asked = Question(ASKED, standalone=ASKED, filters=Filters(since=date(2020, 1, 1)))
        assert () == retrieve(asked, shelf, 20, 5)
        with pytest.raises(UsageError, match="no articles from 'Gazette'"):
            retrieve(replace(asked, filters=Filters(outlet="Gazette")), shelf, 20, 5)


def test_the_same_question_has_the_same_evidence(tmp_path: Path) -> None:
    """Nothing depends on the run: not the order of sets, nor what was asked before."""
    shelf = shelf_of(tmp_path, HARBOUR, RAIN, TRAINS)
    with closing(shelf.library):
        first = found(shelf, run=3)
        found(shelf, "Were the trains late?", run=2)
        assert first == found(shelf, run=3)
