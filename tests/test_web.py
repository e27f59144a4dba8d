"""Pages and feeds over HTTP: bounded, only from public addresses, each failure one clear line."""

from __future__ import annotations

import itertools
import re
import threading
import tracemalloc
from collections.abc import Callable, Iterator

import pytest

from rag.articles import Item, Problem, Reach, items
from rag.articles.address import checked_url, is_public
from rag.articles.web import fetch
from rag.errors import ArticleError
from tests.papers import LINKED, STORY, Reply, html, packed, page, pdf, site

OPEN = Reach(allow_private=True, timeout_s=20, connect_s=5)


# Addresses


@pytest.mark.parametrize(
    ("address", "public"),
    [
        *[
            (a, True)
            for a in ("93.184.216.34", "8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808")
        ],
        *[
            (a, False)
            for a in ("127.0.0.1", "127.9.9.9", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255")
        ],
        *[
            (a, False)
            for a in ("192.168.1.1", "169.254.169.254", "100.64.0.1", "224.0.0.1", "255.255.255.255")
        ],
        *[(a, False) for a in ("192.0.0.1", "198.18.0.1", "203.0.113.9", "240.0.0.1", "192.88.99.1")],
        *[
            (a, False)
            for a in ("::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "ff02::1", "fec0::1")
        ],
        *[(a, False) for a in ("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1")],
        *[(a, False) for a in ("64:ff9b:1::1", "2002:7f00:1::", "2001:0:1::1", "2001:db8::1", "nowhere")],
    ],
)
def test_which_addresses_are_public(address: str, public: bool) -> None:
    """Only addresses of the public internet are, whatever form hides another in them."""
    assert public == is_public(address)


@pytest.mark.parametrize(
    ("url", "written"),
    [
        ("HTTP://Example.COM:80/a b?x=1#top", "http://example.com/a%20b?x=1"),
        ("https://example.com", "https://example.com/"),
        ("https://example.com/a?utm_source=x&id=2&fbclid=y", "https://example.com/a?id=2"),
        ("https://bücher.example/ü", "https://xn--bcher-kva.example/%C3%BC"),
        ("http://[2606:4700::1111]:8080/", "http://[2606:4700::1111]:8080/"),
        ("https://example.com/a%20b?q=a+b&c=%2F", "https://example.com/a%20b?q=a+b&c=%2F"),
    ],
)
def test_a_url_is_written_one_way(url: str, written: str) -> None:
    """Host, port, fragment and tracking are brought to one form; the rest stays."""
    assert written == checked_url(url)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("ftp://example.com/", "only http and https are fetched"),
        ("file:///etc/passwd", "only http and https are fetched"),
        ("https://user:secret@example.com/", "a user name or password in a URL is refused"),
        ("https://example.com\\@evil.example/", "a user name or password in a URL is refused"),
        ("http:///path", "not a URL"),
        ("http://exa mple.com/", "not a URL"),
        ("http://example.com:99999/", "not a URL"),
        ("http://[::1/", "not a URL"),
    ],
)
def test_other_urls_are_refused_at_once(url: str, reason: str) -> None:
    """A URL that is never fetched is a mistake of the call, and no password is shown again."""
    with pytest.raises(ArticleError, match=f": {reason}$") as caught:
        items([url])
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1", "127.1", "2130706433", "0x7f.1", "[::1]", "x.localhost"]
)
def test_this_machine_is_refused_under_any_name(host: str) -> None:
    """Loopback is refused however its address is written."""
    with pytest.raises(ArticleError, match="a private address, which is refused"):
        fetch(f"http://{host}:9/", Reach(timeout_s=5))


def test_a_name_that_resolves_inside_is_refused() -> None:
    """One private address among those of a name condemns the name, and nothing is connected to."""
    with pytest.raises(ArticleError, match="a private address"):
        fetch("http://news.example/", resolve=lambda host, port: ["93.184.216.34", "10.0.0.5"])


def test_the_connection_goes_to_the_address_that_was_checked() -> None:
    """A name is resolved once a connection: what it resolves to later is never asked."""
    asked: list[str] = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    with site({"/": html(page())}) as running:
        port = running.url.rpartition(":")[2]
        got = fetch(f"http://news.example:{port}/", OPEN, resolve=resolve)
        assert f"news.example:{port}" == running.asked[0][1]["Host"]
    assert ["news.example"] == asked
    assert f"http://news.example:{port}/" == got.url


