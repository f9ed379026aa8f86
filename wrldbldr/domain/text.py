"""Limits on what people write, and the sentences in which a value is refused."""

from unicodedata import category, normalize

from wrldbldr.domain.errors import InvalidInputError

NAME_LIMIT = 80
MOTTO_LIMIT = 120
DESCRIPTION_LIMIT = 4000
LINE_LIMIT = 200
PROMPT_LIMIT = 4000
LABEL_LIMIT = 120
UNSHOWABLE = {"Cc", "Cs"}  # control characters, and halves of characters, which no database stores

DIRECTIONS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that turn what follows around: with them one name looks like another, and gnp.exe like exe.png."""


def checked_name(value: str, *, field: str = "name", limit: int = NAME_LIMIT) -> str:
    """`value` without surrounding or doubled space. Raises InvalidInputError when it is empty, too long or misleading."""
    name = _within(" ".join(value.split()), field, limit)
    if not DIRECTIONS.isdisjoint(name):
        raise InvalidInputError(field, f"The {_spoken(field)} holds characters that turn the writing direction around.")
    if not any(character.isprintable() and not character.isspace() for character in name):
        raise InvalidInputError(field, f"The {_spoken(field)} cannot be empty.")
    return name


def size_in_words(byte_count: int) -> str:
    """`34 MB`, `1.2 GB`: as systems show it."""
    if byte_count >= 1_000_000_000:
        return f"{byte_count / 1_000_000_000:,.1f} GB"
    return f"{-(-byte_count // 1_000_000):,} MB" if byte_count >= 1_000_000 else f"{-(-byte_count // 1000):,} KB"


def likeness(name: str) -> str:
    """What names that look alike have in common: capitals, wide letters, and characters that do not show make no other name."""
    shown = "".join(character for character in normalize("NFKC", name) if category(character) != "Cf")
    return " ".join(shown.split()).casefold()


def checked_text(value: str, *, field: str, limit: int) -> str:
    """`value` without surrounding space; may be empty. Raises InvalidInputError when it is too long."""
    return _within(value.strip(), field, limit)


def file_name(text: str) -> str:
    """`text` as one part of a path that shows what it is: what would mislead a system or a reader becomes `_`."""
    return "".join(
        "_" if character in "/\\" or character in DIRECTIONS or category(character) in UNSHOWABLE else character
        for character in text
    )


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
