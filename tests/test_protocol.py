"""How a reply is cut into sentences, and what is read out of the forms that models write."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.protocol import THOUGHT, is_silence, parse, units, visible
from rag.types import DraftSentence

SIGNED = "Hamada signed it."
PAID = "Tokyo pays 1.05 trillion yen."
BOTH = [(SIGNED, (3,)), (PAID, (7,))]


def read(reply: str) -> list[tuple[str, tuple[int, ...]]]:
    """The sentences of a whole reply and the numbers they name, without what THOUGHT takes back."""
    drafts: list[DraftSentence | None] = []
    for unit in units([reply]):
        drafts = [] if unit == THOUGHT else [*drafts, parse(unit)]
    return [(draft.text, draft.numbers) for draft in drafts if draft is not None]


@pytest.mark.parametrize(
    ("mark", "numbers"),
    [
        ("[3]", (3,)),
        ("[3][7]", (3, 7)),
        ("[3] [7]", (3, 7)),
        ("[3], [7]", (3, 7)),
        ("[3, 7]", (3, 7)),
        ("[3,7,3]", (3, 7)),
        ("[3 and 7]", (3, 7)),
        ("[3 7]", (3, 7)),
        ("[S3; S7]", (3, 7)),
        ("[3–5]", (3, 4, 5)),
        ("[3-5, 9]", (3, 4, 5, 9)),
        ("[3 to 5]", (3, 4, 5)),
        ("[3]–[5]", (3, 4, 5)),
        ("[S3-S5]", (3, 4, 5)),
        ("[^3]", (3,)),
        ("[#3]", (3,)),
        ("[[3]]", (3,)),
        ("[Sentence 3]", (3,)),
        ("[sentences 3 and 7]", (3, 7)),
        ("[ID: 3]", (3,)),
        ("【3】", (3,)),
        ("【3†source】", (3,)),
        ("【3†L10-L12】【7†source】", (3, 7)),
        ("［３］", (3,)),
        ("〔3〕", (3,)),
        ("{3}", (3,)),
        ("(3)", (3,)),
        ("(3, 7)", (3, 7)),
        ("(S3)", (3,)),
        ("(sentence 3)", (3,)),
        ("(Source: [3])", (3,)),
        ("(see [3], [7])", (3, 7)),
        ("([3])", (3,)),
        ("Source: [3]", (3,)),
        ("\nSource: [3]", (3,)),
        ("\n[3]", (3,)),
        ("\n\n  [3] [7]", (3, 7)),
        ("<sup>3</sup>", (3,)),
        ("<sup>[3]</sup>", (3,)),
        ("<cite>3</cite>", (3,)),
        ("**[3]**", (3,)),
        ("`[3]`", (3,)),
        (r"\[3\]", (3,)),
        ("³", (3,)),
        ("¹²", (12,)),
        ("③", (3,)),
        ("[\u200b3\u2060]", (3,)),
    ],
)
def test_marks_are_read_in_the_forms_models_write(mark: str, numbers: tuple[int, ...]) -> None:
    """The numbers come out of whatever a model puts them in, and nothing of it stays in the sentence."""
    assert [(SIGNED, numbers)] == read(f"Hamada signed it. {mark}")


@pytest.mark.parametrize(
    "reply",
    [
        "Hamada signed it [3].",
        "Hamada signed it. [3].",
        "Hamada signed it.[3].",
        "Hamada signed it [3] .",
        "Hamada signed it (3).",
        "Hamada signed it³.",
        "Hamada signed it.³",
        "[3] Hamada signed it.",
        "- [3] Hamada signed it.",
        "1. [3] Hamada signed it.",
        "- **Hamada** signed it. [3]",
        "2) Hamada signed it. [3]",
        "> *Hamada* signed __it__. [3]",
        "### Hamada signed it. [3]",
        "## Signed\rHamada signed it. [3]",
        "**Signed**\u2028Hamada signed it. [3]",
        "Hamada signed it.\n```\n[3]",
        "Hamada\nsigned it. [3]",
        "Sure! Here is the answer: Hamada signed it. [3]",
        "**Answer:** Hamada signed it. [3]",
        "Based on the provided sentences, Hamada signed it. [3]",
        "According to the numbered articles above, Hamada signed it. [3]",
        "Here is the answer:\n\nHamada signed it. [3]",
        "**Answer**\n\nHamada signed it. [3]\n\nI hope this helps!",
        "## What was signed\r\nHamada signed it. [3]\r\n---\r\n",
        "```\nHamada signed it. [3]\n```",
        "```markdown\r\nHamada signed it. [3]\r\n```",
        "Hamada signed it. [3]\n\nSources:\n[3] Kyodo, 2023\n[7] Tokyo pays. [7]",
        "Hamada signed it. [3]\n**References**\n- Kyodo said so. [7]",
        "Hamada signed it. [3] Sources: [3] [7]",
        "Hamada signed it. [3]\n\n[3]: https://kyodo.example",
        "Hamada signed it. [3]   \n \t \n",
        "<|im_start|>assistant\nHamada signed it. [3]<|im_end|>",
        "[INST] Hamada signed it. [3] [/INST]</s>",
        "<answer>\n<p>Hamada signed it. [3]</p>\n</answer>",
        "**** Hamada signed it. __ [3]",
        ". Hamada signed it. [3]",
        "--- .Hamada signed it. [3]",
        "] )Hamada signed it. [3]",
        "Assistant: Hamada signed it. [3]",
        "\u200bHama\u00adda signed\u2060 it. [3]\ufeff",
        "\u202eHamada\u202c signed it. [3]\U000e0041",
    ],
)
def test_what_models_wrap_around_a_sentence_falls_away(reply: str) -> None:
    """Lists, headings, emphasis, introductions, source lists, fences and what cannot be seen are no words."""
    assert [(SIGNED, (3,))] == read(reply)


@pytest.mark.parametrize(
    "reply",
    [
        f"{SIGNED} [3] {PAID} [7]",
        f"{SIGNED}[3]{PAID}[7]",
        "Hamada signed it [3]. Tokyo pays 1.05 trillion yen [7].",
        f"{SIGNED} **[3]** **Tokyo** pays 1.05 trillion yen. **[7]**",
        f"- {SIGNED}\n  [3]\n- {PAID}\n  [7]",
        f"[3] {SIGNED}\n[7] {PAID}",
        f"1. {SIGNED} (3)\n2. {PAID} (7)",
        f"{SIGNED}³ {PAID}⁷",
        f"{SIGNED}\nSource: [3]\n\n{PAID}\nSource: [7]",
    ],
)
def test_two_sentences_keep_their_own_numbers(reply: str) -> None:
    """Each sentence names what stands beside it, on one line or two."""
    assert BOTH == read(reply)


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ("Hamada [3] signed it [7].", [(SIGNED, (3, 7))]),
        ("[3] Hamada signed it.Tokyo pays it.", [("Hamada signed it. Tokyo pays it.", (3,))]),
        ("In the U.S. [3] Hamada met Austin. [7]", [("In the U.S. Hamada met Austin.", (3, 7))]),
        ("decisions [to acquire] capabilities [3]", [("decisions [to acquire] capabilities", (3,))]),
        ("It has 100 km² of land.³", [("It has 100 km² of land.", (3,))]),
        ("“No.” [3] he said. [7]", [("“No.” he said.", (3, 7))]),
        ("Answer: the pact stands. [3]", [("The pact stands.", (3,))]),
        ('"No." [3] "Yes," he said. [7]', [('"No."', (3,)), ('"Yes," he said.', (7,))]),
        ("日本は署名した。[3]東京は払う。[7]", [("日本は署名した。", (3,)), ("東京は払う。", (7,))]),
    ],
)
def test_marks_inside_a_sentence_do_not_cut_it(reply: str, expected: Any) -> None:
    """A sentence ends at marks only beside its full stop, and what is no mark stays a word."""
    assert expected == read(reply)


@pytest.mark.parametrize(
    "reply",
    [
        SIGNED,
        "Hamada signed it in 2022 (2022).",
        "He did (1) this and that (2).",
        "It has 100 m².",
        "Hamada signed it. [3-300]",
        "Hamada signed it. [9-3]",
        "Hamada signed it. [12345] [3]",
        "Hamada signed it. 【4:0†source】 [3]",
        "Hamada signed it. [3.1] [7]",
        "[Hamada](https://evil.example/?q=it) signed it. [3]",
        "![x](https://evil.example/x.png) Hamada signed it. [3]",
        "Hamada signed it. [[3]](https://evil.example)",
        "Hamada signed it at https://evil.example. [3]",
        "<script>alert(1)</script> Hamada signed it. [3]",
        "<b onclick=x>Hamada</b> signed it. [3]",
        'Answer: {"text": "Hamada signed it.", "ids": [3]}',
        "Hamada signed it <|im_sta. [3]",
        "[3] Hamada signed it for 1.05 trillion yen over fi",
        "[3] Hamada signed it,",
        "Hamada [3] signed a",
    ],
)
def test_what_is_not_understood_names_no_number(reply: str) -> None:
    """Half a sentence, links, markup and odd marks leave a sentence that no check lets pass."""
    assert {()} == {numbers for _, numbers in read(reply)}


@pytest.mark.parametrize(
    "unit",
    ["", "   ", "[3]", "**", "---", "Sure! Here is what I found:", "# Hamada", "**Answer**"],
)
def test_what_holds_no_sentence_is_none(unit: str) -> None:
    """Marks, ornaments, headings and introductions alone are not sentences."""
    assert parse(unit) is None


@pytest.mark.parametrize(
    "thought",
    [
        "<think>{}</think>",
        "<thinking>\n{}\n</thinking>",
        "<THINK>{}</THINK>\n",
        "<think><think>{}</think>",
        "<|channel|>analysis<|message|>{}<|end|><|start|>assistant<|channel|>final<|message|>",
        "<|channel|>commentary to=x<|message|>{}<|channel|>final <|constrain|>text<|message|>",
        "<|channel>thought\n{}<channel|>",
        "<|START_THINKING|>{}<|END_THINKING|>",
        "[THINK]{}[/THINK]",
        "◁think▷{}◁/think▷",
        "{}</think>",
        "{}\n</think>\n\n",
        "analysis{}assistantfinal",
    ],
)
def test_thoughts_are_not_said(thought: str) -> None:
    """What stands in a block of thought is no sentence, also where its beginning is missing."""
    for inner in (
        "Perhaps Austin left. [1]",
        "Austin left. [1]\nHm. [2] So\nSources:\n[4]",
        '{"answer": "x y',
    ):
        assert [(SIGNED, (3,))] == read(thought.replace("{}", inner) + f"{SIGNED} [3]")


@pytest.mark.parametrize("opened", ["<think>", "<reasoning>", "<|channel|>analysis<|message|>", "[THINK]"])
def test_a_thought_that_never_ends_says_nothing(opened: str) -> None:
    """Of a thought that is not closed nothing is a sentence; what was said before it stays."""
    assert [(PAID, (7,))] == read(f"{PAID} [7]\n{opened}{SIGNED} [3]\n{SIGNED} [3]")


@pytest.mark.parametrize(
    "value",
    [
        {"sentences": [{"text": SIGNED, "citations": [3]}, {"text": PAID, "citations": ["7"]}]},
        {"answer": f"{SIGNED} [3] {PAID} [7]", "sources": [3, 7]},
        {"Answer": [{"sentence": SIGNED, "ids": "[3]"}, {"sentence": PAID, "id": {"id": "S7"}}]},
        [{"text": SIGNED, "source": 3}, {"text": PAID, "source": 7}],
        [f"{SIGNED} [3]", f"{PAID} [7]"],
        {"reasoning": "Austin left. [1]", "response": {"answer": f"{SIGNED} [3]\n{PAID} [7]"}},
    ],
)
@pytest.mark.parametrize("around", ["{}", "```json\n{}\n```", "Here it is:\n```\n{}\n```\nAustin left. [1]"])
@pytest.mark.parametrize("indent", [None, 2])
def test_json_that_nobody_asked_for_is_read(value: Any, around: str, indent: int | None) -> None:
    """Well-formed JSON gives its sentences with the numbers named beside them."""
    assert BOTH == read(around.replace("{}", json.dumps(value, indent=indent)))


def test_json_with_line_ends_in_its_strings_is_read() -> None:
    """Models break lines inside strings, which no strict reader of JSON allows."""
    assert BOTH == read(f'{{"answer": "{SIGNED} [3]\n{PAID} [7]"}}')


def test_json_lines_are_read_one_by_one() -> None:
    """Several values are read, up to the first that is malformed."""
    lines = [json.dumps({"text": text, "ids": list(numbers)}) for text, numbers in BOTH]
    assert BOTH == read("\n".join(lines) + '\n{"text": "Austin left.", "ids": [1]')


@pytest.mark.parametrize(
    "reply",
    [
        "{'answer': 'Hamada signed it.', 'sources': [3]}",
        '{"answer": "Hamada signed it.", "sources": [3]',
        '{"answer": "Hamada signed it. [3]\n',
        '{"answer": null, "sources": [3]}',
        '{"headline": "Hamada signed it. [3]"}',
        "{answer: Hamada signed it. [3]}",
        "[1, 2]",
        '["3", "7"]',
        "[" * 5_000,
        '{"answer":' * 5_000,
    ],
)
def test_json_that_holds_no_answer_is_nothing(reply: str) -> None:
    """Malformed or empty JSON gives no sentence and no error."""
    assert [] == read(reply)


@pytest.mark.parametrize(
    ("text", "silent", "cited"),
    [
        ("NOT IN ARTICLES", True, True),
        ("**Not in articles.**", True, True),
        ("NOT_IN_ARTICLES", True, True),
        ("Answer: NOT IN ARTICLES.", True, True),
        ("I'm sorry, but I can't answer that.", True, True),
        ("I’m sorry, but I cannot assist with that request.", True, True),
        ("Sorry, nothing was found.", True, True),
        ("The provided articles do not contain information about TikTok.", True, True),
        ("The numbered sentences don't mention TikTok.", True, True),
        ("Unfortunately, the given sentences do not say who signed.", True, True),
        ("None of the provided articles mentions TikTok.", True, True),
        ("None of the documents was signed.", True, False),
        ("The articles do not say who signed.", True, True),
        ("Based on the provided sentences, there is no information about TikTok.", True, False),
        ("There is no mention of TikTok.", True, False),
        ("I cannot find that in the articles.", True, False),
        ("I don't have enough information to answer.", True, False),
        ("The information provided does not say.", True, False),
        ("It is not possible to answer this.", True, False),
        ("The answer is not given.", True, False),
        ("Not mentioned in the articles.", True, False),
        ("The documents do not bind Tokyo.", True, False),
        ("There is no evidence that Hamada knew.", False, False),
        ("It is not binding.", False, False),
        ("I cannot help with that.", False, False),
        (SIGNED, False, False),
        ("“I cannot find it,” Hamada said.", False, False),
    ],
)
def test_silence_is_known_in_its_usual_wordings(text: str, silent: bool, cited: bool) -> None:
    """Refusals count as silence; of a sentence with a source only what is said of the sources does."""
    assert (silent, cited) == (is_silence(text), is_silence(text, cited=True))


# Any way to cut a reply

PIECES = [
    *(SIGNED, PAID, "Two", "One. ", "U.S. ", "a", " ", "\n", "\r\n", ".", '"', "“", "”", "**", "* ", "- "),
    *(
        "[3]",
        "[2][4] ",
        "[1",
        "]",
        "[",
        "(3)",
        "³",
        "【7†source】",
        "［１］",
        ", ",
        "–",
        "{",
        "}",
        "9",
        "\u200b",
    ),
    *("<think>", "</think>", "<think", "<", ">", "[THINK]", "[/THINK]", "◁think▷", "<|end|>", "<|start|>"),
    *("<|channel|>", "analysis", "assistantfinal", "final", "<|message|>", "<sup>", "</sup>", "<br>", "<b>"),
    *("```json\n", "```", '{"answer": "', '", "ids": [1]}', '["', '"]', "Sources:\n", "# ", "Answer: "),
    *(
        "Here is the answer:",
        "NOT IN ARTICLES",
        "I'm sorry, but I can't. ",
        "Based on the provided articles, ",
    ),
]
REPLIES = st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=14).map("".join)


class CutError(Exception):
    """The connection is gone."""


def broken_off(pieces: list[str]) -> Iterator[str]:
    """The pieces, and then no end."""
    yield from pieces
    raise CutError


def units_until_cut(pieces: list[str]) -> list[str]:
    """What is handed on before the connection breaks."""
    found: list[str] = []
    with pytest.raises(CutError):
        found.extend(units(broken_off(pieces)))
    return found


def cut(reply: str, data: st.DataObject) -> list[str]:
    """The reply in pieces, some of them empty."""
    places = sorted(data.draw(st.lists(st.integers(0, len(reply)), max_size=8)))
    return [reply[a:b] for a, b in pairwise([0, *places, len(reply)])]


@given(REPLIES, st.data())
def test_how_a_reply_is_split_makes_no_difference(reply: str, data: st.DataObject) -> None:
    """Every way to cut a reply into pieces gives the units of the whole reply."""
    whole = list(units([reply]))
    assert whole == list(units(cut(reply, data)))
    assert whole == list(units(reply))


@given(REPLIES, REPLIES)
def test_what_was_handed_on_is_never_taken_back(reply: str, rest: str) -> None:
    """What comes before a connection breaks is how the whole reply begins, whatever would have followed."""
    early = units_until_cut(list(reply))
    assert early == list(units([reply + rest]))[: len(early)]


@given(REPLIES)
def test_a_draft_holds_nothing_unseen(reply: str) -> None:
    """No sentence holds what cannot be seen, a line's end, or half a mark that passes for one."""
    for text, numbers in read(reply):
        assert visible(text) == text
        assert " ".join(text.split()) == text
        assert not numbers or not set("【】†{}") & set(text)
        assert all(0 <= n <= 9999 for n in numbers)


