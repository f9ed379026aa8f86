"""The pictures whose style is asked for: in the dialog in which pictures are asked for, and of whoever the tab shows."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from uuid import UUID

import reflex as rx

from wrldbldr.domain.account import Principal
from wrldbldr.domain.asset import Asset
from wrldbldr.domain.batch import AssetType, Batch
from wrldbldr.domain.errors import InvalidInputError, NotFoundError
from wrldbldr.domain.recipe import StyleOrigin
from wrldbldr.domain.style_reference import REFERENCE_LIMIT, STRENGTH_LIMIT, ReferenceUse
from wrldbldr.domain.world import Entity
from wrldbldr.engine import current
from wrldbldr.services.cards import AssetCard, ReferenceCard, asset_card, reference_card
from wrldbldr.services.worlds import EntityChanges
from wrldbldr.state.change import change
from wrldbldr.state.ids import parsed_id
from wrldbldr.state.place import Subject, subject_for, subject_of
from wrldbldr.state.principal import Follow, signed_in
from wrldbldr.state.words import spoken

PAGE = 24
PICTURE = "picture"
BADGES = {ReferenceUse.WORDS: "Using: prompt keywords", ReferenceUse.NOTHING: "This workflow uses none"}
SOURCES, STRENGTH = "style_references", "style_strength"  # what the dialog's form calls them


@dataclass(frozen=True, slots=True)
class StyleDraft:
    """What somebody chose and has not sent yet. None where nobody touched it; no sources means that there shall be none."""

    sources: tuple[str, ...] | None = None
    strength: float | None = None


@dataclass(frozen=True, slots=True)
class AskedStyle:
    """What is sent."""

    reference_ids: Sequence[UUID]
    strength: float | None


class StyleReference(rx.State):
    """`references` are those in the dialog, `own` what whoever the tab shows has for every picture, `choices` the picker's."""

    references: rx.Field[list[ReferenceCard]] = rx.field(default_factory=list)
    is_by_itself: rx.Field[bool] = rx.field(False)
    has_default: rx.Field[bool] = rx.field(False)
    badge: rx.Field[str] = rx.field("")
    is_applied: rx.Field[bool] = rx.field(False)
    has_strength: rx.Field[bool] = rx.field(False)
    strength: rx.Field[float] = rx.field(0.0)
    is_strength_chosen: rx.Field[bool] = rx.field(False)
    form: rx.Field[int] = rx.field(0)
    is_picking: rx.Field[bool] = rx.field(False)
    choices: rx.Field[list[AssetCard]] = rx.field(default_factory=list)
    has_more: rx.Field[bool] = rx.field(False)
    own: rx.Field[list[ReferenceCard]] = rx.field(default_factory=list)
    _subject: Subject | None = None
    _default: str = ""
    _own_strength: float = 0.0
    _about: str = ""
    _drafts: dict[str, StyleDraft] = {}  # by character or location, or the batch that is asked for again

    @rx.var
    def sources(self) -> str:
        """The ids, for the form that the browser keeps; a dash when there are none."""
        return ",".join(card.id for card in self.references) or "-"

    @rx.var
    def strength_text(self) -> str:
        """`0.65`."""
        return f"{self.strength:.2f}"

    @rx.var
    def is_full(self) -> bool:
        """Whether no other picture can be chosen."""
        return len(self.references) >= REFERENCE_LIMIT

    @rx.event
    @signed_in
    async def clear(self, who: Principal, asset: str) -> None:
        """Without this picture; whoever it is for keeps it for the next time."""
        self._keep(sources=tuple(card.id for card in self.references if card.id != asset))
        await self._show(who)

    @rx.event
    @signed_in
    async def use_own(self, who: Principal) -> None:
        """Back to what whoever it is for has for every picture."""
        self._keep(sources=None)
        await self._show(who)

    @rx.event
    @signed_in
    async def choose_strength(self, who: Principal, strength: float) -> None:
        """How strongly the style is followed."""
        if 0 <= strength <= STRENGTH_LIMIT:
            self._keep(strength=round(float(strength), 2))
            change(self, strength=round(float(strength), 2), is_strength_chosen=True)

    @rx.event
    @signed_in
    async def use_workflows_strength(self, who: Principal) -> None:
        """As strongly as the workflow says."""
        self._keep(strength=None)
        self.form += 1
        change(self, strength=self._own_strength, is_strength_chosen=False)

    @rx.event
    @signed_in
    async def pick(self, who: Principal) -> None:
        """Look for a picture in the whole world."""
        await self._read_choices(who, PAGE)
        self.is_picking = True

    @rx.event
    @signed_in
    async def toggle_picker(self, who: Principal, is_open: bool) -> None:
        """It was closed."""
        self.is_picking = is_open

    @rx.event
    @signed_in
    async def load_more(self, who: Principal) -> None:
        """The next page."""
        await self._read_choices(who, len(self.choices) + PAGE)

    @rx.event
    @signed_in
    async def choose(self, who: Principal, asset: str) -> None:
        """Take a picture, or leave it again."""
        chosen = [card.id for card in self.references]
        if asset in chosen:
            chosen.remove(asset)
        elif len(chosen) < REFERENCE_LIMIT:
            await current().gallery.find(who, parsed_id(asset, PICTURE))
            chosen.append(asset)
        self._keep(sources=tuple(chosen))
        await self._show(who)

    @rx.event
    @signed_in
    async def use_always(self, who: Principal, asset: str) -> Follow:
        """Let every picture of whoever the tab shows have the style of this one."""
        subject = await subject_of(self)
        changes = EntityChanges(style_reference_id=parsed_id(asset, PICTURE))
        await current().worlds.update_entity(who, subject.kind, subject.entity_id, changes)
        return rx.toast.success(spoken(f"Every new picture of {subject.name} takes its style from this one"))

    @rx.event
    @signed_in
    async def drop_always(self, who: Principal) -> None:
        """Pictures of whoever the tab shows have no style of their own any more."""
        subject = await subject_of(self)
        await current().worlds.update_entity(
            who, subject.kind, subject.entity_id, EntityChanges(style_reference_id=None)
        )

    @property
    def _draft(self) -> StyleDraft:
        return self._drafts.get(self._about, StyleDraft())

    def _keep(self, **touched: tuple[str, ...] | float | None) -> None:
        self._drafts[self._about] = replace(self._draft, **touched)

    async def _show(self, who: Principal) -> None:
        """Show what was chosen, else what is theirs. What was deleted meanwhile is left out."""
        by_default = (self._default,) if self._default else ()
        wanted = by_default if self._draft.sources is None else self._draft.sources
        change(
            self,
            references=await cards_of(who, wanted),
            is_by_itself=self._draft.sources is None,
            has_default=bool(self._default),
        )

    async def _read_choices(self, who: Principal, wanted: int) -> None:
        if self._subject is None:
            raise NotFoundError("open dialog")
        found = await current().gallery.page(who, self._subject.world_id, limit=wanted + 1)
        change(self, choices=[asset_card(asset) for asset in found[:wanted]], has_more=len(found) > wanted)


