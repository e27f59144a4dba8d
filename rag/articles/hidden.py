"""What of a web page no reader sees: taken out before anything is read from it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

_NEVER_SHOWN = frozenset({"template", "noscript", "script", "style"})
# Pages hide these until a script has run; to take them out is to lose the article.
_ALWAYS_SHOWN = frozenset({"html", "body", "head"})
# Names that mean "for screen readers alone" in the common frameworks.
_NAMED = frozenset({"sr-only", "visually-hidden", "visuallyhidden", "screen-reader-text"})
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_PARTS = re.compile(r"[^{}]+|[{}]")
_SELECTOR = re.compile(r"[a-z0-9]*([.#])(-?[_a-z][\w-]*)", re.IGNORECASE)
_SHEET_CHARACTERS, _STYLE_CHARACTERS = 1_000_000, 10_000
_ZERO = r"0*(?:\.0+)?(?:px|em|rem|pt|%|vw|vh)?"
_FAR = r"-\s*(?:\d{4,}|[5-9]\d\d)(?:\.\d+)?px|-\s*(?:\d{3,}|[3-9]\d)(?:\.\d+)?(?:r?em|vw|vh|%)"
_HIDING = {
    "display": re.compile("none"),
    "visibility": re.compile("hidden|collapse"),
    "content-visibility": re.compile("hidden"),
    "opacity": re.compile(rf"{_ZERO}|0?\.0\d*"),
    "font-size": re.compile(rf"{_ZERO}|[01](?:\.\d+)?px"),
    "color": re.compile(r"transparent|rgba\(.*,\s*0(?:\.0+)?\)"),
    "text-indent": re.compile(_FAR),
    "left": re.compile(_FAR),
    "right": re.compile(_FAR),
    "top": re.compile(_FAR),
    "clip": re.compile(r"rect\(\s*(?:[01](?:px)?[\s,]*){4}\)"),
    "clip-path": re.compile(
        r"inset\(\s*(?:50|100)%.*\)|circle\(\s*0.*\)|polygon\(\s*0\w*(?:[\s,]+0\w*)*[\s,]*\)"
    ),
    "transform": re.compile(rf".*(?:scale[xy]?\(\s*0?(?:\.0+)?\s*[,)]|translate[xy]?\(\s*(?:{_FAR})).*"),
}
# A box without a size hides its text only when it also cuts off what flows over.
_SIZES = ("height", "width", "max-height", "max-width")
_NO_SIZE = re.compile(rf"{_ZERO}|1px")
_COLOURS = {"white": "ffffff", "black": "000000"}
_RGB = re.compile(r"rgba?\(\s*(\d+)\D+(\d+)\D+(\d+)")


def strip_hidden(tree: Any) -> None:
    """Take out of an lxml tree, in place, every element that a reader of the page does not see.

    Hidden are: what attributes hide, what an inline style or a simple rule of the page's own style
    sheets hides, text in the colour of its background, comments, templates and scripts. Style sheets
    elsewhere are not fetched, and what scripts would show or hide is not known.
    """
    names = _NAMED | frozenset(_hidden_names(tree))
    # Parents come before their children, and what was dropped is still its children's parent.
    behind: dict[Any, str | None] = {}
    for element in list(tree.iter()):
        # Comments and processing instructions have a function for a tag.
        is_tag = isinstance(element.tag, str)
        style = _declared(element.get("style", "")[:_STYLE_CHARACTERS]) if is_tag else {}
        own = _laid(style, element.get("bgcolor")) if is_tag else None
        behind[element] = own or behind.get(element.getparent())
        if _is_hidden(element, names, style, behind[element]):
            _drop(element)


def _drop(element: Any) -> None:
    """Take an element out, and leave the text that follows it."""
    parent = element.getparent()
    if parent is None:
        return
    before = element.getprevious()
    if element.tail and before is not None:
        before.tail = (before.tail or "") + element.tail
    elif element.tail:
        parent.text = (parent.text or "") + element.tail
    parent.remove(element)


def _is_hidden(element: Any, names: frozenset[str], style: dict[str, str], behind: str | None) -> bool:
    # Comments and processing instructions have a function for a tag.
    if not isinstance(element.tag, str) or element.tag in _NEVER_SHOWN:
        return True
    if element.tag in _ALWAYS_SHOWN:
        return False
    if element.get("hidden") is not None or (element.tag == "dialog" and element.get("open") is None):
        return True
    # A page saved while a dialog was open keeps its whole article from screen readers.
    if element.get("aria-hidden", "").lower() == "true" and element.tag not in ("main", "article"):
        return True
    if not names.isdisjoint(_names(element)):
        return True
    return bool(style) and _hides(style, behind)


def _names(element: Any) -> Iterator[str]:
    """Classes as they are, the id after a #."""
    yield from element.get("class", "").split()
    if name := element.get("id"):
        yield f"#{name}"


def _hidden_names(tree: Any) -> Iterator[str]:
    """Classes and ids that a rule with one simple selector hides, outside of @media and the like."""
    sheets = "\n".join(style.text or "" for style in tree.iter("style"))[:_SHEET_CHARACTERS]
    for selectors, written in _rules(_COMMENT.sub("", sheets)):
        style = _declared(written)
        if _hides(style, _laid(style)):
            for found in map(_SELECTOR.fullmatch, map(str.strip, selectors.split(","))):
                if found:
                    yield found[2] if found[1] == "." else f"#{found[2]}"


def _rules(sheet: str) -> Iterator[tuple[str, str]]:
    """Selectors and declarations of a sheet's plain rules; what is hidden in print is there on the screen."""
    selectors = written = ""
    depth = 0
    for part in _PARTS.findall(sheet):
        if part == "{":
            depth += 1
        elif part == "}":
            if depth == 1:
                yield selectors, written
            depth = max(depth - 1, 0)
            selectors = written = ""
        elif depth == 0:
            # What ends in a semicolon before it is an @import or a @charset.
            selectors = part.rpartition(";")[2]
        elif depth == 1:
            written = part


def _declared(style: str) -> dict[str, str]:
    """Properties and values of a style, in small letters."""
    pairs = (part.split(":", 1) for part in style.lower().split(";") if ":" in part)
    return {name.strip(): value.replace("!important", "").strip() for name, value in pairs}


def _hides(style: dict[str, str], behind: str | None) -> bool:
    if any(name in style and rule.fullmatch(style[name]) for name, rule in _HIDING.items()):
        return True
    if style.get("overflow", "").startswith(("hidden", "clip")):
        return any(_NO_SIZE.fullmatch(style[size]) for size in _SIZES if size in style)
    return "color" in style and _colour(style["color"]) == behind


def _laid(style: dict[str, str], attribute: str | None = None) -> str | None:
    """The colour that a style, or else the attribute bgcolor, lays behind a text."""
    written = style.get("background-color") or style.get("background") or attribute
    return _colour(written.lower()) if written else None


def _colour(written: str) -> str:
    """A colour as six hexadecimal digits where that is how it can be written."""
    if found := _RGB.match(written):
        return "".join(f"{min(int(part), 255):02x}" for part in found.groups())
    word = (written.split() or [""])[0]
    digits = word.lstrip("#")
    if word.startswith("#") and len(digits) == 3:
        return "".join(digit * 2 for digit in digits)
    return _COLOURS.get(word, digits)
