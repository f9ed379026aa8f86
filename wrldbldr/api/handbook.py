"""The description of the API as one plain page: no script at all, so that nothing runs there with a person's cookie."""

from collections.abc import Iterator, Mapping
from html import escape
from typing import cast

from wrldbldr.api.messages import MESSAGES, REASONS

Json = Mapping[str, object]

STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
summary { cursor: pointer; padding: .3rem 0 }
details { border-bottom: 1px solid #8884 }
code { font-family: ui-monospace, monospace }
table { border-collapse: collapse; margin: .5rem 0 1rem }
td, th { text-align: left; vertical-align: top; padding: .1rem 1.5rem .1rem 0 }
"""


def handbook(document: Json) -> str:
    """A page of HTML about an OpenAPI document."""
    info = _object(document.get("info"))
    title, summary = escape(str(info.get("title", ""))), escape(str(info.get("summary", "")))
    shapes = _object(_object(document.get("components")).get("schemas"))
    return "".join(
        [
            f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title} API</title>',
            '<meta name="viewport" content="width=device-width">',
            f"<style>{STYLE}</style></head><body><h1>{title} API</h1><p>{summary}</p>",
            '<p>For programs: <a href="/api/openapi.json">openapi.json</a>.</p><h2>Routes</h2>',
            *_routes(_object(document.get("paths"))),
            *_events(),
            "<h2>Shapes</h2>",
            *(_shape(name, _object(schema)) for name, schema in shapes.items()),
            "</body></html>",
        ]
    )


def _routes(paths: Json) -> Iterator[str]:
    for path, methods in paths.items():
        for method, operation in _object(methods).items():
            yield _route(f"{method.upper()} {path}", _object(operation))


def _events() -> Iterator[str]:
    """OpenAPI has no words for a websocket."""
    yield (
        "<h2>Events</h2><p><code>WS /api/sessions/{session_id}/events</code> tells everything that happens in a game session, "
        "one JSON object a frame, each with <code>type</code> and <code>seq</code>, which counts them from 1. First comes "
        "everything as it is: open batches, those that failed, the order, and ComfyUI. So whoever connects anew needs "
        "nothing else, except to ask what is on the stage. Show a token as on every route. Whoever may not listen gets no websocket but an answer 403. What is "
        "sent here is not read.</p>"
    )
    for message in MESSAGES:
        yield _shape(message.__name__, message.model_json_schema())
    yield "<p>Why the server closes it; when it is stopped itself, the connection ends without a word:</p>"
    yield _table([(f"<code>{code:d}</code>", escape(reason), "") for code, reason in REASONS.items()])


def _route(address: str, operation: Json) -> str:
    rows = [
        (f"<code>{escape(str(field.get('name')))}</code>", _kind(field.get("schema")), _words(field))
        for field in map(_object, _items(operation.get("parameters")))
    ]
    if "requestBody" in operation:
        rows.append(("body", _content(operation["requestBody"]), ""))
    rows += [
        (f"answer {escape(status)}", _content(answer), _words(_object(answer)))
        for status, answer in _object(operation.get("responses")).items()
    ]
    summary = _words(operation) or escape(str(operation.get("summary", "")))
    return f"<details><summary><code>{escape(address)}</code> {summary}</summary>{_table(rows)}</details>"


def _shape(name: str, schema: Json) -> str:
    required = _items(schema.get("required"))
    rows = [
        (f"<code>{escape(field)}</code>", _kind(about), "" if field in required else "optional")
        for field, about in _object(schema.get("properties")).items()
    ] or [("", _kind(schema), "")]
    place = escape(name)
    return f'<details id="{place}"><summary><code>{place}</code> {_words(schema)}</summary>{_table(rows)}</details>'


def _content(message: object) -> str:
    """What a body or an answer holds."""
    return " or ".join(
        _kind(_object(about).get("schema")) if "json" in media_type else escape(media_type)
        for media_type, about in _object(_object(message).get("content")).items()
    )


def _kind(about: object) -> str:
    """A schema in words."""
    schema = _object(about)
    if "$ref" in schema:
        name = escape(str(schema["$ref"]).rpartition("/")[2])
        return f'<a href="#{name}">{name}</a>'
    if choices := _items(schema.get("anyOf")):
        return " or ".join(map(_kind, choices))
    if values := _items(schema.get("enum")) or ([schema["const"]] if "const" in schema else []):
        return ", ".join(f"<code>{escape(str(value))}</code>" for value in values)
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items'))}"
    if inner := _object(schema.get("additionalProperties")):
        return f"object of {_kind(inner)}"
    return escape(str(schema.get("format") or schema.get("type") or "anything"))


def _words(about: Json) -> str:
    return escape(str(about.get("description", "")))


def _table(rows: list[tuple[str, str, str]]) -> str:
    return f"<table>{''.join(f'<tr><td>{a}</td><td>{b}</td><td>{c}</td></tr>' for a, b, c in rows)}</table>"


def _object(value: object) -> Json:
    return cast("Json", value) if isinstance(value, Mapping) else {}


def _items(value: object) -> list[object]:
    return cast("list[object]", value) if isinstance(value, list) else []
