"""Handing over a prompt, and taking it back (US-18A.1, US-18A.2)."""

from uuid import UUID, uuid4

import httpx
import pytest
import respx

from tests.comfyui.graphs import model_free
from tests.comfyui.scripted import ACCEPTED, CLIENT_ID, ID, REFUSED, json_answer, outcome, requests_of, sent
from tests.fakes.clock import FakeClock
from wrldbldr.comfyui.client import ComfyUIClient
from wrldbldr.comfyui.connection import ConnectionKind
from wrldbldr.comfyui.errors import (
    AnswerLostError,
    MaxRetriesExceededError,
    PromptRefusedError,
    RefusalReason,
    ServiceUnavailableError,
)


async def test_a_prompt_travels_with_our_ids_and_never_with_a_number(
    client: ComfyUIClient, server: respx.MockRouter
) -> None:
    accepted = await client.queue_prompt(model_free(prefix="x"), ID)
    assert (accepted.prompt_id, accepted.number) == (ID, 7)
    assert sent(server["prompt"]) == {
        "prompt": model_free(prefix="x"),
        "prompt_id": str(ID),
        "client_id": str(CLIENT_ID),
        "extra_data": {"preview_method": "auto"},
    }


async def test_an_answer_nobody_can_read_leaves_it_open_whether_the_prompt_was_taken(
    client: ComfyUIClient, server: respx.MockRouter
) -> None:
    server["prompt"].mock(return_value=httpx.Response(200, headers={"content-encoding": "br"}, content=b"\x0b\x02\x80"))

    with pytest.raises(AnswerLostError):
        await client.queue_prompt(model_free(), ID)

    assert server["prompt"].call_count == 1


async def test_previews_can_be_left_out(client: ComfyUIClient, server: respx.MockRouter) -> None:
    await client.queue_prompt(model_free(), ID, previews=False)
    assert sent(server["prompt"])["extra_data"] == {"preview_method": "none"}


async def test_health_is_checked_before_every_prompt_but_at_most_every_five_seconds(
    client: ComfyUIClient, server: respx.MockRouter, clock: FakeClock
) -> None:
    await client.queue_prompt(model_free(), ID)
    assert requests_of(server) == [("GET", "/comfy/system_stats"), ("POST", "/comfy/prompt")]
    await client.queue_prompt(model_free(), ID)
    assert server["health"].call_count == 1
    await clock.advance(5)
    await client.queue_prompt(model_free(), ID)
    assert server["health"].call_count == 2


async def test_when_unhealthy_nothing_is_sent_and_the_answer_is_immediate(
    client: ComfyUIClient, server: respx.MockRouter, clock: FakeClock
) -> None:
    server["health"].mock(side_effect=httpx.ConnectError("Connection refused"))
    with pytest.raises(ServiceUnavailableError, match="cannot be reached"):
        await client.queue_prompt(model_free(), ID)
    assert server["prompt"].call_count == 0
    assert clock.sleeps == []
    assert client.connection.current.kind is ConnectionKind.DISCONNECTED


@pytest.mark.parametrize(
    "answer",
    [httpx.ReadTimeout("slow"), httpx.Response(500), httpx.Response(502), httpx.ReadError("reset"),
     httpx.RemoteProtocolError("Server disconnected without sending a response.")],
    ids=["timeout", "500", "502", "reset", "hung up"],
)  # fmt: skip
async def test_a_lost_answer_is_never_sent_again_blindly(
    client: ComfyUIClient, server: respx.MockRouter, clock: FakeClock, answer: Exception | httpx.Response
) -> None:
    server["prompt"].mock(side_effect=[answer])
    with pytest.raises(AnswerLostError):
        await client.queue_prompt(model_free(), ID)
    assert server["prompt"].call_count == 1
    assert clock.sleeps == []


async def test_a_refused_connection_is_tried_again_since_nothing_reached_the_server(
    client: ComfyUIClient, server: respx.MockRouter, clock: FakeClock
) -> None:
    server["prompt"].mock(side_effect=[httpx.ConnectError("refused"), httpx.ConnectTimeout(""), json_answer(ACCEPTED)])
    accepted = await outcome(client.queue_prompt(model_free(), ID), clock)
    assert accepted.prompt_id == ID
    assert clock.sleeps == [5, 15]


async def test_when_the_server_was_never_reached_the_cause_says_so(
    client: ComfyUIClient, server: respx.MockRouter, clock: FakeClock
) -> None:
    server["prompt"].mock(side_effect=httpx.ConnectError("refused"))
    error = await outcome(client.queue_prompt(model_free(), ID), clock)
    assert isinstance(error, MaxRetriesExceededError)
    assert isinstance(error.cause, ServiceUnavailableError)
    assert server["prompt"].call_count == 4


async def test_a_refusal_is_read_told_and_not_tried_again(client: ComfyUIClient, server: respx.MockRouter) -> None:
    server["prompt"].respond(400, json=REFUSED)
    with pytest.raises(PromptRefusedError) as refused:
        await client.queue_prompt(model_free(), ID)
    assert refused.value.reason is RefusalReason.MISSING_NODE
    assert server["prompt"].call_count == 1


async def test_a_refusal_makes_the_catalogue_be_read_anew(client: ComfyUIClient, server: respx.MockRouter) -> None:
    await client.catalogue()
    server["prompt"].respond(400, json=REFUSED)
    with pytest.raises(PromptRefusedError):
        await client.queue_prompt(model_free(), ID)
    await client.catalogue()
    assert server["catalogue"].call_count == 2


