"""Workflows and which of them paints what."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from wrldbldr.domain.batch import AssetType
from wrldbldr.domain.workflow import Workflow, WorkflowDefault
from wrldbldr.domain.workflow_form import WorkflowForm


class Workflows:
    """The table of workflows, that of their forms, and that of defaults."""

    def __init__(self, db_session: AsyncSession) -> None:
        self._db_session = db_session

    async def add(self, workflow: Workflow) -> None:
        """Store a new workflow."""
        self._db_session.add(workflow)
        await self._db_session.flush()

    async def delete(self, workflow: Workflow) -> None:
        """Remove it; batches and pictures keep its name."""
        await self._db_session.delete(workflow)
        await self._db_session.flush()

    async def find(self, workflow_id: UUID) -> Workflow | None:
        """The workflow with this id."""
        return await self._db_session.get(Workflow, workflow_id)

    async def all(self) -> Sequence[Workflow]:
        """Every workflow, by name."""
        rows = await self._db_session.execute(select(Workflow).order_by(col(Workflow.name), col(Workflow.id)))
        return rows.scalars().all()

    async def form(self, workflow_id: UUID) -> WorkflowForm | None:
        """The size and the shown inputs of a workflow; None while nobody chose any."""
        return await self._db_session.get(WorkflowForm, workflow_id)

    async def forms(self) -> dict[UUID, WorkflowForm]:
        """Those of all workflows that have any."""
        rows = await self._db_session.execute(select(WorkflowForm))
        return {form.workflow_id: form for form in rows.scalars()}

    async def add_form(self, form: WorkflowForm) -> None:
        """Store the first choice for a workflow."""
        self._db_session.add(form)
        await self._db_session.flush()

    async def defaults(self) -> dict[AssetType, UUID]:
        """Which workflow paints each asset type; types without one are absent."""
        rows = await self._db_session.execute(select(WorkflowDefault))
        return {AssetType(row.asset_type): row.workflow_id for row in rows.scalars()}

    async def set_default(self, asset_type: AssetType, workflow_id: UUID) -> None:
        """From now on `workflow_id` paints `asset_type`."""
        row = await self._db_session.get(WorkflowDefault, asset_type.value)
        if row is None:
            self._db_session.add(WorkflowDefault(asset_type=asset_type.value, workflow_id=workflow_id))
        else:
            row.workflow_id = workflow_id
        await self._db_session.flush()
