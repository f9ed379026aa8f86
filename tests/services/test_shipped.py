"""The workflows that come along: one for each kind of picture, with an adapter for whoever has it and words for the rest."""

import json
from copy import deepcopy
from pathlib import Path

import pytest

from tests.fakes.comfyui import OBJECT_INFO
from tests.fakes.ip_adapter import SD15, SDXL, VISION, with_pack
from tests.fakes.studio import Studio
from tests.services.graphs import model_free
from wrldbldr.comfyui.graph import Graph
from wrldbldr.comfyui.port import NodeCatalogue, parse_catalogue
from wrldbldr.domain.account import Principal
from wrldbldr.domain.asset import Asset
from wrldbldr.domain.batch import AssetType, BatchStatus
from wrldbldr.domain.style_reference import ReferenceUse
from wrldbldr.domain.workflow import StyleReferenceMapping, StyleReferenceMode, Workflow
from wrldbldr.engine import Engine
from wrldbldr.services.analysis import analyze
from wrldbldr.services.shipped import SHIPPED, TEXT_TO_PICTURE
from wrldbldr.services.styling import needed_graph, plan_for
from wrldbldr.services.workflow_changes import WorkflowChanges
from wrldbldr.services.workflow_check import lacks

ADAPTER_NODES = ("20", "21", "22")


async def source_of(studio: Studio) -> Asset:
    batch_id = await studio.ask(prompt="smuggler captain, gouache")
    await studio.paint()
    [picture] = await studio.pictures(batch_id)
    return picture


async def portrait(engine: Engine, who: Principal) -> Workflow:
    return await engine.workflows.find(who, SHIPPED[AssetType.PORTRAIT].id)


async def test_a_fresh_server_has_the_set_and_each_kind_of_picture_its_own(engine: Engine, who: Principal) -> None:
    workflows = {one.name: one for one in await engine.workflows.all(who)}
    assert list(workflows) == ["backdrop", "portrait", "sprite", "text-to-picture"]
    assert all(one.is_built_in for one in workflows.values())

    assert await engine.workflows.defaults(who) == {
        AssetType.PORTRAIT: workflows["portrait"].id,
        AssetType.SPRITE: workflows["sprite"].id,
        AssetType.BACKDROP: workflows["backdrop"].id,
        AssetType.ITEM: workflows["text-to-picture"].id,
    }
    sizes = {form.workflow_id: (form.width, form.height) for form in (await engine.workflows.forms(who)).values()}
    assert sizes == {
        workflows["portrait"].id: (768, 1024),
        workflows["sprite"].id: (512, 1024),
        workflows["backdrop"].id: (1216, 688),
    }


@pytest.mark.parametrize("asset_type", SHIPPED)
async def test_without_a_reference_each_is_wired_as_the_general_one_and_names_no_model(
    engine: Engine, who: Principal, asset_type: AssetType
) -> None:
    def wires(graph: Graph) -> dict[str, object]:
        return {
            f"{node['class_type']}.{name}": value
            for node in graph.values()
            for name, value in node["inputs"].items()
            if isinstance(value, list) or name == "ckpt_name"
        }

    workflow = await engine.workflows.find(who, SHIPPED[asset_type].id)

    assert wires(needed_graph(workflow, with_pack(), is_styled=False)) == wires(TEXT_TO_PICTURE)


async def test_where_comfyui_has_the_adapter_it_is_given_the_picture(studio: Studio) -> None:
    await studio.open()
    source = await source_of(studio)
    studio.comfyui.offer(with_pack())

    batch_id = await studio.ask(style_reference_ids=[source.id])
    await studio.paint()

    graph = studio.comfyui.graphs[-1]
    loaded = graph[str(graph["22"]["inputs"]["image"][0])]  # type: ignore[index]
    assert str(loaded["inputs"]["image"]).endswith(f"{source.content_hash}.png")
    assert graph["3"]["inputs"]["model"] == ["22", 0]
    assert "smuggler" not in str(graph["6"]["inputs"]["text"])
    style = (await studio.batch(batch_id)).style
    assert style is not None
    assert (style.use, style.taker, style.strength) == (ReferenceUse.PICTURE, "IPAdapter", 0.8)


