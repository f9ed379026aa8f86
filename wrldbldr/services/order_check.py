"""What is looked at where pictures are asked for: what is set of the workflow's inputs, and what ComfyUI lacks of it."""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from uuid import UUID

from pydantic import JsonValue

from wrldbldr.comfyui.errors import ComfyUIError
from wrldbldr.comfyui.graph import parse_graph
from wrldbldr.comfyui.port import ComfyUI, ConnectionState, NodeCatalogue
from wrldbldr.db.database import Database, UnitOfWork
from wrldbldr.domain.account import Principal
from wrldbldr.domain.batch import AssetType
from wrldbldr.domain.errors import InvalidInputsError, NotFoundError
from wrldbldr.domain.input_setting import InputSettings
from wrldbldr.domain.workflow import NodeInput, Workflow
from wrldbldr.domain.workflow_form import ShownInputs
from wrldbldr.kit.clock import Clock, within
from wrldbldr.services.analysis import analyze
from wrldbldr.services.styling import needed_graph
from wrldbldr.services.workflow_check import Lack, lacks
from wrldbldr.services.workflow_inputs import InputField, checked_settings, input_fields

LOOK_SECONDS = 5.0  # somebody waits; what is not known by then is found out when it is painted
NAMED = 8
REMEMBERED = 500

Variant = tuple[UUID, str, bool]
"""A workflow, the hash of its graph, and whether it is to take a style reference: without one the adapter is left out."""


class OrderCheck:
    """Asks nothing of a ComfyUI that is away: what it lacks is not known then, and batches wait for it (decision 7).

    What lacks nothing is remembered for as long as the catalogue is. What does is looked at anew each time: somebody may just
    have put the model there.
    """

    def __init__(self, database: Database, comfyui: ComfyUI, clock: Clock) -> None:
        self._database = database
        self._comfyui = comfyui
        self._clock = clock
        self._found: dict[Variant, tuple[Lack, ...]] = {}  # for one catalogue
        self._compared: NodeCatalogue | None = None
        self._known: NodeCatalogue | None = None
        comfyui.connection.subscribe(self._hear)

    @property
    def known(self) -> NodeCatalogue | None:
        """What the connected ComfyUI had when it was last asked here; None while it is away."""
        return self._known if self._comfyui.connection.current.is_answering else None

    async def catalogue(self, *, refresh: bool = False) -> NodeCatalogue | None:
        """What the connected ComfyUI has; None while it is away, or does not say soon enough."""
        if not self._comfyui.connection.current.is_answering:
            return None
        self._known = await within(LOOK_SECONDS, self._clock, self._asked(self._comfyui.catalogue(refresh)))
        return self._known

    async def lacks(self, _: Principal, workflow_id: UUID, *, is_styled: bool) -> str:
        """What the connected ComfyUI lacks of a workflow, in words; empty when nothing, or when it is away.

        Without a style reference, what would take one is not needed.

        Raises NotFoundError.
        """
        workflow = await self._workflow(workflow_id)
        if workflow is None:
            raise NotFoundError("workflow")
        found = await self._lacks(workflow, is_styled=is_styled)
        if found:  # somebody may just have put it there
            found = await self._lacks(workflow, is_styled=is_styled, refresh=True)
        return in_words(workflow.name, found) if found else ""

    async def fields(self, _: Principal, workflow_id: UUID) -> tuple[InputField, ...]:
        """The inputs of a workflow that are set where pictures are asked for. Raises NotFoundError."""
        async with self._database.read() as unit:
            workflow, shown = await _with_shown(unit, workflow_id)
        if workflow is None:
            raise NotFoundError("workflow")
        return await self._fields(workflow, shown)

    async def settings(self, chosen: UUID | AssetType, given: Mapping[NodeInput, JsonValue]) -> InputSettings:
        """What was set of the inputs a workflow shows, as ComfyUI takes it. Raises InvalidInputsError.

        Nothing for a workflow that is not there.
        """
        async with self._database.read() as unit:
            workflow_id = chosen if isinstance(chosen, UUID) else (await unit.workflows.defaults()).get(chosen)
            workflow, shown = (None, ()) if workflow_id is None else await _with_shown(unit, workflow_id)
        if workflow is None:
            return ()
        settings, sentences = checked_settings(await self._fields(workflow, shown), given.items())
        if sentences:
            raise InvalidInputsError(sentences)
        return settings

    async def _fields(self, workflow: Workflow, shown: ShownInputs) -> tuple[InputField, ...]:
        if not shown:
            return ()
        catalogue, chosen = await self.catalogue(), frozenset(shown)

        def look() -> tuple[InputField, ...]:
            found = input_fields(parse_graph(workflow.graph), workflow.bindings, catalogue)
            return tuple(field for field in found if field.input in chosen)

        return await asyncio.to_thread(look)

    async def _lacks(self, workflow: Workflow, *, is_styled: bool, refresh: bool = False) -> tuple[Lack, ...]:
        catalogue = await self.catalogue(refresh=refresh)
        if catalogue is None:
            return ()
        if catalogue is not self._compared or len(self._found) >= REMEMBERED:
            self._compared, self._found = catalogue, {}
        variant = (workflow.id, workflow.graph_hash, is_styled)
        found = self._found.get(variant)
        if found is None:
            found = await asyncio.to_thread(_compare, workflow, catalogue, is_styled=is_styled)
            if catalogue is self._compared:
                self._found[variant] = found
        return found

    async def _asked(self, asking: Coroutine[None, None, NodeCatalogue]) -> NodeCatalogue | None:
        try:
            return await asking
        except ComfyUIError:
            return None

    async def _workflow(self, workflow_id: UUID) -> Workflow | None:
        async with self._database.read() as unit:
            return await unit.workflows.find(workflow_id)

    def _hear(self, state: ConnectionState) -> None:
        """Whoever comes back may be another one, with other nodes and models."""
        if not state.is_answering:
            self._known = None


def in_words(workflow_name: str, found: Sequence[Lack]) -> str:
    """Everything that keeps a workflow from running."""
    more = [f"And {len(found) - NAMED:,} more."] if len(found) > NAMED else []
    return " ".join([f"{workflow_name} cannot run as it is.", *map(_sentence, found[:NAMED]), *more])


def _sentence(lack: Lack) -> str:
    return f"{lack.sentence} Nearest: {', '.join(lack.nearest)}." if lack.nearest else lack.sentence


def _compare(workflow: Workflow, catalogue: NodeCatalogue, *, is_styled: bool) -> tuple[Lack, ...]:
    graph = needed_graph(workflow, catalogue, is_styled=is_styled)
    return lacks(graph, analyze(graph, catalogue), catalogue)


async def _with_shown(unit: UnitOfWork, workflow_id: UUID) -> tuple[Workflow | None, ShownInputs]:
    workflow, form = await unit.workflows.find(workflow_id), await unit.workflows.form(workflow_id)
    return workflow, form.shown if form else ()
