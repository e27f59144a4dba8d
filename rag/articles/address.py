"""Addresses: which URLs are fetched at all, how they are written, and which hosts are public."""

from __future__ import annotations

import ipaddress
import re
import socket
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from rag.errors import ArticleError

_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_])?\.?|\[[0-9a-f:.]+\]")
_NUMBER = re.compile(r"(?:.*\.)?(?:\d+|0x[0-9a-f]*)\.?", re.IGNORECASE)
_UNSAFE = re.compile(r"[\x00-\x20\x7f\\]")
# What only tells a site where its readers come from.
_TRACKING = re.compile(r"utm_\w+|fbclid|gclid|dclid|msclkid|mc_[ce]id|igshid|cmpid|ocid")
# Names that stand for this machine or its own network whatever they resolve to.
_LOCAL_NAMES = re.compile(r"(?:.*\.)?(?:localhost|local|internal|localdomain)\.?")
_Network = ipaddress.IPv4Network | ipaddress.IPv6Network
# Ranges that are not the public internet, written out because Python's own lists differ by version.
_NOT_PUBLIC: tuple[_Network, ...] = tuple(
    map(
        ipaddress.ip_network,
        (
            *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
            *("192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15"),
            *("198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
        ),
    )
)
_PUBLIC_V6 = ipaddress.IPv6Network("2000::/3")
# Within 2000::/3: protocol assignments with Teredo and ORCHID, documentation, 6to4, documentation again.
_NOT_PUBLIC_V6 = tuple(
    map(ipaddress.IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "3ffe::/16"))
)
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def checked_url(url: str) -> str:
    """The URL as it is fetched: http or https, no user name, host in ASCII, no fragment, no tracking.

    Raises ArticleError for any other URL.
    """
    shown = without_user(url)
    try:
        parts = urlsplit(url.strip())
        scheme, host, port = parts.scheme.lower(), parts.hostname or "", parts.port
    except ValueError as error:
        raise ArticleError(f"{shown}: not a URL") from error
    if scheme not in _PORTS:
        raise ArticleError(f"{shown}: only http and https are fetched")
    if parts.username is not None or parts.password is not None:
        raise ArticleError(f"{shown}: a user name or password in a URL is refused")
    netloc = _ascii_host(host, shown)
    if port is not None and port != _PORTS[scheme]:
        netloc = f"{netloc}:{port}"
    query = _query(parts.query)
    return urlunsplit((scheme, netloc, quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._"), query, ""))


def without_user(url: str) -> str:
    """A URL as it may be shown: no password in it, on one line."""
    return re.sub(r"(//)[^/?#]*@", r"\1…@", " ".join(url.split()))[:500]


def is_url(place: str) -> bool:
    """Whether a place is written as a URL, of whatever scheme."""
    return re.match(r"[a-z][a-z0-9+.-]*://", place, re.IGNORECASE) is not None


def is_local_name(host: str) -> bool:
    """Whether a host's name stands for this machine or its own network."""
    return _LOCAL_NAMES.fullmatch(host.lower()) is not None


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet.

    Private, loopback, link-local, shared (CGNAT), multicast, reserved and documentation addresses are
    not; an IPv4 address inside an IPv6 one (mapped, NAT64) counts as itself; 6to4 and Teredo never do.
    """
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            return is_public(str(ip.ipv4_mapped))
        if ip in _NAT64:
            return is_public(str(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)))
        return ip in _PUBLIC_V6 and not any(ip in network for network in _NOT_PUBLIC_V6)
    return not any(ip in network for network in _NOT_PUBLIC)


def _ascii_host(host: str, shown: str) -> str:
    try:
        written = host if host.isascii() else host.encode("idna").decode("ascii")
        # 127.1, 0x7f.1 and 2130706433 are all 127.0.0.1 to the system.
        written = socket.inet_ntoa(socket.inet_aton(written)) if _NUMBER.fullmatch(written) else written
    except (UnicodeError, OSError) as error:
        raise ArticleError(f"{shown}: not a URL") from error
    written = f"[{written}]".lower() if ":" in written else written.lower()
    if not _HOST.fullmatch(written):
        raise ArticleError(f"{shown}: not a URL")
    return written


def _query(query: str) -> str:
    """The query without what only counts readers; untouched when there is nothing of that in it."""
    pairs = parse_qsl(query, keep_blank_values=True)
    kept = [(name, value) for name, value in pairs if not _TRACKING.fullmatch(name.lower())]
    return quote(_UNSAFE.sub("", query), safe="/%:@!$&'()*+,;=~-._?[]") if kept == pairs else urlencode(kept)
