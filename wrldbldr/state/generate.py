"""The dialog in which pictures are asked for. Whom they are for is settled when it opens, wherever the tab goes."""

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import reflex as rx

from wrldbldr.domain.account import Principal
from wrldbldr.domain.batch import COUNT_LIMIT, AssetType, Batch, IllegalTransitionError
from wrldbldr.domain.errors import InvalidInputError, InvalidInputsError, NotFoundError
from wrldbldr.domain.picture import FITTING, SHAPES, VARIATIONS, size_of
from wrldbldr.domain.recipe import Recipe
from wrldbldr.domain.workflow import Workflow
from wrldbldr.domain.workflow_form import WorkflowForm
from wrldbldr.domain.world import EntityType
from wrldbldr.engine import current
from wrldbldr.kit.ids import new_seed
from wrldbldr.services.asking import GenerationRequest
from wrldbldr.services.cards import iso
from wrldbldr.services.foresight import between
from wrldbldr.state.draft import INPUTS, Draft, draft_of, draft_of_batch, parsed_seed
from wrldbldr.state.ids import parsed_id, parsed_word
from wrldbldr.state.more_inputs import MoreInputs, draw_more, settings_of, show_more, typed_inputs
from wrldbldr.state.place import Place, Subject, subject_for, subject_of
from wrldbldr.state.principal import Follow, signed_in
from wrldbldr.state.recalled import Part, recalled
from wrldbldr.state.style_reference import (
    AskedStyle,
    forget_style,
    keep_style_of,
    put_back_style,
    show_style,
    show_use,
    style_to_ask_for,
    use_style,
)
from wrldbldr.state.unsaved import Unsaved, forget_unsaved
from wrldbldr.state.untouched import default_of, offered_by, picture_of, shape_for, untouched_for

