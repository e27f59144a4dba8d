"""An answer that can be stopped at any moment, also while nothing comes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from queue import Empty, Queue
from typing import TypeVar

T = TypeVar("T")
_LOOK_S = 0.05


class Stop:
    """Whether an answer is to end; `forget` says that its conversation is not on the page any more."""

    def __init__(self) -> None:
        self._set = threading.Event()
        self.forget = False

    def now(self, forget: bool = False) -> None:
        """End the answer."""
        self.forget = self.forget or forget
        self._set.set()

    def __bool__(self) -> bool:
        return self._set.is_set()


def until(stop: Stop, events: Iterator[T]) -> Iterator[T]:
    """The events, made in a thread of their own, until they end or are stopped; raises what they raise.

    A model that is silent holds up its thread, for as long as an answer may take, and nothing else.
    """
    come: Queue[T | _End] = Queue()
    threading.Thread(target=_make, args=(events, come, stop), daemon=True, name="answer").start()
    try:
        while not stop:
            try:
                came = come.get(timeout=_LOOK_S)
            except Empty:
                continue
            if isinstance(came, _End):
                if came.error is not None:
                    raise came.error
                return
            yield came
    finally:
        stop.now()


class _End:
    """The end of the events, and what they raised."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error


def _make(events: Iterator[T], come: Queue[T | _End], stop: Stop) -> None:
    try:
        for event in events:
            come.put(event)
            if stop:
                break
        come.put(_End())
    except BaseException as error:  # noqa: BLE001 - it is raised where the events are wanted
        come.put(_End(error))