def test_every_redirect_is_checked_anew() -> None:
    """A public page that redirects inside leads nowhere."""
    addresses = iter([["127.0.0.1"], ["10.0.0.5"]])
    public: list[str] = []

    def resolve(host: str, port: int) -> list[str]:
        public.append(host)
        return next(addresses)

    with site({"/": Reply(status=302, headers={"Location": "http://inside.example/x"})}) as running:
        port = running.url.rpartition(":")[2]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("rag.articles.connection.is_public", lambda address: address == "127.0.0.1")
            with pytest.raises(
                ArticleError, match=r"redirects to http://inside.example/x: a private address"
            ):
                fetch(f"http://news.example:{port}/", Reach(timeout_s=20), resolve=resolve)
    assert ["news.example", "inside.example"] == public


# Fetching


def test_a_page_is_asked_for_politely() -> None:
    """The request names Pressroom, and carries no cookie, not even after the server set one."""
    first = Reply(status=302, headers={"Location": "/b", "Set-Cookie": "a=1"})
    with site({"/a": first, "/b": html("<p>x</p>")}) as running:
        assert f"{running.url}/b" == fetch(f"{running.url}/a", OPEN).url
    assert all(headers["User-Agent"].startswith("Pressroom/") for _, headers in running.asked)
    assert not any("Cookie" in headers for _, headers in running.asked)


def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fetch goes straight to the host, whatever HTTP_PROXY says."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    with site({"/": html("<p>x</p>")}) as running:
        assert b"<p>x</p>" == fetch(running.url, OPEN).raw


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (Reply(status=404), "the server answers 404 Not Found"),
        (Reply(status=500), "the server answers 500 Internal Server Error"),
        (Reply(status=204), "the server answers 204 No Content"),
        (Reply(status=302), "the server answers 302 Found"),
        (Reply(status=302, headers={"Location": "/"}), "redirects in a circle"),
        (
            Reply(status=302, headers={"Location": "ftp://x.example/"}),
            "redirects to ftp://x.example/: only http",
        ),
        (
            Reply(status=302, headers={"Location": "file:///etc/passwd"}),
            "redirects to file:///etc/passwd: only",
        ),
        (Reply(status=302, headers={"Location": "http://a:b@x.example/"}), "a user name or password"),
        (Reply(b"x" * 2000), "larger than 0.001 MB"),
        (Reply(b"x", headers={"Content-Length": "5000000"}), "larger than 0.001 MB"),
        (packed(b"a" * 1_000_000), "larger than 0.001 MB"),
        (Reply(packed(b"abc" * 300).body[:20], headers={"Content-Encoding": "gzip"}), "breaks off"),
        (Reply(b"not gzip", headers={"Content-Encoding": "gzip"}), "cannot be fetched"),
        (Reply(b"x", headers={"Content-Encoding": "br"}), "comes packed as br"),
        (Reply(b"x", headers={"Content-Length": "9"}), "cannot be fetched"),
    ],
)
def test_each_failure_says_what_it_is(reply: Reply, reason: str) -> None:
    """A page that cannot be had gives one line with the reason."""
    with site({"/": reply}) as running, pytest.raises(ArticleError) as caught:
        fetch(f"{running.url}/", Reach(allow_private=True, max_bytes=1000))
    assert reason in str(caught.value)
    assert str(caught.value).startswith(f"{running.url}/: ")
    assert "\n" not in str(caught.value)


def test_a_bomb_is_not_unpacked() -> None:
    """A small body that unpacks to a hundred megabytes takes up no more than was allowed."""
    with site({"/": packed(bytes(100_000_000))}) as running:
        tracemalloc.start()
        try:
            with pytest.raises(ArticleError, match="larger than 1 MB"):
                fetch(running.url, Reach(allow_private=True, max_bytes=1_000_000))
            assert tracemalloc.get_traced_memory()[1] < 20_000_000
        finally:
            tracemalloc.stop()


def test_too_many_redirects_end() -> None:
    """A chain of ever new addresses is left after five."""
    numbers = itertools.count()

    def onward(_: str) -> Reply:
        return Reply(status=302, headers={"Location": f"/{next(numbers)}"})

    with site({"/start": onward, **{f"/{n}": onward for n in range(20)}}) as running:
        with pytest.raises(ArticleError, match="redirects more than 5 times"):
            fetch(f"{running.url}/start", OPEN)
        assert 6 == len(running.asked)


def test_a_server_that_drips_is_left_in_time() -> None:
    """The time of a whole fetch is bounded, though every byte comes soon after the last."""
    seconds = itertools.count()
    reason = "took longer than 30 seconds"
    with site({"/": Reply(itertools.repeat(b"x"))}) as running, pytest.raises(ArticleError, match=reason):
        fetch(running.url, Reach(allow_private=True), clock=lambda: float(next(seconds)))


