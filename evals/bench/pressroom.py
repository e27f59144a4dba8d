"""Pressroom as the bench drives it: opened on a folder, asked for passages, watched at its steps."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from rag import Config
from rag.assistant import understood
from rag.collection import Collection
from rag.embed import Embedder
from rag.retrieve import Shelf, retrieve
from rag.types import Evidence, Hit, Question


def config_for(home: Path) -> Config:
    """Pressroom's defaults with this home, whatever the environment says; answers are quoted."""
    return replace(Config.from_env({}), home=home, cache=home / "cache")


@contextmanager
def opened(home: Path, embedder: Embedder) -> Iterator[Collection]:
    """The library in `home`, made if it is not there, closed afterwards."""
    home.mkdir(parents=True, exist_ok=True)
    collection = Collection(home, config_for(home), embedder)
    try:
        yield collection
    finally:
        collection.close()


def find(text: str, shelf: Shelf, candidates: int, keep: int, run: int) -> tuple[Evidence, ...]:
    """The evidence for a question that has no history, by the steps that the Assistant takes."""
    question = understood(Question(text, standalone=text), shelf.library)
    return retrieve(question, shelf, candidates, keep, run)


class Watch:
    """A shelf whose parts are the same and are watched: seconds by step, and what each leg brought."""

    def __init__(self, shelf: Shelf) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self.hits: dict[str, list[Hit]] = {}
        self.shelf = Shelf(
            cast("Any", _Watched(shelf.library, self, "library", {"search": "lexical"})),
            cast("Any", _Watched(shelf.index, self, "dense", {})),
            cast("Any", _Watched(shelf.embedder, self, "embed", {})),
            cast("Any", _Watched(shelf.reader, self, "read", {})),
        )

    def clear(self) -> None:
        """Forget what was seen."""
        self.seconds.clear()
        self.hits.clear()

    def call(self, step: str, method: Callable[..., Any], *values: Any, **named: Any) -> Any:
        """What the method gives; its time goes to the step, and hits that it gives are kept."""
        began = time.perf_counter()
        result = method(*values, **named)
        self.seconds[step] += time.perf_counter() - began
        if isinstance(result, list) and result and isinstance(result[0], Hit):
            self.hits[step] = result
        return result


class _Watched:
    """Stands in for an object; calls of its methods go through the watch."""

    def __init__(self, target: object, watch: Watch, step: str, named: dict[str, str]) -> None:
        self._target, self._watch, self._step, self._named = target, watch, step, named

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._target, name)
        if not callable(found):
            return found
        step = self._named.get(name, self._step)
        return lambda *values, **named: self._watch.call(step, found, *values, **named)
