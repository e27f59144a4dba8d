"""What is asked of the words of the articles: SQLite's full-text index."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

from rag.library.rows import any_of, conditions
from rag.types import Hit, Scope
from rag.words import fold
from rag.words import stem as stem_of

_WORD = re.compile(r"\w+")
# A heading's word counts like one of the text: half as much or twice found less in news.
_HEADING_WEIGHT, _TEXT_WEIGHT = 1.0, 1.0
# Ranking so many passages costs about 20 ms. Measured on 39,000 passages of news: with this limit no
# fewer questions have a passage that answers among the first hundred than with all of their words.
_MATCHES_AT_MOST = 8_000


class FullText:
    """The part of a library that knows words; `Library` gives it its database."""

    @abstractmethod
    def _rows(self, sql: str, given: Sequence[Any] = ()) -> list[Any]: ...

    @abstractmethod
    def _once(self, what: object, sql: str, given: Sequence[Any]) -> int: ...

    def search(self, terms: Sequence[str], count: int, scope: Scope) -> list[Hit]:
        """The best `count` passages for any of the terms, by Okapi BM25 (SQLite FTS5's bm25).

        Where the terms stand in very many passages, the commonest are left out: they cost most and tell
        least.
        """
        telling = self._telling(terms)
        if not telling:
            return []
        wanted, given = conditions(scope)
        inside = (
            # The + keeps SQLite from searching anew for every passage in scope.
            " AND +rowid IN (SELECT number FROM passages p JOIN articles a ON a.id = p.article_id"
            f" WHERE 1{wanted})"
            if wanted
            else ""
        )
        rows = self._rows(
            "SELECT p.id, -found.score FROM (SELECT rowid AS number, rank AS score FROM passage_text"
            f" WHERE passage_text MATCH ? AND rank MATCH 'bm25({_HEADING_WEIGHT}, {_TEXT_WEIGHT})'{inside}"
            " ORDER BY rank LIMIT ?) found JOIN passages p ON p.number = found.number"
            " ORDER BY found.score, p.number",
            (any_of(telling), *given, count),
        )
        return [Hit(passage_id, score) for passage_id, score in rows]

    def _telling(self, terms: Sequence[str]) -> list[str]:
        """The rarest of the terms, as many as can be ranked quickly; at least one that stands anywhere."""
        matches = 0
        telling: list[str] = []
        for passages, term in sorted((self.count((term,)), term) for term in terms):
            if telling and matches + passages > _MATCHES_AT_MOST:
                break
            if passages:
                telling.append(term)
                matches += passages
        return telling

    def count(self, terms: Sequence[str]) -> int:
        """In how many passages any of the terms stands, in any inflection, headings included."""
        sql = "SELECT COUNT(*) FROM passage_text WHERE passage_text MATCH ?"
        return self._once(("words", *terms), sql, (any_of(terms),))

    def holders(self, terms: Sequence[str], scope: Scope = Scope()) -> frozenset[str]:
        """Ids of the articles in scope that hold any of the terms, in any inflection, headings included."""
        wanted, given = conditions(scope)
        rows = self._rows(
            "SELECT DISTINCT p.article_id FROM passage_text t JOIN passages p ON p.number = t.rowid"
            f" JOIN articles a ON a.id = p.article_id WHERE passage_text MATCH ?{wanted}",
            (any_of(terms), *given),
        )
        return frozenset(str(row[0]) for row in rows)

    def holds(self, stem: str) -> bool:
        """Whether any passage holds a word with this stem."""
        return bool(self._rows("SELECT 1 FROM instances WHERE term = ? LIMIT 1", (stem,)))

    def stems_like(self, stem: str) -> tuple[str, ...]:
        """Stems of the articles that begin like one and are about as long."""
        rows = self._rows(
            "SELECT term FROM vocabulary WHERE term >= ? AND term < ? AND length(term) BETWEEN ? AND ?",
            (stem[:1], stem[:1] + "\U0010ffff", len(stem) - 1, len(stem) + 1),
        )
        return tuple(row[0] for row in rows)

    def written(self, stem: str) -> str:
        """A word of the articles with this stem, as an article writes it; the stem when none has it."""
        # A stem's own stem may be another, so the full-text search cannot be asked.
        rows = self._rows(
            "SELECT heading, text FROM passage_text"
            " WHERE rowid IN (SELECT doc FROM instances WHERE term = ? LIMIT 5) ORDER BY rowid",
            (stem,),
        )
        texts = [row[1] for row in rows] + [row[0] for row in rows]
        for word in (word for text in texts for word in _WORD.findall(text)):
            if stem_of(fold(word)) == stem:
                return str(word)
        return stem
