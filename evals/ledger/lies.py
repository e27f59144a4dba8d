"""One lie at a time: a true draft -> the same draft, false in one place.

Words are found here by rules of their own, so that what the checks overlook is not overlooked here too.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

from evals.ledger.truths import Truth
from rag.types import DraftSentence

# A lie: a truth and what may be drawn from -> a false draft, or None where it cannot be told here.
Lie = Callable[[Truth, "Stock"], "DraftSentence | None"]

_MONTHS = "January February March April May June July August September October November December".split()
_SHORT_MONTHS = [month[:3] + "." for month in _MONTHS if len(month) > 4]
_WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_PLACES = """
Tokyo Osaka Okinawa Washington London Paris Berlin Madrid Rome Vienna Prague Warsaw Lisbon Dublin Athens Oslo
Stockholm Helsinki Copenhagen Brussels Amsterdam Geneva Moscow Kyiv Ankara Istanbul Cairo Nairobi Lagos
Johannesburg Delhi Mumbai Beijing Shanghai Taipei Seoul Pyongyang Bangkok Jakarta Manila Hanoi Singapore
Sydney Melbourne Toronto Ottawa Chicago Boston Houston Dallas Miami Seattle Denver Japan China
Taiwan Russia Ukraine
Germany France Spain Italy Poland Portugal Ireland Greece Norway Sweden Finland Denmark Belgium Turkey Egypt
Kenya Nigeria India Pakistan Thailand Indonesia Philippines Vietnam Australia Canada Mexico Brazil Argentina
Chile Colombia Israel Iran Iraq Syria California Texas Florida Guam Hawaii Europe Asia Africa
""".split()
_PLACE = re.compile(rf"\b(?:{'|'.join(_PLACES)})\b(?!['’]?s? ?[A-Z])")
_SPELLED = "two three four five six seven eight nine ten eleven twelve".split()
_NAME = re.compile(r"(?<![.!?:“\"] )(?<![“\"‘])(?<!^)\b[A-Z][a-zé]+(?:[ -][A-Z][a-zé]+){0,3}\b(?! ?[A-Z])")
_SAYS = r"(?:said|told|added|warned|announced|wrote|noted|explained|argued|stressed|insisted|claimed)"
_PERSON = re.compile(
    rf"(?:\b(?P<a>[A-Z][a-zé]+(?: [A-Z][a-zé]+){{0,2}}),? {_SAYS}\b|"
    rf"\b{_SAYS} (?P<b>[A-Z][a-zé]+ [A-Z][a-zé]+)\b|\b[Aa]ccording to (?P<c>[A-Z][a-zé]+ [A-Z][a-zé]+)\b)"
)
_NO_NAME = {
    *(
        "In",
        "On",
        "At",
        "For",
        "With",
        "From",
        "As",
        "Secretary",
        "Minister",
        "President",
        "State",
        "News",
        "Press",
    ),
    *(
        "Japanese",
        "Chinese",
        "American",
        "Russian",
        "British",
        "French",
        "German",
        "United",
        "States",
        "Foreign",
    ),
    *(
        "This",
        "That",
        "These",
        "There",
        "When",
        "While",
        "After",
        "Before",
        "If",
        "What",
        "You",
        "My",
        "His",
        "Her",
    ),
    *(
        "The",
        "Jan",
        "Feb",
        "Sept",
        "Oct",
        "Nov",
        "Dec",
        "No",
        "Yes",
        "Defense",
        "National",
        "Staff",
        "He",
        "She",
        "They",
        "It",
        "We",
        "I",
        "Dr",
        "Mr",
        "Mrs",
        "Ms",
        "But",
        "And",
        "One",
    ),
}
_NO_PERSON = {*_NO_NAME, *_PLACES, *_MONTHS, *_WEEKDAYS}
# A capital often stands for its country, and lies in it: to exchange the two is no lie.
_SEATS = (
    ("Tokyo", "Japan"),
    ("Washington", "U.S"),
    ("Washington", "United States"),
    ("Beijing", "China"),
    ("Moscow", "Russia"),
    ("Seoul", "Korea"),
    ("London", "U.K"),
    ("London", "Britain"),
    ("Paris", "France"),
    ("Berlin", "Germany"),
    ("Kyiv", "Ukraine"),
    ("Taipei", "Taiwan"),
)
_NUMBER = re.compile(r"(?<![\d.,$€£¥-])\b\d{1,3}(?:,\d{3})*(?:\.\d+)?\b(?![\d:%-])")
_MONEY = re.compile(
    r"[$€£¥]\d+(?:[.,]\d+)*(?: (?:million|billion|trillion))?|"
    r"\b\d+(?:[.,]\d+)*(?: (?:million|billion|trillion))? (?:dollars|euros|pounds|yen|kronor|crowns)\b"
)
_SHARE = re.compile(r"\b\d+(?:\.\d+)?(?=(?:%| percent\b| per cent\b))")
_DAY = re.compile(rf"\b(?P<m>{'|'.join(map(re.escape, (*_MONTHS, *_SHORT_MONTHS)))}) (?P<d>\d{{1,2}})\b")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b(?! ?(?:people|workers|jobs|homes))")
_WEEKDAY = re.compile(rf"\b(?:{'|'.join(_WEEKDAYS)})\b")
_QUOTED = re.compile(r"[“\"]([^“”\"]{12,})[”\"]")
_CAN_BE_DENIED = re.compile(
    r"\b(?:is|are|was|were|will|would|can|could|has|have|had|should|must|does|do|did)\b"
    r"(?! not\b|n['’]t\b|,|\.)"
)
_DENIED = re.compile(
    r"\b(is|are|was|were|will|would|could|has|have|had|should|must|does|do|did|can)(?: not|n['’]t)\b"
)
_TAIL = re.compile(
    r", ((?:which|after|while|as|because|despite|amid|following|when|since|where|who) [^,.“”\"]{25,90})[,.]"
)
_WORD = re.compile(r"[^\W\d_]{5,}")
_STRONGER = (
    (r"\b(is|are|was|were) (?:considering|weighing|mulling|exploring|discussing)\b", r"\1 certain about"),
    (r"\b(?:is|are|was|were) expected to\b", "did"),
    (r"\b(has|have) (?:proposed|suggested)\b", r"\1 ordered"),
    (r"\bconsiders\b", "decided on"),
    (r"\bconsidering\b", "deciding on"),
    (r"\b(?:may|might|could)\b(?! not| have)", "will"),
    (r"\bmay have\b|\bmight have\b|\bcould have\b", "certainly has"),
    (r"\b(?:hopes|wants|aims|seeks|plans|intends) to\b", "has already managed to"),
    (r"\b(?:hope|want|aim|seek|plan|intend) to\b", "have already managed to"),
    (r"\bproposed\b", "approved"),
    (r"\balleged(?:ly)?\b", "proven"),
    (r"\bprobably\b|\bpossibly\b|\breportedly\b|\bapparently\b", "certainly"),
    (r"\bsuspected\b", "confirmed"),
    (r"\b[Ss]ome of\b", "all of"),
    (r"\b[Mm]any of\b|\b[Mm]ost of\b", "all of"),
)
_OTHER_WAY = (
    *(("rose", "fell"), ("increased", "decreased"), ("increase", "decrease"), ("approved", "rejected")),
    *(("more than", "less than"), ("higher", "lower"), ("won", "lost"), ("strengthen", "weaken")),
    *(("bought", "sold"), ("opened", "closed"), ("began", "ended"), ("before", "after"), ("first", "last")),
    *(("supported", "opposed"), ("support", "opposition"), ("gained", "lost"), ("above", "below")),
    *(("largest", "smallest"), ("northern", "southern"), ("eastern", "western"), ("accepted", "refused")),
    *(("improved", "worsened"), ("up", "down"), ("best", "worst"), ("agreed", "refused"), ("joined", "left")),
    *(("north", "south"), ("east", "west"), ("confirmed", "denied"), ("allowed", "banned"), ("rise", "fall")),
)
_MUTUAL = re.compile(
    r"\b(?:met|meets?|meeting|talks?|with|and|or|between|both|married|alongside|joined)\b|^[ ,]*$"
)


class Stock:
    """What lies are made of: names, clauses and words of all articles; chance that is the same every time."""

    def __init__(self, truths: Sequence[Truth]) -> None:
        texts = list(dict.fromkeys(truth.article for truth in truths))
        self.people = sorted({name for text in texts for name in people(text)})
        self.names = sorted({name for text in texts for name in names(text)})
        self.tails = sorted({match.group(1) for text in texts for match in _TAIL.finditer(text)})
        self.words = sorted({word for text in texts for word in _WORD.findall(text) if word.islower()})
        self._chance = random.Random(0)

    def reset(self, seed: str) -> None:
        """Draw from here on as this seed has it."""
        self._chance = random.Random(seed)

    def draw(self, found: Iterable[str]) -> str | None:
        """One of these, or None of nothing."""
        among = list(found)
        return self._chance.choice(among) if among else None


def people(text: str) -> set[str]:
    """Those of whom a text says that they said something."""
    found = {match.group(match.lastgroup or 0) for match in _PERSON.finditer(text)}
    return {name for name in found if not _NO_PERSON & set(name.split())}


def names(text: str) -> set[str]:
    """Runs of capitalised words that begin no sentence and are no place or day."""
    return {name for name in _NAME.findall(text) if not _NO_PERSON & set(name.split())}


def _exchanged(
    truth: Truth, match: re.Match[str] | None, new: str | None, group: int | str = 0
) -> DraftSentence | None:
    if match is None or new is None or new == match.group(group):
        return None
    text = truth.draft.text
    return replace(truth.draft, text=text[: match.start(group)] + new + text[match.end(group) :])


def _unlike(truth: Truth, candidates: Iterable[str]) -> list[str]:
    """Candidates of which no word stands in the draft or in what it cites."""
    there = set(re.findall(r"\w+", f"{truth.cited} {truth.draft.text}"))
    return [name for name in candidates if there.isdisjoint(re.findall(r"\w+", name))]


def _near(truth: Truth, stock: Stock, here: set[str], everywhere: Sequence[str]) -> str | None:
    """A name of the same article, which misleads best, or else of another."""
    return stock.draw(_unlike(truth, sorted(here))) or stock.draw(_unlike(truth, everywhere))


def number(truth: Truth, stock: Stock) -> DraftSentence | None:
    """Another number."""
    text = truth.draft.text
    found = [m for m in _NUMBER.finditer(text) if not _YEAR.fullmatch(m.group()) and not _of_a_day(text, m)]
    if found:
        old = found[0].group()
        new = stock.draw(new for new in _others(old) if new not in re.findall(r"[\d.,]+\d|\d", truth.cited))
        return _exchanged(truth, found[0], new)
    spelled = re.search(rf"\b(?:{'|'.join(_SPELLED)})\b", text)
    return _exchanged(truth, spelled, stock.draw(w for w in _SPELLED if w not in truth.cited.lower().split()))


def _of_a_day(text: str, match: re.Match[str]) -> bool:
    months = "|".join(map(re.escape, (*_MONTHS, *_SHORT_MONTHS)))
    return bool(
        re.search(rf"(?:{months}) $", text[: match.start()])
        or re.match(rf" (?:{months})", text[match.end() :])
    )


def _others(old: str) -> list[str]:
    """Numbers that are easily mistaken for this one."""
    plain = old.replace(",", "")
    whole, _, part = plain.partition(".")
    more = [str(int(whole) + step) for step in (-2, -1, 1, 2, 10) if int(whole) + step > 1]
    more += [plain + "0"] if not part else []
    swapped = plain[::-1]
    more += [swapped] if swapped != plain and swapped[0] not in "0." and swapped[-1] != "." else []
    if not part and "," in old:
        return [f"{int(each):,}" for each in more]
    found = [each + (f".{part}" if part and "." not in each else "") for each in more]
    return [each for each in found if float(each) != float(plain)]


def money(truth: Truth, stock: Stock) -> DraftSentence | None:
    """Another amount: figure, magnitude or currency."""
    match = _MONEY.search(truth.draft.text)
    if match is None:
        return None
    old = match.group()
    figure = re.search(r"\d+(?:[.,]\d+)*", old)
    if figure is None:
        return None
    plain = figure.group()
    options = [old[: figure.start()] + new + old[figure.end() :] for new in _others(plain)]
    for one, other in (("million", "billion"), ("billion", "trillion"), ("trillion", "billion")):
        options += [re.sub(rf"\b{one}\b", other, old)] if re.search(rf"\b{one}\b", old) else []
    for one, other in (
        ("$", "€"),
        ("€", "£"),
        ("£", "$"),
        ("¥", "$"),
        ("dollars", "yen"),
        ("yen", "dollars"),
    ):
        options += [old.replace(one, other)] if one in old else []
    return _exchanged(truth, match, stock.draw(new for new in options if new not in truth.cited))


def percentage(truth: Truth, stock: Stock) -> DraftSentence | None:
    """Another percentage."""
    match = _SHARE.search(truth.draft.text)
    if match is None:
        return None
    there = re.findall(r"\d+(?:\.\d+)?", truth.cited)
    return _exchanged(truth, match, stock.draw(new for new in _others(match.group()) if new not in there))


def day(truth: Truth, stock: Stock) -> DraftSentence | None:
    """Another day or month."""
    match = _DAY.search(truth.draft.text)
    if match is None:
        return None
    if stock.draw("ab") == "a":
        new = stock.draw(f"{n}" for n in range(1, 29) if str(n) not in re.findall(r"\d+", truth.cited))
        return _exchanged(truth, match, new, "d")
    return _exchanged(truth, match, stock.draw(m for m in _MONTHS if m[:3] not in truth.cited), "m")


def weekday(truth: Truth, stock: Stock) -> DraftSentence | None:
    """Another day of the week."""
    match = _WEEKDAY.search(truth.draft.text)
    return _exchanged(truth, match, stock.draw(w for w in _WEEKDAYS if w not in truth.cited))


def year(truth: Truth, stock: Stock) -> DraftSentence | None:
    """Another year."""
    match = _YEAR.search(truth.draft.text)
    if match is None:
        return None
    options = [str(int(match.group()) + step) for step in (-10, -2, -1, 1, 2, 10)]
    return _exchanged(truth, match, stock.draw(y for y in options if y not in truth.cited))


def name(truth: Truth, stock: Stock) -> DraftSentence | None:
    """Another name, of the same article where it has one."""
    found = [m for m in _NAME.finditer(truth.draft.text) if not _NO_PERSON & set(m.group().split())]
    if not found:
        return None
    picked = stock.draw(str(i) for i in range(len(found)))
    return _exchanged(truth, found[int(picked or 0)], _near(truth, stock, names(truth.article), stock.names))


def place(truth: Truth, stock: Stock) -> DraftSentence | None:
    """Another place."""
    match = _PLACE.search(truth.draft.text)
    here = set(_PLACE.findall(truth.article))
    here -= {one for pair in _SEATS for one in pair if pair[0] in truth.cited or pair[1] in truth.cited}
    return _exchanged(truth, match, _near(truth, stock, here, _PLACES)) if match else None


def speaker(truth: Truth, stock: Stock) -> DraftSentence | None:
    """The words in another's mouth, of one whom the same sentence names where there is one."""
    match = _PERSON.search(truth.draft.text)
    if match is None or _NO_PERSON & set(match.group(match.lastgroup or 0).split()):
        return None
    group = match.lastgroup or 0
    own = set(match.group(group).split())
    beside = [n for n in sorted(names(truth.cited)) if len(n.split()) > 1 and own.isdisjoint(n.split())]
    beside = [n for n in beside if n in stock.people]
    new = stock.draw(beside) or _near(truth, stock, people(truth.article), stock.people)
    return _exchanged(truth, match, new, group)