def test_a_server_that_never_answers_is_left() -> None:
    """A connection on which nothing comes ends with the time-out."""
    done = threading.Event()

    def silent(_: str) -> Reply:
        done.wait(20)
        return Reply()

    with site({"/": silent}) as running:
        with pytest.raises(ArticleError, match=r"does not answer|took longer"):
            fetch(running.url, Reach(allow_private=True, timeout_s=0.2))
        done.set()


def test_a_host_that_is_not_there_is_named() -> None:
    """Neither a closed port nor a failing resolver leaves a traceback."""
    with site({}) as running:
        closed = running.url
    with pytest.raises(ArticleError, match="cannot be reached"):
        fetch(closed, OPEN)

    def fails(host: str, port: int) -> list[str]:
        raise OSError("resolver on fire")

    with pytest.raises(ArticleError, match="cannot be reached: resolver on fire"):
        fetch("http://news.example/", resolve=fails)


# What URLs give


def found(*places: str, reach: Reach = OPEN) -> tuple[list[Item], list[Problem]]:
    """Items and problems of these places."""
    both = list(items(places, reach))
    return [i for i in both if isinstance(i, Item)], [p for p in both if isinstance(p, Problem)]


def test_a_page_is_an_article() -> None:
    """A page at a URL is read with its metadata, under its canonical address, once."""
    head = '<link rel="canonical" href="/news/bridge">' + LINKED
    with site({"/a?id=1": html(page(head=head)), "/b": html(page(head=head))}) as running:
        got, problems = found(f"{running.url}/a?id=1&utm_source=x", f"{running.url}/b")
    assert [] == problems
    assert [f"{running.url}/news/bridge"] == [item.source for item in got]
    article = got[0].read()
    assert ("Bridge opens in Kobe", "Aiko Mori", "2024-05-04", f"{running.url}/news/bridge") == (
        article.title,
        article.author,
        str(article.published),
        article.url,
    )


def test_a_page_cannot_claim_another_hosts_address() -> None:
    """A canonical address of another host is not believed: it would take that article's place."""
    head = '<link rel="canonical" href="https://other.example/news">'
    with site({"/a": html(page(head=head))}) as running:
        got, _ = found(f"{running.url}/a")
        assert [f"{running.url}/a"] == [item.source for item in got]
    assert f"{running.url}/a" == got[0].read().url


def test_pages_that_all_claim_the_front_page_stay_apart() -> None:
    """A careless site gives every page the address of its front page; each stays an article."""
    head = '<link rel="canonical" href="/">'
    with site({"/a": html(page(head=head)), "/b": html(page(head=head))}) as running:
        got, problems = found(f"{running.url}/a", f"{running.url}/b")
        assert [] == problems
        assert [f"{running.url}/a", f"{running.url}/b"] == [item.source for item in got]
        assert [f"{running.url}/a", f"{running.url}/b"] == [item.read().url for item in got]


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Reply(page().encode(), headers={"Content-Type": "application/pdf"}), STORY[0]),
        (Reply(pdf([STORY]), headers={"Content-Type": "text/html"}), STORY[0]),
        (Reply(b"Plain news of the day.", headers={"Content-Type": "text/plain"}), "Plain news"),
        (
            Reply(page(["Grüße aus Köln. " * 20]).encode("utf-8"), headers={"Content-Type": "text/html"}),
            "Grüße",
        ),
        (
            Reply(
                page(["Grüße aus Köln. " * 20]).replace('<meta charset="utf-8">', "").encode("cp1252"),
                headers={"Content-Type": "text/html; charset=iso-8859-1"},
            ),
            "Grüße",
        ),
    ],
)
def test_what_came_counts_and_not_its_label(reply: Reply, words: str) -> None:
    """A page sent as PDF is a page, and a PDF sent as a page is a PDF."""
    with site({"/x": reply}) as running:
        got, _ = found(f"{running.url}/x")
    assert words in got[0].read().text


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (html("<p>Please log in to read on.</p>"), "holds too little text"),
        (html(""), "empty"),
        (Reply(b"\x89PNG\r\n\x1a\n\x00", headers={"Content-Type": "image/png"}), "not a text file"),
    ],
)
def test_a_page_without_an_article_says_so(reply: Reply, reason: str) -> None:
    """A login wall, an empty page or a picture is refused when it is read."""
    with site({"/x": reply}) as running:
        got, _ = found(f"{running.url}/x")
    with pytest.raises(ArticleError, match=reason):
        got[0].read()


