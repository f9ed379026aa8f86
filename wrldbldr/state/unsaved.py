"""What was typed and is not saved yet: the browser keeps it (assets/unsaved.js), because a login can end at any moment.

It comes back from there as anything that a browser sends: it may be made up, and only its own tab is touched by it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, cast

import reflex as rx
from reflex.event import EventCallback, EventSpec

from wrldbldr.state.words import spoken

WORDS_LIMIT = 100
FORMS_LIMIT = 20


@dataclass(frozen=True, slots=True)
class Words:
    """What was typed into one field of the editor, and what was stored there before (`base`)."""

    kind: str
    entity: str
    field: str
    text: str
    base: str


@dataclass(frozen=True, slots=True)
class Unsaved:
    """All that one tab keeps for one account. `is_return` when the page was loaded anew: after signing in, for one."""

    words: Sequence[Words]
    forms: Mapping[str, Mapping[str, str]]  # what stands in the fields of a dialog, by the name of the form
    open_form: str
    is_return: bool


def unsaved_of(sent: Mapping[str, object]) -> Unsaved:
    """What a browser sent, without what is not of the right shape."""
    words, open_form = sent.get("words"), sent.get("open")
    fields = [_texts(each) for each in islice(words, WORDS_LIMIT)] if isinstance(words, list) else []
    names = tuple(Words.__dataclass_fields__)
    return Unsaved(
        words=[Words(**{name: each[name] for name in names}) for each in fields if each.keys() >= set(names)],
        forms={name: _texts(form) for name, form in islice(_object(sent.get("forms")).items(), FORMS_LIMIT)},
        open_form=open_form if isinstance(open_form, str) else "",
        is_return=sent.get("is_return") is True,
    )


def ask_for_unsaved(account: str, answer: EventCallback[dict[str, Any]]) -> EventSpec:
    """Let the browser send what it keeps for this account, and forget what it keeps for any other."""
    return rx.call_script(f"import('/unsaved.js').then((unsaved) => unsaved.kept({spoken(account)}))", callback=answer)


def forget_unsaved(*names: str) -> EventSpec:
    """These forms and fields are saved. A name has no space in it."""
    return rx.call_script(f"import('/unsaved.js').then((unsaved) => unsaved.forget({spoken(' '.join(names))}))")


def _texts(sent: object) -> dict[str, str]:
    return {name: text for name, text in _object(sent).items() if isinstance(text, str)}


def _object(sent: object) -> Mapping[str, object]:
    return cast("Mapping[str, object]", sent) if isinstance(sent, dict) else {}
