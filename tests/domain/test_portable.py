"""A file name that every system takes."""

from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrldbldr.domain.portable import FORBIDDEN, NAME_BYTES, NAMELESS, RESERVED, Names, portable_name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Sefa Thornwick", "Sefa Thornwick"),
        ("Ælfgifu the Keeper", "Ælfgifu the Keeper"),
        ("../../etc/passwd", "etc passwd"),
        ('Fog: "over" <the> quay?', "Fog over the quay"),
        ("C:\\Windows", "C Windows"),
        ("CON", "CON -"),
        ("nul.txt", "nul.txt -"),
        ("com1", "com1 -"),
        ("Ends with dots...", "Ends with dots"),
        (" . ", NAMELESS),
        ("a\u202egnp.exe", "a gnp.exe"),
        ("zero\u200bwidth", "zero width"),
        ("🏮" * 100, "🏮" * 45),
    ],
)
def test_what_some_system_would_not_take_is_left_out(text: str, name: str) -> None:
    assert portable_name(text) == name


@given(st.text())
def test_whatever_somebody_is_called_the_name_is_fit(text: str) -> None:
    name = portable_name(text)

    assert 0 < len(name.encode()) <= NAME_BYTES
    assert not FORBIDDEN & set(name)
    assert not any(category(sign)[0] == "C" and category(sign) not in {"Cn", "Co"} for sign in name)
    assert name[-1] not in ". "
    assert name[0] not in ". "
    assert name.partition(".")[0].strip().casefold() not in RESERVED


def test_names_that_some_system_takes_for_one_get_a_number() -> None:
    names = Names()

    taken = [names.free(text, suffix=".png", folder="Maps") for text in ("Quay", "QUAY", "quay ", "Quay (2)", "Ｑuay")]

    assert taken == [
        "Maps/Quay.png",
        "Maps/QUAY (2).png",
        "Maps/quay (3).png",
        "Maps/Quay (2) (2).png",
        "Maps/Ｑuay (4).png",
    ]
    assert names.free("Quay", suffix=".png", folder="Items") == "Items/Quay.png"
