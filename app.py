"""The chat page, `python app.py`: wiring only.

Answers come from `rag.Assistant`, HTML (escaped) from `rag.show`, and the conversation of each
browser session lives in its own `gr.State`. The page is served on this machine alone and fetches
nothing from anywhere else.
"""

import argparse
import os
import re
import socket
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag import Answer, Assistant, Citation, PressroomError, Sentence
from rag.assistant import MAX_QUESTION
from rag.config import data_folder
from rag.errors import UsageError
from rag.show import (
    article_html,
    conversation_html,
    failure_html,
    masthead_html,
    no_article_html,
    to_html,
    turn_html,
    unfinished_html,
)
from rag.terminal import add_shared_options, config_of, guarded, tell
from rag.types import Article

if TYPE_CHECKING:
    import gradio

HOST = "127.0.0.1"
PORT = 7860
PORTS_TRIED = 100
EXAMPLES = (
    "What did Hamada sign?",
    "What was said about hypersonic weapons?",
    "Where was the meeting held?",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve the page until it is stopped; the exit status."""
    options = _parser().parse_args(arguments)
    return guarded(lambda: _open(options), options.home)


def _open(options: argparse.Namespace) -> int:
    port = free_port(options.port)
    with Assistant(config_of(options), articles=options.articles or (), tell=tell) as assistant:
        # Opened before anyone asks, so that what is wrong with it is said here.
        assistant.collection.shelf()
        serve(build(assistant, examples_for(assistant)), port)
    return 0


def free_port(wanted: int) -> int:
    """The first free port from `wanted` on; 0 leaves the choice to the system. Raises UsageError."""
    for port in [0] if wanted == 0 else range(wanted, min(wanted + PORTS_TRIED, 65_536)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise UsageError(f"no port is free from {wanted} on")


def examples_for(assistant: Assistant) -> tuple[str, ...]:
    """The example questions, where the library holds the articles that they ask about."""
    seeds = {path.name for path in data_folder("seeds").glob("*.txt")}
    sources = assistant.collection.library.sources()
    return EXAMPLES if any(Path(source).name in seeds for source in sources) else ()


# One conversation


@dataclass(frozen=True, slots=True)
class Turn:
    """A question of the conversation and what has come of it so far."""

    asked: str
    sentences: tuple[Sentence, ...] = ()
    answer: Answer | None = None
    failed: str = ""

    def html(self, key: str) -> str:
        """The turn as HTML; `key` tells its citations from those of other turns."""
        if self.failed:
            return turn_html(self.asked, failure_html(self.failed))
        if self.answer is None:
            return turn_html(self.asked, unfinished_html(self.sentences, key))
        return turn_html(self.asked, to_html(self.answer, key), self.answer.question)

    def sources(self, key: str) -> dict[str, Citation | Article]:
        """What the turn's buttons open, by their key."""
        cited = {f"{key}:{c.n}": c for sentence in self.sentences for c in sentence.citations}
        near = {f"{key}:{n.article.id}": n.article for n in self.answer.nearest} if self.answer else {}
        return {**cited, **near}


Turns = tuple[Turn, ...]


def follow(assistant: Assistant, turns: Turns, asked: str) -> Iterator[Turns]:
    """The conversation with one more question, anew each time that something is known of it."""
    history = [turn.asked for turn in turns if turn.answer is not None]
    turn = Turn(asked)
    yield (*turns, turn)
    try:
        for event in assistant.stream(asked, history):
            if isinstance(event, Answer):
                turn = replace(turn, answer=event, sentences=event.sentences)
            else:
                turn = replace(turn, sentences=(*turn.sentences, event))
            yield (*turns, turn)
    except PressroomError as error:
        tell(f"error: {error}")
        yield (*turns, replace(turn, failed=without_folders(str(error))))


def talk(turns: Turns, examples: Sequence[str]) -> str:
    """The conversation as HTML."""
    return conversation_html([turn.html(str(i)) for i, turn in enumerate(turns)], examples)


def opened(turns: Turns, key: Any) -> str:
    """The article that a button of the conversation stands for, as HTML."""
    sources = {k: shown for i, turn in enumerate(turns) for k, shown in turn.sources(str(i)).items()}
    shown = sources.get(str(key))
    return no_article_html() if shown is None else article_html(shown, str(key))


def without_folders(message: str) -> str:
    """The message with each path cut down to its last name: where things lie is nobody's business."""
    return re.sub(r"(?<![\w:/])(?:[A-Za-z]:)?[\\/](?:[^\\/\n]+?[\\/])+", "", message)


# The page


def build(assistant: Assistant, examples: Sequence[str]) -> "gradio.Blocks":
    """The page: the conversation, the box to ask in, and the article beside them."""
    _keep_to_itself()
    import gradio as gr

    html: dict[str, Any] = {"apply_default_css": False}
    page = gr.Blocks(title="Pressroom", analytics_enabled=False, fill_width=True)
    with page:
        gr.HTML(masthead_html(assistant.config.model), js_on_load=None, **html)
        with gr.Row(elem_id="desk"):
            with gr.Column(elem_id="talk", scale=3, min_width=300):
                conversation = gr.HTML(talk((), examples), js_on_load=_asset("conversation.js"), **html)
                with gr.Row(elem_id="asking"):
                    box = gr.Textbox(
                        label="Your question",
                        placeholder="Ask the articles",
                        max_length=MAX_QUESTION,
                        max_lines=4,
                        autofocus=True,
                        container=False,
                        scale=1,
                        elem_id="question",
                    )
                    ask = gr.Button("Ask", variant="primary", scale=0, min_width=90)
                    anew = gr.Button("New conversation", scale=0, min_width=160)
            with gr.Column(elem_id="reading", scale=2, min_width=300):
                panel = gr.HTML(no_article_html(), js_on_load=_asset("article.js"), elem_id="article", **html)
        _wire(assistant, examples, (conversation, box, ask, anew, panel))
    page.queue(default_concurrency_limit=4, max_size=64)
    return page


def _wire(assistant: Assistant, examples: Sequence[str], parts: tuple[Any, ...]) -> None:
    """What happens when a question is asked, a citation chosen, or the conversation begun anew."""
    import gradio as gr

    conversation, box, ask, anew, panel = parts
    turns = gr.State(())
    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}

    def on_ask(typed: str, so_far: Turns, event: gr.EventData) -> Iterator[tuple[Any, ...]]:
        asked = str((event._data or {}).get("ask") or typed or "").strip()
        if not asked:
            yield so_far, gr.skip(), ""
            return
        emptied: Any = ""
        for now in follow(assistant, so_far, asked[:MAX_QUESTION]):
            yield now, talk(now, examples), emptied
            emptied = gr.skip()  # what is typed meanwhile stays

    def on_cite(so_far: Turns, event: gr.EventData) -> str:
        return opened(so_far, event._data.get("cite"))

    asking = gr.on(
        [box.submit, ask.click, conversation.select],
        on_ask,
        [box, turns],
        [turns, conversation, box],
        # The last that is sent while an answer is on its way is asked after it, not lost.
        trigger_mode="always_last",
        **quiet,
    )
    conversation.click(on_cite, turns, panel, queue=False, **quiet)
    anew.click(
        lambda: ((), talk((), examples), "", no_article_html()),
        None,
        [turns, conversation, box, panel],
        cancels=[asking],
        **quiet,
    )


