"""Looking after what was handed in: the queue, interrupting, the history, the jobs, and what a restart forgets."""

from tests.fakes.simulator import SimulatorServer
from tests.simulator.graphs import changed, failing, painting, plain, slow
from tests.simulator.visitor import Ears, Visitor


async def test_a_waiting_prompt_can_be_deleted_and_a_running_one_cannot(visitor: Visitor) -> None:
    running, waiting = await visitor.submit(slow()), await visitor.submit(plain())

    response = await visitor.http.post("/queue", json={"delete": [running, waiting, "unknown"]})

    assert (response.status_code, response.content) == (200, b"")
    queue = await visitor.json("/queue")
    assert [item[1] for item in queue["queue_running"]] == [running]
    assert queue["queue_pending"] == []
    assert await visitor.json(f"/history/{waiting}") == {}


async def test_deleting_takes_one_of_two_prompts_with_the_same_id(visitor: Visitor) -> None:
    await visitor.submit(slow())
    for _ in range(2):
        await visitor.submit(plain(), prompt_id="twice")

    await visitor.http.post("/queue", json={"delete": ["twice"]})

    assert len((await visitor.json("/queue"))["queue_pending"]) == 1


async def test_clearing_forgets_everybodys_waiting_prompts(visitor: Visitor) -> None:
    for graph in (slow(), plain(), plain()):
        await visitor.submit(graph)

    await visitor.http.post("/queue", json={"clear": True})

    assert await visitor.json("/prompt") == {"exec_info": {"queue_remaining": 1}}


async def test_a_text_to_delete_counts_as_its_letters_and_an_empty_body_is_a_bare_500(visitor: Visitor) -> None:
    assert (await visitor.http.post("/queue", json={"delete": "abc"})).status_code == 200
    assert (await visitor.http.post("/queue")).status_code == 500


async def test_an_interrupt_by_id_leaves_others_alone(visitor: Visitor) -> None:
    ears = await visitor.listen()
    first, second = await visitor.submit(slow(seconds=0.2, steps=2)), await visitor.submit(plain())
    await ears.until_type("executing")

    response = await visitor.http.post("/interrupt", json={"prompt_id": second})
    await ears.until_end()

    assert (response.status_code, response.content) == (200, b"")
    assert (await visitor.entry(first))["status"]["status_str"] == "success"


async def test_an_interrupt_stops_the_running_prompt_between_steps(visitor: Visitor) -> None:
    ears = await visitor.listen()
    prompt_id = await visitor.submit(slow(seconds=60, steps=600))
    await ears.until_type("progress")

    await visitor.http.post("/interrupt", json={"prompt_id": prompt_id})
    await ears.until_end()

    entry = await visitor.entry(prompt_id)
    event, told = entry["status"]["messages"][-1]
    assert (entry["status"]["status_str"], entry["outputs"], event) == ("error", {}, "execution_interrupted")
    assert (told["node_id"], told["node_type"], told["executed"]) == ("3", "TestSlow", ["1"])
    assert "execution_interrupted" in ears.types


async def test_a_node_that_does_not_listen_is_interrupted_after_it(visitor: Visitor) -> None:
    ears = await visitor.listen()
    prompt_id = await visitor.submit(slow(seconds=0.1, steps=2, mode="nointerrupt"))
    await ears.until_type("progress")

    await visitor.http.post("/interrupt")
    await ears.until_end()

    event, told = (await visitor.entry(prompt_id))["status"]["messages"][-1]
    assert (event, told["node_id"]) == ("execution_interrupted", "9")


async def test_an_interrupt_while_nothing_runs_does_not_touch_the_next_prompt(visitor: Visitor) -> None:
    await visitor.http.post("/interrupt")

    assert (await visitor.run(plain()))["status"]["completed"] is True


async def test_history_is_empty_while_a_prompt_waits_or_runs(visitor: Visitor) -> None:
    for prompt_id in (await visitor.submit(slow()), await visitor.submit(plain()), "unknown"):
        assert await visitor.json(f"/history/{prompt_id}") == {}


async def test_history_comes_in_pages_and_entries_can_be_deleted(visitor: Visitor) -> None:
    ids = [(await visitor.run(plain(prefix=f"p{index}")))["prompt"][1] for index in range(3)]

    assert list(await visitor.json("/history")) == ids
    assert list(await visitor.json("/history", max_items="2")) == ids[1:]
    assert list(await visitor.json("/history", max_items="1", offset="1")) == ids[1:2]
    assert (await visitor.http.get("/history", params={"max_items": "abc"})).status_code == 500

    await visitor.http.post("/history", json={"delete": [ids[0], "unknown"]})
    assert list(await visitor.json("/history")) == ids[1:]
    await visitor.http.post("/history", json={"clear": True})
    assert await visitor.json("/history") == {}


async def test_an_identical_prompt_is_cached_and_names_the_same_file(visitor: Visitor) -> None:
    first = await visitor.run(plain())
    ears = await visitor.listen()
    again = await visitor.entry(await _run(visitor, ears))

    assert again["outputs"] == first["outputs"]
    assert again["status"]["messages"][1][1]["nodes"] == ["1", "9"]
    assert "executed" in ears.types
    assert [message["data"]["node"] for message in ears.of_type("executing")] == [None]


