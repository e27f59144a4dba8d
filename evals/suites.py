"""A suite: a folder of articles, and cases that are asked of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from evals.cases import FOLDER, Case, CaseError, load
from rag.articles import Item, items
from rag.config import data_folder
from rag.errors import ArticleError
from rag.types import Article

HERE = Path(__file__).parent
COLLECTION = HERE / "collection"


@dataclass(frozen=True, slots=True)
class Suite:
    """Cases, and the folder of the articles that they are asked of.

    `earlier` holds what some of its files were before they changed.
    """

    name: str
    articles: Path
    cases: tuple[Case, ...]
    earlier: Path | None = None

    def read(self) -> tuple[Article, ...]:
        """Its articles, as the library takes them in. Raises CaseError when there are none."""
        try:
            found = tuple(item.read() for item in items([self.articles]) if isinstance(item, Item))
        except ArticleError as error:
            raise CaseError(str(error)) from error
        if not found:
            raise CaseError(f"no articles in {self.articles}")
        return found


def own() -> tuple[Suite, ...]:
    """The two that come with Pressroom: the seed articles, and the invented collection."""
    return (Suite("seeds", data_folder("seeds"), load(FOLDER)), suite_in(COLLECTION))


def suite_in(folder: Path) -> Suite:
    """The suite in a folder: articles in `articles/`, cases in `cases/*.yaml`, and perhaps `earlier/`.

    Raises CaseError.
    """
    for part in ("articles", "cases"):
        if not (folder / part).is_dir():
            raise CaseError(f"{folder} has no folder {part}")
    earlier = folder / "earlier"
    return Suite(
        folder.resolve().name,
        folder / "articles",
        load(folder / "cases"),
        earlier if earlier.is_dir() else None,
    )
