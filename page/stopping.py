"""Answers that can be stopped at any moment, also while nothing comes, and the line that they wait in."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from queue import Empty, Queue
from typing import TypeVar

T = TypeVar("T")
_LOOK_S = 0.05


class Stop:
    """Whether an answer is to end; `forget` says that its conversation is not on the page any more.

    `over` is set when nothing more comes of it.
    """

    def __init__(self) -> None:
        self._set = threading.Event()
        self.over = threading.Event()
        self.forget = False

    def now(self, forget: bool = False) -> None:
        """End the answer."""
        self.forget = self.forget or forget
        self._set.set()

    def __bool__(self) -> bool:
        return self._set.is_set()


class Places:
    """So many answers are made at once; those that come later wait in line, first come, first served."""

    def __init__(self, at_once: int) -> None:
        self._free = at_once
        self._line: deque[threading.Event] = deque()
        self._changing = threading.Lock()

    def join(self) -> threading.Event:
        """A place, which is set once it is one's turn; it must be left again."""
        mine = threading.Event()
        with self._changing:
            if self._free:
                self._free -= 1
                mine.set()
            else:
                self._line.append(mine)
        return mine

    def leave(self, mine: threading.Event) -> None:
        """Let the next one in, or step out of the line."""
        with self._changing:
            if not mine.is_set():
                self._line.remove(mine)
            elif self._line:
                self._line.popleft().set()
            else:
                self._free += 1


def come(mine: threading.Event, stop: Stop) -> bool:
    """Wait for one's turn; whether it came before it was stopped."""
    while not stop and not mine.wait(_LOOK_S):
        pass
    return not stop


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
