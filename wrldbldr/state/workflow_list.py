"""The workflows there are, which of them the page shows, and bringing in another."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any

import reflex as rx

from wrldbldr.domain.account import Principal
from wrldbldr.domain.batch import AssetType
from wrldbldr.engine import current
from wrldbldr.services.workflow_check import summary
from wrldbldr.services.workflow_report import WorkflowSummary
from wrldbldr.state.change import change
from wrldbldr.state.ids import parsed_id
from wrldbldr.state.principal import Follow, Follows, signed_in
from wrldbldr.state.words import spoken
from wrldbldr.state.workflow_editor import WorkflowEditor, show_workflow

KNOWN, LACKING, UNKNOWN = "ok", "lacking", "unknown"
LOOK = "See what goes where, and what it shall paint."
TAKE_DROPS = "import('/workflow-file.js')"
TO_THE_WORKFLOW = "document.getElementById('workflow-detail')?.scrollIntoView({ block: 'nearest' })"


@dataclass(frozen=True, slots=True)
class WorkflowCard:
    """A workflow's line in the list; `mark` says whether the connected ComfyUI has all it needs."""

    id: str
    name: str
    facts: str
    mark: str


class WorkflowList(rx.State):
    """`chosen` is the one that is shown beside the list."""

    cards: rx.Field[list[WorkflowCard]] = rx.field(default_factory=list)
    chosen: rx.Field[str] = rx.field("")
    error: rx.Field[str] = rx.field("")  # of the file that was brought last
    is_importing: rx.Field[bool] = rx.field(False)

    @rx.event
    @signed_in
    async def enter(self, who: Principal) -> Follows:
        """The page opens. What ComfyUI lacks is looked up after the list shows: it may take its time to answer."""
        change(self, error="", is_importing=False)
        await list_workflows(self, who)
        if self.cards and self.chosen not in {card.id for card in self.cards}:
            self.chosen = self.cards[0].id
        await show_workflow(self, who, self.chosen)
        return [rx.call_script(TAKE_DROPS), WorkflowList.compare]

    @rx.event(background=True)
    @signed_in
    async def compare(self, who: Principal) -> AsyncGenerator[Follows]:
        """Mark in the list what the connected ComfyUI lacks."""
        summaries = await current().workflows.summaries(who)
        async with self:
            change(self, cards=[_card(one) for one in summaries])
        yield None

    @rx.event
    @signed_in
    async def look_again(self, who: Principal) -> Follows:
        """ComfyUI came or went: what it lacks is another matter now. Only where the list has been shown."""
        return [WorkflowList.compare, WorkflowEditor.look_again] if self.cards else None

    @rx.event
    @signed_in
    async def choose(self, who: Principal, workflow: str) -> Follow:
        """Show another one. What was changed and not saved of this one stays with it."""
        found = await current().workflows.find(who, parsed_id(workflow, "workflow"))
        change(self, chosen=str(found.id), error="")
        await show_workflow(self, who, self.chosen)
        return rx.call_script(TO_THE_WORKFLOW)

    @rx.event
    @signed_in
    async def begin_import(self, who: Principal) -> None:
        """A file was chosen, and is on its way."""
        change(self, is_importing=True, error="")

    @rx.event
    @signed_in
    async def take(self, who: Principal, answer: dict[str, Any]) -> Follows:
        """What became of the file, as the browser was told: the workflow it is now, or why there is none."""
        change(self, is_importing=False)
        if not isinstance(answer.get("id"), str):
            change(self, error=str(answer.get("error") or "")[:400] if answer else "")
            return None
        made = await current().workflows.find(who, parsed_id(answer["id"], "workflow"))
        await list_workflows(self, who)
        change(self, chosen=str(made.id))
        await show_workflow(self, who, self.chosen)
        notices = answer.get("notices")
        says = " ".join(str(one) for one in notices[:3])[:400] if isinstance(notices, list) else ""
        told = rx.toast.success(spoken(f"{made.name} is here"), description=spoken(says or LOOK))
        return [told, rx.call_script(TO_THE_WORKFLOW), WorkflowList.compare]


async def list_workflows(state: rx.State, who: Principal) -> None:
    """Bring the list in the tab of `state` up to date; what ComfyUI lacks stays marked as it was."""
    listed = await state.get_state(WorkflowList)
    known = {card.id: card for card in listed.cards}
    cards = [_card(one) for one in await current().workflows.summaries(who, is_checked=False)]
    change(listed, cards=[_marked_as(card, known.get(card.id)) for card in cards])


def paints_words(paints: tuple[AssetType, ...]) -> str:
    """`Portraits, sprites`; empty for one that is used for nothing by itself."""
    return ", ".join(f"{asset_type}s" for asset_type in paints).capitalize()


def _card(one: WorkflowSummary) -> WorkflowCard:
    nodes = "1 node" if one.node_count == 1 else f"{one.node_count:,} nodes"
    facts = " · ".join(filter(None, (paints_words(one.paints), nodes)))
    mark = UNKNOWN if not one.check.is_known else KNOWN if one.check.is_ok else LACKING
    return WorkflowCard(
        id=str(one.workflow.id),
        name=one.workflow.name,
        facts=summary(one.check.lacks) if mark == LACKING else facts,
        mark=mark,
    )


def _marked_as(card: WorkflowCard, known: WorkflowCard | None) -> WorkflowCard:
    if known is None or known.mark == UNKNOWN:
        return card
    facts = known.facts if known.mark == LACKING else card.facts
    return WorkflowCard(id=card.id, name=card.name, facts=facts, mark=known.mark)
