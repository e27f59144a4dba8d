"""Whether an answer shows that articles disagree, and whether it shows it rightly; pure."""

from __future__ import annotations

import re

from evals.conflicts.items import Pair
from rag.types import Answer, Sentence

RIGHT = "right"
_NONE = "none shown"
_COMPOSED = re.compile(r"The articles differ: |.* and then corrects this to ")
_CLAUSE = re.compile(r"; ")


def disagreement(answer: Answer) -> Sentence | None:
    """The sentence of an answer that says that articles differ."""
    return next((s for s in answer.sentences if _COMPOSED.match(s.text)), None)


def verdict(pair: Pair, answer: Answer) -> str:
    """RIGHT where a disagreement is shown as it should be, else what is wrong; any, of a pair that agrees.

    Both values must be said, in sentences quoted and cited, each with its outlet, the newer one labelled.
    """
    said = disagreement(answer)
    if said is None:
        return _NONE
    return (_lacking(pair, answer, said) or RIGHT) if pair.differs else RIGHT


def _lacking(pair: Pair, answer: Answer, said: Sentence) -> str | None:
    quoted = " ".join(s.text for s in answer.sentences if s.verdict == "quoted").casefold()
    if missing := [v for v in set(pair.says) if v.casefold() not in said.text.casefold()]:
        return f"does not say {missing[0]}: {said.text}"
    if missing := [v for v in set(pair.says) if v.casefold() not in quoted]:
        return f"does not quote {missing[0]}"
    if len(said.citations) < len(set(pair.says)):
        return "does not cite both"
    if missing := [i.outlet for i in pair.items if i.outlet and i.outlet not in said.text]:
        return f"does not name {missing[0]}: {said.text}"
    return _mislabelled(pair, said)


def _mislabelled(pair: Pair, said: Sentence) -> str | None:
    labelled = [clause for clause in _CLAUSE.split(said.text) if ", the newe" in clause]
    if pair.newer is None:
        return f"labels one as newer: {said.text}" if labelled and len(pair.items) == len(pair.says) else None
    if len(labelled) != 1 or pair.newer.casefold() not in labelled[0].casefold():
        return f"the newer one is {pair.newer}: {said.text}"
    return None
