"""The desk: the conversation, the box to ask in, and the article beside them.

Annotations are not postponed here: Gradio looks at those of the functions that it calls.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from page.serving import asset
from page.turns import Turns, follow, opened, talk
from rag import Assistant
from rag.assistant import MAX_QUESTION
from rag.show import no_article_html

HTML: dict[str, Any] = {"apply_default_css": False}


def desk(assistant: Assistant, examples: Sequence[str]) -> None:
    """Lay out the desk inside the page that is being built, and wire it."""
    import gradio as gr

    with gr.Row(elem_id="desk"):
        with gr.Column(elem_id="talk", scale=3, min_width=300):
            conversation = gr.HTML(talk((), examples), js_on_load=asset("conversation.js"), **HTML)
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
            panel = gr.HTML(no_article_html(), js_on_load=asset("article.js"), elem_id="article", **HTML)
    _wire(assistant, examples, (conversation, box, ask, anew, panel))


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
