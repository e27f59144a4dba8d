"""The eval cases are true of their articles, and what is not true of them is seen."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from evals.cases import KINDS, Case, CaseError, load, unlike
from evals.check import faults, sentences
from evals.forms import holds, holds_any
from evals.suites import COLLECTION, own, suite_in
from rag.articles import from_text
from rag.types import Article, Filters

SUITES = own()
EVERY = [case for suite in SUITES for case in suite.cases]


def test_there_are_cases_of_every_kind() -> None:
    """At least two hundred cases, each kind among them, with an id of its own and a reason of its own."""
    assert len(EVERY) >= 200
    unlike(EVERY)
    kinds = Counter(case.kind for case in EVERY)
    assert set(KINDS) == set(kinds)
    for kind, least in (("follow-up", 20), ("unanswerable", 30), ("as-of", 20), ("conflict", 10)):
        assert least <= kinds[kind]
    assert all(case.must_not for case in EVERY if case.invariant)


@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.name)
def test_every_case_is_true_of_its_articles(suite: object) -> None:
    """Gold stands where it should as one sentence, holds what is required, and nothing that is forbidden."""
    chosen = next(each for each in SUITES if each is suite)
    assert [] == faults(chosen.cases, chosen.read())


def test_a_seed_case_is_asked_of_the_seeds_alone() -> None:
    """Without a folder, the cases are those on the seed articles."""
    assert SUITES[0].cases == load()
    assert not set(load()) & set(SUITES[1].cases)


def test_the_collection_is_made_of_hard_things() -> None:
    """Short articles of many outlets: one is undated, one told twice word for word, one changed since."""
    articles = SUITES[1].read()
    assert len(articles) >= 32
    assert all(75 <= len(article.text.split()) <= 300 for article in articles)
    assert len({article.outlet for article in articles}) >= 10
    assert [None] == [article.published for article in articles if article.published is None]
    lines = Counter(line for a in articles for line in set(a.text.splitlines()) if len(line) > 80)
    assert 3 <= sum(count == 2 for count in lines.values())
    earlier = COLLECTION / "earlier"
    assert {path.name for path in earlier.iterdir()} <= {Path(a.source).name for a in articles}
    changed = [path.read_text(encoding="utf-8") for path in earlier.iterdir()]
    assert changed and not set(changed) & {article.text for article in articles}


def test_a_first_version_is_forbidden_by_some_case() -> None:
    """A sentence that only the first version holds is what an invariant case forbids."""
    for path in (COLLECTION / "earlier").iterdir():
        watching = [c for c in SUITES[1].cases if c.invariant and path.name.startswith(c.cite or ("none",))]
        old = path.read_text(encoding="utf-8")
        new = (COLLECTION / "articles" / path.name).read_text(encoding="utf-8")
        assert any(holds(old, form) and not holds(new, form) for c in watching for form in c.must_not)


# What the check sees

TEXT = "Mayor Ito opened the bridge on 4 May. It cost 12 million crowns.\n\nNobody was hurt."
BRIDGE = replace(
    from_text(TEXT, "b1-bridge.txt"), outlet="Daily Span", title="Bridge", published=date(2024, 5, 5)
)
GOOD = Case(
    id="bridge-cost",
    kind="number",
    question="what did it cost?",
    history=(),
    filters=Filters(),
    status="answered",
    must=(("12 million",),),
    must_not=("4 May",),
    cite=("b1",),
    gold=("It cost 12 million crowns.",),
    why="One number, one date.",
)
SILENT = replace(GOOD, status="not_in_articles", must=(), cite=(), gold=(), must_not=("12 million",))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"gold": ("It cost 12 million crown.",)}, "no sentence of a cited article"),
        ({"gold": ("cost 12 million crowns.",)}, "no sentence of a cited article"),
        ({"gold": (TEXT.split("\n", maxsplit=1)[0],)}, "no sentence of a cited article"),
        ({"cite": ("b2",)}, "no article begins with b2"),
        ({"cite": ("b1", "b2")}, "no article begins with b2"),
        ({"must": (("13 million",),)}, "required, and neither in gold nor known: 13 million"),
        ({"must": (("2 million",),)}, "required, and neither in gold nor known"),
        ({"must": ((),)}, "a group of must is empty"),
        ({"must": (("12 million",), ("Ito",))}, "neither in gold nor known: Ito"),
        ({"must_not": ("crowns",)}, "forbidden, and stands in gold: crowns"),
        ({"must_not": ("12",)}, "required and forbidden: 12"),
        ({"must": (("Daily Span",),)}, "neither in gold nor known: Daily Span"),
        ({"from_metadata": True}, "said to be known of the article, and stands in gold"),
        ({"status": "not_in_articles"}, "an answered case, and no other"),
        ({"gold": (), "cite": (), "must": ()}, "an answered case, and no other"),
        ({"kind": "follow-up"}, "a follow-up, and no other, has a history"),
        ({"history": ("Who opened it?",)}, "a follow-up, and no other, has a history"),
        ({"kind": "as-of"}, "a case of kind as-of, and no other, has filters"),
        ({"filters": Filters(outlet="Span")}, "a case of kind as-of, and no other, has filters"),
        ({"kind": "as-of", "filters": Filters(until=date(2024, 5, 4))}, "its filters keep out b1-bridge.txt"),
        ({"kind": "as-of", "filters": Filters(as_of=date(2024, 5, 4))}, "its filters keep out b1-bridge.txt"),
        ({"kind": "as-of", "filters": Filters(since=date(2024, 5, 6))}, "its filters keep out b1-bridge.txt"),
        ({"kind": "as-of", "filters": Filters(outlet="Post")}, "its filters keep out b1-bridge.txt"),
        ({"kind": "conflict"}, "has two sides at least"),
        ({"why": "Hard."}, "does not say why"),
    ],
)
def test_a_fault_of_a_case_is_seen(change: dict[str, object], said: str) -> None:
    """A case spoiled in one way is reported by name, with what is wrong."""
    found = faults([replace(GOOD, **change)], [BRIDGE])  # type: ignore[arg-type]
    assert any(line.startswith("bridge-cost: ") and said in line for line in found)


def test_good_cases_have_no_faults() -> None:
    """A case that is answered, one that is silent, and one whose fact is known of the article."""
    known = replace(GOOD, must=(("5 May 2024", "2024-05-05"),), from_metadata=True)
    assert [] == faults([GOOD], [BRIDGE]) == faults([SILENT], [BRIDGE]) == faults([known], [BRIDGE])


def test_a_follow_up_is_asked_alone_nowhere() -> None:
    """A question that stands without a history in one case cannot be a follow-up in another."""
    follow = replace(GOOD, id="follow", kind="follow-up", history=("Who opened the bridge?",))
    assert [] == faults([follow], [BRIDGE])
    found = faults([follow, replace(GOOD, question="What did it  cost")], [BRIDGE])
    assert ["follow: its question is asked without a history too"] == found


def test_an_undated_article_passes_no_filter_of_days() -> None:
    """A case with a day cannot lean on an article without one."""
    undated = replace(BRIDGE, published=None)
    case = replace(GOOD, kind="as-of", filters=Filters(since=date(2020, 1, 1)))
    assert ["bridge-cost: its filters keep out b1-bridge.txt"] == faults([case], [undated])


def test_debris_is_no_sentence() -> None:
    """What lies outside an article's body cannot be gold."""
    article: Article = replace(BRIDGE, body=BRIDGE.body[:1])
    assert "Nobody was hurt." not in sentences(replace(article, body=(article.body[0]._replace(end=66),)))


