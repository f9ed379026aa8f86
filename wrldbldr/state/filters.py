"""What a gallery is narrowed to, beside the kind of picture."""

import reflex as rx

from wrldbldr.domain.picture_query import PictureOrder


class Filters(rx.State):
    """What is empty or 0 narrows nothing. `form` counts how often the fields were emptied: they are drawn anew then."""

    text: rx.Field[str] = rx.field("")
    starred: rx.Field[bool] = rx.field(False)
    styled: rx.Field[bool] = rx.field(False)
    source: rx.Field[str] = rx.field("")
    source_label: rx.Field[str] = rx.field("")
    rating: rx.Field[int] = rx.field(0)
    tag: rx.Field[str] = rx.field("")
    workflow: rx.Field[str] = rx.field("")
    workflow_name: rx.Field[str] = rx.field("")
    whose: rx.Field[str] = rx.field("")
    whose_name: rx.Field[str] = rx.field("")
    unused: rx.Field[bool] = rx.field(False)
    order: rx.Field[str] = rx.field(PictureOrder.NEWEST.value)
    form: rx.Field[int] = rx.field(0)

    @rx.var
    def are_any(self) -> bool:
        """Whether there is one; an order hides nothing."""
        words = (self.text, self.source, self.tag, self.workflow, self.whose)
        return any(words) or self.starred or self.styled or self.unused or self.rating > 0


def clear(filters: Filters) -> None:
    """None any more, the newest first. A method were a handler for browsers."""
    form = filters.form
    filters.reset()
    filters.form = form + 1