KIND = "kind of picture"
INPUT_CHARACTERS = 20_000
DIALOG = "generate"  # how the browser calls its form, before whom and what it is about
TO_FRONT = "front"  # the button that puts it before everything else of theirs


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of a list to choose from."""

    value: str
    label: str


class Generate(rx.State):
    """The dialog. The browser keeps what is typed; `form` changes when the fields shall start over."""

    is_open: rx.Field[bool] = rx.field(False)
    form: rx.Field[int] = rx.field(0)
    form_name: rx.Field[str] = rx.field("")
    entity_name: rx.Field[str] = rx.field("")
    types: rx.Field[list[Choice]] = rx.field(default_factory=list)
    asset_type: rx.Field[str] = rx.field("")
    picture: rx.Field[str] = rx.field("")
    prompt: rx.Field[str] = rx.field("")
    is_edited: rx.Field[bool] = rx.field(False)
    negative_prompt: rx.Field[str] = rx.field("")
    is_negative_edited: rx.Field[bool] = rx.field(False)
    count: rx.Field[int] = rx.field(VARIATIONS)
    shape: rx.Field[str] = rx.field("")
    shapes: rx.Field[list[str]] = rx.field(default_factory=lambda: list(SHAPES))
    workflow: rx.Field[str] = rx.field("")
    workflows: rx.Field[list[Choice]] = rx.field(default_factory=list)
    is_workflow_gone: rx.Field[bool] = rx.field(False)
    takes_size: rx.Field[bool] = rx.field(True)
    takes_prompt: rx.Field[bool] = rx.field(True)
    seed: rx.Field[str] = rx.field("")
    seed_form: rx.Field[int] = rx.field(0)
    error_field: rx.Field[str] = rx.field("")
    error: rx.Field[str] = rx.field("")
    position: rx.Field[int] = rx.field(0)
    ready_from: rx.Field[str] = rx.field("")
    ready_until: rx.Field[str] = rx.field("")
    is_retry: rx.Field[bool] = rx.field(False)
    _retried: str = ""  # the failed batch that is asked for again, with changes; it is cleared once that is done
    _kind: str = ""
    _entity: str = ""
    _table: str = ""
    _description: str = ""
    _default_negative_prompt: str = ""
    _drafts: dict[str, Draft] = {}  # by entity and type

    @rx.event
    @signed_in
    async def begin(self, who: Principal, asset_type: str) -> Follow:
        """Open for whoever the tab shows; an empty type means the first that fits them."""
        wanted = parsed_word(AssetType, asset_type, KIND) if asset_type else None
        await self._open(who, await subject_of(self), wanted)
        return MoreInputs.look

    @rx.event
    @signed_in
    async def begin_in_style(self, who: Principal, asset: str) -> Follow:
        """Open for whoever the tab shows, to be painted in the style of a picture (US-18C.1)."""
        kind, subject = await use_style(self, who, asset), await subject_for(self, who, asset)
        await self._open(who, subject, kind if kind in FITTING[subject.kind] else None)
        return MoreInputs.look

    @rx.event
    @signed_in
    async def look_ahead(self, who: Principal) -> None:
        """The queue, or what is asked for, is another than before: say where it would stand now, and when it is ready."""
        if self.is_open:
            await self._look_ahead(who)

    @rx.event
    @signed_in
    async def choose_type(self, who: Principal, asset_type: str) -> Follow:
        """Another kind of picture of the same subject."""
        wanted = parsed_word(AssetType, asset_type, KIND)
        subject, left = await subject_of(self), self._draft
        self.asset_type = wanted.value
        self._draft = left.on_top_of(self._draft)
        await self._turn_to(who, subject, wanted)
        return MoreInputs.look

    @rx.event
    @signed_in
    async def toggle(self, who: Principal, is_open: bool) -> None:
        """The dialog was closed."""
        self.is_open = is_open

    @rx.event
    @signed_in
    async def keep_prompt(self, who: Principal, prompt: str) -> None:
        """Remember what was typed, should the dialog be closed. What was sent before that is no draft."""
        if self.is_open:
            self.is_edited, self.prompt = prompt.strip() != self._description, prompt
            self._draft = replace(self._draft, prompt=prompt if self.is_edited else None)

    @rx.event
    @signed_in
    async def undo_edits(self, who: Principal) -> None:
        """Back to the description."""
        self._draft = replace(self._draft, prompt=None)
        self.prompt, self.is_edited = self._description, False
        self.form += 1

    @rx.event
    @signed_in
    async def keep_negative_prompt(self, who: Principal, prompt: str) -> None:
        """Remember what shall not be in it."""
        if self.is_open:
            self.is_negative_edited = prompt.strip() != self._default_negative_prompt.strip()
            self.negative_prompt = prompt
            self._draft = replace(self._draft, negative_prompt=prompt if self.is_negative_edited else None)

    @rx.event
    @signed_in
    async def undo_negative_edits(self, who: Principal) -> None:
        """Back to what the workflow comes with."""
        self._draft = replace(self._draft, negative_prompt=None)
        self.negative_prompt, self.is_negative_edited = self._default_negative_prompt, False
        self.form += 1

    @rx.event
    @signed_in
    async def choose_count(self, who: Principal, count: float) -> None:
        """How many variations."""
        if 1 <= count <= COUNT_LIMIT:
            self.count = int(count)
            self._draft = replace(self._draft, count=self.count)
            await self._look_ahead(who)

    @rx.event
    @signed_in
    async def choose_shape(self, who: Principal, shape: str) -> None:
        """Upright, square or wide."""
        if shape in self.shapes:
            self.shape = shape
            self._draft = replace(self._draft, shape=shape)
            await self._look_ahead(who)

    @rx.event
    @signed_in
    async def choose_workflow(self, who: Principal, workflow: str) -> Follow:
        """Another workflow, with its own negative prompt unless somebody wrote one, and with inputs of its own."""
        chosen = await current().workflows.find(who, parsed_id(workflow, "workflow"))
        self._draft, self.is_workflow_gone = replace(self._draft, workflow=str(chosen.id), inputs={}), False
        self._use(chosen, await current().workflows.form(who, chosen.id))
        await show_use(self, who, self.workflow)
        await show_more(self, who, self.workflow, {})
        await self._look_ahead(who)
        self.form += 1
        return MoreInputs.look

    @rx.event
    @signed_in
    async def keep_input(self, who: Principal, key: str, text: str) -> None:
        """Remember what was set of the workflow's other inputs."""
        if self.is_open and key.startswith(INPUTS) and len(key) + len(text) <= INPUT_CHARACTERS:
            self._draft = replace(self._draft, inputs={**self._draft.inputs, key: text})
            await draw_more(self, self._draft.inputs, {})

    @rx.event
    @signed_in
    async def roll_seed(self, who: Principal) -> None:
        """A seed to keep, instead of a new one each time."""
        self.seed = str(new_seed())
        self.seed_form += 1
        self._draft = replace(self._draft, seed=self.seed)

    @rx.event
    @signed_in
    async def keep_seed(self, who: Principal, seed: str) -> None:
        """A seed somebody knows; empty means a new one each time."""
        if self.is_open:
            self.seed = seed
            self._draft = replace(self._draft, seed=seed or None)

    @rx.event
    @signed_in
    async def submit(self, who: Principal, form: dict[str, Any]) -> Follow:
        """Put the batch in the queue. What is refused stays in the dialog, with the reason under its field."""
        prompt, negative_prompt, seed = (str(form.get(name, "")) for name in ("prompt", "negative_prompt", "seed"))
        self.error_field = self.error = ""
        typed = await typed_inputs(self, form, self._draft.inputs)
        try:
            inputs = await settings_of(self, typed)
            request = self._request(prompt, negative_prompt, seed, await style_to_ask_for(self))
            to_front = form.get("sent_by") == TO_FRONT
            await current().queue.submit(who, replace(request, inputs=inputs, to_front=to_front))
        except InvalidInputsError as error:
            is_told = await draw_more(self, typed, error.sentences)
            self.error_field, self.error = "inputs" if is_told else "", error.message
            return None
        except InvalidInputError as error:
            self.error_field, self.error = error.field, error.message
            return None
        self._draft = Draft()
        await forget_style(self)
        self.is_open = False
        if self._retried:
            with suppress(NotFoundError, IllegalTransitionError):  # somebody has dealt with it meanwhile
                await current().queue.clear(who, parsed_id(self._retried, "batch"))
        return forget_unsaved(self.form_name)

    @property
    def _draft(self) -> Draft:
        return self._drafts.get(f"{self._retried or self._entity}:{self.asset_type}", Draft())

    @_draft.setter
    def _draft(self, draft: Draft) -> None:
        self._drafts[f"{self._retried or self._entity}:{self.asset_type}"] = draft

    def _request(self, prompt: str, negative_prompt: str, seed: str, style: AskedStyle) -> GenerationRequest:
        size = size_of(self.shape)
        if size is None:  # never opened in this tab
            raise NotFoundError("open dialog")
        width, height = size
        return GenerationRequest(
            game_session_id=parsed_id(self._table, "game session"),
            entity_type=EntityType(self._kind),
            entity_id=parsed_id(self._entity, "character or location"),
            asset_type=AssetType(self.asset_type),
            prompt=prompt,
            count=self.count,
            negative_prompt=negative_prompt,
            seed=parsed_seed(seed),
            width=width if self.takes_size else None,
            height=height if self.takes_size else None,
            workflow_id=parsed_id(self.workflow, "workflow"),
            style_reference_ids=style.reference_ids,
            style_strength=style.strength,
        )

    async def _look_ahead(self, who: Principal) -> None:
        request = self._request(prompt="", negative_prompt="", seed="", style=AskedStyle((), None))
        outlook, now = await current().queue.outlook(who, request), current().clock.now()
        ready = between(outlook.ready, now) or (None, None)
        self.position, self.ready_from, self.ready_until = outlook.position, iso(ready[0]), iso(ready[1])

    async def _edit(self, who: Principal, batch: Batch) -> None:
        """Open with everything a failed batch was asked for with, or with what was made of that here before."""
        self._drafts.setdefault(f"{batch.id}:{batch.asset_type}", draft_of_batch(batch))
        await keep_style_of(self, batch)
        subject = Subject(
            batch.world_id, batch.game_session_id, EntityType(batch.entity_type), batch.entity_id, batch.entity_name
        )
        await self._open(who, subject, AssetType(batch.asset_type), retried=str(batch.id))

    async def _open(self, who: Principal, subject: Subject, wanted: AssetType | None, *, retried: str = "") -> None:
        self._retried, self.is_retry = retried, bool(retried)
        entity = await current().worlds.find_entity(who, subject.kind, subject.entity_id)
        fitting = FITTING[subject.kind]
        self._kind, self._entity, self._table = subject.kind, str(subject.entity_id), str(subject.game_session_id)
        self.entity_name = entity.name
        self.types = [Choice(kind.value, kind.capitalize()) for kind in fitting]
        await self._turn_to(who, subject, wanted or fitting[0])
        self.is_open = True

    async def _recall(self, who: Principal, subject: Subject, part: Part, recipe: Recipe) -> None:
        """Open for a picture's own subject, with what is taken from that picture in place of what was set before."""
        wanted = recipe.asset_type or FITTING[subject.kind][0]
        workflows, untouched = await untouched_for(who, subject.kind, subject.entity_id, wanted)
        key = f"{subject.entity_id}:{wanted}"
        taken = recalled(part, recipe, self._drafts.get(key, Draft()), workflows, untouched)
        self._drafts[key] = taken.draft
        await self._open(who, subject, wanted)
        self.is_workflow_gone = taken.is_workflow_gone

    async def _turn_to(self, who: Principal, subject: Subject, asset_type: AssetType) -> None:
        engine = current()
        self.asset_type = asset_type.value
        self.form_name = (
            f"retry:{self._retried}" if self._retried else f"{DIALOG}:{self._kind}:{self._entity}:{asset_type}"
        )
        entity = await engine.worlds.find_entity(who, EntityType(self._kind), parsed_id(self._entity, "character"))
        self._description = await engine.templates.beginning(who, asset_type, entity)
        draft = self._draft
        self.prompt = self._description if draft.prompt is None else draft.prompt
        self.is_edited = draft.prompt is not None
        self.count, self.seed = draft.count or VARIATIONS, draft.seed or ""
        self.is_workflow_gone = False
        self.error_field = self.error = ""
        workflows = await engine.workflows.all(who)
        self.workflows = [Choice(str(workflow.id), workflow.name) for workflow in workflows]
        default = default_of(workflows, (await engine.workflows.defaults(who)).get(asset_type))
        used = next((workflow for workflow in workflows if str(workflow.id) == draft.workflow), default)
        self._use(used, await engine.workflows.form(who, used.id))
        whose = replace(
            subject, kind=EntityType(self._kind), entity_id=parsed_id(self._entity, "character or location")
        )
        await show_style(self, who, whose, self.workflow, about=self._retried or self._entity)
        self.picture = await picture_of(who, whose.world_id, whose.entity_id, asset_type)
        await show_more(self, who, self.workflow, draft.inputs)
        await self._look_ahead(who)
        self.form += 1

    def _use(self, workflow: Workflow, form: WorkflowForm) -> None:
        self.workflow = str(workflow.id)
        own, wanted = shape_for(AssetType(self.asset_type), workflow, form), self._draft.shape
        self.shapes = offered_by(workflow, own, wanted)
        self.shape = wanted if wanted and wanted in self.shapes else own
        self._default_negative_prompt = workflow.default_negative_prompt
        typed = self._draft.negative_prompt
        self.is_negative_edited = typed is not None
        self.negative_prompt = workflow.default_negative_prompt if typed is None else typed
        self.takes_size = bool(workflow.bindings.width and workflow.bindings.height)
        self.takes_prompt = bool(workflow.bindings.positive)

    async def _put_back(self, who: Principal, name: str, unsaved: Unsaved) -> bool:
        """Take up one form that the browser kept. True when it holds what the server did not know."""
        _, kind, entity_id, asset_type = name.split(":")
        subject_id, wanted = parsed_id(entity_id, "character or location"), parsed_word(AssetType, asset_type, KIND)
        entity_type = parsed_word(EntityType, kind, KIND)
        workflows, untouched = await untouched_for(who, entity_type, subject_id, wanted)
        draft, key = draft_of(unsaved.forms[name], workflows, untouched), f"{subject_id}:{wanted}"
        is_open_there = name == unsaved.open_form and (unsaved.is_return or not self.is_open)
        known = self._drafts.get(key)
        is_news = draft != (known or Draft()) and (known is None or is_open_there)
        if is_news:
            self._drafts[key] = draft
        entity = await current().worlds.find_entity(who, entity_type, subject_id)
        is_news |= await put_back_style(self, who, entity, unsaved.forms[name])
        if is_open_there and (await self.get_state(Place)).entity == str(subject_id):
            await self._open(who, await subject_of(self), wanted)
        return is_news


async def put_back_drafts(state: rx.State, who: Principal, unsaved: Unsaved) -> bool:
    """Take up what the browser kept of this dialog, and open it where it was open. True when something came back."""
    dialog = await state.get_state(Generate)
    is_any = False
    for name in [name for name in unsaved.forms if name.startswith(f"{DIALOG}:") and name.count(":") == 3]:
        with suppress(NotFoundError):  # they are gone, and their picture with them
            is_any |= await dialog._put_back(who, name, unsaved)  # noqa: SLF001 - else it were a handler for browsers
    return is_any


async def edit_and_retry(state: rx.State, who: Principal, batch: Batch) -> None:
    """Open the dialog in the tab of `state` with a failed batch. Raises NotFoundError when whom it was for is gone."""
    dialog = await state.get_state(Generate)
    await dialog._edit(who, batch)  # noqa: SLF001 - else it were a handler for browsers
