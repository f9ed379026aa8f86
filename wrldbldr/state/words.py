"""Words for a notice or a script, whatever people wrote in them."""

import json

import reflex as rx


def spoken(text: str) -> rx.Var[str]:
    """`text` as a value of the browser's.

    Reflex reads `<reflex.Var>` in a plain text as a reference to one of its own values, and a text that names none
    there is keeps the server busy for ever. Without an opening bracket nothing is found to be read.
    """
    return rx.Var(json.dumps(text).replace("<", "\\u003c"), _var_type=str)


def notice_id(batch: str, attempt: int) -> str:
    """The id of the notice about one attempt at a batch: the next attempt gets another notice, not this one's place."""
    return f"{batch}-{attempt}"
