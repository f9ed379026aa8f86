"""Limits on what people write, and the sentences in which a value is refused."""

from unicodedata import category

from wrldbldr.domain.errors import InvalidInputError

NAME_LIMIT = 80
MOTTO_LIMIT = 120
DESCRIPTION_LIMIT = 4000
LINE_LIMIT = 200
PROMPT_LIMIT = 4000
LABEL_LIMIT = 120
UNSHOWABLE = {"Cc", "Cs"}  # control characters, and halves of characters, which no database stores


def checked_name(value: str, *, field: str = "name", limit: int = NAME_LIMIT) -> str:
    """`value` without surrounding or doubled space. Raises InvalidInputError when nothing is left or it is too long."""
    name = _within(" ".join(value.split()), field, limit)
    if not any(character.isprintable() and not character.isspace() for character in name):
        raise InvalidInputError(field, f"The {_spoken(field)} cannot be empty.")
    return name


def checked_text(value: str, *, field: str, limit: int) -> str:
    """`value` without surrounding space; may be empty. Raises InvalidInputError when it is too long."""
    return _within(value.strip(), field, limit)


def _within(text: str, field: str, limit: int) -> str:
    text = text.replace("\r\n", "\n")
    if len(text) > limit:
        raise InvalidInputError(
            field,
            f"The {_spoken(field)} has {len(text):,} characters; at most {limit:,} are kept. Shorten it a little.",
        )
    if any(category(character) in UNSHOWABLE and character not in "\n\t" for character in text):
        raise InvalidInputError(field, f"The {_spoken(field)} holds characters that cannot be shown.")
    return text


def _spoken(field: str) -> str:
    return field.replace("_", " ")
