"""Each thing that can go wrong on purpose, as a client sees it."""

import asyncio
import json

import httpx
import pytest
from websockets.exceptions import ConnectionClosedError, InvalidStatus

from tests.fakes.simulator import SimulatorServer
from tests.simulator.graphs import plain, slow
from tests.simulator.visitor import Visitor, is_end, read_frame
from wrldbldr.simulator.faults import Action, FaultError, Moment, Rule, read_rules


async def test_a_rule_applies_as_often_as_it_says_and_only_where_it_matches(
    server: SimulatorServer, visitor: Visitor
) -> None:
    server.faults.add(Rule(Action.STATUS, method="GET", path="/qu*", status=502, times=2))

    answers = [(await visitor.http.get(path)).status_code for path in ("/prompt", "/queue", "/api/queue", "/queue")]

    assert answers == [200, 502, 502, 200]
    assert server.faults.pending == []


async def test_a_rule_without_a_number_of_times_applies_until_cleared(
    server: SimulatorServer, visitor: Visitor
) -> None:
    server.faults.add(Rule(Action.HTML, times=None))
    pages = [(await visitor.http.get("/queue")).headers["content-type"] for _ in range(3)]
    server.faults.clear()

    assert pages == ["text/html; charset=utf-8"] * 3
    assert (await visitor.http.get("/queue")).headers["content-type"].startswith("application/json")


@pytest.mark.parametrize(("after", "executed"), [(False, 0), (True, 1)])
@pytest.mark.parametrize("action", [Action.STATUS, Action.RESET, Action.CLOSE])
async def test_a_prompt_may_run_or_not_when_its_answer_is_lost(
    server: SimulatorServer, visitor: Visitor, action: Action, after: bool, executed: int
) -> None:
    server.faults.add(Rule(action, method="POST", path="/prompt", after=after))
    ears = await visitor.listen()

    if action is Action.STATUS:
        assert (await visitor.post_prompt(plain())).status_code == 503
    else:
        with pytest.raises(httpx.RemoteProtocolError if action is Action.CLOSE else httpx.ReadError):
            await visitor.post_prompt(plain())

    await visitor.submit(plain(prefix="the next one"), prompt_id="next")
    await ears.until(lambda told: is_end(told) and told["data"]["prompt_id"] == "next")
    assert len(server.executed) == executed + 1


async def test_a_prompt_may_go_under_an_id_of_the_servers_own(server: SimulatorServer, visitor: Visitor) -> None:
    server.faults.add(Rule(Action.OWN_ID))

    own, kept = [(await visitor.post_prompt(plain(), prompt_id="ours")).json()["prompt_id"] for _ in range(2)]
    ears = await visitor.listen()
    await visitor.submit(plain(prefix="the last one"), prompt_id="last")
    await ears.until(lambda told: is_end(told) and told["data"]["prompt_id"] == "last")

    assert own != "ours"
    assert kept == "ours"
    assert server.executed == [own, "ours", "last"]


async def test_an_answer_may_name_what_somebody_else_runs(server: SimulatorServer, visitor: Visitor) -> None:
    ears = await visitor.listen()
    await visitor.submit(slow(), prompt_id="theirs")
    await ears.until(lambda told: told["type"] == "execution_start")
    server.faults.add(Rule(Action.ANOTHERS_ID))

    named = (await visitor.post_prompt(plain(), prompt_id="ours")).json()["prompt_id"]
    await visitor.http.post("/interrupt")
    await ears.until(lambda told: is_end(told) and told["data"]["prompt_id"] == "ours")

    assert named == "theirs"
    assert server.executed == ["theirs", "ours"]


async def test_a_page_that_is_counted_is_answered_as_ever(server: SimulatorServer, visitor: Visitor) -> None:
    tally = server.tally("/queue")

    answers = [(await visitor.http.get(path)).status_code for path in ("/queue", "/prompt", "/queue")]

    assert (answers, tally.count) == ([200, 200, 200], 2)


async def test_a_hanging_request_is_never_answered_until_the_faults_are_cleared(
    server: SimulatorServer, visitor: Visitor
) -> None:
    server.faults.add(Rule(Action.HANG, path="/queue"))
    with pytest.raises(httpx.ReadTimeout):
        await visitor.http.get("/queue", timeout=0.1)

    server.faults.add(Rule(Action.HANG, path="/queue"))
    async with asyncio.TaskGroup() as group:
        hanging = group.create_task(visitor.http.get("/queue"))
        while server.faults.pending:
            await visitor.http.get("/prompt")
        assert not hanging.done()
        await visitor.http.delete("/simulator/faults")
    assert hanging.result().status_code == 200


