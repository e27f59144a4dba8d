"""Small files of each format, made for the tests; the articles in them are invented."""

from __future__ import annotations

import gzip
import io
import threading
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

# News enough for an extractor to take it for an article.
STORY = (
    "Mayor Ito opened the new harbour bridge on Saturday before a crowd of several thousand people.",
    "It took six years to build and cost 90 billion yen, a third more than the council had planned.",
    "Residents had waited for the link since the old ferry was stopped in 2011 for want of passengers.",
    '"We are glad," said the head of the council. "It will shorten the journey by half an hour."',
)
WHOLE = "\n\n".join(STORY)


def page(
    story: Sequence[str] = STORY, head: str = "", inside: str = "", lang: str = "en-GB", byline: str = ""
) -> str:
    """A news page as sites serve them: navigation, a cookie banner, the article, related boxes, a footer."""
    body = "".join(f"<p>{paragraph}</p>" for paragraph in story)
    return f"""<!doctype html><html lang="{lang}"><head><meta charset="utf-8">
<title>Bridge opens in Kobe | The Harbour Post</title>
<meta property="og:site_name" content="The Harbour Post">{head}</head>
<body><header><nav><ul><li><a href="/">Home</a></li><li><a href="/world">World</a></li>
<li><a href="/sport">Sport</a></li></ul></nav></header>
<div id="cookie-banner"><p>We use cookies to improve your visit.</p><button>Accept all</button></div>
<main><article><h1>Bridge opens in Kobe</h1>{byline}<div class="story">{body}{inside}</div></article>
<aside class="related"><h3>Related</h3><ul><li><a href="/f">Ferry line closes</a>
<time datetime="2011-03-02">2 March 2011</time></li></ul></aside></main>
<footer><p>© 2024 The Harbour Post. All rights reserved.</p></footer></body></html>"""


LINKED = (
    '<script type="application/ld+json">{"@context": "https://schema.org", "@graph": [{"@type": "WebSite"},'
    ' {"@type": "NewsArticle", "headline": "Bridge opens in Kobe", "datePublished":'
    ' "2024-05-04T23:30:00-05:00", "author": {"@type": "Person", "name": "Aiko Mori"}}]}</script>'
)


def pdf(
    pages: Sequence[Sequence[str]], info: Mapping[str, str] | None = None, locked_with: str = ""
) -> bytes:
    """A PDF of pages given as lines; locked when there is a password for it."""
    from pypdf import PdfWriter
    from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

    writer = PdfWriter()
    for lines in pages:
        made = writer.add_blank_page(595, 842)
        shown = "".join(f"({_escaped(line)}) Tj T*\n" for line in lines)
        stream = DecodedStreamObject()
        stream.set_data(f"BT /F1 11 Tf 14 TL 60 780 Td\n{shown}ET".encode("cp1252"))
        made[NameObject("/Contents")] = stream
        names = {
            "/Type": "/Font",
            "/Subtype": "/Type1",
            "/BaseFont": "/Helvetica",
            "/Encoding": "/WinAnsiEncoding",
        }
        font = DictionaryObject({NameObject(name): NameObject(value) for name, value in names.items()})
        fonts = DictionaryObject({NameObject("/F1"): font})
        made[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    writer.metadata = dict(info or {})
    if locked_with:
        writer.encrypt(locked_with, algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _escaped(line: str) -> str:
    return line.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")


def word(build: Callable[[Any], None]) -> bytes:
    """A .docx that `build` wrote into."""
    import docx

    document = docx.Document()
    build(document)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def zipped(parts: Mapping[str, bytes]) -> bytes:
    """A zip archive of these parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return out.getvalue()


# A server


class Reply(NamedTuple):
    """What the server answers at a path."""

    body: bytes | Iterator[bytes] = b""
    status: int = 200
    headers: Mapping[str, str] = {}


def html(text: str, **headers: str) -> Reply:
    """A page as servers send it."""
    return Reply(text.encode(), headers={"Content-Type": "text/html; charset=utf-8", **headers})


def packed(raw: bytes) -> Reply:
    """Bytes sent as gzip."""
    return Reply(gzip.compress(raw), headers={"Content-Type": "text/html", "Content-Encoding": "gzip"})


class Site(NamedTuple):
    """A running server: its address, and the requests that it was sent."""

    url: str
    asked: list[tuple[str, dict[str, str]]]


@contextmanager
def site(replies: Mapping[str, Reply | Callable[[str], Reply]]) -> Iterator[Site]:
    """A server on loopback that answers these paths, and 404 elsewhere."""
    asked: list[tuple[str, dict[str, str]]] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.0"

        def do_GET(self) -> None:
            asked.append((self.path, dict(self.headers)))
            found = replies.get(self.path, Reply(status=404))
            reply = found(self.path) if callable(found) else found
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.end_headers()
            try:
                for piece in [reply.body] if isinstance(reply.body, bytes) else reply.body:
                    self.wfile.write(piece)
            except OSError:
                self.close_connection = True

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield Site(f"http://127.0.0.1:{server.server_address[1]}", asked)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
