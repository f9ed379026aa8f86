"""Whatever a browser sends where an id is wanted: what is no id names nothing."""

from typing import Any

import pytest

from wrldbldr.domain.errors import NotFoundError
from wrldbldr.kit.ids import new_id
from wrldbldr.state.ids import parsed_id


@pytest.mark.parametrize("junk", ["", "x", "\ud800", 7, 7.5, None, True, [], ["x"], {"a": 1}])
def test_what_is_no_id_names_nothing(junk: Any) -> None:
    with pytest.raises(NotFoundError, match="no such picture"):
        parsed_id(junk, "picture")


def test_an_id_is_read_as_it_was_written() -> None:
    asset_id = new_id()

    assert parsed_id(str(asset_id), "picture") == asset_id
