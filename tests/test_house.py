"""The walls: who imports what, and what a cold start costs."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT, child_environment

MODULES = sorted((ROOT / "rag").rglob("*.py"))


def imports(path: object) -> set[str]:
    """Dotted names that a module imports, at its top or late."""
    tree = ast.parse(path.read_text(encoding="utf-8"))  # type: ignore[attr-defined]
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


@pytest.mark.parametrize(
    ("library", "home"),
    [
        ("chromadb", {"index"}),
        ("openai", {"chat"}),
        ("llama_index", {"passages", "llamaindex"}),
        # Chroma's own file is SQLite too, and is kept from changing once it has been proven.
        ("sqlite3", {"library", "index"}),
        ("onnxruntime", {"inference"}),
        ("tokenizers", {"inference"}),
        ("gradio", set()),
        ("filelock", {"lock"}),
        ("tqdm", {"terminal"}),
        *(
            (name, {"articles"})
            for name in ("trafilatura", "lxml", "pypdf", "docx", "feedparser", "httpcore")
        ),
    ],
)
def test_each_library_has_one_home(library: str, home: set[str]) -> None:
    """Each library is imported in its one module or package of rag and nowhere else."""
    users = {_room(path) for path in MODULES if any(n.split(".")[0] == library for n in imports(path))}
    assert home == users


def _room(path: Path) -> str:
    return path.relative_to(ROOT / "rag").parts[0].removesuffix(".py")


def test_only_the_library_writes_the_record() -> None:
    """What is stored goes through rag/library: no other module names its file or its inner modules."""
    for path in MODULES:
        if _room(path) not in ("library", "repair"):
            inner = {
                n for n in imports(path) if n.startswith("rag.library.") and n.split(".")[2][0].islower()
            }
            assert not inner, path


def test_rag_knows_neither_evals_nor_the_page() -> None:
    """The core imports neither what measures it nor what shows it."""
    for path in MODULES:
        assert not {n.split(".")[0] for n in imports(path)} & {"evals", "app", "page", "tests", "tools"}, path


@pytest.mark.parametrize(
    ("name", "allowed"),
    [
        ("types", set()),
        ("errors", set()),
        ("words", set()),
        ("verify", {"rag.types", "rag.words"}),
        ("protocol", {"rag.types"}),
        ("listed", {"rag.types"}),
        ("show", {"rag.types", "rag.listed"}),
        ("named", {"rag.types", "rag.words"}),
        ("silence", {"rag.types", "rag.words", "rag.named"}),
        ("answer", {"rag.types", "rag.words"}),
        ("pick", {"rag.types", "rag.words", "rag.answer"}),
        ("sentences", {"rag.types"}),
        ("debris", {"rag.types"}),
    ],
)
def test_pure_modules_import_only_values(name: str, allowed: set[str]) -> None:
    """Modules that only transform values import nothing of ours but values and words."""
    rooms = [path for path in MODULES if _room(path) == name]
    ours = {n for path in rooms for n in imports(path) if n.startswith("rag.")}
    assert rooms
    assert {".".join(n.split(".")[:2]) for n in ours} <= {*allowed, f"rag.{name}"}


@pytest.mark.parametrize("module", ["rag.ask", "rag.ingest"])
def test_asking_for_help_imports_nothing_heavy(module: str) -> None:
    """The command lines start without any of the libraries that take long to import."""
    probe = (
        f"import sys, {module}\n"
        "heavy = {'chromadb', 'llama_index', 'openai', 'gradio', 'onnxruntime', 'tokenizers', 'yaml',\n"
        "         'trafilatura', 'lxml', 'pypdf', 'docx', 'feedparser', 'httpcore', 'filelock', 'tqdm'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, env=child_environment(), check=True
    )
    assert "[]" == done.stdout.strip()