async def show_style(state: rx.State, who: Principal, subject: Subject, workflow: str, *, about: str) -> None:
    """Show in the dialog what is chosen for whoever it is for, and how a workflow applies it. Raises NotFoundError.

    `about` is the character or location, or the batch that is asked for again: each has a choice of its own.
    """
    style = await state.get_state(StyleReference)
    entity = await current().worlds.find_entity(who, subject.kind, subject.entity_id)
    style._subject, style._about = subject, about  # noqa: SLF001 - public names of a state are there for every browser
    style._default = str(entity.style_reference_id or "")  # noqa: SLF001 - as above
    style.is_picking = False
    style.form += 1
    await style._show(who)  # noqa: SLF001 - as above
    await show_use(state, who, workflow)


async def show_use(state: rx.State, who: Principal, workflow: str) -> None:
    """Say how a workflow applies a style, and how strongly. Raises NotFoundError."""
    style = await state.get_state(StyleReference)
    try:
        plan = await current().workflows.takes_reference(who, parsed_id(workflow, "workflow"))
    except InvalidInputError as error:
        change(style, badge=error.message, is_applied=False, has_strength=False)
        return
    style._own_strength = plan.weight or 0.0  # noqa: SLF001 - public names of a state are there for every browser
    chosen = style._draft.strength  # noqa: SLF001 - as above
    change(
        style,
        badge=BADGES.get(plan.use, f"Using: {plan.taker}"),
        is_applied=plan.use is not ReferenceUse.NOTHING,
        has_strength=plan.weight is not None,
        strength=plan.weight or 0.0 if chosen is None else chosen,
        is_strength_chosen=chosen is not None,
    )


