"""Whether a text that keeps most of a cited sentence's words has another word in the place of one of them.

Who repeats a sentence and changes one word must change it to one that says the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import pairwise

from rag.verify.lexicon.meanings import alike, among, opposite
from rag.verify.lexicon.related import may_say
from rag.verify.names import of_one_place
from rag.verify.people import COUNTRIES, OFFICES, RANKS
from rag.verify.reckoned import is_rough
from rag.verify.source import Source
from rag.verify.tokens import Token, tokenize

# So much of a text has to stand, in order, in the cited sentence.
_KEPT_AT_LEAST = 0.75
# So many words that are the same must stand on both sides together, and so many may be exchanged.
_BESIDE, _EXCHANGED = 3, 2
_QUOTED = re.compile(r"[“\"][^”\"]+[”\"]")
_JOINED = re.compile(r"\W*(?:and|or|as well as|,)?\W*(?:the|a|an|its|his|her|their)?\W*")
# Small words that say different things of the same, a group a side.
_APART = tuple(
    tuple(frozenset(side.split()) for side in sides.split("|"))
    for sides in (
        "from since after | until till before",
        "this | last | next",
        "am | pm",
        "all every each everyone | most many | some several few | no none nobody",
        "by | to | after since | against",
        "from | to",
        "once after when | before until",
        "all | among",
        "until | by between",
        "with | without",
        "even | only",
        "asked asks | ordered orders",
        "paid pays | offered offers",
        "i | ii | iii | iv | v",
        "for | against",
        "more over above higher | less fewer lower under below",
        "much | little",
        "still | longer",
        "both | neither",
        "brother brothers | sister sisters",
        "mother | father",
        "son sons | daughter daughters",
        "husband | wife",
        "man men | woman women",
        "boy boys | girl girls",
        "morning | evening | afternoon",
        "he him his himself | she her hers herself",
    )
)
# Who keeps a sentence and adds one of these says something else.
_NARROWING = frozenset(
    """
    only solely alone former formerly ex twice thrice double half never no not neither non second third least
    most nearly almost hardly barely partly fully exactly always rarely seldom previously formally officially
    deputy vice acting interim assistant
    """.split()
)
_FORMER = frozenset("former formerly ex previously".split())
_ONCE = frozenset("used once ex former formerly previously until".split())
# And who leaves out one of these: "the oldest" for "the second-oldest".
_NARROWED = frozenset("second third fourth fifth deputy vice former half non not never".split())
_QUANTITIES = frozenset("all every each most many some several few no none".split())
_VERBAL = frozenset("down up out off away".split())
_ARTICLES = frozenset("the a an its his her their".split())
_CHECKED = frozenset(
    "january february march april may june july august september october november december monday tuesday"
    " wednesday thursday friday saturday sunday jan feb mar apr jun jul aug sept sep oct nov dec two three"
    " four five six seven eight nine ten eleven twelve".split()
)


def exchanged(text: str, source: Source) -> str | None:
    """What is wrong with a text's words: one that stands where the cited sentence has another."""
    several = len(source.quotes) > 1
    for quote in (*source.quotes, " ".join(source.quotes)) if several else source.quotes:
        if found := _exchanged(text, quote, small=several and quote not in source.quotes):
            return f"says {found[0]} where what it cites says {found[1]}"
        if added := _narrowed(text, quote):
            return added
    for quote in source.quotes:
        if spliced := _spliced(text, quote):
            return spliced
        if turned := _turned(text) & _turned_back(quote):
            one, did, other = min(turned)
            return f"has {one} and {other} change places: {did}"
    return None


@lru_cache(maxsize=4_096)
def _turned(text: str) -> frozenset[tuple[str, str, str]]:
    """Each three neighbouring words that carry something, with no more than articles between."""
    tokens = tokenize(text)
    found = []
    for i, token in enumerate(tokens):
        near = [t for t in tokens[i + 1 : i + 5] if t.word not in _ARTICLES][:2]
        if len(near) == 2 and all(t.carries and not t.named for t in (token, *near)):
            found.append((token.key, near[0].key, near[1].key))
    return frozenset(found)