# Forms


@pytest.mark.parametrize(
    ("text", "form", "there"),
    [
        ("It rose to 15 on Monday.", "15", True),
        ("It rose to 15.", "15", True),
        ("It rose to 150.", "15", False),
        ("It rose by 2.15 percent.", "15", False),
        ("It rose to 15,000.", "15", False),
        ("It rose to 15, then fell.", "15", True),
        ("The 1,200 left.", "200", False),
        ("“Don’t go,” she said.", "don't GO", True),
        ("He paid $9 billion.", "$9 billion", True),
        ("a  line\nbroken", "line broken", True),
        ("Greenes", "Greene", False),
    ],
)
def test_a_form_stands_as_whole_words(text: str, form: str, there: bool) -> None:
    """Numbers and names are found whole, whatever the capitals, spaces and quotation marks."""
    assert there == holds(text, form)
    assert there == holds_any(text, ("nothing of it", form))


# Files


@pytest.mark.parametrize(
    "text",
    ["", "a: 1", "- {id: x}", "- {id: [}", "- 3"],
)
def test_a_malformed_case_file_is_refused(tmp_path: Path, text: str) -> None:
    """A case file that is malformed, empty, or lacks a field is refused."""
    (tmp_path / "x.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(CaseError):
        load(tmp_path)


WRITTEN = """
- id: a
  kind: number
  question: how many?
  filters: {until: 2024-01-02, outlet: Post}
  status: answered
  must: [["12"]]
  must_not: []
  cite: ["b1"]
  gold: ["There were 12."]
  why: One number.
"""


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("kind: number", "kind: odd", "unknown kind"),
        ("status: answered", "status: maybe", "unknown kind or status"),
        ("until: 2024-01-02", "until: soon", "a day of a filter"),
        ("until: 2024-01-02", "until: 2024-01-02 10:00:00", "a day of a filter"),
        ("outlet: Post", "author: Post", "filters may be"),
        ("outlet: Post", "outlet: 3", "must be a name"),
        ("{until: 2024-01-02, outlet: Post}", "null", "filters may be"),
        ("why: One number.", "why: One number.\n  invariant: 1", "true or false"),
        ("why: One number.", "why: One number.\n  history: null", "something else than a list"),
        ("must_not: []", "must_not: null", "something else than a list"),
        ('[["12"]]', "[[12]]", "numbers need quotation marks"),
        ('[["12"]]', '["12"]', "no text"),
        ("must_not: []", "must_not: x", "something else than a list"),
        ("why: One number.", "why: 3", "that is no text"),
        ("why: One number.", "why: One number.\n  wy: x", "may have"),
    ],
)
def test_a_case_of_the_wrong_shape_is_refused_by_name(tmp_path: Path, old: str, new: str, said: str) -> None:
    """What is wrong with a case is said, with the file and the case."""
    (tmp_path / "x.yaml").write_text(WRITTEN, encoding="utf-8")
    assert date(2024, 1, 2) == load(tmp_path)[0].filters.until
    (tmp_path / "x.yaml").write_text(WRITTEN.replace(old, new), encoding="utf-8")
    with pytest.raises(CaseError, match=re.escape(said)) as raised:
        load(tmp_path)
    assert "x.yaml: case a" in str(raised.value)


def test_two_cases_of_one_name_are_refused(tmp_path: Path) -> None:
    """An id stands once, in one file or in two."""
    for name in ("x.yaml", "y.yaml"):
        (tmp_path / name).write_text(WRITTEN, encoding="utf-8")
    with pytest.raises(CaseError, match="stand twice: a"):
        load(tmp_path)


def test_a_suite_is_a_folder_of_articles_and_cases(tmp_path: Path) -> None:
    """Either part missing is said; with both, the suite has the folder's name, and what has changed."""
    with pytest.raises(CaseError, match="no folder articles"):
        suite_in(tmp_path)
    (tmp_path / "articles").mkdir()
    with pytest.raises(CaseError, match="no folder cases"):
        suite_in(tmp_path)
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases" / "x.yaml").write_text(WRITTEN, encoding="utf-8")
    found = suite_in(tmp_path)
    assert (tmp_path.name, ["a"], None) == (found.name, [c.id for c in found.cases], found.earlier)
    with pytest.raises(CaseError, match="no articles in"):
        found.read()
    (tmp_path / "earlier").mkdir()
    assert tmp_path / "earlier" == suite_in(tmp_path).earlier