async def test_where_comfyui_lacks_the_adapter_words_are_used_and_nothing_is_refused(studio: Studio) -> None:
    await studio.open()
    source = await source_of(studio)

    batch_id = await studio.ask(style_reference_ids=[source.id])
    asked = (await studio.batch(batch_id)).style
    await studio.paint()

    assert await studio.status(batch_id) is BatchStatus.READY
    graph = studio.comfyui.graphs[-1]
    assert not {*ADAPTER_NODES} & graph.keys()
    assert str(graph["6"]["inputs"]["text"]).endswith("in the style of: smuggler captain, gouache")
    assert asked is not None
    assert asked.use is ReferenceUse.WORDS
    assert await studio.engine.orders.lacks(studio.who, SHIPPED[AssetType.PORTRAIT].id, is_styled=True) == ""


async def test_what_is_asked_for_while_comfyui_is_away_is_settled_by_the_one_that_comes_back(studio: Studio) -> None:
    await studio.open()
    source = await source_of(studio)
    studio.comfyui.go_down()
    batch_id = await studio.ask(style_reference_ids=[source.id])
    asked = (await studio.batch(batch_id)).style
    assert asked is not None
    assert asked.taker == "IPAdapter or prompt keywords"

    studio.comfyui.come_back()
    await studio.rest()
    await studio.paint()

    painted = (await studio.batch(batch_id)).style
    assert painted is not None
    assert (painted.use, painted.taker) == (ReferenceUse.WORDS, "")


@pytest.mark.parametrize(
    ("catalogue", "use"),
    [
        (with_pack(), ReferenceUse.PICTURE),
        (parse_catalogue(OBJECT_INFO), ReferenceUse.WORDS),
        (with_pack(vision=["simulated.safetensors"]), ReferenceUse.WORDS),
        (with_pack(adapters=[]), ReferenceUse.WORDS),
        (with_pack(adapters=["ip-adapter_sd15.safetensors"]), ReferenceUse.WORDS),  # of another preset
        (with_pack(adapters=[SDXL]), ReferenceUse.WORDS),  # the checkpoint's name does not say which it needs
        (with_pack(adapters=[SDXL], checkpoint="sd_xl_base_1.0.safetensors"), ReferenceUse.PICTURE),
        (with_pack(adapters=[SD15], checkpoint="sd_xl_base_1.0.safetensors"), ReferenceUse.WORDS),
        (with_pack(adapters=[SD15], checkpoint="v1-5-pruned-emaonly.safetensors"), ReferenceUse.PICTURE),
        (with_pack(checkpoint="flux1-dev-fp8.safetensors"), ReferenceUse.WORDS),  # no adapter of these is for it
    ],
)
async def test_the_adapter_is_used_only_with_the_files_its_loader_will_look_for(
    engine: Engine, who: Principal, catalogue: NodeCatalogue, use: ReferenceUse
) -> None:
    assert plan_for(await portrait(engine, who), catalogue).use is use


async def test_what_a_real_comfyui_answered_fits_each_and_without_the_adapters_models_it_is_words(
    engine: Engine, who: Principal, recorded: Path
) -> None:
    answer = json.loads((recorded / "comfyui" / "object_info_all.json").read_text())
    theirs = parse_catalogue(answer)
    for shipped in SHIPPED.values():
        workflow = await engine.workflows.find(who, shipped.id)
        assert lacks(shipped.graph, analyze(shipped.graph, theirs), theirs) == ()
        assert plan_for(workflow, theirs).use is ReferenceUse.WORDS

        loader = {"input": {"required": {"ipadapter_file": [[SD15]]}}, "output": ["IPADAPTER"]}
        answer["IPAdapterModelLoader"] = loader  # the one that was recorded has no files, nor this loader
        answer["CLIPVisionLoader"]["input"]["required"]["clip_name"] = [[VISION]]
        assert plan_for(workflow, parse_catalogue(answer)).use is ReferenceUse.PICTURE, "its checkpoint is of SD 1.5"


