"""The words with which the prompt for each kind of picture begins."""

from collections.abc import Mapping

from wrldbldr.db.database import Database
from wrldbldr.domain.account import Principal, Role
from wrldbldr.domain.batch import AssetType
from wrldbldr.domain.errors import ForbiddenError, InvalidInputError, InvalidInputsError
from wrldbldr.domain.picture import proposed_prompt
from wrldbldr.domain.prompt_template import DEFAULT_TEMPLATES, checked_template, fill_template
from wrldbldr.domain.world import Character, Entity


class PromptTemplateService:
    """Templates belong to the server, as workflows do: every game master has them, only the owner changes them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self, _: Principal) -> dict[AssetType, str]:
        """That of every kind of picture."""
        async with self._database.read() as unit:
            return {**DEFAULT_TEMPLATES, **await unit.prompt_templates.all()}

    async def change(self, who: Principal, templates: Mapping[AssetType, str]) -> dict[AssetType, str]:
        """Let prompts begin otherwise, all of these or none; an empty one is as it came. Kinds not named stay as they are.

        Raises ForbiddenError, and InvalidInputsError with a sentence for each kind whose template cannot be filled in.
        """
        if who.role is not Role.OWNER:
            raise ForbiddenError("Only the owner of this WrldBldr changes prompt templates.")
        checked, sentences = dict[AssetType, str](), dict[str, str]()
        for asset_type, template in templates.items():
            try:
                checked[asset_type] = checked_template(template)
            except InvalidInputError as error:
                sentences[asset_type.value] = error.message
        if sentences:
            raise InvalidInputsError(sentences)
        async with self._database.write() as unit:
            for asset_type, template in checked.items():
                is_own = bool(template) and template != DEFAULT_TEMPLATES[asset_type]
                await unit.prompt_templates.put(asset_type, template if is_own else None)
        return await self.all(who)

    async def beginning(self, who: Principal, asset_type: AssetType, entity: Entity) -> str:
        """What the prompt for a picture of somebody or somewhere begins with."""
        mood = entity.mood if isinstance(entity, Character) else ""
        template, description = (await self.all(who))[asset_type], proposed_prompt(entity.description)
        return fill_template(template, name=entity.name, description=description, mood=mood)
