"""The library's tables, and how a file of an earlier format becomes one of today's.

articles      every article, also those that their source has replaced since
sources       where each article was found; an article that no source names is an earlier version
versions      which article a source held before, and which took its place
passages      of the articles that sources name; numbers are never used twice
vectors       one a passage, with a checksum, since SQLite keeps none
passage_text  full text of passages; a row's number is its passage's
"""

from __future__ import annotations

import sqlite3
import zlib

VERSION = 2

_FIRST = """
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE articles (
    id TEXT PRIMARY KEY, text TEXT NOT NULL, body TEXT NOT NULL, title TEXT NOT NULL,
    outlet TEXT, author TEXT, published TEXT, published_basis TEXT, published_from TEXT, url TEXT,
    fingerprint TEXT NOT NULL
);
CREATE TABLE sources (
    source TEXT PRIMARY KEY,
    article_id TEXT NOT NULL REFERENCES articles(id) ON DELETE CASCADE
);
CREATE INDEX sources_article ON sources(article_id);
CREATE TABLE passages (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
    article_id TEXT NOT NULL REFERENCES articles(id) ON DELETE CASCADE,
    start INTEGER NOT NULL, stop INTEGER NOT NULL, sentences TEXT NOT NULL, vector BLOB NOT NULL
);
CREATE INDEX passages_article ON passages(article_id);
CREATE VIRTUAL TABLE passage_text USING fts5(
    heading, text, tokenize = 'porter unicode61 remove_diacritics 2'
);
CREATE VIRTUAL TABLE vocabulary USING fts5vocab(passage_text, 'row');
INSERT INTO facts VALUES ('revision', '0')
"""

_SECOND = """
ALTER TABLE articles ADD COLUMN language TEXT;
CREATE INDEX articles_published ON articles(published);
CREATE INDEX articles_outlet ON articles(outlet);
ALTER TABLE sources ADD COLUMN digest TEXT NOT NULL DEFAULT '';
CREATE TABLE versions (
    number INTEGER PRIMARY KEY, source TEXT NOT NULL,
    article_id TEXT NOT NULL REFERENCES articles(id) ON DELETE CASCADE,
    replaced_by TEXT NOT NULL
);
CREATE INDEX versions_article ON versions(article_id);
CREATE INDEX versions_source ON versions(source);
CREATE TABLE numbered_passages (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
    article_id TEXT NOT NULL REFERENCES articles(id) ON DELETE CASCADE,
    start INTEGER NOT NULL, stop INTEGER NOT NULL, sentences TEXT NOT NULL
);
INSERT INTO numbered_passages SELECT number, id, article_id, start, stop, sentences FROM passages;
CREATE TABLE vectors (
    number INTEGER PRIMARY KEY REFERENCES numbered_passages(number) ON DELETE CASCADE,
    vector BLOB NOT NULL, checksum INTEGER NOT NULL
);
INSERT INTO vectors SELECT number, vector, checksum(vector) FROM passages;
DROP TABLE passages;
ALTER TABLE numbered_passages RENAME TO passages;
CREATE INDEX passages_article ON passages(article_id);
CREATE VIRTUAL TABLE instances USING fts5vocab(passage_text, 'instance');
DELETE FROM facts WHERE name IN ('index', 'index_revision', 'mirrors', 'problems')
"""

# What makes a file of the format before into one of this; the first makes an empty one.
_MIGRATIONS = {1: _FIRST, 2: _SECOND}


def migrate(connection: sqlite3.Connection, version: int) -> None:
    """Bring a database of format `version` (0: an empty file) to today's; call it in a transaction."""
    connection.create_function("checksum", 1, zlib.crc32, deterministic=True)
    for number in range(version + 1, VERSION + 1):
        for statement in _MIGRATIONS[number].split(";\n"):
            connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {VERSION}")
