"""The person signed in, for the corner of the bar."""

import reflex as rx

from wrldbldr.domain.account import Principal


class Me(rx.State):
    """How they are called."""

    name: rx.Field[str] = rx.field("")
    initials: rx.Field[str] = rx.field("")


async def introduce(state: rx.State, who: Principal) -> None:
    """Show in this tab who is signed in."""
    me = await state.get_state(Me)
    me.name, me.initials = who.name, initials_of(who.name)


def initials_of(name: str) -> str:
    """At most two capitals: `Ruth Marlowe` → `RM`."""
    words = name.split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()
