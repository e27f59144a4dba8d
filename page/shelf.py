"""The shelf: the articles of the library and their timeline, one of them beside, adding and removing.

Layout and wiring only. It imports Gradio, so it is imported when the page is built. Annotations are not
postponed here: Gradio looks at those of the functions that it calls.
"""

from collections.abc import Callable
from typing import Any

import gradio as gr

from page.additions import (
    MAX_ADDRESS,
    MAX_FIELD,
    MAX_TEXT,
    Additions,
    Outcome,
    Pasted,
    Watch,
    summed,
)
from page.gate import MAX_UPLOAD
from page.listing import ANY, Picked, Place, choices, list_html, plot_html, sought_of
from page.serving import asset
from page.turns import without_folders
from page.uploaded import ACCEPTED, MAX_BYTES
from rag import Assistant, PressroomError
from rag.show import (
    failure_html,
    fixed_html,
    line,
    nothing_opened_html,
    opened_html,
    outcome_html,
    outcomes_html,
)
from rag.terminal import tell

_HTML: dict[str, Any] = {"apply_default_css": False}
_QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
_DAY: dict[str, Any] = {"placeholder": "YYYY-MM-DD", "max_lines": 1, "max_length": 10, "elem_classes": "day"}
# The browser's part of Gradio says no more than "Error" of an upload that is refused for its length.
_LIMITS = f"Files, {MAX_BYTES // 10**6} MB each, {MAX_UPLOAD // 10**6} MB in all"
_WAITING = '<p class="empty">Reading the library …</p>'

Changes = dict[Any, Any]


def shelf(assistant: Assistant) -> None:
    """Lay the shelf out inside the page that is being built, and wire it. Raises OSError."""
    _Shelf(assistant)


