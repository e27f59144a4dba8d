"""`python -m evals.ledger [--data DIR]`: how many lies the checks catch, by kind, and how often they err.

True drafts are paraphrases written by hand and sentences of the seeds; --data adds sentences of real news
(news_articles.jsonl.gz). How often a true sentence is doubted, and a lie written by hand is caught, is told
of those on which nothing was tuned as well (unseen.yaml). Each other kind of lie is told once in each draft
that allows it. Exit 0 when every
floor holds, 1 when one does not, 2 when it could not run.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from evals.cases import CaseError
from evals.ledger.found import Stock
from evals.ledger.lies import LIES
from evals.ledger.truths import PARAPHRASES, UNSEEN, Truth, copies, lies, news, paraphrases, seed_articles
from evals.statistics import wilson
from rag.errors import PressroomError
from rag.terminal import tell
from rag.types import DraftSentence
from rag.verify import Checked, check

# Told of so many true drafts of a kind at most; copies are taken in turn with paraphrases.
_NEWS_ARTICLES, _OF_EACH, _OF_A_SEED = 400, 4, 40
WRITTEN, WRITTEN_UNSEEN = "written by hand", "written by hand, never tuned on"
# What must be caught of each kind, and what may be doubted of what is true: a little below what was last
# measured (evals/LOG.md). It rises with what is reached.
FLOORS = {
    **dict.fromkeys(("unknown id", "altered quote"), 1.0),
    **dict.fromkeys(("number", "money", "percentage", "day or month", "weekday", "year"), 0.975),
    **{"name": 0.95, "place": 0.97, "wrong related sentence": 0.95, "negation": 0.8, "direction": 0.63},
    **{"speaker": 0.92, "subject and object": 0.42, "strengthened": 0.6, "added clause": 0.87},
    **{WRITTEN: 0.88, WRITTEN_UNSEEN: 0.82},
}
DOUBTED_AT_MOST = {"paraphrases": 0.045, "paraphrases, never tuned on": 0.22, "sentences of articles": 0.005}


class Row(NamedTuple):
    """One kind: how many of how many were caught, or doubted."""

    kind: str
    caught: int
    total: int

    @property
    def share(self) -> float:
        """Of 1."""
        return self.caught / self.total if self.total else 0.0

    def __str__(self) -> str:
        low, high = wilson(self.caught, self.total)
        return f"| {self.kind} | {self.caught} | {self.total} | {self.share:.3f} | {low:.3f} to {high:.3f} |"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; the exit status."""
    options = _parser().parse_args(arguments)
    try:
        truths, unseen = _truths(options.data), paraphrases(UNSEEN)
        stock, written = Stock(truths), {WRITTEN: lies(PARAPHRASES), WRITTEN_UNSEEN: lies(UNSEEN)}
    except (PressroomError, CaseError, OSError) as error:
        tell(f"error: {error}")
        return 2
    print("| lie | caught | of | rate | 95 % interval |\n|---|--:|--:|--:|--:|")
    rows = [_caught(kind, truths, stock, options.show) for kind in LIES]
    rows += [_caught_as_written(kind, told, options.show) for kind, told in written.items()]
    print("\n".join(map(str, rows)))
    print("\n| true, and doubted | doubted | of | rate | 95 % interval |\n|---|--:|--:|--:|--:|")
    doubted = list(_doubted(truths, unseen, options.show))
    print("\n".join(map(str, doubted)))
    print(f"\n{_cost(truths)}")
    below = [row for row in rows if row.share < FLOORS.get(row.kind, 0.0)]
    above = [row for row in doubted if row.share > DOUBTED_AT_MOST[row.kind]]
    for row in (*below, *above):
        tell(f"regressed: {row.kind}: {row.share:.3f}")
    return 1 if below or above else 0


def _truths(data: Path | None) -> list[Truth]:
    found = [*paraphrases(), *copies(seed_articles(), _OF_A_SEED)]
    return [*found, *copies(news(data, _NEWS_ARTICLES), _OF_EACH)] if data else found


def _caught(kind: str, truths: Sequence[Truth], stock: Stock, show: str | None) -> Row:
    caught = total = 0
    for truth in truths:
        stock.reset(f"{kind} {truth.draft.text}")
        lie = LIES[kind](truth, stock)
        if lie is None or (lie.text == truth.draft.text and lie.numbers == truth.draft.numbers):
            continue
        checked = check(lie, truth.offered)
        total += 1
        caught += not checked.passed
        if checked.passed and show == kind:
            _print(lie, checked)
    return Row(kind, caught, total)


def _caught_as_written(kind: str, told: Sequence[Truth], show: str | None) -> Row:
    passed = [(lie, c) for lie in told if (c := check(lie.draft, lie.offered)).passed]
    for lie, checked in passed if show == kind else ():
        _print(lie.draft, checked)
    return Row(kind, len(told) - len(passed), len(told))


def _doubted(truths: Sequence[Truth], unseen: Sequence[Truth], show: str | None) -> Iterator[Row]:
    kinds = {
        "paraphrases": [truth for truth in truths if truth.paraphrase],
        "paraphrases, never tuned on": unseen,
        "sentences of articles": [truth for truth in truths if not truth.paraphrase],
    }
    for kind, mine in kinds.items():
        failed = [(t, c) for t in mine if not (c := check(t.draft, t.offered)).passed]
        for truth, checked in failed if show == kind else ():
            _print(truth.draft, checked)
        yield Row(kind, len(failed), len(mine))


def _print(draft: DraftSentence, checked: Checked) -> None:
    cited = " / ".join(place.quote for place in checked.cited)
    print(f"  said: {draft.text}\n cites: {cited}\n   for: {checked.reason}\n")


def _cost(truths: Sequence[Truth]) -> str:
    """What checking one sentence takes, once its evidence has been seen."""
    took = []
    for truth in truths:
        began = time.perf_counter()
        check(truth.draft, truth.offered)
        took.append(1_000 * (time.perf_counter() - began))
    return f"checking a sentence: {statistics.median(took):.2f} ms at the median, {max(took):.1f} at most"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m evals.ledger", description=__doc__)
    parser.add_argument("--data", type=Path, metavar="DIR", help="where news_articles.jsonl.gz lies")
    parser.add_argument(
        "--show", metavar="KIND", help="print the lies of this kind that pass, or what is doubted"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
