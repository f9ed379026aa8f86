"""A world in a file: which tables and columns go along, which stay here and why, and what a file must say to be one.

A new column of a table that goes along goes along by itself. tests/domain/test_archive.py fails for a new table, or a new
reference, about which nothing is said here.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from pydantic import BaseModel, ConfigDict, ValidationError, create_model
from sqlalchemy import Table, inspect

from wrldbldr.domain.asset import NO_SEED, RATING_LIMIT, Asset
from wrldbldr.domain.batch import COUNT_LIMIT, Batch, BatchStatus
from wrldbldr.domain.errors import InvalidInputError, WrldBldrError
from wrldbldr.domain.input_setting import InputSetting, InputSettings, is_sane
from wrldbldr.domain.row import Row
from wrldbldr.domain.style_reference import REFERENCE_LIMIT, STRENGTH_LIMIT, Lineage
from wrldbldr.domain.tag import Tags, checked_tags
from wrldbldr.domain.text import (
    DESCRIPTION_LIMIT,
    LABEL_LIMIT,
    LINE_LIMIT,
    MOTTO_LIMIT,
    PROMPT_LIMIT,
    checked_name,
    checked_text,
)
from wrldbldr.domain.wildcards import LENGTH_LIMIT
from wrldbldr.domain.world import Character, EntityType, GameSession, Location, World, new_join_code
from wrldbldr.kit.ids import new_id

FORMAT, VERSION = "wrldbldr-world", 1
DOCUMENT = "world.json"
PICTURES = "pictures"
SUFFIXES = {"image/png": ".png", "image/jpeg": ".jpg", "image/webp": ".webp"}
"""Of the pictures that are kept, by their type."""

CARRIED: dict[str, type[Row]] = {
    "characters": Character,
    "locations": Location,
    "batches": Batch,
    "assets": Asset,
    "lineage": Lineage,
}
"""The tables beside that of worlds, as they are called in the file. Each has a `world_id`, except for the lineage, which has
that of its picture, and no id either. Only batches that have pictures go.
"""

TABLES_LEFT_OUT = {
    "picturenumber": "the database counts pictures anew, in the order in which they come in",
    "assettag": "pictures say which tags they have; the database makes the list of them anew",
    "gamesession": "a table and its join code belong to the people who sit at it; a world that arrives has a first one",
    "removal": "what was deleted stays deleted elsewhere",
    "removedfile": "what was deleted stays deleted elsewhere",
    "player": "whoever sits at a table sits there, not in a file",
    "stagepiece": "a stage belongs to a table",
    "stagesight": "a stage belongs to a table, and those who see it sit there",
    "submission": "what ComfyUI was sent is of use while it paints only",
}
COLUMNS_LEFT_OUT: dict[type[Row], dict[str, str]] = {
    World: {"owner_id": "whoever brings it in owns it"},
    Character: {"world_id": "there is one world in a file"},
    Location: {"world_id": "there is one world in a file"},
    Batch: {
        "world_id": "there is one world in a file",
        "game_session_id": "tables stay here",
        "requested_by": "accounts stay here",
        "workflow_id": "graphs are private, and another server has others; the workflow's name goes along",
        "status": "all of them are ready",
        "style": "what a picture took its style from, its lineage says",
        "rank": "none of them waits",
        "change": "none of them is news",
        "failure": "none of them failed",
        "cleared_at": "none of them is in a queue",
    },
    Asset: {
        "world_id": "there is one world in a file",
        "workflow_id": "graphs are private, and another server has others; the workflow's name goes along",
        "is_styled": "what it took its style from, its lineage says",
    },
    Lineage: {},
}
ENTITIES: dict[EntityType, type[Row]] = {EntityType.CHARACTER: Character, EntityType.LOCATION: Location}

TEXT_LIMITS = {
    "motto": MOTTO_LIMIT,
    "description": DESCRIPTION_LIMIT,
    "mood": LINE_LIMIT,
    "immediate_goal": LINE_LIMIT,
    "prompt": PROMPT_LIMIT,
    "negative_prompt": PROMPT_LIMIT,
}
NAME_LIMITS = {"label": LABEL_LIMIT}
SIDE_LIMIT, ROW_LIMIT = 65_535, 50_000
NUMBER_BOUNDS = {
    "ordinal": (0, REFERENCE_LIMIT - 1),
    "strength": (0, STRENGTH_LIMIT),
    "number": (0, 1_000_000),
    "attempt": (1, 1_000_000),
    "batch_index": (0, 1_000_000),
    "count": (1, COUNT_LIMIT),
    "width": (1, SIDE_LIMIT),
    "height": (1, SIDE_LIMIT),
    "rating": (0, RATING_LIMIT),
}
ANY_NUMBER = (NO_SEED, 2**63 - 1)
YEARS = range(1970, 3000)

NOT_A_WORLD = "This file holds no world that WrldBldr exported."
DAMAGED = "The description of the world in this file is damaged."
STRAY = "A picture in this file belongs to nobody who is in it."
STRAY_LINEAGE = "This file tells the style of a picture that is not in it."


class UnfitWorldFileError(WrldBldrError):
    """A file that is brought in is no world, or not a whole one, or a trap. Nothing of it is kept."""

    status_code = 422
    code = "unfit_world_file"


@dataclass(frozen=True, slots=True)
class WorldRows:
    """A world and every row that goes along with it, by the names of `CARRIED`."""

    world: World
    rows: Mapping[str, Sequence[Row]]

    def assets(self) -> list[Asset]:
        """Its pictures."""
        return cast("list[Asset]", list(self.rows["assets"]))

    def with_only(self, assets: Sequence[Asset]) -> "WorldRows":
        """The same world with no other pictures than these."""
        there = {asset.id for asset in assets}
        lineage = [one for one in cast("list[Lineage]", self.rows["lineage"]) if one.asset_id in there]
        return WorldRows(self.world, {**self.rows, "assets": assets, "lineage": lineage})

    def entities(self) -> list[Character | Location]:
        """Whoever and whatever is in it."""
        return cast("list[Character | Location]", [*self.rows["characters"], *self.rows["locations"]])


@dataclass(frozen=True, slots=True)
class NewWorld:
    """A world that is about to be stored under new ids, with its first table."""

    world: World
    game_session: GameSession
    content: WorldRows


class _Head(BaseModel):
    """Read first: a later version may say more than we know."""

    model_config = ConfigDict(strict=True)

    format: str
    version: int


def document_of(content: WorldRows, now: datetime) -> bytes:
    """What `world.json` says about a world. The same world gives the same rows in the same order, ids apart."""
    ids = {kind: set(found) for kind, found in _ids(content).items()}
    places: dict[str, int] = {}
    rows: dict[str, list[dict[str, Any]]] = {}
    for name in CARRIED:
        rows[name] = sorted((_said(row, ids) for row in content.rows[name]), key=lambda said: _place(said, places))
        places |= {said["id"]: place for place, said in enumerate(rows[name]) if "id" in said}
    said = {
        "format": FORMAT,
        "version": VERSION,
        "exported_at": now.isoformat(),
        "world": _said(content.world, ids),
        **rows,
    }
    return json.dumps(said, ensure_ascii=False, indent=1).encode()


def content_of(document: bytes) -> WorldRows:
    """The world that a `world.json` speaks of, under the ids it has there. Raises UnfitWorldFileError."""
    head = _parsed(_Head, document, NOT_A_WORLD)
    if head.format != FORMAT:
        raise UnfitWorldFileError(NOT_A_WORLD)
    if head.version != VERSION:
        raise UnfitWorldFileError(
            f"This world was exported in format {head.version}; this WrldBldr reads format {VERSION}. "
            "Bring WrldBldr up to date on both sides."
        )
    said = _parsed(_DOCUMENT, document, DAMAGED)
    if sum(len(getattr(said, name)) for name in CARRIED) > ROW_LIMIT:
        raise UnfitWorldFileError(
            f"This world has more than {ROW_LIMIT:,} things in it, which is more than is taken at once."
        )
    rows = {
        name: [_row(CARRIED[name], form) for form in cast("list[BaseModel]", getattr(said, name))] for name in CARRIED
    }
    return WorldRows(_row(World, said.world), rows)


def renewed(content: WorldRows, *, owner_id: UUID, first_table: str, now: datetime) -> NewWorld:
    """The same world as another one, all under new ids: it may be brought in twice. Raises UnfitWorldFileError."""
    ids = _ids(content)
    new_ids = {kind: {old: new_id() for old in found} for kind, found in ids.items()}
    if any(len(new_ids[kind]) != len(found) for kind, found in ids.items()):
        raise UnfitWorldFileError("Two things in this file have the same id.")
    theirs: dict[str, Any] = {"id": new_id(), "owner_id": owner_id, "created_at": now}
    world = World(**(_values(content.world) | theirs))
    table = GameSession(world_id=world.id, name=first_table, join_code=new_join_code(), created_at=now)
    given = {
        "world_id": world.id, "game_session_id": table.id, "requested_by": owner_id,
        "status": BatchStatus.READY, "rank": 0.0, "cleared_at": now,
    }  # fmt: skip
    rows = {
        name: [kind(**_renewed_values(row, new_ids), **_left_out(kind, given)) for row in content.rows[name]]
        for name, kind in CARRIED.items()
    }
    pictures = sorted(cast("list[Asset]", rows["assets"]), key=lambda asset: (asset.created_at, -asset.batch_index))
    return NewWorld(world, table, WorldRows(world, {**rows, "assets": pictures}))  # later ones get higher numbers


def free_world_name(name: str, taken: Iterable[str], limit: int) -> str:
    """`name`, or `name (2)` when one is called so already; at most `limit` characters."""
    known, number, found = {other.casefold() for other in taken}, 1, name
    while found.casefold() in known:
        number += 1
        end = f" ({number})"
        found = name[: limit - len(end)].rstrip() + end
    return found


def references(kind: type[Row]) -> dict[str, str]:
    """The columns of a table that goes along which name a row, and the table in which that is."""
    return {
        column.name: next(iter(column.foreign_keys)).column.table.name
        for column in _table(kind).columns
        if column.foreign_keys and column.name not in COLUMNS_LEFT_OUT[kind]
    }


def _table(kind: type[Row]) -> Table:
    return cast("Table", inspect(kind).local_table)


Known = Mapping[type[Row], Mapping[UUID, UUID] | set[UUID]]


def _ids(content: WorldRows) -> dict[type[Row], list[UUID]]:
    """The ids in each table whose rows have one."""
    return {
        kind: [cast("Any", row).id for row in content.rows[name]]
        for name, kind in CARRIED.items()
        if "id" in kind.model_fields
    }


def _left_out(kind: type[Row], given: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the given values which no file holds for that table."""
    return {name: value for name, value in given.items() if name in COLUMNS_LEFT_OUT[kind]}


