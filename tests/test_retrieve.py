"""Question -> Evidence: runs of an article's text, near copies last, filters, and the second reading."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from rag.collection import shelve_texts
from rag.errors import UsageError
from rag.retrieve import Place, Shelf, retrieve
from rag.types import Evidence, Filters, Question
from tests.conftest import WordEmbedder, config_for

HARBOUR = "The harbour of Lund cost nine million. Its cranes came from Turku. " * 4
RAIN = "Rain fell on the fields for a week. Farmers were glad of it. " * 4
TRAINS = "Trains to the coast were late again. The harbour line was closed. " * 4
ASKED = "What did the harbour of Lund cost?"


def found(shelf: Shelf, text: str = ASKED, keep: int = 5, run: int = 1) -> tuple[Evidence, ...]:
    """The evidence for a question that needs no history."""
    return retrieve(Question(text, standalone=text), shelf, 20, keep, run)


def shelf_of(folder: Path, *texts: str) -> Shelf:
    """A shelf in memory whose passages are short."""
    return shelve_texts(texts, config_for(folder, passage_pieces=20), WordEmbedder())


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


def test_the_best_are_read_again(tmp_path: Path) -> None:
    """What the second reader adds moves a passage up; it is given the question and the best candidates."""
    shelf = shelf_of(tmp_path, HARBOUR, RAIN, TRAINS)
    given: list[tuple[str, int]] = []

    def fond_of_trains(question: Question, candidates: Sequence[Place]) -> Sequence[float]:
        given.append((question.standalone, len(candidates)))
        return [50.0 if "Trains" in place.passage.text else 0.0 for place in candidates]

    with closing(shelf.library):
        assert "Trains" not in found(shelf)[0].passage.text
        assert "Trains" in found(replace(shelf, reread=fond_of_trains))[0].passage.text
        everything = sum(len(shelf.library.passages_of(a)) for a in shelf.library.articles())
        assert [(ASKED, min(30, everything))] == given


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
