"""What was seen of all sentences -> how likely each is the one that answers; pure.

A log-linear choice between all sentences that were read and "none of them" (McFadden 1974), so that the
chances add up to 1 and silence is one of the choices. `tools/fit_reader.py` fits the weights.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

# The network's two log odds; the logarithm of retrieval's chance of the passage; how well outlet and date
# fit; the features of the words (`rag.reader.features`); and the echo.
_SEEN = ("answers", "worded", "found", "fits", "lacks_kind", "wrong_year", "brevity")
COLUMNS = (*_SEEN, "denies", "unquoted", "planted", "label", "echo")
# What no public set has: outlets and dates that fit, premises that are false, requests for a quotation,
# orders to whoever reads; and lines that only name something. These two are never the answer.
BY_HAND = ("fits", "denies", "unquoted", "planted", "label")
# Fitted by tools/fit_reader.py, but for those.
WEIGHTS = (0.33, 0.163, 0.222, 0.3, -0.477, -1.839, -1.128, 2.0, -5.0, -30.0, -30.0, 2.278)
# The weight of "none of them", and how it grows with the logarithm of how many sentences were read.
NONE = (0.795, 0.097)
# Differences below this come from the order of arithmetic, and order nothing.
_DECIMALS = 9


def chances(matrix: Floats, said: Sequence[Hashable], passages: Sequence[int]) -> Floats:
    """How likely each sentence is the one that answers; what is missing to 1 is the chance that none does.

    `matrix` has a row a sentence and a column for each of COLUMNS but the echo; `said` is what the sentence
    gives as the answer, None for nothing, and `passages` tells which sentences stand together.
    """
    weights = np.array(WEIGHTS)
    own = matrix @ weights[:-1]
    first = choice(own, NONE)
    return choice(own + weights[-1] * echo(first, said, passages), NONE)


def choice(scores: Floats, none: Sequence[float]) -> Floats:
    """Softmax of the scores beside that of "none of them", which is left out."""
    if not len(scores):
        return scores
    beside = none[0] + none[1] * np.log(len(scores))
    top = max(float(scores.max()), beside)
    odds = np.exp(scores - top)
    return np.asarray(np.round(odds / (odds.sum() + np.exp(beside - top)), _DECIMALS))


def echo(chance: Floats, said: Sequence[Hashable], passages: Sequence[int]) -> Floats:
    """How likely the same answer is where other passages give it, for each sentence.

    Reports confirm each other: what two outlets give as the answer is likelier than what one does.
    """
    total: dict[Hashable, float] = {}
    here: dict[tuple[Hashable, int], float] = {}
    for p, answer, passage in zip(chance, said, passages, strict=True):
        if answer is not None:
            total[answer] = total.get(answer, 0.0) + float(p)
            here[answer, passage] = here.get((answer, passage), 0.0) + float(p)
    return np.array(
        [
            0.0 if answer is None else max(total[answer] - here[answer, passage], 0.0)
            for answer, passage in zip(said, passages, strict=True)
        ]
    )
