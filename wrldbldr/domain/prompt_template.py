"""Prompt templates: `portrait of {name}, {description}, {mood}` filled in from what is to be painted."""

import re

from sqlmodel import Field

from wrldbldr.domain.batch import AssetType
from wrldbldr.domain.errors import InvalidInputError
from wrldbldr.domain.row import Row
from wrldbldr.domain.wildcards import escape, expand

FIELDS = ("name", "description", "mood")
PLACEHOLDER = re.compile(r"(?<!\\)\{(\w+)\}")  # without a `|`, which makes a wildcard
TEMPLATE_CHARACTERS = 4_000
VALUE_CHARACTERS = 2_000

DEFAULT_TEMPLATES: dict[AssetType, str] = {
    AssetType.PORTRAIT: "Portrait of {name}, {description}, {mood}",
    AssetType.SPRITE: "Full body of {name}, {description}, {mood}, standing, plain background",
    AssetType.BACKDROP: "{name}, {description}, {mood}, wide view, no people",
    AssetType.ITEM: "{name}, {description}, a single object, plain background",
}


class PromptTemplate(Row, table=True):
    """With which words the prompt for a kind of picture begins; a kind without a row has those above."""

    asset_type: str = Field(primary_key=True)
    template: str


def checked_template(template: str) -> str:
    """`template` if it can be filled in. Raises InvalidInputError (field "template") with a sentence that says what is wrong."""
    if len(template) > TEMPLATE_CHARACTERS:
        raise InvalidInputError("template", f"A template holds at most {TEMPLATE_CHARACTERS:,} characters.")
    unknown = [name for name in dict.fromkeys(PLACEHOLDER.findall(template)) if name not in FIELDS]
    if unknown:
        named = ", ".join(f"{{{name[:30]}}}" for name in unknown[:5])
        known = ", ".join(f"{{{name}}}" for name in FIELDS)
        raise InvalidInputError("template", f"A template knows {known}, but not {named}.")
    try:
        expand(template, 0)
    except InvalidInputError as error:
        raise InvalidInputError("template", error.message) from error
    return template


def fill_template(template: str, *, name: str, description: str = "", mood: str = "") -> str:
    """The prompt for one character or location: wildcards of the template stay for `expand`, braces in values are no such.

    What is empty leaves no comma behind. A placeholder nobody knows stays as it is.
    """
    values = {"name": name, "description": description, "mood": mood}

    def value_of(found: re.Match[str]) -> str:
        value = values.get(found[1])
        return found[0] if value is None else escape(" ".join(value[:VALUE_CHARACTERS].split()).strip(" ,."))

    return _tidied(PLACEHOLDER.sub(value_of, template))


def _tidied(text: str) -> str:
    """Without the spaces and commas that stood around what is empty."""
    text = re.sub(r"[ \t]+", " ", text)
    text = re.sub(r" ?,(?: ?,)+", ",", text)
    return re.sub(r" ?,? ?(?=[.;])", "", text).strip(" ,\n")
