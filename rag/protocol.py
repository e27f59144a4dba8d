"""A model's reply -> its sentences and the numbers that they name, in the forms models write; pure.

The reply is read a character at a time, so how it was cut into pieces cannot matter. What no pattern here
knows ends as nothing, or as a sentence that names no number, which no check lets pass. Every repetition
that could be tried again from each character is bounded, so babble costs no more than its length.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any

from rag.types import DraftSentence

SILENT_REPLY = "NOT IN ARTICLES"
# The unit that says: all that came before was thought, not said.
THOUGHT = "\0"

# Controls, soft hyphens, zero-width and direction characters, fillers, variation selectors, tags.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_BREAKS = str.maketrans(dict.fromkeys("\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029", "\n"))


def visible(text: str) -> str:
    """The text without the characters that cannot be seen, every line's end a line feed."""
    return _INVISIBLE.sub("", text.translate(_BREAKS))


# The marks that name numbers: [3], [3, 7], [S3], [^3], [3]–[5], 【3†source】, (sentence 3), ".³"

_OPEN, _CLOSE = r"[\[【［〔〖⟦{]", r"[\]】］〕〗⟧}]"
_CALLED = r"(?:[Ss](?:entences?|ources?)?|[Ii][Dd]s?|[Rr]efs?|[Nn]o)\.?:?\s?"
_ONE = rf"[\^#]?(?:{_CALLED})?\d{{1,4}}(?:†[^\]】,;\n]{{0,40}})?"
_AND = r"(?:\s?(?:[,;/&|–—‑-]|and|to)\s?(?:and\s)?|\s)"
_SQUARE = rf"{_OPEN}{{1,2}}\s?{_ONE}(?:{_AND}{_ONE}){{0,30}}\s?{_CLOSE}{{1,2}}"
_SQUARES = rf"{_SQUARE}(?:[\s,;–-]{{0,3}}(?:and\s)?{_SQUARE}){{0,30}}"
_ROUND = rf"\((?:{_CALLED}|[Ss]ee\s)(?:\d{{1,4}}(?:{_AND}{_ONE}){{0,30}}|{_SQUARES})\)|\({_SQUARES}\)"
# A raised figure is a mark behind a sentence or a word, and a unit of area behind km.
_RAISED = (
    r"(?:(?<=[.!?…”\"’'»)])|(?<=[.!?…”\"] )|(?<=[a-z]{2})(?<!\b[kcm]m)(?<!\bft)(?<!\bmi)(?<!\byd))"
    r"(?:[¹²³⁰⁴-⁹]{1,3}(?:[,⁻˒ ]{1,2}[¹²³⁰⁴-⁹]{1,3}){0,9}|[①-⑳]{1,9})"
)
_MARKS = rf"(?:{_ROUND}|(?:\b[Ss]ource: ?)?{_SQUARES}|{_RAISED})"
_MARKED = re.compile(_MARKS)
_ONLY_MARKS = re.compile(rf"[\s*_.(-]{{0,6}}{_MARKS}[\s*_.)]{{0,6}}")
_LONGEST_MARKS = 300
_LONGEST_BROKEN = 600
# A plain number in round brackets is a mark at a sentence's end, alone, and too short to be a year.
_PLAIN_ROUND = re.compile(rf"(?<=[\s.!?”\"])\(\d{{1,3}}(?:{_AND}\d{{1,3}}){{0,9}}\)")
_AT_END = re.compile(rf"{_PLAIN_ROUND.pattern}(?=[\s.!?]{{0,3}}\Z)")
_RANGE = re.compile(r"(\d{1,4})(?:[^\w,;]{0,4}(?:[–—‐−-]|to)[^\w,;]{0,4}[Ss]?(\d{1,4}))?")
_LONGEST_RANGE = 10