def _turned_back(text: str) -> frozenset[tuple[str, str, str]]:
    return frozenset((other, did, one) for one, did, other in _turned(text) if one != other)


@lru_cache(maxsize=4_096)
def _aligned(text: str, quote: str) -> tuple[tuple[str, int, int, int, int], ...]:
    """What of a text is kept, exchanged, added and left out, as far as most is kept; else nothing."""
    mine, theirs = tokenize(text), tokenize(quote)
    matcher = SequenceMatcher(None, [t.key for t in mine], [t.key for t in theirs], autojunk=False)
    codes = tuple(matcher.get_opcodes())
    # What is quoted is kept by whoever quotes.
    quoted = [span.span() for span in _QUOTED.finditer(text)]
    own = {n for n, t in enumerate(mine) if not any(start < t.start < end for start, end in quoted)}
    kept = sum(n in own for code, i, j, _, _ in codes if code == "equal" for n in range(i, j))
    return codes if own and kept >= _KEPT_AT_LEAST * len(own) else ()


def _narrowed(text: str, quote: str) -> str | None:
    """A word that says more or less of what is kept around it, and stands nowhere in what is cited."""
    mine, theirs = tokenize(text), tokenize(quote)
    said, there = {t.key for t in mine}, {t.key for t in theirs}
    for code, i, j, k, m in _aligned(text, quote):
        added = mine[i:j] if code in ("delete", "replace") else ()
        weighs = {"not", "only"} <= {token.word for token in added}
        for token in added if not weighs else ():
            once = token.word in _FORMER and not _ONCE.isdisjoint(t.word for t in theirs)
            if token.word in _NARROWING and token.key not in there and not once:
                return f"adds {token.text} to what it cites"
        gone = [] if any(t.carries for t in added) else [t for t in theirs[k:m] if _weighty(t)]
        if len(gone) == 1 and gone[0].word in _NARROWED and not among(gone[0].key, said):
            return f"leaves {gone[0].text} out of what it cites"
    return None


def _weighty(token: Token) -> bool:
    return token.carries or token.word in _NARROWED


def _spliced(text: str, quote: str) -> str | None:
    """A date, number or name from further on: "leader in May" for "leader in March, and mayor in May"."""
    theirs, codes = tokenize(quote), _aligned(text, quote)
    for (code, _, _, k, m), (after, _, _, start, end) in pairwise(codes):
        if code != "insert" or after != "equal" or start != m:
            continue
        same = 0
        while same < min(m - k, end - m) - 1 and theirs[k + same].key == theirs[m + same].key:
            same += 1
        one, other = theirs[m + same], theirs[k + same]
        kind = (_checked(one) and _checked(other)) or (one.named and other.named)
        if same and kind and one.key != other.key:
            return f"says {one.text} where what it cites says {other.text}"
    return None


def _exchanged(text: str, quote: str, small: bool) -> tuple[str, str] | None:
    """Two words that stand for each other and say different things; only `small` ones, figures and times."""
    mine, theirs, codes = tokenize(text), tokenize(quote), _aligned(text, quote)
    for place, (code, i, j, k, m) in enumerate(codes):
        near = codes[max(0, place - 2) : place + 3]
        around = sum(j - i for code, i, j, _, _ in near if code == "equal")
        if code != "replace" or around < _BESIDE:
            continue
        new, old = mine[i:j], theirs[k:m]
        if pair := _apart(new, old) or _moved(new, old, text, quote) or _of_how_many(new, old):
            return pair
        if pair := _renamed(new, old, text):
            return pair
        if not small and (pair := _unlike(new, old, text, quote)):
            return pair
    return None


