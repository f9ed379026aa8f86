"""The form of whoever or whatever the tab shows. Fields are saved one by one, when they are left or at rest."""

from dataclasses import replace

import reflex as rx

from wrldbldr.domain.account import Principal
from wrldbldr.domain.batch import AssetType
from wrldbldr.domain.errors import InvalidInputError
from wrldbldr.domain.world import Character, Entity, EntityType, entity_type
from wrldbldr.engine import current
from wrldbldr.services.cards import NO_IMAGE, image_url
from wrldbldr.services.worlds import EntityChanges
from wrldbldr.state.change import change
from wrldbldr.state.ids import parsed_id, parsed_word
from wrldbldr.state.place import Place, subject_of
from wrldbldr.state.principal import signed_in

HERO = {EntityType.CHARACTER: AssetType.PORTRAIT, EntityType.LOCATION: AssetType.BACKDROP}
FIELDS = ("name", "description", "mood", "immediate_goal")


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
    is_saved: rx.Field[bool] = rx.field(False)
    _focused: str = ""
    _refused: dict[str, str] = {}  # what was typed and could not be saved, by entity and field: it is not lost
    _turn: int = 0

    @rx.event
    @signed_in
    async def begin(self, who: Principal, field: str) -> None:
        """Somebody is in a field: nothing may be put in its place now."""
        self._focused = field

    @rx.event
    @signed_in
    async def save(self, who: Principal, kind: str, entity: str, field: str, value: str) -> None:
        """A field was left or is at rest. It names whose it is: by now the tab may show somebody else."""
        if field not in FIELDS:
            return
        entity_id = parsed_id(entity, "character or location")
        place = await self.get_state(Place)
        is_shown = place.entity == entity
        if is_shown and value == getattr(self, field) and self.error_field != field:
            return
        try:
            changed = await current().worlds.update_entity(
                who, parsed_word(EntityType, kind, "kind"), entity_id, replace(EntityChanges(), **{field: value})
            )
        except InvalidInputError as error:
            self._refused[f"{entity}:{field}"] = value
            if is_shown:
                self.error_field, self.error, self.is_saved = field, error.message, False
            return
        self._refused.pop(f"{entity}:{field}", None)
        if is_shown:
            place.entity_name = changed.name
            setattr(self, field, value)
            self.is_saved = True
            if self.error_field == field:
                self.error_field = self.error = ""

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

    def _is_shown_as(self, entity: Entity) -> bool:
        return all(getattr(self, field) == stored_text(entity, field) for field in FIELDS)

    def _fill(self, entity: Entity, *, is_new: bool) -> None:
        """Show what is stored, or what was typed and refused. A field being written in keeps the form from starting over."""
        change(self, is_visible=entity.visible_to_players)
        if not is_new and (self._focused or self._is_shown_as(entity)):
            return
        self.error_field = self.error = ""
        for field in FIELDS:
            setattr(self, field, self._refused.get(f"{entity.id}:{field}", stored_text(entity, field)))
        self._turn += 1
        self.form = f"{entity.id}-{self._turn}"
        self.is_saved = False
        self._focused = ""


async def fill_editor(state: rx.State, who: Principal, *, is_new: bool) -> None:
    """Show whoever the tab is in front of. `is_new` when it was somebody else before. Raises NotFoundError."""
    subject = await subject_of(state)
    engine = current()
    entity = await engine.worlds.find_entity(who, subject.kind, subject.entity_id)
    active = await engine.gallery.active(who, subject.world_id)
    hero = active.get((entity.id, HERO[entity_type(entity)]))
    editor = await state.get_state(Editor)
    editor._fill(entity, is_new=is_new)  # noqa: SLF001 - a public method of a state would be an event for everybody
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