async def _run(visitor: Visitor, ears: Ears) -> str:
    prompt_id = await visitor.submit(plain())
    await ears.until_end()
    return prompt_id


async def test_a_cached_prompt_without_a_client_has_no_outputs(visitor: Visitor) -> None:
    await visitor.run(plain())
    ears = await visitor.listen()
    prompt_id = (await visitor.http.post("/prompt", json={"prompt": plain()})).json()["prompt_id"]
    await ears.until(lambda told: told["type"] == "status" and _remaining(told) == 0)

    entry = await visitor.entry(prompt_id)
    assert (entry["status"]["status_str"], entry["outputs"], entry["meta"]) == ("success", {}, {})


def _remaining(told: dict) -> int:
    return told["data"]["status"]["exec_info"]["queue_remaining"]


async def test_only_what_changed_runs_again(visitor: Visitor) -> None:
    await visitor.run(painting())
    entry = await visitor.run(changed(painting(), "3", seed=8))

    assert entry["status"]["messages"][1][1]["nodes"] == ["4", "5", "6", "7"]
    assert entry["outputs"]["9"]["images"][0]["filename"] == "painting_00002_.png"


async def test_freeing_memory_forgets_what_was_cached(visitor: Visitor) -> None:
    await visitor.run(plain())
    await visitor.http.post("/free", json={"free_memory": True, "unload_models": True})

    assert (await visitor.run(plain()))["status"]["messages"][1][1]["nodes"] == []


async def test_a_deleted_file_is_still_named_by_a_cached_prompt(server: SimulatorServer, visitor: Visitor) -> None:
    [image] = (await visitor.run(plain()))["outputs"]["9"]["images"]
    (server.simulator.storage.root / "output" / image["filename"]).unlink()

    assert (await visitor.run(plain()))["outputs"]["9"]["images"] == [image]
    assert (await visitor.http.get("/view", params=image)).status_code == 404


async def test_a_restart_forgets_queue_and_history_and_keeps_pictures(
    server: SimulatorServer, visitor: Visitor
) -> None:
    done = await visitor.run(plain())
    await visitor.submit(slow())
    await server.restart()

    assert await visitor.json("/history") == {}
    assert await visitor.json("/queue") == {"queue_running": [], "queue_pending": []}
    assert (await visitor.post_prompt(plain())).json()["number"] == 0
    [image] = done["outputs"]["9"]["images"]
    assert (await visitor.http.get("/view", params=image)).status_code == 200


async def test_jobs_tell_the_same_in_short(visitor: Visitor) -> None:
    done, failed = await visitor.run(plain()), await visitor.run(failing("ValueError"))
    running, waiting = await visitor.submit(slow()), await visitor.submit(plain())
    jobs = {job["id"]: job for job in (await visitor.json("/api/jobs"))["jobs"]}

    assert {jobs[prompt_id]["status"] for prompt_id in (running,)} == {"in_progress"}
    assert jobs[waiting] == {"id": waiting, "status": "pending", "priority": 3, "outputs_count": 0} | {
        "create_time": jobs[waiting]["create_time"]
    }
    assert jobs[done["prompt"][1]]["preview_output"]["nodeId"] == "9"
    assert jobs[failed["prompt"][1]]["execution_error"]["exception_message"] == "deliberate failure\n"


async def test_jobs_can_be_filtered_sorted_and_paged(visitor: Visitor) -> None:
    first, second = [(await visitor.run(plain(prefix=name)))["prompt"][1] for name in "ab"]
    await visitor.submit(slow())

    page = await visitor.json("/api/jobs", status="completed", limit="1", sort_order="asc")
    assert [job["id"] for job in page["jobs"]] == [first]
    assert page["pagination"] == {"offset": 0, "limit": 1, "total": 2, "has_more": True}
    rest = await visitor.json("/api/jobs", status="completed", offset="1", sort_order="asc")
    assert [job["id"] for job in rest["jobs"]] == [second]
    for bad in ({"status": "zzz"}, {"limit": "no"}, {"limit": "0"}, {"sort_by": "x"}, {"sort_order": "x"}):
        assert (await visitor.http.get("/api/jobs", params=bad)).status_code == 400


async def test_one_job_has_its_graph_and_an_unknown_one_is_404(visitor: Visitor) -> None:
    done = await visitor.run(plain())
    running = await visitor.submit(slow())

    detailed = await visitor.json(f"/api/jobs/{done['prompt'][1]}")
    assert detailed["outputs"] == done["outputs"]
    assert detailed["workflow"]["prompt"] == done["prompt"][2]
    assert (await visitor.json(f"/api/jobs/{running}"))["status"] == "in_progress"
    unknown = await visitor.http.get("/api/jobs/nope")
    assert (unknown.status_code, unknown.json()) == (404, {"error": "Job not found"})
    assert (await visitor.http.get("/jobs")).status_code == 404
