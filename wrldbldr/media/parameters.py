"""How a picture came to be as texts in its file: for other programs as they write it themselves, and for us exactly.

`parameters` is what the web interfaces for Stable Diffusion write: the prompt, a line for the negative one, and a last line
of settings. `wrldbldr` is JSON with a version. Neither says anything of the workflow but its name and the hash of its graph.
"""

import json
import re

from pydantic import TypeAdapter

from wrldbldr.domain.recipe import Recipe

FOR_OTHERS, FOR_US = "parameters", "wrldbldr"
VERSION = 1
NEGATIVE = "Negative prompt:"
SETTING = re.compile(r"([A-Za-z][A-Za-z0-9 /_-]{0,60}): ?(\"(?:\\.|[^\"\\])*\"|[^,]*)(?:, *|$)")
SETTINGS_CHARACTERS = 8_000
RECIPE = TypeAdapter(Recipe)
SETTINGS_AT_LEAST = 3  # as those programs have it: with fewer the last line is one of the prompt


def texts_of(recipe: Recipe) -> dict[str, str]:
    """Both texts, by the keyword under which they stand in a file."""
    known: dict[str, object] = RECIPE.dump_python(recipe, mode="json", exclude_defaults=True)
    return {FOR_OTHERS: _parameters(recipe), FOR_US: json.dumps({"version": VERSION, **known}, ensure_ascii=False)}


def _parameters(recipe: Recipe) -> str:
    size = f"{recipe.width}x{recipe.height}" if recipe.size else None
    settings = {
        "Seed": recipe.seed,
        "Size": size,
        "Model": recipe.model,
        "Workflow": recipe.workflow_name,
        "Version": "WrldBldr",
    }
    last = ", ".join(f"{name}: {_quoted(str(value))}" for name, value in settings.items() if value not in (None, ""))
    negative = f"{NEGATIVE} {recipe.negative_prompt}" if recipe.negative_prompt else ""
    return "\n".join(filter(None, (recipe.prompt, negative, last)))


def _quoted(text: str) -> str:
    """What would be taken apart at its commas is put in quotes."""
    return json.dumps(text, ensure_ascii=False) if re.search(r"[,:\n\"]", text) else text


def settings_of(text: str) -> dict[str, object]:
    """What a `parameters` text says, under the names of `Recipe`; values are as they stand there, numbers excepted."""
    *lines, last = text.strip().split("\n")
    settings = _settings(last)
    if len(settings) < SETTINGS_AT_LEAST:
        lines, settings = [*lines, last], dict[str, str]()
    start = next((at for at, line in enumerate(lines) if line.strip().startswith(NEGATIVE)), len(lines))
    width, _, height = settings.get("Size", "").partition("x")
    found: dict[str, object] = {
        "prompt": "\n".join(lines[:start]).strip(),
        "negative_prompt": "\n".join(lines[start:]).strip().removeprefix(NEGATIVE).strip(),
        "seed": _number(settings.get("Seed", "")),
        "width": _number(width),
        "height": _number(height),
        "model": settings.get("Model", ""),
        "workflow_name": settings.get("Workflow", ""),
    }
    return {name: value for name, value in found.items() if value not in (None, "")}


def _settings(line: str) -> dict[str, str]:
    if len(line) > SETTINGS_CHARACTERS:
        return {}
    return {name: _unquoted(value.strip()) for name, value in SETTING.findall(line)}


def _unquoted(text: str) -> str:
    if not text.startswith('"'):
        return text
    try:
        return str(json.loads(text))
    except ValueError:
        return text


def _number(text: str) -> object:
    """A number where it is one; other words are left for whoever says what is wrong with them."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 20 else text