def test_one_bad_url_stops_nothing() -> None:
    """A page that is gone is a problem, and the next is read."""
    with site({"/a": html(page())}) as running:
        got, problems = found(f"{running.url}/gone", f"{running.url}/a")
    assert [f"{running.url}/a"] == [item.source for item in got]
    assert [f"{running.url}/gone: the server answers 404 Not Found"] == [str(p) for p in problems]


# Feeds

ENTRY = "<item><title>{title}</title><link>{link}</link><pubDate>{day}</pubDate>{more}</item>"
FEED = '<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>{}</channel></rss>'
DAY = "Sat, 04 May 2024 23:30:00 -0500"


def rss(*entries: str) -> Reply:
    """A feed of these entries."""
    body = FEED.format("<title>The Harbour Post</title>" + "".join(entries))
    return Reply(body.encode(), headers={"Content-Type": "application/rss+xml"})


def test_a_feeds_entries_are_read_whole() -> None:
    """Each entry's link is fetched; what the feed alone knows is added to what the page says."""
    replies: dict[str, Reply | Callable[[str], Reply]] = {"/a": html(page())}
    with site(replies) as running:
        replies["/feed"] = rss(
            ENTRY.format(title="A", link="/a", day=DAY, more=""),
            ENTRY.format(title="Gone", link=f"{running.url}/gone", day=DAY, more=""),
            "<item><title>Nothing</title></item>",
            ENTRY.format(title="Off", link="ftp://x.example/a", day=DAY, more=""),
        )
        got, problems = found(f"{running.url}/feed")
    assert [f"{running.url}/a"] == [item.source for item in got]
    article = got[0].read()
    assert ("2024-05-04", "stated", "feed published") == (
        str(article.published),
        article.published_basis,
        article.published_from,
    )
    assert [
        f"{running.url}/gone: the server answers 404 Not Found",
        f"{running.url}/feed#entry 3: has neither a link nor a text",
        "ftp://x.example/a: only http and https are fetched",
    ] == [str(problem) for problem in problems]


def test_an_entrys_own_text_stands_in() -> None:
    """A page that cannot be had, or is a wall, gives way to the entry's own whole text, which is said."""
    own = (
        "<content:encoded><![CDATA["
        + "".join(f"<p>{s} Again.</p>" for s in STORY * 4)
        + "]]></content:encoded>"
    )
    replies: dict[str, Reply | Callable[[str], Reply]] = {"/wall": html("<p>Please log in.</p>")}
    with site(replies) as running:
        replies["/feed"] = rss(
            ENTRY.format(title="Gone", link=f"{running.url}/gone", day=DAY, more=own),
            ENTRY.format(title="Wall", link=f"{running.url}/wall", day=DAY, more=own),
        )
        got, problems = found(f"{running.url}/feed")
    assert [] == problems
    assert ["the text is the feed's own: ", ""] == [item.note[:28] for item in got]
    for item in got:
        article = item.read()
        assert STORY[0] in article.text
        assert "feed published, text from the feed" == article.published_from
        assert "<p>" not in article.text


def test_a_silent_host_is_not_asked_a_thousand_times() -> None:
    """Of a feed of a thousand entries on a host that does not answer, three are tried."""
    with site({}) as gone:
        closed = gone.url
    entries = (ENTRY.format(title=n, link=f"{closed}/{n}", day=DAY, more="") for n in range(1000))
    with site({"/feed": rss(*entries)}) as running:
        _, problems = found(f"{running.url}/feed")
    assert 1000 == len(problems)
    assert 997 == sum("not tried" in problem.reason for problem in problems)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"<rss><channel></channel></rss>", "a feed without entries|not a feed"),
        (b"<feed", "not a feed|empty|holds no text|a feed without entries|a broken feed"),
        (
            b'<!DOCTYPE x [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><rss version="2.0">'
            b"<channel><item><title>&b;</title></item></channel></rss>",
            "neither a link nor a text|not a feed",
        ),
    ],
)
def test_a_broken_feed_is_a_problem(body: bytes, reason: str) -> None:
    """A feed with nothing in it, or that is none, gives one line."""
    with site({"/feed": Reply(body, headers={"Content-Type": "application/rss+xml"})}) as running:
        _, problems = found(f"{running.url}/feed")
    assert 1 == len(problems)
    assert re.search(reason, problems[0].reason)


def test_items_over_the_web_are_lazy() -> None:
    """The second page is not asked for before somebody wants it."""
    with site({"/a": html(page()), "/b": html(page())}) as running:
        coming: Iterator[Item | Problem] = items([f"{running.url}/a", f"{running.url}/b"], OPEN)
        next(coming)
        assert ["/a"] == [path for path, _ in running.asked]
