"""One workflow as it is shown: what goes where, its defaults, and what else may be set where pictures are asked for."""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, replace

import reflex as rx

from wrldbldr.domain.account import Principal
from wrldbldr.domain.batch import AssetType
from wrldbldr.domain.errors import InvalidInputError, InvalidInputsError
from wrldbldr.domain.workflow import NodeInput
from wrldbldr.engine import current
from wrldbldr.services.workflow_changes import STYLE, Size, WorkflowChanges
from wrldbldr.services.workflow_inputs import key_of_input, text_of
from wrldbldr.services.workflow_mapping import Mark, SlotReport, places_of, style_of
from wrldbldr.services.workflow_report import Check, WorkflowReport
from wrldbldr.state.accounts_own import FOCUS_ON_ERROR
from wrldbldr.state.change import change
from wrldbldr.state.ids import parsed_id
from wrldbldr.state.input_cards import InputCard, cards_of, lists_of, typed_settings
from wrldbldr.state.principal import Follows, signed_in

NEGATIVE, WIDTH, HEIGHT = "default_negative_prompt", "default_width", "default_height"
TYPED = (NEGATIVE, WIDTH, HEIGHT)
LABELS = {
    "positive": ("Prompt", ""),
    "negative": ("Negative Prompt", ""),
    "seed": ("Seed", ""),
    "size": ("Size", ""),
    "count": ("Image count", ""),
    "model": ("Model", "shown in the info panel"),
    STYLE: ("Style Reference Input", "where the chosen picture is given to the workflow"),
}
MISSING = {
    "positive": "Your words reach nothing yet: choose where they go.",
    "negative": "Not every workflow has one.",
    "seed": "Every run starts from the seed in the workflow.",
    "size": "The workflow decides its own size.",
    "count": "One picture a run: more are painted one by one.",
    "model": "The info panel cannot name it.",
    STYLE: "No adapter here: its style goes into the prompt in words.",
}
DIGITS = 6
LACKS_SHOWN = 40
NONE_OF_SEVERAL = "Several could take it, and none was chosen: choose one."
SEVERAL = "Several could take it; this one was found first."


@dataclass(frozen=True, slots=True)
class OptionCard:
    """One line of a list to choose from."""

    key: str
    label: str


@dataclass(frozen=True, slots=True)
class SlotCard:
    """One row of what goes where."""

    name: str
    label: str
    hint: str
    options: list[OptionCard]
    chosen: str
    mark: str
    says: str
    error: str


@dataclass(frozen=True, slots=True)
class PaintCard:
    """A kind of picture, and whether this workflow paints it."""

    asset_type: str
    label: str
    is_on: bool


@dataclass(frozen=True, slots=True)
class LackCard:
    """Something the connected ComfyUI does not have."""

    sentence: str
    nearest: str


@dataclass(frozen=True, slots=True)
class Edit:
    """What is chosen and typed, as text: what is refused stays as it is."""

    chosen: Mapping[str, str]  # by slot
    typed: Mapping[str, str]
    shown: frozenset[str]  # keys of other inputs
    values: Mapping[str, str]  # of those that were set, by key


