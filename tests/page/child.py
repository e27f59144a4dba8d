"""Run in a child: the page's command, with what it reaches for and the routes that it has written down.

`python child.py ARGUMENTS` is `python app.py ARGUMENTS`; $REACHED names the file of every address that Python
reaches for, $ROUTES that of the routes of the app as Gradio makes it: methods and path, a line each.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

# The folder of the tests, where a script looks first, has names of ours in it.
sys.path.remove(str(Path(__file__).resolve().parent))
# Its loop would connect without Python's sockets, which are what is watched.
sys.modules["uvloop"] = None  # type: ignore[assignment]


def watch(event: str, details: tuple[Any, ...]) -> None:
    """Write down where a socket is to connect or send to, and which name is looked up."""
    if event in ("socket.connect", "socket.sendto"):
        write(str(details[1][0]) if isinstance(details[1], tuple) else "unix")
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        write(str(details[0]))


def write(host: str) -> None:
    """One line for one address."""
    with Path(os.environ["REACHED"]).open("a", encoding="utf-8") as file:
        file.write(f"{host}\n")


def routes(app: Any, before: str = "") -> Iterator[str]:
    """Each route, those of what is mounted included; a mount itself stands for all that is below it."""
    for route in app.routes:
        inner = getattr(route, "routes", None)
        # Newer versions of FastAPI keep an included router as it is.
        router = getattr(route, "original_router", None)
        if router is not None:
            yield from routes(router, before)
        elif hasattr(route, "methods"):
            yield f"{','.join(sorted(route.methods or ()))} {before}{route.path}"
        elif inner:
            yield from routes(route, before + route.path)
        else:
            yield f"GET,POST {before}{route.path}/{{below:path}}"


def noted(*given: Any, **named: Any) -> None:
    """Serve as the command does, and write down the routes of the app before the page goes in front of it."""
    from gradio.routes import App

    create = App.create_app

    def created(*of: Any, **how: Any) -> Any:
        made = create(*of, **how)
        Path(os.environ["ROUTES"]).write_text("\n".join(routes(made)), encoding="utf-8")
        return made

    App.create_app = created
    serve(*given, **named)


sys.addaudithook(watch)
import app  # noqa: E402 - what it reaches for while it is imported is watched too
from page.serving import serve  # noqa: E402

app.serve = noted
sys.exit(app.main())