@pytest.mark.parametrize("then", ["\n", " T", "\n\n", " “", " 5"])
def test_a_sentence_comes_as_soon_as_it_is_complete(then: str) -> None:
    """A sentence with its marks is given out before the reply goes on to its end."""
    for said in (f"{SIGNED} [3]", "Hamada signed it [3].", f"Hm.</think>{SIGNED} [3]", f"[3] {SIGNED} [3]"):
        early = [parse(unit) for unit in units_until_cut([said + then]) if unit != THOUGHT]
        assert DraftSentence(SIGNED, (3,)) == early[-1]


def test_what_looks_like_the_beginning_of_a_tag_holds_nothing_up() -> None:
    """An angle bracket in a sentence does not keep what follows waiting for its other half."""
    early = units_until_cut([f"The share was <5 percent over all of the four years.⁷ {SIGNED}³ T"])
    assert 2 == len(early)


@pytest.mark.parametrize("end", ["", " ", ".", "[", "[7", " [7]", "[7] "])
def test_a_sentence_that_the_cut_may_have_shortened_is_not_handed_on(end: str) -> None:
    """Where the connection breaks before it is known that a sentence is whole, it is not given out."""
    assert [f"{PAID} [7]"] == units_until_cut([f"{PAID} [7]\nHamada signed it. [3]{end}"])


BABBLE = (
    *(
        " ",
        "[",
        "[1] ",
        "[1 ,1 ,1",
        "a",
        "A",
        "a\n",
        "a. ",
        "A. ",
        "([1] ",
        "<",
        "[[1",
        "¹",
        "**",
        "here is ",
    ),
    *(
        "[1, 1, 1, 1] ",
        "(S1, 1",
        "[1 to ",
        "[ID ",
        "[1†",
        "1. [1] A ",
        '["a",',
        '{"a":',
        '{"a"}',
        ":",
        "`",
        "(see ",
    ),
    *("<think>", "</think>", "<|", "the articles ", "no no ", "**a", "[1]\n", "—", "\0", "\u200b"),
)


@pytest.mark.parametrize("babble", BABBLE)
def test_babble_costs_no_more_than_its_length(babble: str) -> None:
    """Twice as much of a reply without sense takes about twice as long, and not hours."""
    took = []
    for size in (4_000, 16_000):
        reply = (babble * size)[:size]
        began = time.process_time()
        for unit in units(reply[i : i + 4] for i in range(0, size, 4)):
            parse(unit)
        parse(reply)
        is_silence(reply)
        took.append(time.process_time() - began)
    assert took[1] < 10 * took[0] + 0.2