# A full stop that does not end an initial, as in U.S. or John F. Kennedy.
_STOP = r"(?<![^A-Za-z][A-Za-z])[.!?…。！？]"
_SHUT = r"[\"'”’»)*_`]{0,4}"
_COMPLETE = re.compile(
    rf"(?:{_STOP}{_SHUT}\s{{0,3}}{_SHUT}{_MARKS}|{_MARKS}{_SHUT}\s?[.!?…。！？]){_SHUT}\s{{0,20}}\Z"
)
_MAY_END = re.compile(r"[.!?…。！？\"'”’»)*_`\]】］〕〗⟧}⁰¹²³⁴-⁹①-⑳]\s{0,20}\Z")
_LETTER = re.compile(r"[^\W\d_]")

# What models wrap around their sentences

_SEEN_FROM, _SEEN_TO, _LONGEST_TAG = "<[◁", ">]▷\n", 40
_THINKS = r"(?:seed:)?(?:think|thinking|thoughts?|reasoning|reflection|analysis|scratchpad)"
_OPENS = re.compile(rf"<{_THINKS}>|\[THINK\]|◁think▷|<\|(?:channel\|?|START_THINKING\|)>", re.IGNORECASE)
_SHUTS = re.compile(rf"</{_THINKS}>|\[/THINK\]|◁/think▷|<channel\|>|<\|END_THINKING\|>", re.IGNORECASE)
# In the Harmony format of gpt-oss a channel is named, and only one of them is the answer.
_SAID_CHANNEL, _CHANNEL_BEGINS, _CHANNEL_ENDS = "final", "<|message|>", "<|end|>"
_UNTOKENIZED_SAID = "assistantfinal"
_TEMPLATE = re.compile(r"<\|[^<>|]{1,30}\|>|</?s>|<(?:start|end)_of_turn>|<end_of_text>|\[/?INST\]")
_MARKUP = {
    f"<{shut}{name}{slash}>": ("]" if shut else "[") if put == "[" else put
    for names, put in (
        ("b i u em strong mark span", ""),
        ("p br div li ul ol answer response output result final sentence", "\n"),
        ("sup cite", "["),
    )
    for name in names.split()
    for shut in ("", "/")
    for slash in ("", "/", " /")
}
_JSON = re.compile(r"\s{0,20}(?:\{\s{0,9}(?:[^\s\dSs^#]|[Ss][^\d])|\[\s{0,9}[{\"']|[\[{]\s{0,9}\n)")
_FENCE = re.compile(r"[`~]{3,9}\s?[\w+-]{0,20}")
_TAIL = re.compile(
    r"\W{0,6}(?:(?:sources|references|citations|works cited|footnotes|bibliography|sources? used)"
    r"(?:\W{0,4}\Z|\W{0,3}:)|source:(?!\s?[\[(])|\[\^?\d{1,4}\]:)",
    re.IGNORECASE,
)
_BULLETS = re.compile(r"(?:(?:[-*+•‣◦▪–—>]|\(?\d{1,2}[.)])\s+){0,4}")
_EMPHASIS = re.compile(
    r"(?<![\w*])[*_]{1,3}(?=[^\s*])|(?<=[^\s*])[*_]{1,3}(?![\w*])|(?<!\S)[*_]{2,30}(?!\S)"
    r"|`{1,3}|\\(?=[\[\]()*_])"
)
_KIND = r"(?:provided|given|numbered|offered|available|above|following|supplied|news|these)"
_THING = r"(?:sentences?|articles?|evidence|information|texts?|context|sources?|passages?|documents?)"
_LEAD_IN = re.compile(
    r"(?:(?:sure|certainly|of course|okay|absolutely|great question)[!,.:]\s"
    r"|(?:(?:final |short )?(?:answer|response)|assistant)\s?[:：]\s?"
    r"|here(?:'s|’s| is| are)\b[^.:\n]{0,80}:\s?"
    rf"|(?:based (?:only )?on|according to|from|in) (?:the )?(?:{_KIND} ){{1,2}}{_THING}(?: {_KIND})?,?\s"
    rf"|based (?:only )?on the {_THING},?\s){{1,3}}",
    re.IGNORECASE,
)
# Without a mark these are no sentences of an answer.
_CHATTER = re.compile(
    r"#{1,6}\s.*|(?:\*\*|__)[^*.?!]{1,80}(?:\*\*|__)|.*[:：]\W{0,3}|assistant|analysis|final"
    r"|(?:i hope|let me know|feel free|please let me|if you (?:need|have|want|would))\b.*",
    re.IGNORECASE | re.DOTALL,
)