async def test_a_half_accepted_prompt_is_withdrawn_and_counts_as_refused(
    client: ComfyUIClient, server: respx.MockRouter
) -> None:
    error = {
        "type": "required_input_missing",
        "message": "x",
        "details": "images",
        "extra_info": {"input_name": "images"},
    }
    errors = {"10": {"errors": [error], "class_type": "SaveImage"}}
    server["prompt"].respond(json={**ACCEPTED, "node_errors": errors})
    with pytest.raises(PromptRefusedError, match='Input "images" is missing'):
        await client.queue_prompt(model_free(), ID)
    assert sent(server["delete"]) == {"delete": [str(ID)]}


async def test_a_refusal_is_told_even_when_withdrawing_fails(
    client: ComfyUIClient, server: respx.MockRouter, caplog: pytest.LogCaptureFixture
) -> None:
    server["prompt"].respond(json={**ACCEPTED, "node_errors": {"10": {"errors": [{}], "class_type": "X"}}})
    server["delete"].respond(403)
    with pytest.raises(PromptRefusedError):
        await client.queue_prompt(model_free(), ID)
    assert "A refused prompt could not be withdrawn: ComfyUI does not let us in" in caplog.messages


@pytest.mark.parametrize("returned", [str(UUID(int=7)), "None", None], ids=["another", "no id", "nothing"])
async def test_a_server_that_does_not_keep_our_id_is_too_old(
    client: ComfyUIClient, server: respx.MockRouter, returned: str | None
) -> None:
    server["prompt"].respond(json={**ACCEPTED, "prompt_id": returned})
    with pytest.raises(PromptRefusedError) as refused:
        await client.queue_prompt(model_free(), ID)
    assert refused.value.reason is RefusalReason.OUTDATED_SERVER
    assert server["delete"].call_count == 0


@pytest.mark.parametrize("place", ["queue_running", "queue_pending"])
@pytest.mark.parametrize("whose", ["ours", "theirs", "nobody's"])
async def test_a_prompt_that_goes_under_another_id_is_withdrawn_and_what_others_handed_in_is_not(
    client: ComfyUIClient, server: respx.MockRouter, place: str, whose: str
) -> None:
    other, clients = uuid4(), {"ours": {"client_id": str(CLIENT_ID)}, "theirs": {"client_id": "theirs"}, "nobody's": {}}
    server["queue"].respond(
        json={"queue_running": [], "queue_pending": [], place: [[1, str(other), {}, clients[whose], []]]}
    )
    server["prompt"].respond(json={**ACCEPTED, "prompt_id": str(other)})

    with pytest.raises(PromptRefusedError):
        await client.queue_prompt(model_free(), ID)

    deleted, interrupted = server["delete"].call_count, server["interrupt"].call_count
    assert (deleted, interrupted) == ((1, int(place == "queue_running")) if whose == "ours" else (0, 0))


async def test_a_prompt_that_goes_under_another_id_is_told_even_when_the_queue_cannot_be_read(
    client: ComfyUIClient, server: respx.MockRouter
) -> None:
    server["prompt"].respond(json={**ACCEPTED, "prompt_id": str(uuid4())})
    server["queue"].respond(403)

    with pytest.raises(PromptRefusedError):
        await client.queue_prompt(model_free(), ID)

    assert server["delete"].call_count == 0


async def test_cancelling_deletes_from_the_queue_and_then_interrupts_only_if_ours_is_running(
    client: ComfyUIClient, server: respx.MockRouter
) -> None:
    server["queue"].respond(json={"queue_running": [[1, str(ID)]], "queue_pending": []})
    await client.cancel(ID)
    assert requests_of(server) == [("POST", "/comfy/queue"), ("GET", "/comfy/queue"), ("POST", "/comfy/interrupt")]
    assert sent(server["delete"]) == {"delete": [str(ID)]}
    assert sent(server["interrupt"]) == {"prompt_id": str(ID)}


async def test_cancelling_never_interrupts_what_somebody_else_runs(
    client: ComfyUIClient, server: respx.MockRouter
) -> None:
    server["queue"].respond(json={"queue_running": [[1, str(uuid4())]], "queue_pending": []})
    await client.cancel(ID)
    assert server["interrupt"].call_count == 0


async def test_an_interrupt_whose_answer_was_lost_is_not_sent_again_when_somebody_elses_prompt_runs_by_then(
    client: ComfyUIClient, server: respx.MockRouter, clock: FakeClock
) -> None:
    ours: dict[str, object] = {"queue_running": [[1, str(ID)]], "queue_pending": []}
    theirs: dict[str, object] = {"queue_running": [[2, str(uuid4())]], "queue_pending": []}
    server["queue"].mock(side_effect=[json_answer(ours), json_answer(theirs)])
    server["interrupt"].mock(side_effect=httpx.ReadTimeout(""))

    assert await outcome(client.cancel(ID), clock) is None

    assert server["interrupt"].call_count == 1


async def test_forgetting_deletes_only_our_entries_with_one_request(
    client: ComfyUIClient, server: respx.MockRouter
) -> None:
    route = server.post("/history").respond(200)
    other = uuid4()
    await client.forget(ID, other)
    assert sent(route) == {"delete": [str(ID), str(other)]}
    assert route.call_count == 1
