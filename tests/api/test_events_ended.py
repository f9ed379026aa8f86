"""What an owner decides about an account closes the streams that its person has open, at once."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests.api.listening import Table, laid_table
from tests.fakes.studio import OTHER_PASSWORD, Stage, other_game_master
from wrldbldr.api.messages import REASONS, CloseCode
from wrldbldr.domain.account import Principal, Role
from wrldbldr.services.administration import AccountChanges

CHANGES = {
    "removed": None,
    "no owner any more": AccountChanges(role=Role.DM),
    "given another password": AccountChanges(password="a harbour in fog"),
}


@pytest.fixture
async def table(tmp_path: Path, stage: Stage) -> AsyncGenerator[Table]:
    async with laid_table(tmp_path, stage) as table:
        yield table


@pytest.fixture
async def berta(table: Table) -> Principal:
    """A second owner, with a world of her own."""
    engine = table.studio.engine
    made = await other_game_master(engine)
    await engine.administration.update(table.studio.who, made.account_id, AccountChanges(role=Role.OWNER))
    await engine.worlds.create(made, "The Salt Road")
    return made.model_copy(update={"role": Role.OWNER})


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
async def test_the_streams_of_whoever_is_out_are_closed_at_once_whatever_they_were_opened_with(
    table: Table, berta: Principal, change: AccountChanges | None
) -> None:
    studio, accounts = table.studio, table.studio.engine.accounts
    [world] = await studio.engine.worlds.summaries(berta)
    [hers] = await studio.engine.worlds.game_sessions(berta, world.world.id)
    cookie = (await accounts.log_in("Berta", OTHER_PASSWORD)).secret
    token = await accounts.make_api_token(berta, "listener")
    shown = {"cookie": f"wrldbldr_login={cookie}"}, {"authorization": f"Bearer {token}"}
    path = table.path_of(hers.id)
    async with (
        table.listen() as mine,
        table.listen(path, headers=shown[0]) as browser,
        table.listen(path, headers=shown[1]) as script,
    ):
        for hearing in (mine, browser, script):
            await hearing.snapshot()

        if change is None:
            await studio.engine.administration.remove(studio.who, berta.account_id)
        else:
            await studio.engine.administration.update(studio.who, berta.account_id, change)

        for hearing in (browser, script):
            assert await hearing.end() == (4401, REASONS[CloseCode.SIGNED_OUT])
        assert [await table.refusal(path, headers) for headers in shown] == [(403, b"")] * 2
        await studio.ask()
        assert (await mine.next())["type"] == "GenerationQueued", "nobody else's is closed"


async def test_a_renamed_person_goes_on_listening(table: Table, berta: Principal) -> None:
    studio = table.studio
    [world] = await studio.engine.worlds.summaries(berta)
    [hers] = await studio.engine.worlds.game_sessions(berta, world.world.id)
    cookie = (await studio.engine.accounts.log_in("Berta", OTHER_PASSWORD)).secret
    async with table.listen(table.path_of(hers.id), headers={"cookie": f"wrldbldr_login={cookie}"}) as hearing:
        await hearing.snapshot()
        await studio.engine.administration.update(studio.who, berta.account_id, AccountChanges(name="Berta B"))
        studio.comfyui.go_down()

        assert (await hearing.next())["type"] == "ComfyUIStateChanged"