def serve(page: "gradio.Blocks", port: int) -> None:
    """Serve the page on this machine until interrupted, and print its address."""
    import gradio as gr
    from starlette.middleware import Middleware
    from starlette.middleware.trustedhost import TrustedHostMiddleware

    page.launch(
        server_name=HOST,
        server_port=port,
        share=False,
        inbrowser=False,
        prevent_thread_lock=True,
        quiet=True,
        show_error=False,
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        mcp_server=False,
        pwa=False,
        ssr_mode=False,
        num_workers=0,
        allowed_paths=[],
        theme=gr.themes.Base(font=UI_FONTS, font_mono=["ui-monospace", "monospace"]),
        css=_asset("style.css"),
        app_kwargs={
            "middleware": [
                # Another site's name that is made to lead here must not read the page.
                Middleware(TrustedHostMiddleware, allowed_hosts=[HOST, "localhost"]),
                Middleware(Gate),
            ]
        },
    )
    print(f"Pressroom is at http://{HOST}:{page.server_port}", flush=True)  # noqa: T201 - what it is run for
    page.block_thread()


class Gate:
    """Refuses the routes that read, take or fetch files, and lets the page load from here alone."""

    REFUSED = re.compile(r"/+gradio_api/+(?:file|proxy|upload|stream|process_recording|runs?-|vibe|undo-)")

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """One request, as ASGI has it."""
        from starlette.datastructures import MutableHeaders
        from starlette.responses import PlainTextResponse

        async def send_guarded(message: Any) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = POLICY
                headers["Referrer-Policy"] = "no-referrer"
                headers["X-Content-Type-Options"] = "nosniff"
            await send(message)

        if scope["type"] == "http" and self.REFUSED.match(scope["path"]):
            await PlainTextResponse("refused", status_code=403)(scope, receive, send)
        else:
            await self.app(scope, receive, send_guarded)


def _asset(name: str) -> str:
    """The text of a file in `page/`."""
    return (data_folder("page") / name).read_text(encoding="utf-8")


def _keep_to_itself() -> None:
    """Tell Gradio, before it is imported, to send nothing anywhere."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    # Gradio asks its own address whether it is up; a proxy would look for that elsewhere.
    for name in ("NO_PROXY", "no_proxy"):
        os.environ[name] = ",".join(filter(None, (os.environ.get(name), HOST)))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python app.py",
        description="The chat page: ask, read the answer, open each citation in its article.",
        epilog="Without OPENAI_API_KEY or OPENAI_BASE_URL answers are quoted and no network is used.",
    )
    parser.add_argument("--port", type=int, default=PORT, help=f"from which port on (default {PORT})")
    add_shared_options(parser)
    return parser


# What the browser is given

POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline';"
    " img-src 'self' data: blob:; font-src 'self' data:; worker-src 'self' blob:; object-src 'none';"
    " base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
)
UI_FONTS = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "Helvetica Neue", "sans-serif"]


if __name__ == "__main__":
    sys.exit(main())
