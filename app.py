"""The chat page, `python app.py`: wiring only. Its pieces are in `page/`."""

import argparse
import gc
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from page.password import password_of
from page.serving import HOST, PORT, checked_host, free_port, keep_to_itself, serve, uploads
from rag import Assistant
from rag.config import data_folder
from rag.show import masthead_html
from rag.terminal import add_shared_options, config_of, guarded, tell

if TYPE_CHECKING:
    import gradio

EXAMPLES = (
    "What did Hamada sign?",
    "What was said about hypersonic weapons?",
    "Where was the meeting held?",
)


# Every so many seconds, what was uploaded so many seconds ago or more is deleted.
KEPT_S = (600, 3_600)


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve the page until it is stopped; the exit status."""
    options = _parser().parse_args(arguments)
    return guarded(lambda: _open(options), options.home)


def _open(options: argparse.Namespace) -> int:
    password = password_of()
    host = checked_host(options.host, password)
    port = free_port(options.port, host)
    with (
        Assistant(config_of(options), articles=options.articles or (), tell=tell) as assistant,
        uploads() as folder,
    ):
        # Opened before anyone asks, so that what is wrong with it is said here.
        assistant.collection.shelf()
        serve(build(assistant, examples_for(assistant)), port, folder, host, password)
    return 0


def examples_for(assistant: Assistant) -> tuple[str, ...]:
    """The example questions, where the library holds the articles that they ask about."""
    seeds = {path.name for path in data_folder("seeds").glob("*.txt")}
    sources = assistant.collection.library.sources()
    return EXAMPLES if any(Path(source).name in seeds for source in sources) else ()


def build(assistant: Assistant, examples: Sequence[str]) -> "gradio.Blocks":
    """The whole page."""
    keep_to_itself()
    import gradio as gr

    from page.desk import HTML, QUIET, Desk
    from page.programs import programs
    from page.shelf import shelf

    page = gr.Blocks(title="Pressroom", analytics_enabled=False, fill_width=True, delete_cache=KEPT_S)
    with page:
        gr.HTML(masthead_html(), js_on_load=None, **HTML)
        with gr.Tabs():
            with gr.Tab("Ask"):
                desk = Desk(assistant, examples)
            with gr.Tab("Articles"):
                shelf(assistant)
        page.load(desk.fresh, None, desk.outlet, **QUIET)
        programs(assistant)
    page.queue(default_concurrency_limit=4, max_size=64)
    return page


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python app.py",
        description="The chat page: ask, read the answer, open each citation in its article.",
        epilog="Without OPENAI_API_KEY or OPENAI_BASE_URL answers are quoted and no network is used.",
    )
    parser.add_argument("--port", type=int, default=PORT, help=f"from which port on (default {PORT})")
    parser.add_argument(
        "--host", default=HOST, help=f"reach it at this address; others than {HOST} need RAG_PASSWORD"
    )
    add_shared_options(parser)
    return parser


if __name__ == "__main__":
    status = main()
    # Python would go through every object of Gradio's before it ends, which takes a second.
    gc.freeze()
    sys.exit(status)