# What is left of an unread mark, of markup, of a link or of JSON: such a sentence was not understood.
_STRAY = re.compile(
    r"[【】†［］〔〕〖〗⟦⟧{}]|\[\W{0,3}\d|\]\(|\[\^|<[|/!?]|</?[A-Za-z]|\[/?[A-Z_]{3,}\]|[\"']\s?:\s?[\[{\"]"
    r"|://|\bwww\."
)
# A mark is held by this while the text around it is put in order.
_HELD = "\0"
_ENDED = re.compile(r"[.!?…。！？:;\"'”’»)\]\0]\s{0,9}\Z")
_SECOND_STOP = re.compile(r"([.!?…][\"'”’»)]{0,3})\s{0,3}\0\s{0,3}[.,;]")
# The stop of a sentence whose marks stand on a line of their own, in front of the stop.
_LEFT_OVER = re.compile(r"\A(?:[.,;:!?\])–—-]{1,3} ){0,3}(?:[.,;:!?\])](?=[^\W\d]))?")
# Where a sentence begins without a space behind the one before.
_GLUED = re.compile(r"(?<=[a-z]{2}[.!?])(?=[A-Z][a-z])")
_BEFORE_STOP = re.compile(r"\s{0,3}\0\s{0,3}(?=[.,;:!?)])|\s{1,3}(?=[.,;!?](?:[\s\0]|\Z))")

_NOT = r"(?:\snot|n['’]t)"
_LACKS = (
    rf"\s(?:(?:do|does|did|could){_NOT}|can(?:not|{_NOT}|['’]t)|never|lacks?|makes?\sno|says?\snothing"
    r"|(?:contain|provide|mention|include|offer|give)s?\sno|ha(?:s|ve)\sno)\b"
)
_BUT = r"(?:(?:unfortunately|however|but|so|therefore)[,:]?\s)?(?:the |these |this |my )?"
_SORRY = (
    r"not in (?:the )?articles|i(?:\sa|['’])m (?:very |so )?(?:sorry|afraid|unable|not able)|sorry\b|apolog"
)
_TOLD = (
    r"(?:be )?(?:possible|clear|mentioned|stated|specified|answered|determined|found|provided|given|known)\b"
)
_INFORMATION = r"(?:information|mention|answer|details?|data)\b"
_OURS = rf"(?:(?:{_KIND} ){{1,2}}{_THING}|articles?)"
# Said of an answer's own sources this is no news, whether or not it names a number.
_SILENT = re.compile(
    rf"{_BUT}(?:{_SORRY}|{_OURS}(?: {_KIND})?{_LACKS})|none of (?:the )?{_OURS}\b", re.IGNORECASE
)
# News says such things too, but then it has a source.
_REFUSAL = re.compile(
    rf"{_BUT}(?:{_SORRY}|(?:{_KIND} ){{0,2}}{_THING}(?: {_KIND})?{_LACKS}"
    rf"|i (?:can|could|do|was|am)(?:{_NOT}|not|['’]t)(?: been)?(?: able to)? "
    r"(?:find|answer|determine|provide|locate|see|have|know|tell|give)\b"
    rf"|there (?:is|are|was)(?: no|{_NOT}) (?:\w{{1,20}} ){{0,2}}{_INFORMATION}"
    rf"|no (?:\w{{1,20}} ){{0,2}}{_INFORMATION}|not enough\b"
    rf"|(?:(?:it|this|that|(?:your )?question|answer) (?:is|was|can|could)(?:{_NOT}|not|['’]t)|not) {_TOLD}"
    rf"|none of (?:the )?(?:{_KIND} ){{0,2}}{_THING}\b)",
    re.IGNORECASE,
)