async def show_own_style(state: rx.State, who: Principal, entity: Entity) -> None:
    """Show what whoever the tab is in front of has for every picture."""
    own = () if entity.style_reference_id is None else (str(entity.style_reference_id),)
    change(await state.get_state(StyleReference), own=await cards_of(who, own))


async def style_to_ask_for(state: rx.State) -> AskedStyle:
    """What the dialog shows."""
    style = await state.get_state(StyleReference)
    strength = style._draft.strength if style.has_strength else None  # noqa: SLF001 - as elsewhere
    return AskedStyle([parsed_id(card.id, PICTURE) for card in style.references], strength)


async def forget_style(state: rx.State) -> None:
    """It was sent: the next one begins anew."""
    style = await state.get_state(StyleReference)
    style._drafts.pop(style._about, None)  # noqa: SLF001 - as elsewhere


async def use_style(state: rx.State, who: Principal, asset: str) -> AssetType:
    """Take the style of one picture for whoever the tab shows, the next time they are painted. Returns what kind of picture
    it is. Raises NotFoundError.
    """
    subject, style = await subject_for(state, who, asset), await state.get_state(StyleReference)
    found = await current().gallery.find(who, parsed_id(asset, PICTURE))
    if found.world_id != subject.world_id:
        raise NotFoundError(PICTURE)
    drafts, key = style._drafts, str(subject.entity_id)  # noqa: SLF001 - as elsewhere
    drafts[key] = replace(drafts.get(key, StyleDraft()), sources=(asset,))
    return found.asset_type


async def recall_style(state: rx.State, entity_id: UUID, origins: Sequence[StyleOrigin]) -> None:
    """Take the style that a picture was painted in, as far as its sources are still there."""
    style = await state.get_state(StyleReference)
    there = [one for one in origins if one.asset_id is not None]
    strength = there[0].strength if there else None
    is_choosable = strength is not None and 0 <= strength <= STRENGTH_LIMIT  # a workflow's own may be anything
    draft = StyleDraft(tuple(str(one.asset_id) for one in there), strength if is_choosable else None)
    style._drafts[str(entity_id)] = draft  # noqa: SLF001 - as elsewhere


async def keep_style_of(state: rx.State, batch: Batch) -> None:
    """Begin with the style that a batch was asked for in, unless another was chosen for it here before."""
    style = await state.get_state(StyleReference)
    sources = tuple(str(source.asset_id) for source in batch.style.sources) if batch.style else ()
    draft = StyleDraft(sources, batch.style.strength if batch.style else None)
    style._drafts.setdefault(str(batch.id), draft)  # noqa: SLF001 - as elsewhere


async def put_back_style(state: rx.State, who: Principal, entity: Entity, form: Mapping[str, str]) -> bool:
    """Take up what the browser kept of the dialog. True when it holds what the server did not know."""
    style = await state.get_state(StyleReference)
    known = style._drafts.get(str(entity.id))  # noqa: SLF001 - as elsewhere
    draft = await _draft_of(who, entity, form)
    if known is not None or draft == StyleDraft():
        return False
    style._drafts[str(entity.id)] = draft  # noqa: SLF001 - as elsewhere
    return True


async def cards_of(who: Principal, assets: Sequence[str]) -> list[ReferenceCard]:
    """Those of the pictures that are there, and whose they are."""
    cards = list[ReferenceCard]()
    for asset in assets:
        with suppress(NotFoundError):
            found = await current().gallery.find(who, parsed_id(asset, PICTURE))
            cards.append(reference_card(found, await name_of(who, found)))
    return cards


async def name_of(who: Principal, asset: Asset) -> str:
    """Whose picture it is. Raises NotFoundError."""
    return (await current().worlds.find_entity(who, asset.entity_type, asset.entity_id)).name


async def _draft_of(who: Principal, entity: Entity, form: Mapping[str, str]) -> StyleDraft:
    by_default = str(entity.style_reference_id or "-")
    kept = form.get(SOURCES, by_default)
    found = [] if kept == by_default else await cards_of(who, kept.split(",")[:REFERENCE_LIMIT])
    sources = None if kept == by_default else tuple(card.id for card in found)
    return StyleDraft(sources=sources, strength=_strength_of(form.get(STRENGTH, "")))


def _strength_of(text: str) -> float | None:
    with suppress(ValueError):
        strength = float(text)
        return strength if 0 <= strength <= STRENGTH_LIMIT else None
    return None
