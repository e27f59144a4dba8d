"""The desk: the conversation, the box to ask in, and the article beside them.

It imports Gradio, so it is imported when the page is built. Annotations are not postponed here: Gradio looks
at those of the functions that it calls.
"""

import hashlib
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import gradio as gr

from page.asking import Asking, asked_in, asking_of
from page.kept import keep, key_in, restore
from page.rated import Rating, case_of, write_down
from page.serving import asset
from page.stopping import Places, Stop
from page.turns import Turn, Turns, answers, follow, opened, talk, without_folders
from rag import Assistant, PressroomError
from rag.show import conversation_markdown, line, no_article_html, past_html, to_fact_sheet
from rag.terminal import tell
from rag.types import Question

HTML: dict[str, Any] = {"apply_default_css": False}
QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
QUOTING, ANY_OUTLET = "Quotes alone", "Any outlet"
# So many answers are made at once, more of them where a model writes, since that is waiting. So many more
# stand in line in sight of who asked, each with a thread; Gradio has 40 for all that is done.
AT_ONCE, WITH_MODEL, IN_SIGHT = 4, 8, 32
# An answer that is left ends within this; nothing waits for it longer.
LEFT_S = 2.0

Changes = dict[Any, Any]


class Desk:
    """The desk of one page; each visitor's conversation lives in states of its own."""

    def __init__(self, assistant: Assistant, examples: Sequence[str]) -> None:
        """Lay it out inside the page that is being built, and wire it. Raises OSError."""
        self.assistant = assistant
        self.examples = examples
        self.key = key_in(assistant.collection.folder)
        self.turns, self.name = gr.State(()), gr.State("")
        # Of the answers on their way, by the session of their tab.
        self.stops: dict[str, Stop] = {}
        self.places = Places(WITH_MODEL if assistant.config.model else AT_ONCE)
        with gr.Row(elem_id="desk"):
            with gr.Column(elem_id="talk", scale=3, min_width=300):
                self._lay_out_talk()
            with gr.Column(elem_id="reading", scale=2, min_width=300):
                empty = no_article_html()
                self.panel = gr.HTML(empty, js_on_load=asset("article.js"), elem_id="article", **HTML)
        self._wire()

    def _lay_out_talk(self) -> None:
        folder = str(self.assistant.collection.folder)
        library = hashlib.sha256(folder.encode("utf-8", "surrogateescape")).hexdigest()[:12]
        with gr.Row(elem_id="bar"):
            self.anew = gr.Button("New conversation", scale=0, min_width=120)
            gr.HTML(past_html(library), js_on_load=None, elem_id="past", **HTML)
            self.markdown = gr.Button("Save as Markdown", scale=0, min_width=120)
            self.sheet = gr.Button("Save fact sheet", scale=0, min_width=120)
            self.file = gr.JSON(visible=False)
        start = talk((), self.examples)
        script = asset("past.js") + asset("conversation.js")
        self.conversation = gr.HTML(start, js_on_load=script, elem_id="conversation", **HTML)
        with gr.Column(elem_id="asking"):
            with gr.Row(elem_id="box"):
                self.box = gr.Textbox(
                    label="Your question",
                    placeholder="Ask the articles",
                    max_lines=4,
                    autofocus=True,
                    container=False,
                    scale=1,
                    elem_id="question",
                )
                self.ask = gr.Button("Ask", variant="primary", scale=0, min_width=90)
                self.stop = gr.Button("Stop", scale=0, min_width=90, interactive=False)
            with gr.Row(elem_id="among"):
                self._lay_out_filters()

    def _lay_out_filters(self) -> None:
        """Which articles may answer, and who speaks."""
        day: dict[str, Any] = {"placeholder": "YYYY-MM-DD", "max_lines": 1, "scale": 0, "min_width": 0}
        self.since = gr.Textbox(label="Since", elem_classes="day", **day)
        self.until = gr.Textbox(label="Until", elem_classes="day", **day)
        self.outlet = gr.Dropdown(
            self._outlets(), value=ANY_OUTLET, label="Outlet", scale=0, elem_id="outlet"
        )
        model = self.assistant.config.model
        voices = [QUOTING, *([line(model)] if model else [])]
        self.voice = gr.Radio(voices, value=voices[-1], label="Answer with", scale=1, elem_id="voice")

    def _wire(self) -> None:
        """Bind each event to what it does."""
        shown = [self.turns, self.name, self.conversation]
        filters = [self.since, self.until, self.outlet]
        gr.on(
            [self.box.submit, self.ask.click, self.conversation.select],
            self.on_ask,
            {self.box, self.turns, self.name, *filters, self.voice},
            [*shown, self.box, self.stop, *filters],
            # The last that is sent while an answer is on its way is asked after it, not lost.
            trigger_mode="always_last",
            concurrency_limit=IN_SIGHT,
            **QUIET,
        )
        self.outlet.focus(self.fresh, None, self.outlet, **QUIET)
        # Gradio's own way to cancel an event loses what is asked before it is done.
        self.stop.click(self.on_stop, None, None, queue=False, **QUIET)
        self.conversation.click(self.on_cite, self.turns, self.panel, queue=False, **QUIET)
        begun = [*shown, self.panel, self.stop]
        self.conversation.input(self.on_restore, None, begun, **QUIET)
        self.conversation.submit(self.on_rate, [self.turns, self.name], shown, **QUIET)
        self.anew.click(self.on_new, None, [*begun, self.box], queue=False, **QUIET)
        for button, make in ((self.markdown, as_markdown), (self.sheet, as_sheet)):
            made = button.click(make, self.turns, self.file, **QUIET)
            made.then(None, self.file, None, js=asset("save.js"), **QUIET)

    # Events

    def on_ask(self, given: Changes, event: gr.EventData, tab: gr.Request) -> Iterator[Changes]:
        """A question sent from the box, an example, a link, or again: its turn as it grows."""
        sent = _sent(event)
        typed, so_far, name = given[self.box], given[self.turns], given[self.name] or secrets.token_hex(8)
        again = so_far[-1].question if sent.get("again") and so_far else None
        so_far = so_far[:-1] if again else so_far
        outlet = "" if given[self.outlet] == ANY_OUTLET else given[self.outlet]
        try:
            asking = asking_of(sent, typed, (given[self.since], given[self.until], outlet), again)
        except PressroomError as error:
            failed = (*so_far, Turn(Question(asked_in(sent, typed)), failed=str(error)))
            yield {self.turns: failed, self.conversation: self._talk(failed, name)}
            return
        if asking is None:
            yield {self.box: ""}
            return
        stop = self.stops[str(tab.session_hash)] = Stop()
        try:
            asking = replace(asking, quote=given[self.voice] == QUOTING)
            yield from self._answered(asking, so_far, name, stop)
        finally:
            stop.over.set()
            self.stops.pop(str(tab.session_hash), None)

    def _answered(self, asking: Asking, so_far: Turns, name: str, stop: Stop) -> Iterator[Changes]:
        filters = asking.filters
        yield {
            # What is typed meanwhile stays.
            self.box: "",
            self.stop: gr.update(interactive=True),
            self.name: name,
            self.since: str(filters.since or ""),
            self.until: str(filters.until or ""),
            self.outlet: gr.update(choices=self._outlets(), value=filters.outlet or ANY_OUTLET),
        }
        now = so_far
        for now in follow(self.assistant, so_far, asking, stop, self.places):
            if stop.forget:
                return
            yield {self.turns: now, self.conversation: talk(now, self.examples)}
        yield {self.conversation: self._talk(now, name), self.stop: gr.update(interactive=False)}

    def on_stop(self, tab: gr.Request) -> None:
        """What had passed its checks stays; nothing more comes."""
        self.stops.get(str(tab.session_hash), Stop()).now()

    def on_cite(self, so_far: Turns, event: gr.EventData) -> str:
        """The article that a citation or a near title opens."""
        return opened(so_far, _sent(event).get("cite"))

    def on_restore(self, event: gr.EventData, tab: gr.Request) -> Changes:
        """A conversation that the browser kept; an answer on its way is left."""
        self._leave(tab)
        name, turns = restore(str(_sent(event).get("kept")), self.assistant, self.key)
        talked = self._talk(turns, name)
        return {
            self.turns: turns,
            self.name: name,
            self.conversation: talked,
            self.panel: no_article_html(),
            self.stop: gr.update(interactive=False),
        }

    def on_rate(self, so_far: Turns, name: str, event: gr.EventData) -> Changes:
        """A thumb, and perhaps a note: written down as a case, and said so."""
        sent = _sent(event)
        at = next((i for i in range(len(so_far)) if str(i) == str(sent.get("turn"))), None)
        answer = None if at is None else so_far[at].answer
        if at is None or answer is None:
            return {self.conversation: self._talk(so_far, name)}
        expected, note = (line(str(sent.get(part, "")))[:500] for part in ("expected", "note"))
        rating = Rating(sent.get("rate") == "good", expected, bool(sent.get("silent")), note)
        told = self._write_down(case_of(answer, rating, date.today()), rating)
        now = (*so_far[:at], replace(so_far[at], rated=told), *so_far[at + 1 :])
        return {self.turns: now, self.conversation: self._talk(now, name)}

    def _write_down(self, case: dict[str, Any], rating: Rating) -> str:
        try:
            path = write_down(case, self.assistant.config.home)
        except OSError as error:
            tell(f"error: {error}")
            return f"Not kept: {without_folders(str(error))}"
        tell(f"a rated answer is kept in {path}")
        return f"Rated {'good' if rating.good else 'bad'}; kept as a test case."

    def on_new(self, tab: gr.Request) -> Changes:
        """An empty page; an answer on its way is left."""
        self._leave(tab)
        empty = {self.turns: (), self.name: "", self.conversation: talk((), self.examples), self.box: ""}
        return {**empty, self.panel: no_article_html(), self.stop: gr.update(interactive=False)}

    def _leave(self, tab: gr.Request) -> None:
        """End the tab's answer, and wait for it, so that nothing of it comes after what is shown instead."""
        if (stop := self.stops.get(str(tab.session_hash))) is not None:
            stop.now(forget=True)
            stop.over.wait(LEFT_S)

    def _talk(self, turns: Turns, name: str) -> str:
        return talk(turns, self.examples, keep(turns, name, self.key))

    def fresh(self) -> Changes:
        """The outlets, which may have changed since they were last looked at."""
        return {self.outlet: gr.update(choices=self._outlets())}

    def _outlets(self) -> list[str]:
        return [ANY_OUTLET, *map(line, self.assistant.collection.library.outlets())]


def _sent(event: gr.EventData) -> dict[str, Any]:
    """What the browser sent with an event; nothing of what is not as our own script sends it."""
    return event._data if isinstance(event._data, dict) else {}


def as_markdown(turns: Turns) -> dict[str, str]:
    """The conversation as a Markdown file: its name, kind and text."""
    text = conversation_markdown(answers(turns))
    return {"name": "pressroom.md", "kind": "text/markdown", "text": text}


def as_sheet(turns: Turns) -> dict[str, str]:
    """The conversation as a fact sheet: its name, kind and text."""
    # With the mark that tells spreadsheets it is UTF-8.
    text = "\ufeff" + to_fact_sheet(answers(turns), without_folders)
    return {"name": "pressroom.csv", "kind": "text/csv", "text": text}
