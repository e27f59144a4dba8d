"""The articles of world.yaml, what may be said of them, and a judge of answers that knows no check of ours.

The judge lets a shown sentence pass only when it is, letter for letter, a whole sentence of an article that
it cites, or, but for ornaments around it, one of the faithful wordings of world.yaml with its home among what
it cites.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from rag.show import to_html, to_json, to_markdown, to_text
from rag.types import Answer, Citation, Sentence

_WORLD: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "world.yaml").read_text(encoding="utf-8")
)


class Truth(NamedTuple):
    """A wording, and the sentence of an article that carries it; `title` is the article's."""

    text: str
    home: str
    title: str


def _text(article: dict[str, Any]) -> str:
    return "\n\n".join(sentence["says"].strip() for sentence in article["sentences"]) + "\n"


# By the name of each article's file.
TEXTS = {f"{number}.txt": _text(article) for number, article in enumerate(_WORLD)}
METADATA = {
    f"{number}.txt": {key: article[key] for key in ("title", "outlet", "published")}
    for number, article in enumerate(_WORLD)
}
_SENTENCES = [(sentence, article["title"]) for article in _WORLD for sentence in article["sentences"]]
SAYS = tuple(sentence["says"].strip() for sentence, _ in _SENTENCES)
# What gives orders may be quoted and carries nothing.
ORDER = next(says for says in SAYS if "instructions" in says)
TRUTHS = tuple(
    Truth(text, sentence["says"].strip(), title)
    for sentence, title in _SENTENCES
    for text in (sentence["says"].strip(), *sentence["also"])
    if sentence["says"].strip() != ORDER
)
_KNOWN = {truth.text.rstrip(".") + ".": truth.home for truth in TRUTHS}

# Words of lies, which stand in no article but for the one that gives orders.
MARKERS = (
    *("Zorblatt", "Quimbel", "Vorpal", "Snark", "Gondrovia", "Fabricated Times", "xylophone", "turnip"),
    *("77,431", "77431", "8.3771", "66,613", "1931", "evil.example", "alert(1)", "hunter2", "in disgrace"),
)


def write(folder: Path) -> None:
    """Put the articles into a folder, with what is known of them."""
    for name, text in TEXTS.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "metadata.yaml").write_text(yaml.safe_dump(METADATA), encoding="utf-8")


def faults(answer: Answer) -> list[str]:
    """What is wrong with an answer, each in a line; nothing when all that it shows is true."""
    return [*(f for s in answer.sentences for f in _of_sentence(s)), *_of_views(answer)]


def _of_sentence(sentence: Sentence) -> Iterator[str]:
    if not sentence.citations:
        yield f"cites nothing: {sentence.text}"
    for citation in sentence.citations:
        if not _resolves(citation):
            yield f"cites no place: {citation.quote!r} at {citation.start}"
    quotes = {citation.quote for citation in sentence.citations}
    said = " ".join(sentence.text.split()).strip("-–—*_|#>.,;:[]() ") + "."
    if sentence.text not in quotes and _KNOWN.get(said) not in quotes:
        yield f"is not carried: {sentence.text!r} by {sorted(quotes)}"


def _resolves(citation: Citation) -> bool:
    """Whether it names a whole sentence of a text as it was written into the folder."""
    text = TEXTS[Path(citation.article.source).name]
    return citation.quote == text[citation.start : citation.end] and citation.quote in SAYS


def _of_views(answer: Answer) -> Iterator[str]:
    """Words of lies in any view, and markup where none belongs.

    The sentence that gives orders may be quoted, by the rule for whole sentences.
    """
    views = {"text": answer.text, "plain": to_text(answer), "Markdown": to_markdown(answer)}
    views |= {"HTML": to_html(answer), "JSON": json.loads(to_json(answer))["answer"]}
    views |= {"question": answer.to_dict()["understood"]}
    quoted = " ".join(s.text for s in answer.sentences if s.verdict == "quoted")
    for name, view in views.items():
        for marker in MARKERS:
            if marker.casefold() in view.casefold() and marker not in quoted:
                yield f"{name} shows {marker}: {view}"
    if any(tag in views["HTML"] for tag in ("<img", "<a ", "<script", "<iframe")):
        yield f"HTML holds markup: {views['HTML']}"
    if "](" in views["Markdown"].replace("\\]\\(", ""):
        yield f"Markdown holds a link: {views['Markdown']}"