def _unlike(new: tuple[Token, ...], old: tuple[Token, ...], text: str, quote: str) -> tuple[str, str] | None:
    """A word of each side that says something else, as far as they are few."""
    ours, theirs = list(_telling(new)), list(_telling(old))
    if not theirs and len(ours) == 1 and not ours[0].named:
        # "Build" for "take down": small words that make a verb.
        theirs = [token for token in old if token.word in _VERBAL]
    # "Soldiers" for "scientists, engineers and others" is one for one too.
    a_list = len(ours) == 1 and any(token.word == "and" for token in old)
    if not ours or not theirs or len(ours) > _EXCHANGED or len(theirs) > _EXCHANGED + a_list:
        return None
    if len(ours) == len(theirs) == 1 and opposite(ours[0].key, {theirs[0].key}):
        return ours[0].text, theirs[0].text
    strange = [t for t in ours if not any(_may_stand(t.key, o.key) for o in theirs)]
    if len(strange) < len(ours):
        return None
    said, there = {t.key for t in tokenize(text)}, {t.key for t in tokenize(quote)}
    one, other = strange[0], theirs[0]
    moved = one.key in there
    if moved and (other.key not in said or _coordinated(one, other, text)):
        return None
    # Of whom something is said is checked elsewhere, but for two who change places.
    named = any(t.named and t.key not in RANKS for t in (*ours, *theirs))
    return None if named and not moved else (one.text, other.text)


def _moved(new: tuple[Token, ...], old: tuple[Token, ...], text: str, quote: str) -> tuple[str, str] | None:
    """A figure, day or month in the place of another that has gone elsewhere."""
    one, other = list(filter(_checked, new)), list(filter(_checked, old))
    if len(one) != 1 or len(other) != 1 or one[0].word == other[0].word:
        return None
    said, there = {t.word for t in tokenize(text)}, {t.word for t in tokenize(quote)}
    gone = other[0].word in said or (len(new) == len(old) == 1 and not is_rough(text, one[0].start))
    return (one[0].text, other[0].text) if one[0].word in there and gone else None


def _may_stand(said: str, cited: str) -> bool:
    """Whether a word may stand for another; WordNet knows opposites as near to each other."""
    return alike(said, cited) or (may_say(said, cited) and not opposite(said, {cited}))


def _renamed(new: tuple[Token, ...], old: tuple[Token, ...], text: str) -> tuple[str, str] | None:
    """A name in the place of another that the text leaves out, and that is not the same in other words."""
    ours, theirs = [t for t in new if t.carries], [t for t in old if t.carries]
    if not ours or not theirs or not all(t.named and t.key not in RANKS | OFFICES for t in (*ours, *theirs)):
        return None
    said = {t.key for t in tokenize(text)}
    if ours[0].key not in COUNTRIES and any(t.key in COUNTRIES for t in theirs):
        # Whose minister it is may be left out where the minister is named.
        return None
    if any(t.key in said for t in theirs) or any(of_one_place(a, b) for a in ours for b in theirs):
        return None
    return ours[0].text, theirs[0].text


def _of_how_many(new: tuple[Token, ...], old: tuple[Token, ...]) -> tuple[str, str] | None:
    """Whether "all" stands in the place of a number, or the other way round."""
    if len(new) != 1 or len(old) != 1:
        return None
    words = {new[0].word, old[0].word}
    if "one" in words and any(word in _CHECKED for word in words):
        return new[0].text, old[0].text
    said = words & _QUANTITIES and any(w in _CHECKED or w[0].isdigit() for w in words - _QUANTITIES)
    return (new[0].text, old[0].text) if said else None


def _checked(token: Token) -> bool:
    return token.word[0].isdigit() or token.word in _CHECKED


def _telling(tokens: tuple[Token, ...]) -> Iterator[Token]:
    return (t for t in tokens if t.carries and t.word not in _CHECKED and t.word != "respective")


def _apart(new: tuple[Token, ...], old: tuple[Token, ...]) -> tuple[str, str] | None:
    """Two small words of which one says what the other does not."""
    for one in new:
        for other in old:
            for sides in _APART:
                mine = next((side for side in sides if one.word in side), None)
                theirs = next((side for side in sides if other.word in side), None)
                if mine and theirs and mine is not theirs:
                    return one.text, other.text
    return None


def _coordinated(one: Token, other: Token, text: str) -> bool:
    """Whether the text names the two in one breath, where their order says nothing."""
    spots = [t for t in tokenize(text) if t.key in (one.key, other.key)]
    return any(a.key != b.key and _JOINED.fullmatch(text[a.end : b.start]) for a, b in pairwise(spots))