def _values(row: Row) -> dict[str, Any]:
    return {name: getattr(row, name) for name in type(row).model_fields if name not in COLUMNS_LEFT_OUT[type(row)]}


def _said(row: Row, known: Known) -> dict[str, Any]:
    """A row as JSON data. What it refers to outside the file it does not mention."""
    said = row.model_dump(mode="json", exclude=set(COLUMNS_LEFT_OUT[type(row)]))
    outside = {name for name, kind in _kinds_referred(row).items() if getattr(row, name) not in known[kind]}
    return {name: None if name in outside else value for name, value in said.items()}


def _place(said: Mapping[str, Any], places: Mapping[str, int]) -> str:
    """By what a row says, not by ids, which are others in every copy: whatever has its place already stands for its id."""
    return json.dumps(
        [places.get(value) if name.endswith("_id") else value for name, value in said.items() if name != "id"]
    )


def _kinds_referred(row: Row) -> dict[str, type[Row]]:
    tables = {_table(kind).name: kind for kind in CARRIED.values()}
    kinds = {name: tables[table] for name, table in references(type(row)).items()}
    if isinstance(row, Batch | Asset):
        kinds["entity_id"] = ENTITIES[row.entity_type]
    return kinds


def _renewed_values(row: Row, new_ids: Mapping[type[Row], Mapping[UUID, UUID]]) -> dict[str, Any]:
    values = _values(row)
    if type(row) in new_ids:
        values["id"] = new_ids[type(row)][values["id"]]
    for name, kind in _kinds_referred(row).items():
        values[name] = new_ids[kind].get(values[name])
        if values[name] is None and not _table(type(row)).columns[name].nullable:
            raise UnfitWorldFileError(STRAY_LINEAGE if isinstance(row, Lineage) else STRAY)
    return values


