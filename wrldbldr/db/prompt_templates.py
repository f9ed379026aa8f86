"""The words with which prompts begin, where somebody chose their own."""

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import select

from wrldbldr.domain.batch import AssetType
from wrldbldr.domain.prompt_template import PromptTemplate


class PromptTemplates:
    """The table of prompt templates."""

    def __init__(self, db_session: AsyncSession) -> None:
        self._db_session = db_session

    async def all(self) -> dict[AssetType, str]:
        """Those that somebody wrote."""
        rows = await self._db_session.execute(select(PromptTemplate))
        return {AssetType(row.asset_type): row.template for row in rows.scalars()}

    async def put(self, asset_type: AssetType, template: str | None) -> None:
        """From now on a kind of picture has this template; with None it has none of its own."""
        row = await self._db_session.get(PromptTemplate, asset_type.value)
        if template is None:
            if row is not None:
                await self._db_session.delete(row)
        elif row is None:
            self._db_session.add(PromptTemplate(asset_type=asset_type.value, template=template))
        else:
            row.template = template
        await self._db_session.flush()
