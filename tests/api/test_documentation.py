"""The description of the API for people."""

import re

from tests.api.table import Caller
from wrldbldr.api.handbook import handbook


async def test_the_page_describes_every_route_and_shape(owner: Caller) -> None:
    document = (await owner.get("/api/openapi.json")).json()

    page = (await owner.get("/api/docs")).text

    for path, methods in document["paths"].items():
        for method in methods:
            assert f"<code>{method.upper()} {path}</code>" in page
    for name in document["components"]["schemas"]:
        assert f'id="{name}"' in page
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(document["components"]["schemas"])
    assert "Put a batch at the end of the queue." in page


async def test_the_page_runs_nothing_and_fetches_nothing_from_elsewhere(owner: Caller) -> None:
    answer = await owner.get("/api/docs")

    assert "<script" not in answer.text
    assert "//" not in answer.text
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "script-src" not in policy


def test_whatever_the_description_holds_is_text() -> None:
    evil = "<script>alert(1)</script>"
    schema = {"type": evil, "description": evil, "properties": {evil: {"enum": [evil]}, "b": {"$ref": f"#/{evil}"}}}
    operation = {
        "description": evil,
        "parameters": [{"name": evil, "schema": {"const": evil}, "description": evil}],
        "requestBody": {"content": {evil: {}, "application/json": {"schema": {"type": "array", "items": schema}}}},
        "responses": {evil: {"description": evil}},
    }
    page = handbook(
        {
            "info": {"title": evil, "summary": evil},
            "paths": {evil: {evil: operation}},
            "components": {"schemas": {evil: schema, "plain": {"type": evil}}},
        }
    )

    assert "&lt;script&gt;" in page
    assert "<script" not in page.lower()
