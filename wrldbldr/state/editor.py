"""The form of whoever or whatever the tab shows. Fields are saved one by one, when they are left or at rest."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from uuid import UUID

import reflex as rx

from wrldbldr.domain.account import Principal
from wrldbldr.domain.errors import InvalidInputError, NotFoundError
from wrldbldr.domain.picture import FITTING
from wrldbldr.domain.world import Character, Entity, EntityType, entity_type
from wrldbldr.engine import current
from wrldbldr.kit.ids import new_id
from wrldbldr.services.cards import NO_IMAGE, first_words, image_url
from wrldbldr.services.worlds import EntityChanges
from wrldbldr.state.change import change
from wrldbldr.state.ids import parsed_id, parsed_word
from wrldbldr.state.place import Place, subject_of
from wrldbldr.state.principal import signed_in
from wrldbldr.state.style_reference import show_own_style
from wrldbldr.state.unsaved import Words

FIELDS = ("name", "description", "mood", "immediate_goal")
CHANGED_ELSEWHERE = "Not saved yet: meanwhile this was changed to “{}”. Leave the field to keep your words instead."


@dataclass(frozen=True, slots=True)
class Refused:
    """What was typed and could not be saved, and why: neither is lost."""

    text: str
    message: str


class Editor(rx.State):
    """What the form was filled with. The browser keeps what is typed; `form` changes when it shall start over."""

    form: rx.Field[str] = rx.field("")
    name: rx.Field[str] = rx.field("")
    description: rx.Field[str] = rx.field("")
    mood: rx.Field[str] = rx.field("")
    immediate_goal: rx.Field[str] = rx.field("")
    is_visible: rx.Field[bool] = rx.field(False)
    hero: rx.Field[str] = rx.field("")
    hero_is_simulated: rx.Field[bool] = rx.field(False)
    error_field: rx.Field[str] = rx.field("")
    error: rx.Field[str] = rx.field("")
    refused: rx.Field[list[str]] = rx.field(default_factory=list)
    is_saved: rx.Field[bool] = rx.field(False)
    _focused: str = ""
    _refused: dict[str, Refused] = {}  # by entity and field

    @rx.event
    @signed_in
    async def begin(self, who: Principal, field: str, form: str) -> None:
        """Somebody is in a field: nothing may be put in its place now, unless the form has started over on the way."""
        if form == self.form:
            self._focused = field

    @rx.event
    @signed_in
    async def save(self, who: Principal, kind: str, entity: str, field: str, value: str) -> None:
        """A field was left or is at rest. It names whose it is: by now the tab may show somebody else."""
        if field not in FIELDS:
            return
        entity_id = parsed_id(entity, "character or location")
        is_shown = (await self.get_state(Place)).entity == entity
        if is_shown and value == getattr(self, field) and f"{entity}:{field}" not in self._refused:
            return
        await self._store(who, parsed_word(EntityType, kind, "kind"), entity_id, field, value)

    @rx.event
    @signed_in
    async def leave(self, who: Principal, field: str) -> None:
        """A field was left."""
        if self._focused == field:
            self._focused = ""

    @rx.event
    @signed_in
    async def show_to_players(self, who: Principal, is_visible: bool) -> None:
        """Let players know of them, or hide them."""
        subject = await subject_of(self)
        changes = EntityChanges(visible_to_players=is_visible)
        await current().worlds.update_entity(who, subject.kind, subject.entity_id, changes)
        self.is_visible, self.is_saved = is_visible, True

    async def _store(self, who: Principal, kind: EntityType, entity_id: UUID, field: str, value: str) -> bool:
        """True unless it was refused. Raises NotFoundError."""
        place, entity = await self.get_state(Place), str(entity_id)
        try:
            changed = await current().worlds.update_entity(
                who, kind, entity_id, replace(EntityChanges(), **{field: value})
            )
        except InvalidInputError as error:
            await self._refuse(entity, field, Refused(value, error.message))
            return False
        self._refused.pop(f"{entity}:{field}", None)
        if place.entity == entity:
            place.entity_name = changed.name
            self._put(entity, field, value)
            self._show_refusal(entity)
            self.is_saved = not self.error
        return True

    async def _refuse(self, entity: str, field: str, refused: Refused) -> None:
        """Say at the field why it is not saved."""
        self._refused[f"{entity}:{field}"] = refused
        if (await self.get_state(Place)).entity == entity:
            self._put(entity, field, refused.text)
            self._show_refusal(entity)
            self.error_field, self.error, self.is_saved = field, refused.message, False

    async def _put_back(self, who: Principal, entity: Entity, words: Words) -> bool:
        """Store what a browser kept. True unless it is stored already.

        What was changed elsewhere since is not overwritten unasked: the words stand in the form, and it says so.
        """
        stored = stored_text(entity, words.field)
        if _is_same(words.text, stored):
            return False
        if _is_same(words.base, stored):
            await self._store(who, entity_type(entity), entity.id, words.field, words.text)
        else:
            says = CHANGED_ELSEWHERE.format(first_words(stored) or "nothing")
            await self._refuse(str(entity.id), words.field, Refused(words.text, says))
        return True

    def _put(self, entity: str, field: str, value: str) -> None:
        """Show `value`. Who typed it sees it already, unless the form was filled anew while it was on its way."""
        setattr(self, field, value)
        if not self._focused:
            self._start_over(entity)

    def _start_over(self, entity: str) -> None:
        self.form = f"{entity}-{new_id()}"  # never as before, also not when the server has forgotten the tab

    def _show_refusal(self, entity: str) -> None:
        """The first field that could not be saved says why."""
        self.refused = [field for field in FIELDS if f"{entity}:{field}" in self._refused]
        field = next(iter(self.refused), "")
        self.error_field, self.error = field, self._refused[f"{entity}:{field}"].message if field else ""

    def _text_of(self, entity: Entity, field: str) -> str:
        refused = self._refused.get(f"{entity.id}:{field}")
        return stored_text(entity, field) if refused is None else refused.text

    def _is_shown_as(self, entity: Entity) -> bool:
        return all(getattr(self, field) == self._text_of(entity, field) for field in FIELDS)

    def _fill(self, entity: Entity, *, is_new: bool) -> None:
        """Show what is stored, or what was typed and refused. A field being written in keeps the form from starting over."""
        change(self, is_visible=entity.visible_to_players)
        if not is_new and (self._focused or self._is_shown_as(entity)):
            return
        for field in FIELDS:
            setattr(self, field, self._text_of(entity, field))
        self._show_refusal(str(entity.id))
        self._start_over(str(entity.id))
        self.is_saved = False
        self._focused = ""


@dataclass(frozen=True, slots=True)
class Returned:
    """What became of the words that a browser kept: what it may forget, and whether any are back."""

    settled: Sequence[str]
    are_back: bool


async def put_back_words(state: rx.State, who: Principal, kept: Sequence[Words]) -> Returned:
    """Store what a browser kept for the fields of the editor, whomever the tab shows."""
    editor = await state.get_state(Editor)
    settled: list[str] = []
    are_back = False
    for words in kept:
        if words.field not in FIELDS:
            continue
        with suppress(NotFoundError):  # they are gone, and nobody can be told anything about them any more
            kind, entity_id = parsed_word(EntityType, words.kind, "kind"), parsed_id(words.entity, "entity")
            entity = await current().worlds.find_entity(who, kind, entity_id)
            are_back |= await editor._put_back(who, entity, words)  # noqa: SLF001 - else it were a handler for browsers
            name = f"{entity.id}:{words.field}"
            settled += [] if name in editor._refused else [name]  # noqa: SLF001 - as above
    return Returned(settled, are_back)


async def fill_editor(state: rx.State, who: Principal, *, is_new: bool) -> None:
    """Show whoever the tab is in front of. `is_new` when it was somebody else before. Raises NotFoundError."""
    subject = await subject_of(state)
    engine = current()
    entity = await engine.worlds.find_entity(who, subject.kind, subject.entity_id)
    active = await engine.gallery.active(who, subject.world_id)
    hero = active.get((entity.id, FITTING[entity_type(entity)][0]))
    editor = await state.get_state(Editor)
    editor._fill(entity, is_new=is_new)  # noqa: SLF001 - a public method of a state would be an event for everybody
    await show_own_style(state, who, entity)
    picture = None if hero is None else await engine.gallery.find(who, hero)
    change(
        editor,
        hero=NO_IMAGE if picture is None else image_url(picture.id),
        hero_is_simulated=picture is not None and picture.is_simulated,
    )


def stored_text(entity: Entity, field: str) -> str:
    """A field of the form as it is stored; empty for what a location does not have."""
    if field in {"mood", "immediate_goal"} and not isinstance(entity, Character):
        return ""
    return str(getattr(entity, field))


def _is_same(text: str, other: str) -> bool:
    """Whether they are the same once stored, where space around words does not count."""
    return text.split() == other.split()