def roles(truth: Truth, _: Stock) -> DraftSentence | None:
    """Who did it and whom it was done to, exchanged."""
    text = truth.draft.text
    spots = [*_NAME.finditer(text), *_PLACE.finditer(text)]
    opening = re.match(r"[A-Z][a-zé]+(?: [A-Z][a-zé]+){1,2}\b", text)
    spots += [opening] if opening and not opening.group().startswith(("The ", "In ", "On ", "A ")) else []
    nobody = {*_NO_NAME, *_MONTHS, *_WEEKDAYS}
    spots = [m for m in spots if nobody.isdisjoint(m.group().split())]
    spots = sorted({m.span(): m for m in spots}.values(), key=lambda m: m.start())
    for one, other in pairwise(spots):
        between = text[one.end() : other.start()]
        if (
            one.end() < other.start()
            and one.group() != other.group()
            and not _MUTUAL.search(between)
            and re.search(r"\b\w+(?:ed|s|t|ew)\b", between)
        ):
            swapped = text[: one.start()] + other.group() + between + one.group() + text[other.end() :]
            return replace(truth.draft, text=swapped)
    return None


def negation(truth: Truth, _: Stock) -> DraftSentence | None:
    """What is said, denied; what is denied, said."""
    text = truth.draft.text
    if denied := _DENIED.search(text):
        return replace(truth.draft, text=text[: denied.start()] + denied.group(1) + text[denied.end() :])
    said = _CAN_BE_DENIED.search(_QUOTED.sub(lambda m: "_" * len(m.group()), text))
    if said is None:
        return None
    return replace(truth.draft, text=f"{text[: said.end()]} not{text[said.end() :]}")


