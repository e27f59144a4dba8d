"""Measure the README's first command: a fresh environment, the install, the first answer.

    python tools/measure_install.py

Prints seconds and megabytes as a Markdown table. Needs a package registry, and a few minutes.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
QUESTION = "what did Hamada sign?"
UNWANTED = ("torch", "triton", "nvidia", "cuda")


def main() -> int:
    """Install into a temporary environment, ask twice, and print what it took."""
    with tempfile.TemporaryDirectory(prefix="pressroom-install-") as folder:
        place = Path(folder)
        venv.create(place / "venv", with_pip=True)
        python = str(place / "venv" / "bin" / "python")
        before = _megabytes(place / "venv")
        install = _seconds([python, "-m", "pip", "install", "--quiet", str(ROOT)], place)
        size = _megabytes(place / "venv") - before
        first = _seconds([python, "-m", "rag.ask", "--quote", QUESTION], place)
        second = _seconds([python, "-m", "rag.ask", "--quote", QUESTION], place)
        unwanted = [name for name in _installed(python) if name.lower().startswith(UNWANTED)]
    print("| | |\n|---|--:|")
    print(f"| install, seconds | {install:.0f} |")
    print(f"| installed, MB | {size:.0f} |")
    print(f"| first answer (indexes the seeds), seconds | {first:.1f} |")
    print(f"| second answer, seconds | {second:.1f} |")
    print(f"| PyTorch or CUDA packages | {', '.join(unwanted) or 'none'} |")
    return 1 if unwanted else 0


def _seconds(command: list[str], folder: Path) -> float:
    """Seconds that a command takes in an empty folder with a home of its own."""
    environment = {**os.environ, "RAG_HOME": str(folder / "home")}
    began = time.perf_counter()
    subprocess.run(command, check=True, cwd=folder, env=environment, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def _megabytes(folder: Path) -> float:
    return sum(p.lstat().st_size for p in folder.rglob("*") if not p.is_dir()) / 1e6


def _installed(python: str) -> list[str]:
    listed = subprocess.run(
        [python, "-m", "pip", "list", "--format=freeze"], check=True, capture_output=True, text=True
    )
    return [line.partition("==")[0] for line in listed.stdout.splitlines()]


if __name__ == "__main__":
    sys.exit(main())
