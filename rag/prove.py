"""Prove that a new index answers, in a child process: a broken one ends the child, not the caller."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from rag.errors import IndexFailed, PressroomError
from rag.index import Manifest, opened_unproven
from rag.library import Library, Row

# Opening takes seconds; a thousand passages are found in well under one.
_SECONDS, _SECONDS_A_PASSAGE = 120.0, 0.05


def prove(folder: Path, manifest: Manifest, library: Path) -> tuple[int, ...]:
    """Let a child open the index, and search it for every passage of the library by its own vector.

    Returns the passages that were not found. Raises IndexFailed when the child fails, crashes or hangs.
    """
    command = [
        sys.executable,
        "-m",
        "rag.prove",
        str(folder.absolute()),
        str(library.absolute()),
        manifest.to_json(),
    ]
    limit = _SECONDS + _SECONDS_A_PASSAGE * manifest.passages
    try:
        done = subprocess.run(  # noqa: S603 - this interpreter, this module
            command, capture_output=True, timeout=limit, check=False, cwd=Path(__file__).parent.parent
        )
    except subprocess.TimeoutExpired:
        raise IndexFailed(f"the new index in {folder} did not answer within {limit:.0f} s") from None
    if done.returncode < 0:
        how = f"signal {-done.returncode}"
        raise IndexFailed(f"the new index in {folder} ends a process that opens it ({how})")
    if done.returncode:
        told = done.stderr.decode(errors="replace").strip().splitlines()
        raise IndexFailed(told[-1] if told else f"the new index in {folder} could not be proven")
    return tuple(json.loads(done.stdout))


def strays(folder: Path, manifest: Manifest, library: Path) -> Iterator[int]:
    """The passages of the library, up to the manifest's last, that the index does not find."""
    with closing(opened_unproven(folder, manifest)) as index:
        yield from index.unreached(_rows(library, manifest.last))


def _rows(library: Path, last: int) -> Iterator[Row]:
    with closing(Library.open(library)) as opened:
        yield from opened.rows(last=last)


def main(arguments: Sequence[str]) -> int:
    """The child: print the strays as JSON; one line on stderr and status 1 when the index fails."""
    folder, library, manifest = arguments
    try:
        found = strays(Path(folder), replace(Manifest.from_json(manifest), files=()), Path(library))
        sys.stdout.write(json.dumps(list(found)))
    except PressroomError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_status
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
