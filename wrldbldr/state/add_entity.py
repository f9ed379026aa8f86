"""Adding and removing characters and locations."""

from typing import Any

import reflex as rx

from wrldbldr.domain.account import Principal
from wrldbldr.domain.errors import InvalidInputError
from wrldbldr.domain.world import EntityType
from wrldbldr.engine import current
from wrldbldr.services.worlds import EntityChanges
from wrldbldr.state.creator import Creator, go_to, keep_address
from wrldbldr.state.gallery import counted
from wrldbldr.state.ids import parsed_id, parsed_word
from wrldbldr.state.place import Place, subject_of
from wrldbldr.state.principal import Follow, Follows, signed_in
from wrldbldr.state.unsaved import Unsaved, forget_unsaved

KIND = "kind of character or location"
ENTITY_FORM = "entity"  # how the browser calls it


class AddEntity(rx.State):
    """A name is enough to begin."""

    is_open: rx.Field[bool] = rx.field(False)
    kind: rx.Field[str] = rx.field(EntityType.CHARACTER.value)
    name: rx.Field[str] = rx.field("")
    error: rx.Field[str] = rx.field("")
    is_asking: rx.Field[bool] = rx.field(False)
    doomed_pictures: rx.Field[str] = rx.field("0")  # as it is said

    @rx.event
    @signed_in
    async def begin(self, who: Principal, kind: str) -> None:
        """Ask for a name; one that was typed before is there still."""
        self.kind, self.error, self.is_open = parsed_word(EntityType, kind, KIND).value, "", True

    @rx.event
    @signed_in
    async def choose_kind(self, who: Principal, kind: str) -> None:
        """A character or a location."""
        self.kind = parsed_word(EntityType, kind, KIND).value

    @rx.event
    @signed_in
    async def keep_name(self, who: Principal, typed: str) -> None:
        """Remember what was typed, should the dialog be closed."""
        if self.is_open:
            self.name = typed

    @rx.event
    @signed_in
    async def toggle(self, who: Principal, is_open: bool) -> None:
        """The dialog was closed."""
        self.is_open = is_open

    @rx.event
    @signed_in
    async def add(self, who: Principal, form: dict[str, Any]) -> Follows:
        """Make them and go there."""
        place = await self.get_state(Place)
        changes = EntityChanges(name=str(form.get("name", "")))
        try:
            made = await current().worlds.create_entity(
                who, EntityType(self.kind), parsed_id(place.world, "world"), changes
            )
        except InvalidInputError as error:
            self.error = error.message
            return None
        self.is_open, self.name = False, ""
        await go_to(self, who, str(made.id))
        return [forget_unsaved(ENTITY_FORM), keep_address(str(made.id))]

    @rx.event
    @signed_in
    async def ask_to_delete(self, who: Principal) -> None:
        """Nothing is removed unasked."""
        subject = await subject_of(self)
        counts = await current().gallery.counts(who, subject.world_id, subject.entity_id)
        self.doomed_pictures, self.is_asking = counted(sum(counts.values())), True

    @rx.event
    @signed_in
    async def toggle_question(self, who: Principal, is_open: bool) -> None:
        """The question was closed."""
        self.is_asking = is_open

    @rx.event
    @signed_in
    async def delete(self, who: Principal) -> Follow:
        """The question was answered with yes."""
        self.is_asking = False
        subject = await subject_of(self)
        await current().worlds.delete_entity(who, subject.kind, subject.entity_id)
        return Creator.refresh


async def put_back_entity_form(state: rx.State, unsaved: Unsaved) -> bool:
    """Take up what the browser kept of this dialog, and open it where it was open. True when something came back."""
    form, dialog = unsaved.forms.get(ENTITY_FORM, {}), await state.get_state(AddEntity)
    name, kind = form.get("name", ""), form.get("kind", "")
    if dialog.name or not name.strip() or kind not in set(EntityType):
        return False
    dialog.name, dialog.kind = name, kind
    place = await state.get_state(Place)
    dialog.is_open = bool(place.world) and unsaved.open_form == ENTITY_FORM
    return True
