"""`python -m rag.ingest`: put articles into the library, list them, take them out, check, rebuild."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from rag.collection import Collection, open_home
from rag.config import Config
from rag.embed import embedder
from rag.errors import UsageError
from rag.show import line
from rag.terminal import add_home_option, config_of, guarded, tell
from rag.types import Article


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit status."""
    options = _parser().parse_args(arguments)
    return guarded(lambda: _run(options))


def _run(options: argparse.Namespace) -> int:
    config = config_of(options)
    return _ingest(config, options.paths) if options.paths else _tend(config, options)


def _ingest(config: Config, paths: Sequence[str]) -> int:
    """Add or update what `paths` hold; 1 when some file was not read."""
    if not all(paths):
        raise UsageError("a path is empty")
    if any(path.lower().startswith(("http://", "https://")) for path in paths):
        raise UsageError("URLs are not supported yet; save the page as text and name the file")
    # Without the seeds: whoever names articles wants these.
    with closing(Collection(config.home, config, embedder(config), tell)) as collection:
        report = collection.ingest([Path(path) for path in paths])
    for problem in report.problems:
        tell(f"not read: {problem}")
    print(_summary(len(report.added), len(report.unchanged), len(report.removed)), flush=True)
    return 1 if report.problems else 0


def _tend(config: Config, options: argparse.Namespace) -> int:
    """Do what an option asks of the library as it stands; 1 when the check finds something."""
    with closing(open_home(config, embedder(config), tell)) as collection:
        if options.check:
            return _check(collection)
        if options.list:
            lines = [_entry(article) for article in collection.library.articles()]
        elif options.remove is not None:
            lines = [f"removed {_entry(collection.remove(options.remove))}", _summary(0, 0, 1)]
        elif options.rebuild:
            lines = [f"built the index of {collection.rebuild()} passages"]
        else:
            lines = [f"embedded {collection.embed_again()} passages"]
    print("\n".join(lines), flush=True)
    return 0


def _check(collection: Collection) -> int:
    if found := collection.check():
        print("\n".join(line(problem) for problem in found), flush=True)
        return 1
    library = collection.library
    print(f"ok: {library.article_count()} articles, {library.passage_count()} passages", flush=True)
    return 0


def _entry(article: Article) -> str:
    """An article on one line, its fields parted by tabs."""
    day = article.published.isoformat() if article.published else "undated"
    fields = (article.id, day, article.outlet or "unknown outlet", article.title, article.source)
    return "\t".join(line(field) for field in fields)


def _summary(added: int, unchanged: int, removed: int) -> str:
    return f"added {added}, unchanged {unchanged}, removed {removed}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m rag.ingest",
        description="Add or update articles in the library, or look after it.",
        epilog="Folders are searched for .txt, .text and .md; metadata.yaml beside them is read too.",
    )
    work = parser.add_mutually_exclusive_group(required=True)
    work.add_argument("paths", nargs="*", default=(), metavar="PATH", help="files and folders to add")
    work.add_argument("--list", action="store_true", help="print id, date, outlet, title and source")
    work.add_argument("--remove", metavar="ID", help="remove an article, by its id or source")
    work.add_argument("--rebuild", action="store_true", help="build the index anew; embeds nothing")
    work.add_argument("--check", action="store_true", help="look for damage; exit status 1 if there is any")
    work.add_argument("--embed-again", action="store_true", help="embed all with this run's model")
    add_home_option(parser)
    return parser


if __name__ == "__main__":
    sys.exit(main())
