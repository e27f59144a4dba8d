"""One lie at a time: a true draft -> the same draft, false in one place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

from evals.ledger import found
from evals.ledger.found import Stock, names, of_a_day, people
from evals.ledger.truths import Truth
from rag.types import DraftSentence

# A lie: a truth and what may be drawn from -> a false draft, or None where it cannot be told here.
Lie = Callable[[Truth, Stock], "DraftSentence | None"]

_CAN_BE_DENIED = re.compile(
    r"\b(?:is|are|was|were|will|would|can|could|has|have|had|should|must|does|do|did)\b"
    r"(?! not\b|n['’]t\b|,|\.)"
)
_DENIED = re.compile(
    r"\b(is|are|was|were|will|would|could|has|have|had|should|must|does|do|did|can)(?: not|n['’]t)\b"
)
_MUTUAL = re.compile(
    r"\b(?:met|meets?|meeting|talks?|with|and|or|between|both|married|alongside|joined)\b|^[ ,]*$"
)


# "Democrats" in place of "Democratic" is no lie.
_ROOT = 5


def _exchanged(
    truth: Truth, match: re.Match[str] | None, new: str | None, group: int | str = 0
) -> DraftSentence | None:
    if match is None or new is None or new == match.group(group):
        return None
    text = truth.draft.text
    return replace(truth.draft, text=text[: match.start(group)] + new + text[match.end(group) :])


def _unlike(truth: Truth, candidates: Iterable[str]) -> list[str]:
    """Candidates of which no word, nor another form of it, stands in the draft or in what it cites."""
    there = {word[:_ROOT] for word in re.findall(r"\w+", f"{truth.cited} {truth.draft.text}")}
    return [name for name in candidates if there.isdisjoint(w[:_ROOT] for w in re.findall(r"\w+", name))]


def _near(truth: Truth, stock: Stock, here: set[str], everywhere: Sequence[str]) -> str | None:
    """A name of the same article, which misleads best, or else of another."""
    return stock.draw(_unlike(truth, sorted(here))) or stock.draw(_unlike(truth, everywhere))


def number(truth: Truth, stock: Stock) -> DraftSentence | None:
    """Another number."""
    text = truth.draft.text
    numbers = [m for m in found.NUMBER.finditer(text) if not found.YEAR.fullmatch(m.group())]
    numbers = [m for m in numbers if not of_a_day(text, m)]
    if numbers:
        old = numbers[0].group()
        new = stock.draw(new for new in _others(old) if new not in re.findall(r"[\d.,]+\d|\d", truth.cited))
        return _exchanged(truth, numbers[0], new)
    spelled = re.search(rf"\b(?:{'|'.join(found.SPELLED)})\b", text)
    return _exchanged(
        truth, spelled, stock.draw(w for w in found.SPELLED if w not in truth.cited.lower().split())
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
    others = [each + (f".{part}" if part and "." not in each else "") for each in more]
    return [each for each in others if float(each) != float(plain)]


def money(truth: Truth, stock: Stock) -> DraftSentence | None:
    """Another amount: figure, magnitude or currency."""
    match = found.MONEY.search(truth.draft.text)
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
    match = found.SHARE.search(truth.draft.text)
    if match is None:
        return None
    there = re.findall(r"\d+(?:\.\d+)?", truth.cited)
    return _exchanged(truth, match, stock.draw(new for new in _others(match.group()) if new not in there))


def day(truth: Truth, stock: Stock) -> DraftSentence | None:
    """Another day or month."""
    match = found.DAY.search(truth.draft.text)
    if match is None:
        return None
    if stock.draw("ab") == "a":
        new = stock.draw(f"{n}" for n in range(1, 29) if str(n) not in re.findall(r"\d+", truth.cited))
        return _exchanged(truth, match, new, "d")
    return _exchanged(truth, match, stock.draw(m for m in found.MONTHS if m[:3] not in truth.cited), "m")


def weekday(truth: Truth, stock: Stock) -> DraftSentence | None:
    """Another day of the week."""
    match = found.WEEKDAY.search(truth.draft.text)
    return _exchanged(truth, match, stock.draw(w for w in found.WEEKDAYS if w not in truth.cited))


def year(truth: Truth, stock: Stock) -> DraftSentence | None:
    """Another year."""
    match = found.YEAR.search(truth.draft.text)
    if match is None:
        return None
    options = [str(int(match.group()) + step) for step in (-10, -2, -1, 1, 2, 10)]
    return _exchanged(truth, match, stock.draw(y for y in options if y not in truth.cited))


def name(truth: Truth, stock: Stock) -> DraftSentence | None:
    """Another name, of the same article where it has one."""
    spots = [m for m in found.NAME.finditer(truth.draft.text) if not found.NO_PERSON & set(m.group().split())]
    if not spots:
        return None
    picked = stock.draw(str(i) for i in range(len(spots)))
    return _exchanged(truth, spots[int(picked or 0)], _near(truth, stock, names(truth.article), stock.names))


def place(truth: Truth, stock: Stock) -> DraftSentence | None:
    """Another place."""
    match = found.PLACE.search(truth.draft.text)
    here = set(found.PLACE.findall(truth.article))
    here -= {one for pair in found.SEATS for one in pair if pair[0] in truth.cited or pair[1] in truth.cited}
    return _exchanged(truth, match, _near(truth, stock, here, found.PLACES)) if match else None


def speaker(truth: Truth, stock: Stock) -> DraftSentence | None:
    """The words in another's mouth, of one whom the same sentence names where there is one."""
    match = found.PERSON.search(truth.draft.text)
    if match is None or found.NO_PERSON & set(match.group(match.lastgroup or 0).split()):
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
    spots = [*found.NAME.finditer(text), *found.PLACE.finditer(text)]
    opening = re.match(r"[A-Z][a-zé]+(?: [A-Z][a-zé]+){1,2}\b", text)
    spots += [opening] if opening and not opening.group().startswith(("The ", "In ", "On ", "A ")) else []
    nobody = {*found.NO_NAME, *found.MONTHS, *found.WEEKDAYS}
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
    said = _CAN_BE_DENIED.search(found.QUOTED.sub(lambda m: "_" * len(m.group()), text))
    if said is None:
        return None
    return replace(truth.draft, text=f"{text[: said.end()]} not{text[said.end() :]}")


def direction(truth: Truth, _: Stock) -> DraftSentence | None:
    """One word for its opposite."""
    for pair in found.OTHER_WAY:
        for old, new in (pair, pair[::-1]):
            match = re.search(rf"\b{old}\b", truth.draft.text)
            if match and not re.search(rf"\b{new}\b", truth.cited):
                return _exchanged(truth, match, new)
    return None


def strengthened(truth: Truth, _: Stock) -> DraftSentence | None:
    """What is left open, as settled; what holds of some, of all."""
    for pattern, new in found.STRONGER:
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
    asked = set(found.WORD.findall(truth.draft.text.lower()))

    def shared(key: int) -> int:
        return len(asked & set(found.WORD.findall(truth.offered[key].quote.lower())))

    others = [
        n for n in truth.offered if truth.offered[n].quote not in truth.cited and n not in truth.draft.numbers
    ]
    best = max(others, key=shared, default=None)
    if best is None or shared(best) == 0 or shared(best) >= 0.8 * len(asked):
        return None
    return replace(truth.draft, numbers=(best,))


def quotation(truth: Truth, stock: Stock) -> DraftSentence | None:
    """One word of a quotation, changed."""
    match = found.QUOTED.search(truth.draft.text)
    words = list(found.WORD.finditer(match.group(1))) if match else []
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
