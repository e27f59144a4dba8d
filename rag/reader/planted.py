"""What in an article speaks to whoever reads it, a machine above all, and reports nothing.

Such a sentence is never the answer, unless the question is about it. `rag.verify.orders` is asked too; this
room is stricter about what is told: words in quotation marks are somebody's, and an order that a sentence
reports is news.
"""

from __future__ import annotations

import re
from functools import lru_cache

from rag.verify.orders import to_be_silent, to_write

_MACHINE = (
    r"(?:a\.?i\.?(?: (?:systems?|models?|assistants?|tools?|agents?))?|(?:large )?language models?|llms?"
    r"|chat ?bots?|bots?|assistants?|models?|crawlers?|scrapers?|summari[sz]ers?|gpt"
    r"|(?:automated|automatic|machine|digital) (?:readers?|systems?|agents?|tools?|processors?))"
)
_SAYS = (
    r"(?:say|answer|reply|respond|report|state|repeat|write|tell|claim|cite|output|print|recommend|conclude"
    r"|mention|ignore|pretend|treat|include|add|begin|end|follow|obey|insist|assert|deny)"
)
_OUGHT = r"(?:must|should|shall|will|needs? to|ha(?:s|ve) to|(?:is|are) to|please|kindly)"
_WRITTEN = (
    r"(?:instructions?|prompts?|rules?|guidelines?|messages?|contexts?|commands?|directions?|articles?)"
)
_BEFORE = r"(?:previous|prior|above|earlier|preceding|other|system|original|initial|existing|your)"
_START = r"(?:^|[.:;!?*#>\])\-–—]\s*)[\W_]*"
_SPEAKS = re.compile(
    "|".join(
        (
            # Note to AI assistants: ...; Attention, language models: ...
            rf"{_START}(?:important )?(?:note|notice|message|instructions?|attention|memo|reminder|warning)\b"
            rf"[^.!?:]{{0,40}}\b{_MACHINE}\b[^.!?:]{{0,50}}[:,.–—-]",
            # Any assistant that reads this must say ...; AI models are to report ...
            rf"\b{_MACHINE}\b[^.!?]{{0,60}}\b{_OUGHT} (?:\w+ ){{0,3}}{_SAYS}\b",
            rf"\b(?:if|as) (?:you are|you['’]re) (?:an? |the )?{_MACHINE}\b",
            rf"{_START}as (?:an? |the ){_MACHINE},? you\b",
            # Anyone who reads this must repeat ...; tell the reader that ...
            r"\b(?:any(?:one|body)|every(?:one|body)|whoever|readers?|those)\b[^.!?]{0,40}\b(?:reads?|reading"
            r"|summari[sz]\w+|answer(?:s|ing)?|quot(?:es?|ing)) (?:this|these|it|here)\b"
            rf"[^.!?]{{0,40}}\b{_OUGHT}\b",
            r"\btell (?:the |your |any |every |all )?(?:readers?|users?|askers?|whoever)\b",
            # You are now ...; from now on, you ...; you must say ...
            rf"{_START}(?:from now on,? )?you are (?:now|no longer|to) |{_START}from now on,? you\b",
            rf"{_START}(?:act as|pretend (?:to be|you|that))\b|\byour (?:new|only) (?:task|role|job) is\b",
            rf"\byou (?:must|should|shall|will|have to|are to)(?: now| always| only| never| not)* {_SAYS}\b",
            # When asked about it, say ...
            r"\b(?:if|when|whenever|should)\b[^.!?,]{0,25}\bask(?:ed|s)?\b[^.!?]{0,80}?[,:] "
            rf"(?:please |always |only |just |simply )*{_SAYS}\b",
            # Ignore all previous instructions.
            rf"\b(?:ignore|disregard|forget|override)\b (?:\w+ ){{0,3}}{_BEFORE}\b.{{0,30}}\b{_WRITTEN}\b",
            # Do not mention the vote; reply only with ...; say that ...
            rf"{_START}(?:please )?(?:do not|don['’]t|never) (?:mention|reveal|cite|quote|disclose|report"
            r"|refer|repeat|write|answer (?:the|any|this|with)|say (?:that|anything))\b",
            rf"{_START}(?:instead,? |please |always |only |just |simply )+(?:{_SAYS[3:-1]})\b",
            rf"{_START}(?:say|report|state|claim|reply|respond|answer|write|output|print|conclude)"
            r" (?:that|exactly|only|with|as follows|in)\b",
            r"\b(?:in |with |of |to )your (?:answer|response|reply|output|summary|system prompt)\b",
            r"^\W*your (?:answer|response|reply|output|summary) (?:must|should|shall|will|is)\b",
            # What a model's own turns look like.
            r"^\W*(?:system|assistant|user|human|developer|ai)(?: (?:prompt|message|note|turn))?\W*[:>\]]",
            r"^\W{0,4}(?:begin|start|end)(?: of)? (?:system|instructions?|prompt|new)\b",
            # Numbers of evidence that an article gives itself.
            r"^\W*(?:\[|【)[a-z]?\d{1,3}(?:\]|】)\s*\w",
        )
    ),
    re.IGNORECASE,
)
_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"|«[^»]*»")
_ABOUT = re.compile(
    rf"\b(?:hidden|planted|inject\w*|instructions?|jailbreak\w*|{_MACHINE})\b"
    r"|\b(?:notes?|orders?|addressed|told?|tells?|asks?) (?:\w+ ){0,3}(?:readers?|whoever)\b",
    re.IGNORECASE,
)


def asks_about_orders(question: str) -> bool:
    """Whether a question is about what machines or readers are told."""
    return bool(_ABOUT.search(question))


@lru_cache(maxsize=20_000)
def is_planted(sentence: str) -> bool:
    """Whether a sentence speaks to its reader: an order, a note to machines, a turn of a dialogue."""
    own = _QUOTED.sub(" ", sentence)
    told = own if any(c.isalpha() for c in own) else sentence
    return bool(_SPEAKS.search(told) or to_write(told) or to_be_silent(told))
