"""Wildcards in prompts: `{oak|ash|elm}` becomes one of the three, the same one for the same seed."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256

from wrldbldr.domain.errors import InvalidInputError

OPEN, BETWEEN, CLOSE, ESCAPE = "{", "|", "}", "\\"
SPECIAL = frozenset({OPEN, BETWEEN, CLOSE})
DEPTH_LIMIT = 2  # a wildcard may hold wildcards, which hold none
WILDCARD_LIMIT = 200
OPTION_LIMIT = 500
LENGTH_LIMIT = 20_000


@dataclass(slots=True)
class _Braces:
    """One pair of braces being read. Without a `|` in it, it is no wildcard but what stands there."""

    number: int
    options: list[list["str | _Braces"]] = field(default_factory=lambda: [[]])


def expand(prompt: str, seed: int) -> str:
    r"""`prompt` with each wildcard replaced by one of its options, and `\{`, `\|`, `\}` by the plain sign.

    Braces without a `|`, and those that are not closed, stay as they are. Raises InvalidInputError (field "prompt") for
    wildcards inside wildcards inside wildcards, and for too many or too long ones.
    """
    if len(prompt) > LENGTH_LIMIT:
        raise _refusal(f"This prompt has {len(prompt):,} characters; {LENGTH_LIMIT:,} are the most with wildcards.")
    return "".join(_written(_parsed(prompt), seed))


def escape(text: str) -> str:
    """`text` so written that `expand` gives it back as it is."""
    return "".join(f"{ESCAPE}{sign}" if sign in SPECIAL else sign for sign in text)


def _parsed(prompt: str) -> list["str | _Braces"]:
    root, open_braces = _Braces(-1), list[_Braces]()
    count, at = 0, 0
    while at < len(prompt):
        sign, current = prompt[at], open_braces[-1] if open_braces else root
        if sign == ESCAPE and prompt[at + 1 : at + 2] in SPECIAL:
            at += 1
            current.options[-1].append(prompt[at])
        elif sign == OPEN:
            open_braces.append(_Braces(count))
            count += 1
        elif sign == BETWEEN and open_braces:
            current.options.append([])
        elif sign == CLOSE and open_braces:
            around = open_braces[-2] if len(open_braces) > 1 else root
            around.options[-1].append(open_braces.pop())
        else:
            current.options[-1].append(sign)
        at += 1
    for unclosed in open_braces:  # signs like any other, the outermost first
        root.options[-1].extend((OPEN, *_flat(unclosed)))
    _check(root.options[0])
    return root.options[0]


def _flat(braces: _Braces) -> Iterator["str | _Braces"]:
    for index, option in enumerate(braces.options):
        if index:
            yield BETWEEN
        yield from option


def _check(parts: list["str | _Braces"]) -> None:
    """Count the wildcards, their options and how deep they stand, without recursion."""
    count = 0
    todo = [(part, 1) for part in parts if isinstance(part, _Braces)]
    while todo:
        braces, depth = todo.pop()
        is_wildcard = len(braces.options) > 1
        count += is_wildcard
        if is_wildcard and depth > DEPTH_LIMIT:
            raise _refusal("Wildcards may stand inside a wildcard, but not a level deeper. Write them side by side.")
        if count > WILDCARD_LIMIT or len(braces.options) > OPTION_LIMIT:
            raise _refusal(f"At most {WILDCARD_LIMIT} wildcards fit into a prompt, each with {OPTION_LIMIT} options.")
        below = depth + is_wildcard
        todo.extend((part, below) for option in braces.options for part in option if isinstance(part, _Braces))


def _written(parts: list["str | _Braces"], seed: int) -> Iterator[str]:
    todo = parts[::-1]
    while todo:
        part = todo.pop()
        if isinstance(part, str):
            yield part
        elif len(part.options) > 1:
            todo.extend(part.options[_choice(seed, part.number, len(part.options))][::-1])
        else:
            todo.extend((CLOSE, *part.options[0][::-1], OPEN))


def _choice(seed: int, number: int, count: int) -> int:
    """The same for the same seed on every machine and in every version, and unlike for neighbours."""
    return int.from_bytes(sha256(f"{seed}:{number}".encode()).digest()[:8]) % count


def _refusal(sentence: str) -> InvalidInputError:
    return InvalidInputError("prompt", sentence)