class _Shelf:
    def __init__(self, assistant: Assistant) -> None:
        self.assistant = assistant
        self.library = assistant.collection.library
        self.additions = Additions(assistant.collection)
        self.fixed = bool(assistant.mirrors)
        self.place = gr.State(Place())
        with gr.Row(elem_id="shelf"):
            with gr.Column(elem_id="stacks", scale=3, min_width=300):
                self._lay_out_finding()
                script = asset("shelf.js")
                self.plot = gr.HTML("", js_on_load=script, elem_id="plot", **_HTML)
                self._lay_out_adding()
                self.list = gr.HTML(_WAITING, js_on_load=script, elem_id="list", **_HTML)
            with gr.Column(elem_id="beside", scale=2, min_width=300):
                empty, script = nothing_opened_html(), asset("opened.js")
                self.panel = gr.HTML(empty, js_on_load=script, elem_id="opened", **_HTML)
        self._wire()

    def _lay_out_finding(self) -> None:
        """Which articles are listed."""
        with gr.Row(elem_id="finding"):
            self.words = gr.Textbox(
                label="Search", placeholder="Words of the title or the text", max_length=300, scale=1
            )
            outlets = choices(self.library.ranked_outlets())
            self.outlet = gr.Dropdown(outlets, value=ANY, label="Outlet", scale=0, elem_id="of-outlet")
            self.since = gr.Textbox(label="Since", scale=0, min_width=0, **_DAY)
            self.until = gr.Textbox(label="Until", scale=0, min_width=0, **_DAY)
            self.undated = gr.Checkbox(label="Undated alone", scale=0, elem_id="undated")
        self.picked = [self.words, self.outlet, self.since, self.until, self.undated]

    def _lay_out_adding(self) -> None:
        """Three ways to add articles; none where the page shows the files of given paths."""
        if self.fixed:
            gr.HTML(fixed_html([path.name for path in self.assistant.mirrors]), js_on_load=None, **_HTML)
            return
        with gr.Accordion("Add articles", open=False, elem_id="adding"):
            with gr.Tab("Files"):
                self.files = gr.File(
                    file_count="multiple", file_types=list(ACCEPTED), label=_LIMITS, height=140
                )
                self.add_files = gr.Button("Add the files", variant="primary", scale=0)
            with gr.Tab("Web address"):
                self.address = gr.Textbox(
                    label="Address of an article or a feed", placeholder="https://", max_length=MAX_ADDRESS
                )
                self.add_address = gr.Button("Add the article", variant="primary", scale=0)
            with gr.Tab("Text"):
                self._lay_out_pasting()
            script = "watch('value', () => element.scrollIntoView({block: 'nearest'}));"
            self.outcomes = gr.HTML("", js_on_load=script, elem_id="outcomes", **_HTML)

    def _lay_out_pasting(self) -> None:
        field: dict[str, Any] = {"max_length": MAX_FIELD, "scale": 1, "min_width": 140}
        with gr.Row():
            self.title = gr.Textbox(label="Title (optional)", **field)
            self.of = gr.Textbox(label="Outlet (optional)", **field)
            self.day = gr.Textbox(label="Date (optional)", min_width=140, **_DAY)
        self.text = gr.Textbox(label="Text of the article", lines=6, max_lines=12, max_length=MAX_TEXT)
        self.add_text = gr.Button("Add the text", variant="primary", scale=0)

    def _wire(self) -> None:
        """Bind each event to what it does."""
        shown = [self.list, self.plot, self.place]
        everything: set[Any] = {*self.picked, self.place}
        fields: list[Any] = self.picked
        seek = [field.input for field in fields]
        gr.on(seek, self.on_seek, everything, shown, trigger_mode="always_last", **_QUIET)
        self.outlet.focus(self._outlets, None, self.outlet, **_QUIET)
        for part in (self.list, self.plot):
            part.select(self.on_choose, everything, [*shown, *self.picked], **_QUIET)
        self.list.click(self.on_open, None, self.panel, **_QUIET)
        self.list.input(self.on_unfold, everything, [self.list, self.place], **_QUIET)
        if not self.fixed:
            self.list.submit(self.on_remove, everything, [*shown, self.panel, self.outlet], **_QUIET)
            self._wire_adding(shown)

    def _wire_adding(self, shown: list[Any]) -> None:
        telling: dict[str, Any] = {
            "api_visibility": "private",
            "show_progress": "full",
            "show_progress_on": self.outcomes,
        }
        pasted = [self.text, self.title, self.of, self.day]
        added = [self.outcomes, *shown, self.outlet]
        for events, do, given, emptied in (
            ([self.add_files.click], self.on_files, [self.files], [self.files]),
            ([self.add_address.click, self.address.submit], self.on_address, [self.address], [self.address]),
            ([self.add_text.click], self.on_text, pasted, pasted),
        ):
            gr.on(events, do, {*self.picked, *given}, [*added, *emptied], **telling)

    # Looking

    def on_seek(self, given: Changes) -> Changes:
        """The first page of what is sought now; nothing else while a day is being typed."""
        picked = self._picked(given)
        if any(0 < len(day) < _DAY["max_length"] for day in (picked.since, picked.until)):
            return {self.place: given[self.place]}
        return self._shown(picked, Place())

    def on_choose(self, given: Changes, event: gr.EventData) -> Changes:
        """Another page, or what a bar, an outlet or a button of the plot stands for."""
        sent, picked = event._data or {}, self._picked(given)
        if not sent:
            return self._shown(picked, given[self.place])
        if "page" in sent:
            return self._shown(picked, Place(int(sent["page"])))
        if sent.get("all"):
            picked = Picked()
        elif sent.get("undated"):
            picked = Picked(picked.words, picked.outlet, undated=True)
        else:
            since, until = sent.get("since", picked.since), sent.get("until", picked.until)
            picked = Picked(picked.words, str(sent.get("outlet")), str(since), str(until), picked.undated)
        return {
            **self._shown(picked, Place()),
            self.words: picked.words,
            self.outlet: gr.update(choices=choices(self.library.ranked_outlets()), value=picked.outlet),
            self.since: picked.since,
            self.until: picked.until,
            self.undated: picked.undated,
        }

    def on_open(self, event: gr.EventData) -> str:
        """An article of the list, or an earlier version."""
        key = str((event._data or {}).get("open"))
        try:
            return opened_html(self.assistant.article(key), key)
        except PressroomError:
            return nothing_opened_html(gone=True)

    def on_unfold(self, given: Changes, event: gr.EventData) -> Changes:
        """The earlier versions of an article, or without them again."""
        key, place = str((event._data or {}).get("versions")), given[self.place]
        now = Place(place.page, "" if place.unfolded == key else key)
        shown = self._shown(self._picked(given), now)
        return {self.list: shown[self.list], self.place: now}

    # Changing

    def on_remove(self, given: Changes, event: gr.EventData) -> Changes:
        """The list without an article that is to be removed."""
        try:
            article = self.additions.remove(str((event._data or {}).get("remove")))
            said = f"Removed: {line(article.title)}"
        except (PressroomError, OSError) as error:
            tell(f"error: {error}")
            said = f"Not removed: {without_folders(str(error))}"
        shown = self._shown(self._picked(given), given[self.place], said)
        return {**shown, self.panel: nothing_opened_html(), self.outlet: self._outlets()}

    def on_files(self, given: Changes, progress: gr.Progress = gr.Progress()) -> Changes:
        """What became of the files that were chosen."""
        paths = given[self.files] or []
        return self._added(given, lambda watch: self.additions.files(paths, watch), progress, [self.files])

    def on_address(self, given: Changes, progress: gr.Progress = gr.Progress()) -> Changes:
        """What became of an address."""
        url = given[self.address] or ""
        return self._added(given, lambda watch: self.additions.address(url, watch), progress, [self.address])

    def on_text(self, given: Changes, progress: gr.Progress = gr.Progress()) -> Changes:
        """What became of a pasted text."""
        fields = [self.text, self.title, self.of, self.day]
        pasted = Pasted(*(str(given[field] or "") for field in fields))
        return self._added(given, lambda watch: self.additions.text(pasted, watch), progress, fields)

    def _added(
        self,
        given: Changes,
        add: Callable[[Watch], tuple[Outcome, ...]],
        progress: gr.Progress,
        fields: list[Any],
    ) -> Changes:
        """Add, and show what became of it; where that fails, the fields keep what is in them."""
        progress(0, desc="Reading")
        try:
            outcomes = add(lambda done, total: progress((done, total), desc="Adding", unit="articles"))
        except (PressroomError, OSError) as error:
            tell(f"error: {error}")
            return {self.outcomes: outcomes_html((), without_folders(str(error)))}
        line_, listed = summed(outcomes)
        told = outcomes_html([outcome_html(o.name, o.done, o.problems) for o in listed], summed=line_)
        failed = all(not each.done for each in outcomes)
        emptied = {} if failed else dict.fromkeys(fields)
        shown = self._shown(self._picked(given), Place())
        return {**shown, **emptied, self.outcomes: told, self.outlet: self._outlets()}

    # Parts

    def _picked(self, given: Changes) -> Picked:
        words, outlet, since, until, undated = (given[field] for field in self.picked)
        return Picked(words or "", outlet or ANY, since or "", until or "", bool(undated))

    def _shown(self, picked: Picked, place: Place, said: str = "") -> Changes:
        """The list and the plot of what is picked, or why there is none."""
        try:
            ranked = self.library.ranked_outlets()
            sought = sought_of(picked, ranked)
            listed = list_html(self.library, sought, place, self.fixed, said)
            plot = plot_html(self.library, sought, ranked)
        except PressroomError as error:
            tell(f"error: {error}")
            listed, plot = failure_html(without_folders(str(error))), ""
        return {self.list: listed, self.plot: plot, self.place: place}

    def _outlets(self) -> Any:
        return gr.update(choices=choices(self.library.ranked_outlets()))
