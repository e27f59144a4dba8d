"""`python -m rag.ingest`: put articles into the library, list them, take them out, check, rebuild."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from contextlib import closing

from rag import articles
from rag.articles import Reach
from rag.collection import Collection, open_home
from rag.config import Config
from rag.embed import embedder
from rag.errors import ArticleError, UsageError
from rag.intake import Report
from rag.repair import repair
from rag.show import line
from rag.terminal import add_home_option, bar, config_of, guarded, tell, tell_above_bar
from rag.types import Article

# An article's id, and the characters of it that a citation names.
_PLACE = re.compile(r"(.+):(\d+)-(\d+)")
_MISSING_TOLD = 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit status."""
    options = _parser().parse_args(arguments)
    return guarded(lambda: _run(options), options.home)


def _run(options: argparse.Namespace) -> int:
    config = config_of(options)
    if options.prune and not options.paths:
        raise UsageError("--prune needs paths to compare with")
    if options.repair:
        return _repair(config)
    return _ingest(config, options) if options.paths else _tend(config, options)


def _ingest(config: Config, options: argparse.Namespace) -> int:
    """Add or update what the places hold; 1 when something was not read, 130 when it was stopped."""
    places = options.paths
    if not all(places):
        raise UsageError("a path is empty")
    # Looked at before a library is made: a mistyped path should leave nothing behind.
    expected = articles.estimate(places)
    # Without the seeds: whoever names articles wants these.
    with (
        closing(Collection(config.home, config, embedder(config), tell_above_bar)) as collection,
        bar(expected) as watch,
    ):
        report = collection.ingest(places, Reach(allow_private=options.allow_private), options.prune, watch)
    if not report.seen and not report.stopped:
        raise ArticleError(f"no articles in {', '.join(map(str, places))}")
    for note in report.notes:
        tell(note)
    for problem in report.problems:
        tell(f"not read: {problem}")
    _tell_missing(report)
    print(_summary(report), flush=True)
    if report.stopped:
        tell("stopped; the same command goes on from here")
        return 130
    return 1 if report.problems else 0


def _tell_missing(report: Report) -> None:
    if report.missing:
        named = ", ".join(report.missing[:_MISSING_TOLD])
        more = len(report.missing) - _MISSING_TOLD
        tell(
            f"kept, though no longer there: {named}{f' and {more} more' if more > 0 else ''}"
            " (--prune takes them out)"
        )


def _tend(config: Config, options: argparse.Namespace) -> int:
    """Do what an option asks of the library as it stands; 1 when the check finds something."""
    with closing(open_home(config, embedder(config), tell)) as collection:
        if options.check:
            return _check(collection)
        if options.list:
            lines = [_entry(article) for article in collection.library.articles()]
        elif options.show is not None:
            lines = _shown(collection, options.show)
        elif options.remove:
            lines = [f"removed {_entry(collection.remove(wanted))}" for wanted in options.remove]
        elif options.rebuild:
            lines = [f"built the index of {collection.rebuild()} passages"]
        else:
            lines = [f"embedded {collection.embed_again()} passages"]
    print("\n".join(lines), flush=True)
    return 0


def _repair(config: Config) -> int:
    """Save what a damaged library still holds; 1 when an article could not be saved."""
    done = repair(config.home, config, embedder(config), tell)
    for lost in done.lost:
        print(line(f"lost: {lost}"))
    if done.kept is None:
        print(f"nothing is damaged: {done.articles} articles", flush=True)
        return 0
    for source in done.read_again:
        print(line(f"read again: {source}"))
    print(
        f"saved {done.articles} articles, lost {len(done.lost)}; the damaged file is {line(str(done.kept))}"
    )
    return 1 if done.lost else 0


def _check(collection: Collection) -> int:
    if found := collection.check():
        print("\n".join(line(problem) for problem in found), flush=True)
        return 1
    library = collection.library
    print(f"ok: {library.article_count()} articles, {library.passage_count()} passages", flush=True)
    return 0


def _shown(collection: Collection, wanted: str) -> list[str]:
    """An article, or the characters of it that ID:START-END names, and whether it has changed since."""
    place = _PLACE.fullmatch(wanted)
    article = collection.find(place.group(1) if place else wanted)
    if article.replaced_by is not None:
        tell(f"this article has changed since; its source holds {article.replaced_by} now")
    start, end = (int(place.group(2)), int(place.group(3))) if place else (0, len(article.text))
    if not start < end <= len(article.text):
        raise ArticleError(f"{wanted}: the article has {len(article.text)} characters")
    text = article.text[start:end]
    return [_entry(article), *(line(row) for row in text.splitlines())]


def _entry(article: Article) -> str:
    """An article on one line, its fields parted by tabs."""
    day = article.published.isoformat() if article.published else "undated"
    fields = (article.id, day, article.outlet or "unknown outlet", article.title, *article.sources)
    return "\t".join(line(field) for field in fields)


def _summary(report: Report) -> str:
    counts = {
        "added": report.added,
        "changed": report.changed,
        "unchanged": report.unchanged,
        "removed": report.removed,
    }
    return ", ".join(f"{name} {len(sources)}" for name, sources in counts.items())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m rag.ingest",
        description="Add or update articles in the library, or look after it.",
        epilog="Files: .txt, .md, .html, .pdf, .docx, and .jsonl or .csv with a row an article; folders are"
        " searched for them. URLs may be web pages or feeds. metadata.yaml beside files is read too.",
    )
    work = parser.add_mutually_exclusive_group(required=True)
    work.add_argument(
        "paths",
        nargs="*",
        default=(),
        metavar="PATH_OR_URL",
        help="files, folders, URLs; - is standard input",
    )
    work.add_argument("--list", action="store_true", help="print id, date, outlet, title and sources")
    work.add_argument("--show", metavar="ID[:START-END]", help="print an article, or a citation's characters")
    work.add_argument("--remove", metavar="ID", nargs="+", help="remove articles, by id or source")
    work.add_argument("--rebuild", action="store_true", help="build the index anew; embeds nothing")
    work.add_argument("--check", action="store_true", help="look for damage; exit status 1 if there is any")
    work.add_argument("--repair", action="store_true", help="save what a damaged library still holds")
    work.add_argument("--embed-again", action="store_true", help="embed all with this run's model")
    parser.add_argument(
        "--prune", action="store_true", help="with paths: remove articles whose files are there no more"
    )
    parser.add_argument(
        "--allow-private", action="store_true", help="with URLs: also fetch from private addresses"
    )
    add_home_option(parser)
    return parser


if __name__ == "__main__":
    sys.exit(main())
