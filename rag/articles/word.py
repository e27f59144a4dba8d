"""A Word document -> Article."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from io import BytesIO
from typing import Any
from zipfile import ZipFile, ZipInfo

from rag.articles.dates import Dated
from rag.articles.decoding import visible
from rag.articles.fields import Facts, language_code, plain
from rag.articles.making import laid_out, made
from rag.articles.quiet import quiet
from rag.articles.values import Source
from rag.errors import ArticleError
from rag.types import Article

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_MAIN = "word/document.xml"
_MOST_UNPACKED = 200_000_000
_MOST_XML = 50_000_000
# XML shrinks to a tenth or a twentieth; only what was made to burst shrinks to a hundredth.
_MOST_RATIO = 100
_RATIO_FROM = 10_000_000
_MOST_PARTS = 5000
_CHUNK = 1 << 16
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
# What was struck out in a tracked change, or is another form of what stands beside it.
_LEFT_OUT = frozenset({f"{_W}del", f"{_W}moveFrom", _FALLBACK, f"{_W}pPr", f"{_W}rPr", f"{_W}instrText"})
_DEEPEST = 200
# The day of the template that python-docx makes documents from.
_TEMPLATE_DAY = date(2013, 12, 23)
_PROGRAM_NAMES = frozenset({"python-docx", "word document", "microsoft office user"})


def word_article(source: Source) -> Article:
    """The article in a .docx.

    Raises ArticleError when it is broken, encrypted, of the old format, or unpacks to too much.
    """
    with _wall(source.name):
        _check(source.raw, source.name)
        document = _opened(source.raw)
        lines = list(_lines(document.element.body, _styles(document), 0))
        facts = source.known(_facts(document, lines))
    text, apart = laid_out((line, _is_heading(style)) for line, style in lines)
    if not text:
        raise ArticleError(f"{source.name}: holds no text")
    return made(text, source.name, facts, apart)


@contextmanager
def _wall(source: str) -> Iterator[None]:
    """Whatever a broken package makes zipfile, lxml and python-docx raise, as one line."""
    try:
        with quiet("docx"):
            yield
    except ArticleError:
        raise
    # zlib.error, BadZipFile, XMLSyntaxError, KeyError, ...: the libraries name no common base.
    except Exception as error:
        raise ArticleError(f"{source}: a broken Word document") from error


def _opened(raw: bytes) -> Any:
    from docx import Document

    return Document(BytesIO(raw))


def _check(raw: bytes, source: str) -> None:
    """Refuse what is no .docx, and what unpacks to too much, before anything parses it."""
    if raw.startswith(_OLE):
        locked = _ENCRYPTED in raw
        reason = "encrypted; give a copy without password" if locked else "an old .doc; save it as .docx"
        raise ArticleError(f"{source}: {reason}")
    with ZipFile(BytesIO(raw)) as package:
        if _MAIN not in package.namelist():
            raise ArticleError(f"{source}: not a Word document")
        _check_sizes(package.infolist(), source)
        for part in package.infolist():
            _check_part(package, part, source)


def _check_sizes(parts: list[ZipInfo], source: str) -> None:
    unpacked = sum(part.file_size for part in parts)
    packed = sum(part.compress_size for part in parts)
    bursting = unpacked > _RATIO_FROM and unpacked > _MOST_RATIO * max(packed, 1)
    if unpacked > _MOST_UNPACKED or bursting or len(parts) > _MOST_PARTS:
        raise ArticleError(f"{source}: unpacks to {unpacked // 1_000_000} MB; too much for a document")


def _check_part(package: ZipFile, part: ZipInfo, source: str) -> None:
    """Unpack a part piece by piece: no more than it declares, and no entities, which Word never writes."""
    is_xml = part.filename.lower().endswith((".xml", ".rels"))
    seen, before = 0, b""
    with package.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            seen += len(chunk)
            if seen > part.file_size or (is_xml and seen > _MOST_XML):
                raise ArticleError(f"{source}: unpacks to more than it declares, or too much for a document")
            if is_xml and (b"<!DOCTYPE" in before + chunk or b"<!ENTITY" in before + chunk):
                raise ArticleError(f"{source}: defines XML entities, which no Word document does")
            before = chunk[-10:]


def _styles(document: Any) -> dict[str, str]:
    """Names of the paragraph styles in small letters, by id."""
    return {style.style_id: (style.name or "").lower() for style in document.styles}


def _lines(element: Any, styles: dict[str, str], depth: int) -> Iterator[tuple[str, str]]:
    """The text of each paragraph and table row below an element that has any, with the style's name."""
    if depth > _DEEPEST:
        raise ValueError("nested too deep")
    for child in element:
        if child.tag == f"{_W}p":
            if line := " ".join(visible(_text(child)).split()):
                yield line, _style(child, styles)
            for box in child.iter(f"{_W}txbxContent"):
                # A box in a box comes with the paragraph that it stands in.
                own = next(box.iterancestors(f"{_W}p")) is child
                if own and not any(above.tag in _LEFT_OUT for above in box.iterancestors()):
                    yield from _lines(box, styles, depth + 1)
        elif child.tag == f"{_W}tr":
            cells = (" ".join(line for line, _ in _lines(cell, styles, depth + 1)) for cell in _cells(child))
            if line := " | ".join(filter(None, cells)):
                yield line, ""
        elif child.tag not in _LEFT_OUT:
            yield from _lines(child, styles, depth + 1)


def _cells(row: Any) -> Iterator[Any]:
    return (cell for cell in row.iter(f"{_W}tc") if next(cell.iterancestors(f"{_W}tr")) is row)


def _style(paragraph: Any, styles: dict[str, str]) -> str:
    found = paragraph.find(f"{_W}pPr/{_W}pStyle")
    return styles.get(found.get(f"{_W}val", ""), "") if found is not None else ""


def _text(element: Any, depth: int = 0) -> str:
    """The text of a paragraph as it shows: tracked insertions in, deletions and hidden runs out."""
    if depth > _DEEPEST:
        raise ValueError("nested too deep")
    parts: list[str] = []
    for child in element:
        if child.tag == f"{_W}t":
            parts.append(child.text or "")
        elif child.tag in (f"{_W}tab", f"{_W}br", f"{_W}cr"):
            parts.append(" ")
        elif child.tag == f"{_W}noBreakHyphen":
            parts.append("-")
        elif child.tag not in _LEFT_OUT and child.tag != f"{_W}txbxContent" and not _is_vanished(child):
            parts.append(_text(child, depth + 1))
    return "".join(parts)


def _is_vanished(run: Any) -> bool:
    mark = run.find(f"{_W}rPr/{_W}vanish") if run.tag == f"{_W}r" else None
    return mark is not None and mark.get(f"{_W}val") not in ("0", "false", "off")


def _is_heading(style: str) -> bool:
    return style.startswith(("heading", "title", "toc"))


def _facts(document: Any, lines: list[tuple[str, str]]) -> Facts:
    core = document.core_properties
    headed = next((line for line, style in lines if style in ("title", "heading 1")), None)
    told = [plain(visible(value or "")) for value in (headed, core.title, core.author)]
    title, named, author = (None if (v or "").lower() in _PROGRAM_NAMES else v for v in told)
    created = core.created.date() if core.created and core.created.date() != _TEMPLATE_DAY else None
    return Facts(
        title=title or named,
        author=author,
        guess=Dated(created, "inferred", "Word creation date") if created else None,
        language=language_code(core.language),
    )
