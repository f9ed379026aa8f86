"""The dialog in which pictures are asked for. Whom they are for is settled when it opens, wherever the tab goes."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import reflex as rx

from wrldbldr.domain.account import Principal
from wrldbldr.domain.batch import COUNT_LIMIT, AssetType
from wrldbldr.domain.errors import InvalidInputError, NotFoundError
from wrldbldr.domain.workflow import Workflow
from wrldbldr.domain.world import EntityType
from wrldbldr.engine import current
from wrldbldr.kit.ids import new_seed
from wrldbldr.services.cards import NO_IMAGE, image_url
from wrldbldr.services.queue import DEFAULT_SIZES, GenerationRequest
from wrldbldr.state.ids import parsed_id, parsed_word
from wrldbldr.state.place import Subject, subject_of
from wrldbldr.state.principal import Follow, signed_in

KIND = "kind of picture"
SEED_DIGITS = 16
PROMPT_START = 500
VARIATIONS = 4
TYPES = {
    EntityType.CHARACTER: (AssetType.PORTRAIT, AssetType.SPRITE, AssetType.ITEM),
    EntityType.LOCATION: (AssetType.BACKDROP, AssetType.ITEM),
}
SHAPES = {"3:4": (768, 1024), "1:1": (768, 768), "4:3": (1024, 768), "16:9": (1216, 688), "1:2": (512, 1024)}


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of a list to choose from."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Draft:
    """What was set and not yet sent; None where nobody touched it."""

    prompt: str | None = None
    negative_prompt: str | None = None
    count: int | None = None
    shape: str | None = None
    seed: str | None = None

    def on_top_of(self, other: "Draft") -> "Draft":
        """What holds for every kind of picture goes along to `other`, which keeps its own words and shape."""
        return replace(
            other,
            negative_prompt=other.negative_prompt if self.negative_prompt is None else self.negative_prompt,
            count=other.count if self.count is None else self.count,
            seed=other.seed if self.seed is None else self.seed,
        )


class Generate(rx.State):
    """The dialog. The browser keeps what is typed; `form` changes when the fields shall start over."""

    is_open: rx.Field[bool] = rx.field(False)
    form: rx.Field[int] = rx.field(0)
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
    takes_size: rx.Field[bool] = rx.field(True)
    takes_prompt: rx.Field[bool] = rx.field(True)
    seed: rx.Field[str] = rx.field("")
    seed_form: rx.Field[int] = rx.field(0)
    error_field: rx.Field[str] = rx.field("")
    error: rx.Field[str] = rx.field("")
    _kind: str = ""
    _entity: str = ""
    _table: str = ""
    _description: str = ""
    _default_negative_prompt: str = ""
    _drafts: dict[str, Draft] = {}  # by entity and type

    @rx.event
    @signed_in
    async def begin(self, who: Principal, asset_type: str) -> None:
        """Open for whoever the tab shows; an empty type means the first that fits them."""
        subject = await subject_of(self)
        entity = await current().worlds.find_entity(who, subject.kind, subject.entity_id)
        fitting = TYPES[subject.kind]
        wanted = parsed_word(AssetType, asset_type, KIND) if asset_type else fitting[0]
        self._kind, self._entity, self._table = subject.kind, str(subject.entity_id), str(subject.game_session_id)
        self._description = start_of(entity.description)
        self.entity_name = entity.name
        self.types = [Choice(kind.value, kind.capitalize()) for kind in fitting]
        await self._turn_to(who, subject, wanted)
        self.is_open = True

    @rx.event
    @signed_in
    async def choose_type(self, who: Principal, asset_type: str) -> None:
        """Another kind of picture of the same subject."""
        wanted = parsed_word(AssetType, asset_type, KIND)
        subject, left = await subject_of(self), self._draft
        self.asset_type = wanted.value
        self._draft = left.on_top_of(self._draft)
        await self._turn_to(who, subject, wanted)

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

    @rx.event
    @signed_in
    async def choose_shape(self, who: Principal, shape: str) -> None:
        """Upright, square or wide."""
        if shape in SHAPES:
            self.shape = shape
            self._draft = replace(self._draft, shape=shape)

    @rx.event
    @signed_in
    async def choose_workflow(self, who: Principal, workflow: str) -> None:
        """Another workflow, with its own negative prompt unless somebody wrote one."""
        self._use(await current().workflows.find(who, parsed_id(workflow, "workflow")))
        self.form += 1

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
        try:
            await current().queue.submit(who, self._request(prompt, negative_prompt, seed))
        except InvalidInputError as error:
            self.error_field, self.error = error.field, error.message
            return None
        self._draft = Draft()
        self.is_open = False
        return None

    @property
    def _draft(self) -> Draft:
        return self._drafts.get(f"{self._entity}:{self.asset_type}", Draft())

    @_draft.setter
    def _draft(self, draft: Draft) -> None:
        self._drafts[f"{self._entity}:{self.asset_type}"] = draft

    def _request(self, prompt: str, negative_prompt: str, seed: str) -> GenerationRequest:
        if self.shape not in SHAPES:  # never opened in this tab
            raise NotFoundError("open dialog")
        width, height = SHAPES[self.shape]
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
        )

    async def _turn_to(self, who: Principal, subject: Subject, asset_type: AssetType) -> None:
        engine = current()
        self.asset_type = asset_type.value
        draft = self._draft
        self.prompt = self._description if draft.prompt is None else draft.prompt
        self.is_edited = draft.prompt is not None
        self.count, self.seed = draft.count or VARIATIONS, draft.seed or ""
        self.shape = draft.shape or shape_of(DEFAULT_SIZES[asset_type])
        self.error_field = self.error = ""
        workflows = await engine.workflows.all(who)
        self.workflows = [Choice(str(workflow.id), workflow.name) for workflow in workflows]
        default = (await engine.workflows.defaults(who)).get(asset_type)
        self._use(next((workflow for workflow in workflows if workflow.id == default), workflows[0]))
        self.picture = await picture_of(who, subject.world_id, parsed_id(self._entity, "character"), asset_type)
        self.form += 1

    def _use(self, workflow: Workflow) -> None:
        self.workflow = str(workflow.id)
        self._default_negative_prompt = workflow.default_negative_prompt
        typed = self._draft.negative_prompt
        self.is_negative_edited = typed is not None
        self.negative_prompt = workflow.default_negative_prompt if typed is None else typed
        self.takes_size = bool(workflow.bindings.width and workflow.bindings.height)
        self.takes_prompt = bool(workflow.bindings.positive)


async def picture_of(who: Principal, world_id: UUID, entity_id: UUID, asset_type: AssetType) -> str:
    """The active picture of that kind, so that whoever writes the prompt sees what there is."""
    active = await current().gallery.active(who, world_id)
    asset = active.get((entity_id, asset_type))
    return NO_IMAGE if asset is None else image_url(asset)


def start_of(text: str, limit: int = PROMPT_START) -> str:
    """The beginning of a description, cut between words."""
    text = text.strip()
    return text if len(text) <= limit else text[: limit + 1].rsplit(None, 1)[0][:limit]


def parsed_seed(text: str) -> int | None:
    """A seed, or None for a new one each time. Raises InvalidInputError."""
    text = "".join(text.split())
    if not text:
        return None
    if not text.isascii() or not text.isdecimal() or len(text) > SEED_DIGITS:
        raise InvalidInputError(
            "seed", f"A seed is a whole number of at most {SEED_DIGITS} digits. Leave it empty for a new one each time."
        )
    return int(text)


def shape_of(size: tuple[int, int]) -> str:
    """The name of a size."""
    return next(name for name, known in SHAPES.items() if known == size)