def _parsed(form: type[BaseModel], document: bytes, sentence: str) -> Any:
    try:
        return form.model_validate_json(document)
    except (ValidationError, RecursionError) as error:
        raise UnfitWorldFileError(sentence) from error


def _form_of(kind: type[Row]) -> type[BaseModel]:
    """A row as it is written in the file. A column that was added later may be missing, where it has a default."""
    fields: dict[str, Any] = {
        name: (field.annotation, ... if field.is_required() or field.default_factory else field.default)
        for name, field in kind.model_fields.items()
        if name not in COLUMNS_LEFT_OUT[kind]
    }
    return create_model(
        kind.__name__, __config__=ConfigDict(strict=True, extra="forbid", allow_inf_nan=False), **fields
    )


_DOCUMENT = create_model(
    "Document",
    __config__=ConfigDict(strict=True, extra="forbid"),
    format=(str, ...),
    version=(int, ...),
    exported_at=(datetime, ...),
    world=(_form_of(World), ...),
    **cast("dict[str, Any]", {name: (list[_form_of(kind)], []) for name, kind in CARRIED.items()}),
)


def _row(kind: type[Row], form: BaseModel) -> Any:
    """The row a form stands for, as far as it is written there. Raises UnfitWorldFileError."""
    values = {name: getattr(form, name) for name in type(form).model_fields}
    for name, value in values.items():
        _check(name, value)
    return kind(**values)