# Where JSON that nobody asked for keeps sentences, the finest first, and the numbers that they name.
_TEXTS = "sentences sentence answers answer text content response claims claim statement output".split()
_IDS = "citations citation ids id sources source sentence_ids evidence references cited sentences".split()
_NEXT_VALUE = re.compile(r"[^\s,]")
_ID = re.compile(r"[\s\[\]Ss\d,;–-]{1,60}")


def units(pieces: Iterable[str]) -> Iterator[str]:
    """The sentences of a streamed reply with their marks, each as soon as it is complete; THOUGHT among them.

    A sentence ends at the end of a line, or at marks beside a full stop when something else follows. How
    the reply was cut into pieces makes no difference.
    """
    pending, tail = "", False
    for segment in _segments(_aloud(pieces)):
        text = segment.strip()
        if text == THOUGHT:
            pending, tail = "", False
            yield THOUGHT
        tail = tail or _TAIL.match(text) is not None
        if tail or text in ("", THOUGHT) or _FENCE.fullmatch(text):
            continue
        if pending and not _goes_on(pending, text):
            yield pending
            pending = ""
        pending = f"{pending} {text}".strip()
        if _MARKED.search(pending):
            yield pending
            pending = ""
    if pending:
        yield pending


def _goes_on(before: str, text: str) -> bool:
    """Whether a line without marks is continued by `text`: by its marks, or as a broken sentence."""
    broken = text[0].islower() and (before[-1].isalnum() or before[-1] in ",–—")
    return len(before) < _LONGEST_BROKEN and (broken or _ONLY_MARKS.fullmatch(text) is not None)


def _segments(characters: Iterable[str]) -> Iterator[str]:
    """Lines, cut where marks complete a sentence inside them; all of JSON becomes its sentences."""
    line, is_json = "", False
    for c in characters:
        if c == THOUGHT:
            line, is_json = "", False
            yield THOUGHT
        elif is_json:
            line += c
        elif len(line) < 40 and _JSON.fullmatch(line + c):
            line, is_json = line + c, True
        elif line.endswith(_UNTOKENIZED_SAID):
            yield THOUGHT
            line = c
        elif c == "\n" or (_may_begin(c, line) and _is_complete(line)):
            yield line
            line = c
        else:
            line += c
    if is_json:
        yield from _of_json(line)
    else:
        yield line


def _may_begin(c: str, line: str) -> bool:
    """Whether a sentence may begin with this character behind that line."""
    if c in "\"'“‘*_`•":
        return line[-1:].isspace()
    begins = (c.isalpha() and not c.islower()) or c.isdecimal()
    return begins and _MAY_END.search(line, max(0, len(line) - 21)) is not None


def _is_complete(line: str) -> bool:
    found = _COMPLETE.search(line, max(0, len(line) - _LONGEST_MARKS))
    # The number of a list's item is no sentence.
    return found is not None and _LETTER.search(line, 0, min(found.start(), 200)) is not None


def _aloud(pieces: Iterable[str]) -> Iterator[str]:
    """The characters that are meant to be read, and THOUGHT where all before it was not."""
    thinking, swallowed = False, ""
    for token in _tokens(pieces):
        if _OPENS.fullmatch(token):
            thinking, swallowed = True, ""
        elif thinking:
            thinking = not _ends_thought(token, swallowed)
            swallowed += token if len(swallowed) < _LONGEST_TAG else ""
            yield from () if thinking else "\n"
        elif _SHUTS.fullmatch(token):
            yield THOUGHT
        elif _TEMPLATE.fullmatch(token):
            yield "\n"
        else:
            yield from _MARKUP.get(token.lower(), token)


def _ends_thought(token: str, swallowed: str) -> bool:
    if token == _CHANNEL_BEGINS:
        return swallowed.lstrip().startswith(_SAID_CHANNEL)
    return token == _CHANNEL_ENDS or _SHUTS.fullmatch(token) is not None


def _tokens(pieces: Iterable[str]) -> Iterator[str]:
    """The visible characters one by one, what may be a tag in one piece."""
    tag = ""
    for piece in pieces:
        for c in visible(piece):
            if c in _SEEN_FROM:
                yield from tag
                tag = c
            elif not tag:
                yield c
            else:
                tag += c
                if c in _SEEN_TO or len(tag) == _LONGEST_TAG:
                    yield tag
                    tag = ""
    yield from tag


