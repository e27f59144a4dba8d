"""A text as the checks see it: words with their places, and the names among them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from rag.verify.lexicon.forms import key
from rag.verify.lexicon.meanings import everyday
from rag.words import STOPWORDS, fold

_WORD = re.compile(r"(?:[A-Za-z]\.){2,}|[^\W\d_]+(?:['’][^\W\d_]+)*|\d+(?:[.,:]\d+)*(?:st|nd|rd|th|s)?\b|\d+")
# Nothing to look for, but it matters who gave what, and whether already.
_TELLING = frozenset("already yet still ever really actually got give gave quote quotation".split())
_GRAMMAR = STOPWORDS - _TELLING
# What may stand between two parts of one name: "Ministry of Defense", "Self-Defense", "J. Biden".
_INSIDE = re.compile(r"(?:[ \u00a0]|-|\. | (?:of|the|for|de|da|del|van|von|al|bin|&) (?:the )?)")
# Longer words before a full stop end a sentence.
_ABBREVIATED = 4
_OPENING = " \t\n“\"'‘(—–-"
# Everyday words that have a capital only because a sentence or a quotation begins with them.
_DAYS_AND_MONTHS = frozenset(
    """
    monday tuesday wednesday thursday friday saturday sunday january february march april may june july
    august september october november december jan feb mar apr jun jul aug sept sep oct nov dec
    """.split()
)

# A capital at the beginning says nothing of a word with such an ending, unless a speaker's verb follows.
_USUAL_ENDINGS = (
    *("ing", "ed", "ly", "tion", "ment", "ness", "ies", "sion", "ance", "ence", "tions", "ments", "sions"),
    *("ors", "ists", "ants", "ents", "isms", "ships", "ages", "ures", "ings", "eers", "folk", "people"),
)
# "Second-quarter", but not "Halley-2".
_JOINED_ON = re.compile(r"-(?!\d)")
_SMALL_NEXT = re.compile(r" (?!said|told|added|says)[a-z\d]")


class Token(NamedTuple):
    """A word, where it stands, how it is compared, and whether it is written as part of a name."""

    text: str
    start: int
    end: int
    word: str
    key: str
    named: bool

    @property
    def carries(self) -> bool:
        """Whether it is more than grammar and less than a figure."""
        return self.word not in _GRAMMAR and not self.word[0].isdigit()


class Name(NamedTuple):
    """Neighbouring capitalised words: indices of the first token and of the one after the last."""

    first: int
    end: int


_STATES = dict(
    pair.split("/")
    for pair in """
    Ala/Alabama Ariz/Arizona Ark/Arkansas Calif/California Colo/Colorado Conn/Connecticut Del/Delaware
    Fla/Florida Ga/Georgia Ill/Illinois Ind/Indiana Kan/Kansas Ky/Kentucky La/Louisiana Md/Maryland
    Mich/Michigan Minn/Minnesota Mo/Missouri Mont/Montana Neb/Nebraska Nev/Nevada Okla/Oklahoma Ore/Oregon
    Pa/Pennsylvania Tenn/Tennessee Vt/Vermont Va/Virginia Wash/Washington Wis/Wisconsin Wyo/Wyoming
    """.split()
)
_STATE = re.compile(rf"\b({'|'.join(_STATES)})\.(?=\W)")
# What is written in two ways, long and short or parted and joined; the second form stands for both.
_WRITTEN = (
    (re.compile(r"\b(?:the )?United States(?: of America)?\b"), "U.S."),
    (re.compile(r"\b(?:the )?United Kingdom\b"), "U.K."),
    (re.compile(r"\b(?:the )?United Nations\b"), "U.N."),
    (re.compile(r"\b(?:the )?European Union\b"), "E.U."),
    (re.compile(r"\bper cent\b"), "percent"),
    (re.compile(r"\bR&D\b"), "research and development"),
    (re.compile(r"\bD-(?=[A-Z][a-z]+)"), "Democrat, "),
    (re.compile(r"\bR-(?=[A-Z][a-z]+)"), "Republican, "),
)


# Soft hyphens, zero-width characters and marks of direction.
_INVISIBLE = re.compile(
    r"[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]"
)


def visible(text: str) -> str:
    """A text without the characters that nobody sees."""
    return _INVISIBLE.sub("", text)


@lru_cache(maxsize=4_096)
def plain(text: str) -> str:
    """What is seen of a text, on one line, the United States and the like in their short form."""
    found = " ".join(visible(text).split())
    for long, short in _WRITTEN:
        found = long.sub(short, found)
    return _STATE.sub(lambda match: _STATES[match.group(1)], found)


@lru_cache(maxsize=8_192)
def all_keys(text: str) -> frozenset[str]:
    """The keys of all words of a text; quicker than taking it apart."""
    return frozenset(_compared(written)[1] for written in _WORD.findall(text)) - {""}


@lru_cache(maxsize=4_096)
def tokenize(text: str) -> tuple[Token, ...]:
    """The words of a text in order."""
    return tuple(_tokens(text))


def _tokens(text: str) -> Iterator[Token]:
    for match in _WORD.finditer(text):
        written = match.group()
        word, its_key = _compared(written)
        if word:
            named = written[0].isupper() and _is_named(text, match, word)
            yield Token(written, *match.span(), word, its_key, named)


@lru_cache(maxsize=50_000)
def _compared(written: str) -> tuple[str, str]:
    """A word folded, and its key."""
    word = fold(written)
    return word, key(word)


def _is_named(text: str, match: re.Match[str], word: str) -> bool:
    written = match.group()
    if word in _DAYS_AND_MONTHS or written == "I":
        return False
    if any(c.isupper() for c in written[1:]) and len(written) > 1 and "'" not in written:
        return True
    if not begins_sentence(text, match.start()):
        return True
    if word in STOPWORDS or word in _BEGINNERS or _JOINED_ON.match(text, match.end()):
        return False
    if word.endswith("ly") and text[match.end() : match.end() + 1] == ",":
        return False
    usual = word.endswith(_USUAL_ENDINGS) or everyday(key(word))
    return not (usual and _SMALL_NEXT.match(text, match.end()))


def begins_sentence(text: str, place: int) -> bool:
    """Whether a sentence or a quotation begins at this place."""
    before = text[:place].rstrip(_OPENING)
    return not before or before[-1] in ".!?:;”\n" or text[:place][-1:] in '“"‘'


@lru_cache(maxsize=4_096)
def names(text: str) -> tuple[Name, ...]:
    """The names of a text: runs of capitalised words, joined by "of", "for" and the like."""
    tokens = tokenize(text)
    found: list[Name] = []
    last = -1
    for i, token in enumerate(tokens):
        if not token.named:
            continue
        between = text[tokens[last].end : token.start]
        joined = found and _INSIDE.fullmatch(between) and (between != ". " or _is_short(tokens[last]))
        if joined and not _ends_possessive(tokens[last]):
            found[-1] = Name(found[-1].first, i + 1)
        else:
            found.append(Name(i, i + 1))
        last = i
    return tuple(found)


def _is_short(token: Token) -> bool:
    """Whether a point after it may be that of an abbreviation, as in "J." and "Gen."."""
    return len(token.text) <= _ABBREVIATED


def _ends_possessive(token: Token) -> bool:
    return token.text.endswith(("'s", "’s", "s'", "s’"))


# Words that often begin a sentence and are no names, beside the stopwords.
_BEGINNERS = frozenset(
    """
    yesterday today tomorrow tonight together last next this earlier later meanwhile however instead
    although though despite since still yet even also another other others several many most some two three
    four five six seven eight nine ten eleven twelve twenty hundred hundreds thousands dozens nearly almost
    roughly around approximately more less fewer half part parts officials official police researchers
    scientists prosecutors lawyers investigators lawmakers residents voters analysts economists investors
    shares stocks sales profit profits revenue prices exports imports production unemployment inflation
    growth workers employees teachers students doctors nurses patients firefighters rescuers authorities
    ministers minister president prime former new plans talks negotiations leaders members critics opponents
    supporters people women men children families experts engineers both neither either each every no nobody
    none nothing anyone anybody everyone everybody someone not never one only just currently recently once
    per within without among along across like unlike except including given asked speaking it's he's she's
    they're we're that's there's instead whether if unless because therefore thus hence moreover furthermore
    additionally finally first second third fourth construction work traffic trains flights schools
    hospitals evidence results figures data shortly soon farmers drivers passengers owners buyers sellers
    customers users visitors tourists tickets heavy strong local national international federal regional
    public private government parliament court judges judge prize rain snow wind storms floods fire smoke
    damage losses costs funding money bids offers rising falling among although besides rather fourteen
    fifteen thirteen sixteen seventeen eighteen nineteen thirty forty fifty sixty seventy eighty ninety
    around slightly roughly shortly whereas while unlike until when where what who whose which why how
    before after during since by from for with to in on at of as an and but or so such lower higher early
    late mid-week based citing quoting under over asked responding addressing
    """.split()
)
