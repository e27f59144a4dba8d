"""Where sentences begin and end: news abbreviations hold together, and no character is lost."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.articles import read_file
from rag.sentences import sentence_spans, split_covering, trim
from rag.types import Span
from tests.conftest import SEEDS, messy


def _sentences(text: str) -> list[str]:
    return [text[span.start : span.end] for span in sentence_spans(text)]


# One row a text; | parts its sentences.
TABLE = r"""
The U.S. Army moved.| Japan agreed.
It is in the U.S.| He left.
He met Lt. Gen. Smith in Tokyo.| They talked.
Gen. Mark Milley, the officer, called it so.| He left.
On Jan. 12 he left.| He returned.
It was at the Pentagon, Sept. 14, 2022.| (Image Credit: Lisa Ferdinando)
Lloyd J. Austin III spoke.| Hamada listened.
Secretary of Defense Lloyd J. Austin III hosts an honor cordon.| It rained.
It falls under Article V of the Japan-U.S. Security Treaty.| It holds.
They met in Washington, D.C., on January 11, 2023.| Next they left.
It began at 3 p.m. Tuesday in Tokyo.| It ended.
It began at 3 p.m.| It ended.
It began at 10 a.m. EST.| It ended.
He chose No. 5 of them.| Then he left.
She lives in St. Louis now.| He does not.
Mr. Smith and Dr. Jones v. Roe met.| Done.
Rep. Nancy Pelosi, D-Calif., said no.| Others agreed.
Adm. John C. Aquilino and Sen. Dan Sullivan spoke.| They left.
Cmdr. Reyes and Amb. Emanuel spoke.| They left.
Insp. Morse asked Supt. Strange.| He left.
Acme Inc. Chairman Bob said so.| Fine.
Japan paid $1.05 trillion.| The U.S. paid less.
It costs 1.5 million.| Prices rose 2.5 percent.
Is it so?| Yes!| Good.
He said “We will go.”| Then he left.
He said “We will go.” and left.
"It is closer than ever," he said.| "We will go."| They went.
这是第一句。|这是第二句。
日本と米国は協定に署名した。|それは金曜日だった。
one line without an end
A line without an end|\nand another one|\nA third.
One paragraph.|\n\nAnother one.
One line.|\r\nAnother one.|\rA third.
It was 5 p.m. Eastern time.| They left.
e.g. Japan did.| Done.
"""


@pytest.mark.parametrize("row", TABLE.strip().splitlines())
def test_news_is_parted_into_sentences(row: str) -> None:
    """Titles, initials, months, clocks, places and quotations end no sentence; sentence ends do."""
    parts = row.replace("\\n", "\n").replace("\\r", "\r").split("|")
    assert [part.strip() for part in parts] == _sentences("".join(parts))


def test_hand_wrapped_lines_are_joined() -> None:
    """A text wrapped at a fixed width is parted by sentences, not by lines."""
    text = (
        "The two governments are launching a new research agreement that\n"
        "will make it easier for scientists to work together on defense, and\n"
        "on space. Hayashi said that Japan is committed to the alliance and\n"
        "to the region.\n"
    )
    assert _sentences(text) == [
        text[: text.index(" Hayashi")],
        text[text.index("Hayashi") :].rstrip(),
    ]


def test_a_long_wrapped_text_costs_no_more_than_its_length() -> None:
    """Half a megabyte without a full stop is parted in a moment: by the square of its lines it took 16 s."""
    text = "the minister of the far country said to them that he would\n" * 8_000
    began = time.process_time()
    assert 1 == len(sentence_spans(text))
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("000", "The day’s videoconference was joined also by incoming U.S. Ambassador to Japan Rahm "
            "Emanuel."),
        ("000", "“Our alliance must not only strengthen the tools we have, but also develop new ones” to "
            "address evolving threats, Blinken said."),
        ("001", "In addition, Austin was found to have contracted the novel coronavirus on Sunday and has "
            "been working from home as his symptoms have been mild."),
        ("003", "The U.S. secretaries said that the United States is committed to the defense of Japan "
            "under Article V of the Japan-U.S. Security Treaty."),
        ("004", "A screenshot of the U.S.-Japan two-plus-two meeting on Jan. 6."),
        ("004", '"So it feels fitting to me to start this year, 2022, by meeting again with our Japanese'
            ' colleagues," he said.'),
    ],
)  # fmt: skip
def test_sentences_of_the_seeds_are_whole(name: str, sentence: str) -> None:
    """Sentences that an answer should quote stand by themselves."""
    (path,) = SEEDS.glob(f"{name}_*.txt")
    assert sentence in _sentences(read_file(path).text)


@given(text=messy)
def test_every_character_is_in_exactly_one_sentence(text: str) -> None:
    """Sentences are in order, disjoint and trimmed, and only white space lies between them."""
    end = 0
    for span in sentence_spans(text):
        assert "" == text[end : span.start].strip()
        assert end <= span.start < span.end <= len(text)
        piece = text[span.start : span.end]
        assert piece.strip() == piece
        end = span.end
    assert "" == text[end:].strip()


@given(text=messy, data=st.data())
def test_a_range_is_parted_without_looking_outside(text: str, data: st.DataObject) -> None:
    """Sentences of a range lie inside it and hold every character of it that is not white space."""
    start = data.draw(st.integers(0, len(text)))
    stop = data.draw(st.integers(start, len(text)))
    spans = sentence_spans(text, start, stop)
    assert all(start <= span.start < span.end <= stop for span in spans)
    kept = "".join(text[a:b] for a, b in spans)
    assert "".join(text[start:stop].split()) == "".join(kept.split())


@given(text=messy)
def test_pieces_join_back_to_the_text(text: str) -> None:
    """What the splitter is given is the text itself, cut."""
    assert text == "".join(split_covering(text))


@pytest.mark.parametrize(
    ("text", "span", "trimmed"),
    [
        ("  a b ", Span(0, 6), Span(2, 5)),
        ("  a b ", Span(3, 6), Span(4, 5)),
        ("  a b ", Span(0, 2), None),
        ("", Span(0, 0), None),
    ],
)
def test_a_range_is_trimmed(text: str, span: Span, trimmed: Span | None) -> None:
    """White space at the ends of a range goes; a range of nothing else is none."""
    assert trimmed == trim(text, span)