class WorkflowEditor(rx.State):
    """`workflow` is the id, empty while no workflow is shown. What is not saved is kept for each workflow until the tab is closed."""

    workflow: rx.Field[str] = rx.field("")
    name: rx.Field[str] = rx.field("")
    facts: rx.Field[str] = rx.field("")
    is_built_in: rx.Field[bool] = rx.field(False)
    slots: rx.Field[list[SlotCard]] = rx.field(default_factory=list)
    typed: rx.Field[dict[str, str]] = rx.field(default_factory=dict)
    others: rx.Field[list[InputCard]] = rx.field(default_factory=list)
    lists: rx.Field[dict[str, list[str]]] = rx.field(default_factory=dict)
    paints: rx.Field[list[PaintCard]] = rx.field(default_factory=list)
    notices: rx.Field[list[str]] = rx.field(default_factory=list)
    lacks: rx.Field[list[LackCard]] = rx.field(default_factory=list)
    verdict: rx.Field[str] = rx.field("")
    is_ok: rx.Field[bool] = rx.field(False)
    is_checking: rx.Field[bool] = rx.field(False)
    errors: rx.Field[dict[str, str]] = rx.field(default_factory=dict)
    is_changed: rx.Field[bool] = rx.field(False)
    version: rx.Field[int] = rx.field(0)  # counts up when the inputs have to take new values
    _report: WorkflowReport | None = None
    _edits: dict[str, Edit] = {}

    @rx.event
    @signed_in
    async def place(self, who: Principal, slot: str, key: str) -> None:
        """A value goes somewhere else."""
        found = next((one for one in self.slots if one.name == slot), None)
        if found is not None and key in {option.key for option in found.options}:
            self._keep(replace(self._current, chosen={**self._current.chosen, slot: key}))

    @rx.event
    @signed_in
    async def fill(self, who: Principal, name: str, text: str) -> None:
        """One of the defaults changes."""
        if name in TYPED:
            self._keep(replace(self._current, typed={**self._current.typed, name: text}))

    @rx.event
    @signed_in
    async def show_input(self, who: Principal, key: str, is_shown: bool) -> None:
        """Show one of the other inputs where pictures are asked for, or lock it to its value."""
        if key in {other.key for other in self.others}:
            shown = self._current.shown
            self._keep(replace(self._current, shown=shown | {key} if is_shown else shown - {key}))

    @rx.event
    @signed_in
    async def set_input(self, who: Principal, key: str, text: str) -> None:
        """One of the other inputs holds another value from now on, shown or locked."""
        known = next((other for other in self._report.others if other.key == key), None) if self._report else None
        if known is not None:
            rest = {name: typed for name, typed in self._current.values.items() if name != key}
            is_as_saved = text == text_of(known.value)
            self._keep(replace(self._current, values=rest if is_as_saved else {**rest, key: text}))

    @rx.event
    @signed_in
    async def discard(self, who: Principal) -> None:
        """Back to what is saved."""
        self._edits.pop(self.workflow, None)
        await show_workflow(self, who, self.workflow)

    @rx.event
    @signed_in
    async def save(self, who: Principal) -> Follows:
        """Store it all, or, when something is refused, nothing; what was chosen and typed stays, with the reason there."""
        workflow_id, edit = parsed_id(self.workflow, "workflow"), self._current
        if edit == self._saved:
            return None
        try:
            changes = _changes(self._report, self._saved, edit)
            await current().workflows.change(who, workflow_id, changes)
        except InvalidInputsError as error:
            self._refuse(error.sentences)
            return FOCUS_ON_ERROR
        except InvalidInputError as error:
            self._refuse({error.field: error.message})
            return FOCUS_ON_ERROR
        self._edits.pop(self.workflow, None)
        await show_workflow(self, who, self.workflow)
        return rx.toast.success("Saved", description="It applies to pictures that are asked for from now on.")

    @rx.event(background=True)
    @signed_in
    async def check(self, who: Principal) -> AsyncGenerator[Follows]:
        """Ask ComfyUI anew what it has. An answer about a workflow that is not shown any more is dropped."""
        async with self:
            if self.is_checking:
                return
            asked, self.is_checking = self.workflow, True
        try:
            found = await current().workflows.test(who, parsed_id(asked, "workflow"))
        finally:
            async with self:
                self.is_checking = False
        async with self:
            if self.workflow == asked:
                self._judge(found)
        yield None

    @rx.event(background=True)
    @signed_in
    async def look_again(self, who: Principal) -> AsyncGenerator[Follows]:
        """ComfyUI came or went. What is chosen and typed stays as it is."""
        async with self:
            asked = self.workflow
        report = await current().workflows.report(who, parsed_id(asked, "workflow")) if asked else None
        async with self:
            if report is not None and self.workflow == asked:
                self._judge(report.check)
        yield None

    @property
    def _current(self) -> Edit:
        return self._edits.get(self.workflow) or self._saved

    @property
    def _saved(self) -> Edit:
        report = self._report
        if report is None:
            return Edit({}, {}, frozenset(), {})
        width, height = report.size.width, report.size.height
        return Edit(
            chosen={one.name: one.chosen for one in report.slots},
            typed={
                NEGATIVE: report.default_negative_prompt,
                WIDTH: "" if width is None else str(width),
                HEIGHT: "" if height is None else str(height),
            },
            shown=frozenset(key_of_input(place) for place in report.shown),
            values={},
        )

    def _keep(self, edit: Edit) -> None:
        if self._report is not None:
            self._edits[self.workflow] = edit
            self._draw()

    def _refuse(self, sentences: Mapping[str, str]) -> None:
        self.errors = {("size" if name in ("width", "height") else name): says for name, says in sentences.items()}
        self._draw()

    def _show(self, report: WorkflowReport) -> None:
        self._report = report
        nodes = "1 node" if report.node_count == 1 else f"{report.node_count:,} nodes"
        painted = ", ".join(f"{asset_type}s" for asset_type in report.paints)
        change(
            self,
            workflow=str(report.id),
            name=report.name,
            is_built_in=report.is_built_in,
            facts=f"Used for {painted}. {nodes}." if painted else f"Used when somebody chooses it. {nodes}.",
            paints=[PaintCard(one.value, f"{one.capitalize()}s", one in report.paints) for one in AssetType],
            notices=list(report.notices),
            lists=lists_of(report.others),
            errors={},
        )
        self.version += 1
        self._judge(report.check)
        self._draw()

    def _judge(self, check: Check) -> None:
        more = len(check.lacks) - LACKS_SHOWN
        change(
            self,
            lacks=[
                *(LackCard(one.sentence, ", ".join(one.nearest)) for one in check.lacks[:LACKS_SHOWN]),
                *([LackCard(f"And {more:,} more.", "")] if more > 0 else []),
            ],
            is_ok=check.is_ok,
            verdict="Your ComfyUI has everything it needs."
            if check.is_ok
            else "It cannot run as it is."
            if check.is_known
            else "ComfyUI is away: what it lacks shows when it is back.",
        )

    def _draw(self) -> None:
        """Bring the rows up to date with what is chosen and typed."""
        report, edit = self._report, self._current
        if report is None:
            return
        change(
            self,
            slots=[_slot(one, edit.chosen.get(one.name, one.chosen), self.errors) for one in report.slots],
            others=cards_of(report.others, edit.values, shown=edit.shown, errors=self.errors),
            typed=dict(edit.typed),
            is_changed=edit != self._saved,
        )


