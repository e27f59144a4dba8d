"""`python -m evals.rated DIR`: answers rated on the page -> a suite of their own, its articles beside it.

Cases that say enough are put into DIR/cases/rated.yaml, for `python -m evals --suite DIR`; the rest into
DIR/unfinished.yaml, with what each lacks.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from evals.cases import CaseError, load
from evals.check import faults, sentences
from evals.forms import holds_any, plain
from evals.suites import Suite
from rag.collection import open_home
from rag.config import Config
from rag.embed import embedder
from rag.errors import UsageError
from rag.terminal import add_home_option, config_of, guarded, tell
from rag.types import Article

RATED = Path("rated") / "cases.yaml"
_LISTS = ("must", "must_not", "gold")
_SLUG_WORDS, _ID_DIGITS, _MOST_GOLD = 8, 8, 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m evals.rated", description=__doc__)
    parser.add_argument("folder", metavar="DIR", help="where the suite is made, or added to")
    add_home_option(parser)
    options = parser.parse_args(arguments)
    return guarded(lambda: _make(config_of(options), Path(options.folder)), options.home)


def _make(config: Config, folder: Path) -> int:
    cases = rated_in(config.home)
    collection = open_home(config, embedder(config), tell)
    try:
        articles = collection.library.articles()
    finally:
        collection.close()
    names = write_articles(articles, folder / "articles")
    finished, unfinished = sorted_out([completed(case, articles) for case in cases], names, folder)
    _write(folder / "cases" / "rated.yaml", finished)
    _write(folder / "unfinished.yaml", unfinished)
    print(f"{len(finished)} cases in {folder / 'cases' / 'rated.yaml'}, of {len(articles)} articles")
    for case in unfinished:
        print(f"unfinished, in {folder / 'unfinished.yaml'}: {case['id']}: {case['lacks']}")
    return 0


def rated_in(home: Path) -> list[dict[str, Any]]:
    """The rated answers of a home, the last for each question. Raises UsageError when there are none."""
    path = home / RATED
    try:
        stored = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UsageError(f"no answer has been rated yet: there is no {path}") from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UsageError(f"{path}: {' '.join(str(error).split())}") from error
    if not isinstance(stored, list) or not all(map(_is_case, stored)):
        raise UsageError(f"{path}: must be a list of cases, each with an id and lists of {', '.join(_LISTS)}")
    return list({case["id"]: case for case in stored}.values())


def _is_case(stored: Any) -> bool:
    """Whether it has what is looked at here; all else is checked when the suite is run."""
    lists = isinstance(stored, dict) and all(isinstance(stored.get(name), list) for name in _LISTS)
    return lists and isinstance(stored.get("id"), str) and all(isinstance(g, list) for g in stored["must"])


def completed(case: Mapping[str, Any], articles: Sequence[Article]) -> dict[str, Any]:
    """The case with sentences that say what was expected and nothing forbidden, where nobody named any."""
    if case["gold"] or not case["must"]:
        return dict(case)
    every = (
        (article.id, sentence)
        for article in articles
        if _may_hold(article, case["must"])
        for sentence in sorted(sentences(article))
        if all(holds_any(sentence, tuple(group)) for group in case["must"])
        and not holds_any(sentence, tuple(case["must_not"]))
    )
    found = list(islice(every, _MOST_GOLD))
    return {**case, "cite": sorted({where for where, _ in found}), "gold": [text for _, text in found]}


def _may_hold(article: Article, groups: Sequence[Sequence[str]]) -> bool:
    """Whether a sentence may hold a form of each group; to cut thousands of articles would take minutes."""
    text = plain(article.text)
    return all(any(plain(form) in text for form in group) for group in groups)


def write_articles(articles: Sequence[Article], folder: Path) -> dict[str, str]:
    """Write each article and what is known of it; the names of the files by the ids. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    names = {article.id: _file_name(article) for article in articles}
    for article in articles:
        # Byte for byte: no line end is changed.
        (folder / names[article.id]).write_bytes(article.text.encode("utf-8"))
    known = {names[article.id]: _known(article) for article in articles}
    (folder / "metadata.yaml").write_text(yaml.safe_dump(known, allow_unicode=True), encoding="utf-8")
    return names


def sorted_out(
    cases: Sequence[Mapping[str, Any]], names: Mapping[str, str], folder: Path
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Cases that are true of the articles in `folder`, and those that are not, with what they lack."""
    finished, unfinished = [], []
    articles = Suite(folder.name, folder / "articles", ()).read() if cases else ()
    for case in cases:
        named = {**case, "cite": [names[where] for where in case["cite"] if where in names]}
        lacks = _lacks(named, articles)
        if lacks:
            unfinished.append({**named, "lacks": lacks})
        else:
            finished.append(named)
    return finished, unfinished


def _lacks(case: Mapping[str, Any], articles: Sequence[Article]) -> str:
    """What is wrong with a case, as one line; nothing for a good one."""
    with TemporaryDirectory() as folder:
        _write(Path(folder) / "case.yaml", [case])
        try:
            cases = load(Path(folder))
        except CaseError as error:
            return str(error).rpartition(": ")[2]
    return "; ".join(fault.partition(": ")[2] for fault in faults(cases, articles))


def _write(path: Path, cases: Sequence[Mapping[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = yaml.safe_dump([dict(case) for case in cases], allow_unicode=True, sort_keys=False, width=110)
    path.write_text(text, encoding="utf-8")


def _file_name(article: Article) -> str:
    words = re.findall(r"[a-z0-9]+", article.title.casefold())[:_SLUG_WORDS]
    return "-".join((*(words or ["article"]), article.id[:_ID_DIGITS])) + ".txt"


def _known(article: Article) -> dict[str, Any]:
    known = {
        "title": article.title,
        "outlet": article.outlet,
        "author": article.author,
        "published": article.published,
        "published_basis": article.published_basis,
        "published_from": article.published_from,
        "url": article.url,
    }
    return {name: value for name, value in known.items() if value is not None}


if __name__ == "__main__":
    sys.exit(main())
