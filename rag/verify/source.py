"""What a sentence may draw on: what it cites, the article's metadata, what stood shortly before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cached_property

from rag.types import Article, Offered
from rag.verify.lexicon.forms import key
from rag.verify.tokens import plain, tokenize
from rag.words import words

# So far back a pronoun or a role may point, in characters.
_BACK = 500
_POINTING = frozenset("he she they it his her its their them this that these those both such so".split())
_ENDS = (". ", "! ", "? ", ".” ", '." ')
# More words than these are no name of an outlet or of people.
_NAME_AT_MOST = 6


class Source:
    """Cited sentences; `others` are all that were offered."""

    def __init__(self, cited: Sequence[Offered], others: Mapping[int, Offered]) -> None:
        self.cited = cited
        self.others = others
        self.quotes = tuple(plain(place.quote) for place in cited)
        self.text = "\n".join(self.quotes)

    @cached_property
    def articles(self) -> tuple[Article, ...]:
        """The articles cited, each once."""
        return tuple({place.article.id: place.article for place in self.cited}.values())

    @cached_property
    def told(self) -> str:
        """Titles, outlets, authors."""
        parts = [part for a in self.articles for part in (a.title, a.outlet, a.author) if part]
        return plain(" \n".join(parts))

    @cached_property
    def before(self) -> str:
        """What stands shortly before each cited sentence in its article."""
        return plain("\n".join(p.article.text[max(0, p.start - _BACK) : p.start] for p in self.cited))

    @cached_property
    def around(self) -> str:
        """What was offered of the same articles."""
        ids = {place.article.id for place in self.cited}
        return "\n".join(plain(p.quote) for p in self.others.values() if p.article.id in ids)

    @cached_property
    def days(self) -> tuple[date, ...]:
        """When the articles were published."""
        return tuple(a.published for a in self.articles if a.published)

    @cached_property
    def keys(self) -> frozenset[str]:
        """Keys of all words of what is cited."""
        return frozenset(token.key for quote in self.quotes for token in tokenize(quote))

    @cached_property
    def known(self) -> frozenset[str]:
        """Keys of all words of what is cited and of what is known of its articles."""
        return self.keys | frozenset(map(key, words(self.told)))

    @cached_property
    def named(self) -> frozenset[str]:
        """Keys of what is cited, of the outlet and of the author: whom a sentence may name."""
        return self.keys | self.named_beside

    @cached_property
    def named_beside(self) -> frozenset[str]:
        """Keys of outlets and authors, which may be given as where a sentence was read."""
        given = (part for a in self.articles for part in (a.outlet, a.author) if part)
        short = (part for part in given if len(part.split()) <= _NAME_AT_MOST)
        return frozenset(key(word) for part in short for word in words(part))

    @cached_property
    def meant(self) -> frozenset[str]:
        """Keys of the sentence before, where a pronoun that is cited may mean what it says."""
        found: frozenset[str] = frozenset()
        for place, quote in zip(self.cited, self.quotes, strict=True):
            if not _POINTING.isdisjoint(token.word for token in tokenize(quote)):
                before = plain(place.article.text[max(0, place.start - _BACK) : place.start])
                opening = max(
                    before.rstrip(' .!?”"').rfind(mark) for mark in (". ", "! ", "? ", ".” ", '." ')
                )
                found |= {token.key for token in tokenize(before[opening + 1 :])}
        return found