def _check(name: str, value: object) -> None:
    """Nothing comes in by a file that could not have been typed or painted here. Raises UnfitWorldFileError."""
    if isinstance(value, str):
        _check_text(name, value)
    elif isinstance(value, datetime):
        if value.tzinfo is None or value.year not in YEARS:
            raise UnfitWorldFileError(DAMAGED)
    elif isinstance(value, int | float):
        low, high = NUMBER_BOUNDS.get(name, ANY_NUMBER)
        if not low <= value <= high:
            raise UnfitWorldFileError(DAMAGED)
    elif name == "tags":
        _check_tags(cast("Tags", value))
    elif isinstance(value, tuple):
        for setting in cast("InputSettings", value):
            _check_setting(name, setting)


def _check_tags(tags: Tags) -> None:
    try:
        is_whole = checked_tags(tags) == tags
    except InvalidInputError as error:
        raise UnfitWorldFileError(error.message) from error
    if not is_whole:
        raise UnfitWorldFileError(DAMAGED)


def _check_setting(name: str, setting: InputSetting) -> None:
    for part in (setting.node_id, setting.input_name, setting.value):
        if isinstance(part, str):
            _check_text(name, part)
        elif not is_sane(part):
            raise UnfitWorldFileError(DAMAGED)


def _check_text(name: str, text: str) -> None:
    try:
        if name == "name" or name in NAME_LIMITS:
            is_whole = (
                checked_name(text, field=name, **({"limit": NAME_LIMITS[name]} if name in NAME_LIMITS else {})) == text
            )
        else:
            checked_text(text, field=name, limit=TEXT_LIMITS.get(name, LENGTH_LIMIT))
            is_whole = True
    except InvalidInputError as error:
        raise UnfitWorldFileError(error.message) from error
    if not is_whole:
        raise UnfitWorldFileError(DAMAGED)
