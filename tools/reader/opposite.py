"""A question turned into one that its paragraph no longer answers: by rule, for training on silence."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

_OPPOSITES = """
first last | before after | north south | northern southern | east west | eastern western
largest smallest | most least | more fewer | highest lowest | high low | increase decrease
increased decreased | rise fall | rose fell | win lose | won lost | begin end | began ended | start stop
started stopped | male female | men women | man woman | oldest youngest | older younger | early late
earliest latest | support oppose | supported opposed | accept reject | accepted rejected | allow forbid
allowed forbidden | above below | inside outside | same different | open closed | public private
rich poor | major minor | maximum minimum | longest shortest | long short | large small | bigger smaller
greater lesser | best worst | better worse | strong weak | stronger weaker | gain lose | gained lost
enter leave | entered left | join leave | joined left | buy sell | bought sold | born buried
legal illegal | necessary unnecessary | possible impossible | successful unsuccessful | popular unpopular
able unable | similar dissimilar | common rare | commonly rarely | usually rarely | always never
include exclude | included excluded | import export | internal external | positive negative | upper lower
top bottom | left right | front back | old new | modern ancient | create destroy | created destroyed
build demolish | built demolished | attack defend | attacked defended | love hate | liked disliked
agree disagree | agreed disagreed | approve reject | approved rejected | appointed dismissed | hired fired
raise lower | raised lowered | majority minority | victory defeat | warm cold | hot cold | hard soft
heavy light | fast slow | faster slower | deep shallow | wide narrow | wet dry | summer winter | day night
morning evening | husband wife | father mother | son daughter | brother sister | king queen
teacher student | arrive depart | arrived departed | up down | over under | with without
denied confirmed | signed rejected
"""
_OTHER = {
    word: other
    for pair in _OPPOSITES.replace("\n", "|").split("|")
    if len(pair.split()) == 2
    for word, other in (pair.split(), pair.split()[::-1])
}
_WORD = re.compile(r"[A-Za-z]+")
_AUXILIARY = re.compile(r"\b(is|are|was|were|did|does|do|could|has|have|had|would|should)\b(?! n[o']t)", re.I)
_NAME = re.compile(r"\b[A-Z][\w'-]+(?: (?:(?:of|the|and|de) )?[A-Z][\w'-]+)*")
_NUMBER = re.compile(r"\b\d[\d,.]*\b")
_ASKS = frozenset("What Which Who Whom Whose When Where Why How In On At The A An By For From To Of".split())


def turned(question: str, paragraph: str, elsewhere: str, draw: random.Random) -> str | None:
    """The question with an opposite word, a denial, or another name or number in it; None if none fits.

    Other names and numbers are those of the paragraph or of `elsewhere`, that the question lacks.
    """
    ways: list[Callable[[], str | None]] = [
        lambda: _opposite(question, draw),
        lambda: _denied(question),
        lambda: _renamed(question, paragraph, elsewhere, draw),
        lambda: _renamed(question, paragraph, elsewhere, draw),
        lambda: _renumbered(question, f"{paragraph} {elsewhere}", draw),
    ]
    draw.shuffle(ways)
    return next((found for way in ways if (found := way()) and found != question), None)


def _opposite(question: str, draw: random.Random) -> str | None:
    places = [m for m in _WORD.finditer(question) if m.group().lower() in _OTHER]
    if not places:
        return None
    place = draw.choice(places)
    return question[: place.start()] + _OTHER[place.group().lower()] + question[place.end() :]


def _denied(question: str) -> str | None:
    place = _AUXILIARY.search(question)
    return f"{question[: place.end()]}n't{question[place.end() :]}" if place else None


def _renamed(question: str, paragraph: str, elsewhere: str, draw: random.Random) -> str | None:
    places = [m for m in _NAME.finditer(question) if m.group() not in _ASKS and m.start() > 0]
    if not places:
        return None
    place = draw.choice(places)
    source = paragraph if draw.random() < 0.5 else elsewhere
    return _put(question, place, [n for n in _NAME.findall(source) if len(n) > 3], draw)


def _renumbered(question: str, source: str, draw: random.Random) -> str | None:
    places = list(_NUMBER.finditer(question))
    if not places:
        return None
    place = draw.choice(places)
    alike = [n for n in _NUMBER.findall(source) if len(n) == len(place.group())]
    if len(place.group()) == 4 and place.group().isdigit():
        alike.append(str(int(place.group()) + draw.choice([-20, -3, -2, -1, 1, 2, 3, 15])))
    return _put(question, place, alike, draw)


def _put(question: str, place: re.Match[str], others: Sequence[str], draw: random.Random) -> str | None:
    here, lowered = place.group().lower(), question.lower()
    fresh = [o for o in others if o.lower() not in lowered and here not in o.lower()]
    if not fresh:
        return None
    return question[: place.start()] + draw.choice(fresh) + question[place.end() :]
