"""File names that every system takes, and that stay apart on all of them."""

from unicodedata import category, normalize

from wrldbldr.domain.text import DIRECTIONS, UNSHOWABLE

NAME_CHARACTERS = 60
NAME_BYTES = 180  # most systems take 255 in all; the rest is for a number and a suffix
FORBIDDEN = frozenset('<>:"/\\|?*%')
RESERVED = frozenset(
    {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in "0123456789¹²³")}
)
NAMELESS = "Nameless"


def portable_name(text: str) -> str:
    """`text` as a file is called, without a suffix: a name of Windows, macOS and Linux alike, of at most 60 characters."""
    shown = "".join(
        " " if sign in FORBIDDEN or sign in DIRECTIONS or category(sign) in {*UNSHOWABLE, "Cf", "Zl", "Zp"} else sign
        for sign in normalize("NFC", text)
    )
    name = " ".join(shown.split())[:NAME_CHARACTERS].encode()[:NAME_BYTES].decode(errors="ignore").strip(". ")
    if not name:
        return NAMELESS
    return f"{name} -" if name.partition(".")[0].strip().casefold() in RESERVED else name


class Names:
    """Gives each file a name that no other one has, on systems too that know no capitals."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._next: dict[str, int] = {}  # by name: with thousands of one name, counting from the start takes minutes

    def free(self, text: str, *, suffix: str, folder: str = "") -> str:
        """`folder/Sefa Thornwick.png`, and `folder/Sefa Thornwick (2).png` when that is taken."""
        stem = portable_name(text)
        place = f"{folder}/{stem}{suffix}".casefold()
        number = self._next.get(place, 1)
        while True:
            counted = stem if number == 1 else f"{stem} ({number})"
            name = f"{folder}/{counted}{suffix}" if folder else f"{counted}{suffix}"
            key = normalize("NFKC", name).casefold()
            if key not in self._taken:
                self._taken.add(key)
                self._next[place] = number + 1
                return name
            number += 1
