"""What the reader thinks of what a model says: a second opinion, from the chances of what was read; pure.

A model that writes a true sentence may still not answer, and one that is silent may have obeyed an article
that told it to be. The reader has read the same sentences beside the question. It overrules only where it is
sure: `python -m evals.opinion` shows what each threshold costs.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.answer import Read
from rag.verify import Checked
from rag.verify.orders import to_be_silent

# A cited sentence below this chance comes nowhere near the question.
NEAR_FROM = 0.005
# From this chance that one sentence answers on, silence is not believed.
SURELY_ANSWERS = 0.8


def of_sentence(checked: Checked, read: Sequence[Read], silence_below: float) -> Checked:
    """The sentence as it was checked; failed where the reader sees no answer, here least of all.

    It sees none where quoting would be silent. Of what was not read the reader has no opinion.
    """
    known = {(each.offered.article.id, each.offered.start): each.reading.chance for each in read}
    cited = [known.get((place.article.id, place.start), 1.0) for place in checked.cited]
    near = max(cited, default=1.0) >= NEAR_FROM
    if not checked.passed or near or sum(known.values()) >= silence_below:
        return checked
    return checked._replace(
        passed=False, reason="does not answer: nothing that was read comes near the question"
    )


def of_silence(read: Sequence[Read], silence_below: float) -> bool:
    """Whether a model's silence is believed: the reader is not sure that a sentence answers.

    Where something that was read orders its reader to be silent, silence shows obedience; then the chance
    that anything answers decides, as it does in quoting.
    """
    if any(to_be_silent(each.offered.quote) for each in read):
        return sum(each.reading.chance for each in read) < silence_below
    return not any(each.reading.chance >= SURELY_ANSWERS for each in read)