@pytest.mark.parametrize("mode", [StyleReferenceMode.DISABLED, StyleReferenceMode.PROMPT_INJECTION])
async def test_an_owner_who_wants_no_adapter_gets_none_and_no_made_up_picture(
    engine: Engine, who: Principal, mode: StyleReferenceMode
) -> None:
    changes = WorkflowChanges(style_reference=StyleReferenceMapping(mode=mode))
    workflow = await engine.workflows.change(who, SHIPPED[AssetType.PORTRAIT].id, changes)

    for is_styled in (True, False):
        assert not {*ADAPTER_NODES} & needed_graph(workflow, with_pack(), is_styled=is_styled).keys()


async def test_an_adapter_that_somebody_brought_is_still_asked_for(studio: Studio) -> None:
    await studio.open()
    graph: Graph = deepcopy(SHIPPED[AssetType.PORTRAIT].graph)
    mine = await studio.engine.workflows.add(studio.who, "My portraits", json.dumps(graph))
    orders, ours = studio.engine.orders, SHIPPED[AssetType.PORTRAIT].id

    assert await orders.lacks(studio.who, ours, is_styled=True) == ""
    assert "IPAdapterUnifiedLoader" in await orders.lacks(studio.who, mine.id, is_styled=True)


async def test_settings_say_when_one_of_ours_uses_words(studio: Studio) -> None:
    shipped = SHIPPED[AssetType.PORTRAIT].id
    without = await studio.engine.workflows.report(studio.who, shipped)
    studio.comfyui.offer(with_pack())
    with_it = await studio.engine.workflows.report(studio.who, shipped)

    assert (without.check.is_ok, with_it.check.is_ok) == (True, True)
    assert [notice for notice in without.notices if "ComfyUI_IPAdapter_plus" in notice]
    assert not with_it.notices


# -- databases of before


async def as_before(studio: Studio, who: Principal) -> Workflow:
    """Only the general one was there, and painted everything."""
    workflows = studio.engine.workflows
    [general] = [one for one in await workflows.all(who) if one.name == "text-to-picture"]
    await workflows.set_defaults(who, dict.fromkeys(AssetType, general.id))
    async with studio.engine.database.write() as unit:
        for shipped in SHIPPED.values():
            workflow = await unit.workflows.find(shipped.id)
            assert workflow is not None
            await unit.workflows.delete(workflow)
    return general


async def test_where_there_was_nothing_to_choose_among_each_kind_gets_its_own(studio: Studio) -> None:
    general = await as_before(studio, studio.who)

    await studio.engine.workflows.ensure_shipped()

    ids = {asset_type: shipped.id for asset_type, shipped in SHIPPED.items()}
    assert await studio.engine.workflows.defaults(studio.who) == {**ids, AssetType.ITEM: general.id}


async def test_what_an_owner_chose_or_changed_stays_and_the_set_is_there_to_be_chosen(studio: Studio) -> None:
    workflows, who = studio.engine.workflows, studio.who
    general = await as_before(studio, who)
    woodcut = await workflows.add(who, "Woodcut", model_free())
    await workflows.set_defaults(who, {AssetType.SPRITE: woodcut.id})

    await workflows.ensure_shipped()

    general_for = dict.fromkeys(AssetType, general.id)
    assert await workflows.defaults(who) == {**general_for, AssetType.SPRITE: woodcut.id}
    assert len(await workflows.all(who)) == 5


@pytest.mark.parametrize("changes", [WorkflowChanges(default_negative_prompt="hands"), WorkflowChanges(name="Ours")])
async def test_a_general_one_that_was_made_ones_own_goes_on_painting(studio: Studio, changes: WorkflowChanges) -> None:
    workflows, who = studio.engine.workflows, studio.who
    general = await as_before(studio, who)
    await workflows.change(who, general.id, changes)

    await workflows.ensure_shipped()

    assert await workflows.defaults(who) == dict.fromkeys(AssetType, general.id)


async def test_one_of_ours_that_was_renamed_is_not_made_again(engine: Engine, who: Principal) -> None:
    await engine.workflows.change(who, SHIPPED[AssetType.SPRITE].id, WorkflowChanges(name="Paper dolls"))

    await engine.workflows.ensure_shipped()

    assert [one.name for one in await engine.workflows.all(who)] == [
        "Paper dolls", "backdrop", "portrait", "text-to-picture",
    ]  # fmt: skip