async def test_a_late_prompt_takes_effect_after_its_client_gave_up(server: SimulatorServer, visitor: Visitor) -> None:
    server.faults.add(Rule(Action.HANG, path="/prompt", seconds=0.15))
    ears = await visitor.listen()
    with pytest.raises(httpx.ReadTimeout):
        await visitor.http.post("/prompt", json={"prompt": plain(), "client_id": visitor.client_id}, timeout=0.05)

    await ears.until_end()
    assert len(server.executed) == 1


async def test_the_port_is_closed_for_a_while(server: SimulatorServer, visitor: Visitor) -> None:
    ears = await visitor.listen()
    server.faults.add(Rule(Action.REFUSE, seconds=0.2))
    with pytest.raises(ConnectionClosedError):
        await ears.until_end()

    with pytest.raises(httpx.ConnectError):
        await visitor.http.get("/queue")
    async with asyncio.timeout(5):
        while True:
            try:
                assert (await visitor.http.get("/queue")).status_code == 200
                break
            except httpx.TransportError:
                continue


@pytest.mark.parametrize("honest", [True, False])
async def test_a_picture_arrives_by_half(server: SimulatorServer, visitor: Visitor, honest: bool) -> None:
    entry = await visitor.run(plain())
    [whole] = await visitor.pictures(entry)
    server.faults.add(Rule(Action.TRUNCATE, honest=honest))

    if honest:
        assert await visitor.pictures(entry) == [whole[: len(whole) // 2]]
    else:
        with pytest.raises(httpx.RemoteProtocolError, match="peer closed connection"):
            await visitor.pictures(entry)
    assert await visitor.pictures(entry) == [whole]


async def test_what_is_called_a_picture_is_none(server: SimulatorServer, visitor: Visitor) -> None:
    entry = await visitor.run(plain())
    server.faults.add(Rule(Action.NOT_A_PICTURE))
    [image] = entry["outputs"]["9"]["images"]
    response = await visitor.http.get("/view", params=image)

    assert (response.status_code, response.headers["content-type"]) == (200, "image/png")
    assert not response.content.startswith(b"\x89PNG")


async def test_history_lies_only_once_there_is_something_to_lie_about(
    server: SimulatorServer, visitor: Visitor
) -> None:
    server.faults.add(Rule(Action.EMPTY_HISTORY), Rule(Action.NO_OUTPUTS), Rule(Action.ONE_PICTURE_LESS))
    assert await visitor.json("/history/unknown") == {}
    assert len(server.faults.pending) == 3
    ears = await visitor.listen()
    prompt_id = await visitor.submit(plain(batch_size=2))
    await ears.until_end()

    told = [await visitor.json(f"/history/{prompt_id}") for _ in range(4)]

    assert told[0] == {}
    assert told[1][prompt_id]["outputs"] == {}
    assert [len(entry[prompt_id]["outputs"]["9"]["images"]) for entry in told[2:]] == [1, 2]


async def test_websockets_are_refused(server: SimulatorServer, visitor: Visitor) -> None:
    server.faults.add(Rule(Action.STATUS, path="/ws", status=403))
    with pytest.raises(InvalidStatus):
        await visitor.listen()

    await visitor.listen()


async def test_a_websocket_is_torn_down_at_a_message(server: SimulatorServer, visitor: Visitor) -> None:
    server.faults.add(Rule(Action.DROP_SOCKET, event="executed"))
    ears = await visitor.listen()
    await visitor.submit(plain())

    with pytest.raises(ConnectionClosedError) as torn:
        await ears.until_end()
    assert torn.value.rcvd is None  # no close frame: a client sees code 1006
    assert "executing" in ears.types
    assert "executed" not in ears.types


async def test_a_websocket_goes_mute_and_stays_open(server: SimulatorServer, visitor: Visitor) -> None:
    server.faults.add(Rule(Action.MUTE, event="execution_start"))
    mute = await visitor.listen()
    witness = await visitor.listen("witness")
    await visitor.submit(plain())
    await witness.until(lambda told: told["data"]["status"]["exec_info"]["queue_remaining"] == 1)
    await witness.until(lambda told: told["data"]["status"]["exec_info"]["queue_remaining"] == 0)

    await (await mute.connection.ping())
    await mute.connection.close()
    assert {read_frame(frame)["type"] async for frame in mute.connection} == {"status"}


async def test_strange_frames_come_between(server: SimulatorServer, visitor: Visitor) -> None:
    server.faults.add(
        Rule(Action.UNKNOWN_FRAME, event="executed"), Rule(Action.GARBAGE_FRAME, event="execution_success")
    )
    ears = await visitor.listen()
    await visitor.submit(plain())
    frames: list[str | bytes] = []
    while not frames or '"node": null' not in str(frames[-1]):
        frames.append(await ears.connection.recv())

    assert b"\x00\x00\x00\x63whatever" in frames
    assert b"\x00\x01" in frames
    texts = [frame for frame in frames if isinstance(frame, str)]
    assert any("something_new" in text for text in texts)
    assert [text for text in texts if not text.endswith("}")] == ['{"type": "progress", "data": {']


async def test_a_frame_comes_twice_or_late(server: SimulatorServer, visitor: Visitor) -> None:
    server.faults.add(Rule(Action.DUPLICATE, event="executed"), Rule(Action.SWAP, event="execution_success"))
    ears = await visitor.listen()
    await visitor.submit(plain())
    await ears.until_end()

    assert ears.types.count("executed") == 2
    assert ears.types[-3:] == ["status", "execution_success", "executing"]


@pytest.mark.parametrize("moment", Moment)
async def test_the_process_dies_at_a_named_moment(server: SimulatorServer, visitor: Visitor, moment: Moment) -> None:
    server.faults.add(Rule(Action.DIE, moment=moment))
    ears = await visitor.listen()
    try:
        prompt_id = await visitor.submit(slow(seconds=0.02, steps=2), prompt_id="mine")
    except httpx.TransportError:
        prompt_id = "mine"
    with pytest.raises(ConnectionClosedError):
        await ears.until_end()

    assert ("progress" in ears.types) == (moment is not Moment.ON_PROMPT)
    assert ("execution_success" in ears.types) == (moment is Moment.BEFORE_HISTORY)
    with pytest.raises(httpx.ConnectError):
        await visitor.http.get("/queue")
    await server.start()
    assert await visitor.json(f"/history/{prompt_id}") == {}
    assert await visitor.json("/prompt") == {"exec_info": {"queue_remaining": 0}}


@pytest.mark.parametrize(
    ("moment", "running", "pending"),
    [(Moment.ON_PROMPT, 0, 2), (Moment.WHILE_EXECUTING, 1, 1), (Moment.BEFORE_HISTORY, 1, 1)],
)
async def test_a_wedged_worker_accepts_and_executes_nothing(
    server: SimulatorServer, visitor: Visitor, moment: Moment, running: int, pending: int
) -> None:
    server.faults.add(Rule(Action.WEDGE, moment=moment))
    ears = await visitor.listen()
    await visitor.submit(plain())
    if moment is not Moment.ON_PROMPT:
        await ears.until_type("executing" if moment is Moment.WHILE_EXECUTING else "execution_success")
    await visitor.submit(plain())
    await visitor.http.post("/interrupt")

    queue = await visitor.json("/queue")
    assert (len(queue["queue_running"]), len(queue["queue_pending"])) == (running, pending)
    await server.restart()
    assert (await visitor.run(plain()))["status"]["completed"] is True


@pytest.mark.parametrize("moment", Moment)
async def test_queue_and_history_are_lost(server: SimulatorServer, visitor: Visitor, moment: Moment) -> None:
    await visitor.run(plain(prefix="before"))
    server.faults.add(Rule(Action.LOSE_QUEUE, moment=moment))
    ears = await visitor.listen()
    prompt_id = await visitor.submit(plain(prefix="lost"))
    await ears.until(
        lambda told: told["type"] == "status" and told["data"]["status"]["exec_info"]["queue_remaining"] == 0
    )

    assert await visitor.json("/history") == {}
    assert await visitor.json("/queue") == {"queue_running": [], "queue_pending": []}
    assert (await visitor.http.get(f"/api/jobs/{prompt_id}")).status_code == 404
    assert (await visitor.run(plain(prefix="after")))["status"]["completed"] is True


async def test_rules_can_be_set_seen_and_cleared_over_http(visitor: Visitor) -> None:
    posted = await visitor.http.post(
        "/simulator/faults", json=[{"action": "status", "path": "/queue"}, {"action": "mute"}]
    )
    assert [rule["action"] for rule in posted.json()] == ["status", "mute"]
    assert (await visitor.http.get("/queue")).status_code == 503
    assert [rule["action"] for rule in await visitor.json("/simulator/faults")] == ["mute"]
    assert (await visitor.http.delete("/simulator/faults")).json() == []


@pytest.mark.parametrize(
    "rule", [{"action": "explode"}, {"action": "hang", "colour": "red"}, {"action": "hang", "times": "x"}, 7]
)
async def test_a_rule_that_makes_no_sense_is_refused_with_a_sentence(visitor: Visitor, rule: object) -> None:
    response = await visitor.http.post("/simulator/faults", json=rule)

    assert response.status_code == 400
    assert response.json()["error"].endswith(".")
    with pytest.raises(FaultError):
        read_rules(rule)  # pyright: ignore[reportArgumentType]


def test_a_rule_survives_its_way_over_http() -> None:
    for rule in (Rule(Action.WEDGE, moment=Moment.ON_PROMPT, times=None), Rule(Action.HANG, seconds=0.5, after=True)):
        assert read_rules(json.loads(json.dumps(rule.document()))) == [rule]