def _of_json(text: str) -> Iterator[str]:
    """The sentences that well-formed JSON holds, one value after another; what is malformed ends it."""
    decoder, place = json.JSONDecoder(strict=False), 0
    while (begins := _NEXT_VALUE.search(text, place)) is not None:
        try:
            value, place = decoder.raw_decode(text, begins.start())
            told = _told(value)
        except (ValueError, RecursionError):
            return
        for said in told:
            yield from _segments(_aloud([said]))


def _told(value: Any) -> list[str]:
    """The sentences in a value of JSON, each with the numbers named beside it as marks."""
    if isinstance(value, str):
        return [] if _ID.fullmatch(value) else [value]
    if isinstance(value, list):
        return [said for item in value for said in _told(item)]
    if not isinstance(value, dict):
        return []
    named = {str(name).lower(): item for name, item in value.items()}
    told = next((said for name in _TEXTS if (said := _told(named.get(name)))), [])
    marks = "".join(f"[{n}]" for name in _IDS for n in _ids(named.get(name)))
    return [said if _MARKED.search(said) else f"{' '.join(said.split())} {marks}" for said in told]


def _ids(value: Any) -> list[int]:
    """The numbers that a value of JSON names."""
    if isinstance(value, list):
        return [n for item in value for n in _ids(item)]
    if isinstance(value, dict):
        return [n for name in ("id", "number", "n") for n in _ids(value.get(name))]
    return _numbers(str(value)) if _ID.fullmatch(str(value)) else []


def parse(unit: str) -> DraftSentence | None:
    """A sentence and the numbers it names, from one unit of a reply; None for what is no sentence.

    It names none when it breaks off behind its last mark, or holds what was not understood.
    """
    text = visible(unit).strip()
    if _CHATTER.fullmatch(text) and not _MARKED.search(text):
        return None
    text = _bare(text)
    pattern = _MARKED if _MARKED.search(text) else _AT_END
    if pattern is _AT_END and len(_PLAIN_ROUND.findall(text)) > 1:
        return DraftSentence(text, ())
    numbers = tuple(dict.fromkeys(n for found in pattern.finditer(text) for n in _numbers(found.group())))
    held = pattern.sub(_HELD, text)
    plain = " ".join(_BEFORE_STOP.sub("", _SECOND_STOP.sub(r"\1", held)).replace(_HELD, " ").split())
    plain = _GLUED.sub(" ", _LEFT_OVER.sub("", plain))
    if not re.search(r"\w", plain):
        return None
    understood = _ENDED.search(held) and not _STRAY.search(plain)
    return DraftSentence(plain, numbers if understood else ())


def _bare(text: str) -> str:
    """The text without list marks, emphasis and the words that models begin answers with."""
    listed = _BULLETS.sub("", re.sub(r"\A#{1,6}\s+", "", text), count=1)
    plain = _EMPHASIS.sub("", listed).strip()
    if (lead := _LEAD_IN.match(plain)) is None:
        return plain
    said = plain[lead.end() :]
    return said[:1].upper() + said[1:]


def _numbers(marks: str) -> list[int]:
    """The numbers that marks name, short ranges with all that lies between; none for a long range."""
    plain = re.sub(r"†[^\]】,;]*", "", unicodedata.normalize("NFKC", marks))
    spans = ((int(a), int(b or a)) for a, b in _RANGE.findall(plain))
    return [n for first, last in spans if 0 <= last - first < _LONGEST_RANGE for n in range(first, last + 1)]


def is_silence(text: str, cited: bool = False) -> bool:
    """Whether a sentence says that the articles do not answer, or that the model will not.

    Of a sentence that is `cited` only what no article says of the world counts.
    """
    plain = _bare(visible(text).strip()).replace("_", " ")
    return SILENT_REPLY in plain or bool((_SILENT if cited else _REFUSAL).match(plain))
