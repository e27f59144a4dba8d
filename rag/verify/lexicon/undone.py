"""Words that deny another by their beginning: "unofficial", "illegal", "non-binding"."""

from __future__ import annotations

import re
from functools import lru_cache

# Verbs that undo what was done, and words that only look denied.
_NOT_DENIED = (
    r"til|less|ite|ion|it|der|iver|ique|iform|iq|anim|waver|veil|preced|rest$|like$|cover|do$|lock|load|fold|leash|earth"
    r"|ravel|pack|seat|wind|tie$|to$|hurt"
)
_UN = re.compile(rf"(?:un(?!{_NOT_DENIED})|non(?!e|sense|chal)-?)(?P<base>\w{{4,}})")
# These begin words that deny nothing as often, so what they deny is listed.
_LISTED = {
    "in": """accurate active adequate appropriate capable coherent compatible competent complete conclusive
    consistent
    convenient correct credible curable definite dependent direct discreet effective efficient eligible
    equality
    exact excusable expensive experienced flexible formal frequent human humane justice operable opportune
    secure
    sensitive significant sincere stability sufficient tolerant tolerance valid visible voluntary""",
    "im": """balanced mature mobile moral partial patient perfect permissible personal plausible possible
    practical
    precise probable proper""",
    "il": "legal legible legitimate literate logical",
    "ir": "rational regular relevant replaceable responsible reversible",
    "dis": """abled advantage approval approve approved assembled connected continue continued honest
    interested loyal
    obedient obey organised organized orderly proportionate proved qualified qualify respectful satisfied
    similar
    trust united""",
    "a": "political symptomatic typical",
}
_DENIED = {beginning + base: base for beginning, bases in _LISTED.items() for base in bases.split()}


@lru_cache(maxsize=50_000)
def denied_part(word: str) -> str | None:
    """The word that the beginning of this one denies, or None."""
    stem = word[:-2] if word.endswith("ly") and word[:-2] in _DENIED else word
    if stem in _DENIED:
        return _DENIED[stem]
    match = _UN.fullmatch(word)
    return match.group("base") if match else None