def direction(truth: Truth, _: Stock) -> DraftSentence | None:
    """One word for its opposite."""
    for pair in _OTHER_WAY:
        for old, new in (pair, pair[::-1]):
            match = re.search(rf"\b{old}\b", truth.draft.text)
            if match and not re.search(rf"\b{new}\b", truth.cited):
                return _exchanged(truth, match, new)
    return None


def strengthened(truth: Truth, _: Stock) -> DraftSentence | None:
    """What is left open, as settled; what holds of some, of all."""
    for pattern, new in _STRONGER:
        match = re.search(pattern, truth.draft.text)
        if match:
            return _exchanged(truth, match, match.expand(new))
    return None


def clause(truth: Truth, stock: Stock) -> DraftSentence | None:
    """A clause of another article added at the end."""
    tail = stock.draw(t for t in stock.tails if t not in truth.article)
    body = truth.draft.text.rstrip()
    if tail is None or body[-1:] != ".":
        return None
    return replace(truth.draft, text=f"{body[:-1]}, {tail}.")


def wrong_source(truth: Truth, _: Stock) -> DraftSentence | None:
    """The sentence of the same article that shares most words with it, in place of what it cites."""
    asked = set(_WORD.findall(truth.draft.text.lower()))

    def shared(key: int) -> int:
        return len(asked & set(_WORD.findall(truth.offered[key].quote.lower())))

    others = [
        n for n in truth.offered if truth.offered[n].quote not in truth.cited and n not in truth.draft.numbers
    ]
    best = max(others, key=shared, default=None)
    if best is None or shared(best) == 0 or shared(best) >= 0.8 * len(asked):
        return None
    return replace(truth.draft, numbers=(best,))


def quotation(truth: Truth, stock: Stock) -> DraftSentence | None:
    """One word of a quotation, changed."""
    match = _QUOTED.search(truth.draft.text)
    words = list(_WORD.finditer(match.group(1))) if match else []
    if match is None or not words:
        return None
    word = words[len(words) // 2]
    new = stock.draw(w for w in stock.words if w not in truth.article)
    inside = match.group(1)
    return _exchanged(truth, match, f"{inside[: word.start()]}{new}{inside[word.end() :]}", 1)


def unknown_id(truth: Truth, _: Stock) -> DraftSentence | None:
    """A number that was not offered, beside the right ones."""
    return replace(truth.draft, numbers=(*truth.draft.numbers, max(truth.offered) + 7))


LIES: dict[str, Lie] = {
    "unknown id": unknown_id,
    "altered quote": quotation,
    "number": number,
    "money": money,
    "percentage": percentage,
    "day or month": day,
    "weekday": weekday,
    "year": year,
    "name": name,
    "place": place,
    "wrong related sentence": wrong_source,
    "negation": negation,
    "direction": direction,
    "speaker": speaker,
    "subject and object": roles,
    "strengthened": strengthened,
    "added clause": clause,
}