async def show_workflow(state: rx.State, who: Principal, workflow: str) -> None:
    """Show a workflow in the tab of `state`, with what was changed of it and not saved; none when `workflow` is empty."""
    editor = await state.get_state(WorkflowEditor)
    if not workflow:
        change(editor, workflow="")
        return
    report = await current().workflows.report(who, parsed_id(workflow, "workflow"))
    editor._show(report)  # noqa: SLF001 - else it were a handler for browsers


async def unsaved_changes(state: rx.State) -> WorkflowChanges:
    """What is chosen and typed in the tab of `state`, and not saved. Raises InvalidInputError."""
    editor = await state.get_state(WorkflowEditor)
    return _changes(editor._report, editor._saved, editor._current)  # noqa: SLF001


async def refuse_changes(state: rx.State, sentences: Mapping[str, str]) -> None:
    """Say in the tab of `state` what cannot be used of them."""
    (await state.get_state(WorkflowEditor))._refuse(sentences)  # noqa: SLF001


def _slot(report: SlotReport, chosen: str, errors: Mapping[str, str]) -> SlotCard:
    label, hint = LABELS[report.name]
    is_same = chosen == report.chosen
    mark = report.mark if is_same else Mark.CHOSEN
    is_doubtful = report.is_ambiguous and is_same
    if mark is Mark.MISSING:
        says = NONE_OF_SEVERAL if is_doubtful else MISSING[report.name]
    else:
        says = SEVERAL if is_doubtful else ""
    return SlotCard(
        name=report.name,
        label=label,
        hint=hint,
        options=[OptionCard(option.key, option.label) for option in report.options],
        chosen=chosen,
        mark=mark.value,
        says=says,
        error=errors.get(report.name, ""),
    )


def _changes(report: WorkflowReport | None, saved: Edit, edit: Edit) -> WorkflowChanges:
    """What is other than it was when it was shown: somebody else may change the rest meanwhile. Raises InvalidInputError.

    An input that takes something of ours from now on is shown no more.
    """
    bindings: dict[str, tuple[NodeInput, ...]] = {}
    for slot, key in edit.chosen.items() - saved.chosen.items():
        bindings |= places_of(key) if slot != STYLE else {}
    taken = frozenset(place for places in bindings.values() for place in places)
    others, before = (report.others, report.shown) if report else ((), ())
    places = {key_of_input(place): place for place in (*(other.input for other in others), *before)}
    shown = (place for key, place in places.items() if key in edit.shown)
    style, negative = edit.chosen.get(STYLE, ""), edit.typed.get(NEGATIVE)
    size = Size(_pixels(edit, WIDTH), _pixels(edit, HEIGHT))
    return WorkflowChanges(
        bindings=bindings,
        style_reference=None if style == saved.chosen.get(STYLE) else style_of(style),
        default_negative_prompt=None if negative == saved.typed.get(NEGATIVE) else negative,
        size=None if size == Size(_pixels(saved, WIDTH), _pixels(saved, HEIGHT)) else size,
        shown=None if edit.shown == saved.shown else [place for place in shown if place not in taken],
        values=typed_settings((other for other in others if other.input not in taken), edit.values),
    )


def _pixels(edit: Edit, name: str) -> int | None:
    text = edit.typed.get(name, "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= DIGITS):
        raise InvalidInputError(name, "Pixels are a whole number.")
    return int(text)
