"""Page debris is marked by range and never cut; articles lose none of their own lines."""

from __future__ import annotations

import pytest
from hypothesis import example, given

from rag.articles import read_file
from rag.debris import body_spans, is_furniture
from tests.conftest import SEEDS, messy

# Every line of the seeds that is no article, by file; all other lines are article.
HEADLINE = "US, Japan to cooperate on defense technologies, strengthen military ties"
DEBRIS = {
    "000_9bec08fbd7a12a5e.txt": ["Japan, U.S. to strengthen cooperation on defense research"],
    "001_9c6cc9a4abd8fbcc.txt": [],
    "002_47d3a070607f175a.txt": [
        "US, Japan pledge more defence cooperation to counter Chinese threat",
        "- In Reports",
        "- 06:02 PM, Jan 07, 2022",
        "- Myind Staff",
        "Image credit: Reuters",
        "Comments",
    ],
    "003_2991e9f07b9ef834.txt": [
        HEADLINE,
        HEADLINE,
        f"Asia-Pacific, News, US No Comments on {HEADLINE}",
        "Related Articles",
        "Leave a comment",
        "Copyright © 2014-2025 IRIA - International Relations Insights & Analysis",
        "IRIA is a research institute focusing on critical issues that threaten international peace",
        "Subscribe to IRIA News",
        "Enter your email address:",
        "Back to Top",
    ],
    "004_636bde8e93f9bc11.txt": [
        "ArrowArtboardCreated with Sketch.Title ChevronTitle ChevronIcon FacebookIcon",
        "U.S., Japan to develop counter-hypersonic capabilities: 2-plus-2",
        "Sponsored Content",
        "About Sponsored Content This content was commissioned by Nikkei's Global Business Bureau.",
        "Nikkei Asian Review, now known as Nikkei Asia, will be the voice of the Asian Century.",
        "Celebrate our next chapter",
        "Free access for everyone - Sep. 30",
        "Find out more",
    ],
}


@pytest.mark.parametrize("name", sorted(DEBRIS))
def test_each_line_of_a_seed_is_kept_or_marked(name: str) -> None:
    """Exactly the debris of a seed is outside its article; every other line is inside, whole."""
    article = read_file(SEEDS / name)
    start, marked = 0, []
    for line in article.text.splitlines(keepends=True):
        words = line.strip()
        inside = [span for span in article.body if span.start <= start < span.end]
        if words and not inside:
            marked.append(words)
        elif words:
            assert start + len(line.rstrip("\n")) <= inside[0].end, f"only part is kept of: {words}"
        start += len(line)
    assert len(DEBRIS[name]) == len(marked)
    for expected, found in zip(DEBRIS[name], marked, strict=True):
        assert found.startswith(expected)


@pytest.mark.parametrize(
    "line",
    [
        *("Leave a comment", "Comments", "3 Comments", "No comments", "Comments (12)", "Related Articles"),
        *("Read more: Talks end", "You may also like", "Advertisement", "Sponsored by ACME", "Subscribe now"),
        *(
            "Sign up for our newsletter",
            "Enter your email address:",
            "Your email address will not be published",
        ),
        *(
            "Share this article",
            "Facebook",
            "Tweet",
            "© 2024 The Paper",
            "All rights reserved.",
            "Cookie Policy",
        ),
        *(
            "Back to Top",
            "Image credit: Reuters",
            "Photo credit: AP",
            "Accept all cookies",
            "Terms of Service",
        ),
        "Asia, News No Comments on Talks end in Tokyo",
        "ArrowArtboardCreated with Sketch.Title ChevronTitle ChevronIcon FacebookIcon LinkedinIcon Mail",
        "  Related stories »",
    ],
)
def test_furniture_is_told(line: str) -> None:
    """Lines that sites put around articles are debris wherever they stand."""
    assert is_furniture(line)


@pytest.mark.parametrize(
    "line",
    [
        "He declined to comment on the talks.",
        "The two sides agreed to share intelligence.",
        "Related articles of the treaty were amended in 1960.",
        "Subscribers of the network, he said, had doubled since the war began and would double again soon.",
        "There were no comments on the plan from Beijing.",
        "Arrow missiles and an Icon of the age were shown.",
        "Home prices rose 3 percent.",
        "He follows us everywhere.",
        "Copy the plan, she said.",
        "The X-37B landed.",
        "Copyright holders welcomed the ruling of the court.",
        "Sponsored by the United States, the resolution passed.",
        "More in Japan oppose the plan.",
    ],
)
def test_prose_is_no_furniture(line: str) -> None:
    """Sentences that begin like furniture, or hold its words, are article."""
    assert not is_furniture(line)


def test_a_box_in_the_middle_ends_nothing() -> None:
    """Related articles in the first half of a page are debris; what follows is still article."""
    text = "The talks ended on Friday.\nRelated Articles\n" + "They agreed on much.\n" * 5
    kept = [text[a:b] for a, b in body_spans(text)]
    assert kept == ["The talks ended on Friday.", ("They agreed on much.\n" * 5).rstrip("\n")]


def test_a_tail_ends_the_article() -> None:
    """After the comments' heading near the end, nothing is article any more."""
    text = "They agreed on much.\n" * 5 + "Leave a comment\nFirst! What a story.\n"
    assert [text[a:b] for a, b in body_spans(text)] == [("They agreed on much.\n" * 5).rstrip("\n")]


def test_a_page_of_nothing_but_debris_is_kept() -> None:
    """Losing an article is worse than keeping a menu."""
    text = "Menu\nShare\nComments\n"
    assert body_spans(text) == ((0, len(text)),)


def test_a_headline_that_ends_like_a_sentence_is_article() -> None:
    """A title taken from the first sentence does not take the sentence away."""
    text = "The talks ended on Friday.\nThey agreed."
    assert body_spans(text, "The talks ended on Friday.") == ((0, len(text)),)


@given(text=messy)
@example(text="\ufeff")
@example(text="\ufeff\nComments\n\ufeffText")
def test_article_ranges_are_sound(text: str) -> None:
    """Ranges are inside the text, in order, disjoint, and not empty where the text is not."""
    spans = body_spans(text, text.split("\n", maxsplit=1)[0])
    assert spans
    flat = [edge for span in spans for edge in span]
    assert sorted(flat) == flat
    assert flat[-1] <= len(text)
    if text.replace("\ufeff", "").strip():
        assert all(span.end > span.start for span in spans)
