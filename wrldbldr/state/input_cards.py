"""Inputs of a workflow that a person can set, as a form shows them: in the editor of workflows, and where pictures are asked for."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from wrldbldr.domain.errors import InvalidInputError, InvalidInputsError
from wrldbldr.domain.input_setting import Scalar
from wrldbldr.domain.workflow import NodeInput
from wrldbldr.services.workflow_inputs import InputField, InputKind, text_of, typed_value

WORDS_SHOWN = 3


@dataclass(frozen=True, slots=True)
class InputCard:
    """One of them. `text` is what it holds, `options` names the list it is chosen from."""

    key: str
    title: str
    word: str
    kind: str
    text: str
    is_shown: bool
    is_long: bool
    minimum: str
    maximum: str
    step: str
    options: str
    error: str


def cards_of(
    fields: Iterable[InputField],
    texts: Mapping[str, str],
    *,
    shown: Collection[str] = (),
    errors: Mapping[str, str] | None = None,
) -> list[InputCard]:
    """Each with what was typed or chosen for it, else with what the workflow was saved with."""
    return [
        InputCard(
            key=field.key,
            title=field.title,
            word=field.word,
            kind=field.kind.value,
            text=texts.get(field.key, text_of(field.value)),
            is_shown=field.key in shown,
            is_long=field.is_long,
            minimum=_bound(field.minimum),
            maximum=_bound(field.maximum),
            step=_bound(field.step) or ("1" if field.is_whole else "any"),
            options=_list_of(field),
            error=(errors or {}).get(field.key, ""),
        )
        for field in fields
    ]


def lists_of(fields: Iterable[InputField]) -> dict[str, list[str]]:
    """What can be chosen, each list once however many inputs take from it."""
    lists: dict[str, dict[str, None]] = {}
    for field in fields:
        if field.kind is InputKind.CHOICE:
            lists.setdefault(_list_of(field), {}).update(dict.fromkeys(field.choices()))
    return {name: [*options] for name, options in lists.items()}


def words_of(fields: Iterable[InputField]) -> str:
    """`steps, guidance, sampler …`."""
    words = [*dict.fromkeys(field.word for field in fields)]
    return ", ".join(words[:WORDS_SHOWN]) + (" …" if len(words) > WORDS_SHOWN else "")


def typed_settings(fields: Iterable[InputField], texts: Mapping[str, str]) -> dict[NodeInput, Scalar]:
    """What was typed and is not as the workflow was saved. Raises InvalidInputsError with a sentence for each that is refused."""
    values, sentences = dict[NodeInput, Scalar](), dict[str, str]()
    for field in fields:
        text = texts.get(field.key)
        if text is None or text == text_of(field.value):
            continue
        try:
            value = typed_value(field, text)
        except InvalidInputError as error:
            sentences[field.key] = error.message
        else:
            if value != field.value:
                values[field.input] = value
    if sentences:
        raise InvalidInputsError(sentences)
    return values


def _bound(value: float | None) -> str:
    return "" if value is None else str(value)


def _list_of(field: InputField) -> str:
    """The same name for the same list, so that each is sent once."""
    return f"{hash(field.options):x}" if field.kind is InputKind.CHOICE else ""
