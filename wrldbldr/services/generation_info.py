"""How a picture came to be: what its game master reads, and what it takes to ask for it again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from wrldbldr.domain.asset import NO_SEED, Asset
from wrldbldr.domain.batch import Batch
from wrldbldr.domain.recipe import Recipe, StyleOrigin
from wrldbldr.domain.style_reference import Lineage
from wrldbldr.domain.workflow import Workflow
from wrldbldr.services.cards import Fact, input_facts


@dataclass(frozen=True, slots=True)
class GenerationInfo:
    """A picture with what is known around it. `batch` is None for one that was not painted here, `workflow` when it is
    gone; `game_master` is who asked for it, or empty. `ancestors` is what it took its style from, `sources` those of
    these pictures that are still there.
    """

    asset: Asset
    batch: Batch | None
    workflow: Workflow | None
    game_master: str
    ancestors: Sequence[Lineage] = ()
    sources: Sequence[Asset] = ()

    @property
    def recipe(self) -> Recipe:
        """Everything that is needed to ask for it again: the one place where that is put together."""
        asset, batch = self.asset, self.batch
        return Recipe(
            prompt=asset.prompt,
            negative_prompt=asset.negative_prompt,
            seed=None if asset.seed == NO_SEED else asset.seed,
            count=batch.count if batch else None,
            width=batch.width if batch else asset.width,
            height=batch.height if batch else asset.height,
            asset_type=asset.asset_type,
            model=asset.model,
            workflow_name=asset.workflow_name,
            workflow_hash=self.workflow.graph_hash if self.workflow else "",
            inputs=asset.inputs or (),
            style=self._style,
            is_simulated=asset.is_simulated,
            painted_at=asset.created_at,
        )

    @property
    def took(self) -> timedelta | None:
        """How long its batch was painted."""
        if self.batch is None or self.batch.started_at is None or self.batch.completed_at is None:
            return None
        return self.batch.completed_at - self.batch.started_at

    @property
    def facts(self) -> list[Fact]:
        """All that is not said by its prompts, its seed and when it was painted; what is not known is left out."""
        asset, batch = self.asset, self.batch
        model = ("simulated: " if asset.is_simulated else "") + (asset.model or "not named")
        is_painted = bool(batch or asset.model or asset.workflow_name)
        facts = [Fact("Workflow", asset.workflow_name), Fact("Model", model if is_painted else "")]
        facts += [Fact("Size", f"{asset.width} × {asset.height}"), *input_facts(asset.inputs)]
        if batch is not None:
            facts.append(Fact("Batch", f"{asset.batch_index + 1} of {batch.count}"))
            facts.append(Fact("Attempts", f"{batch.attempt}"))
        return [fact for fact in [*facts, Fact("Asked by", self.game_master)] if fact.value]

    @property
    def _style(self) -> tuple[StyleOrigin, ...]:
        there = {source.id: source.content_hash for source in self.sources}
        return tuple(
            StyleOrigin(
                label=one.label,
                use=one.use,
                taker=one.taker,
                strength=one.strength,
                asset_id=one.source_id,
                content_hash=there.get(one.source_id, "") if one.source_id else "",
            )
            for one in self.ancestors
        )


def stopwatch(time: timedelta | None) -> str:
    """`1:48`, or `1:02:03`; empty for None."""
    if time is None:
        return ""
    minutes, seconds = divmod(round(time.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"
