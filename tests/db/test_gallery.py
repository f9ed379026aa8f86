"""Finding pictures: what is asked for is found, in order, page by page, and never by looking at all of them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from tests.db.rows import NOW, Setting
from wrldbldr.db.database import Database
from wrldbldr.domain.asset import Asset
from wrldbldr.domain.batch import AssetType
from wrldbldr.domain.picture_query import COUNTED, PictureOrder, PictureQuery
from wrldbldr.domain.stage import Part, StagePiece
from wrldbldr.domain.style_reference import Lineage, ReferenceUse
from wrldbldr.kit.ids import new_id

ANY = new_id()
QUESTIONS = {
    "everything": PictureQuery(),
    "the oldest": PictureQuery(order=PictureOrder.OLDEST),
    "the best": PictureQuery(order=PictureOrder.RATING),
    "of somebody": PictureQuery(entity_id=ANY),
    "of somebody and a type": PictureQuery(entity_id=ANY, asset_type=AssetType.PORTRAIT),
    "a type": PictureQuery(asset_type=AssetType.PORTRAIT),
    "a workflow": PictureQuery(workflow_id=ANY),
    "starred": PictureQuery(starred=True),
    "starred of a type": PictureQuery(starred=True, asset_type=AssetType.ITEM),
    "rated": PictureQuery(min_rating=3),
    "styled": PictureQuery(is_styled=True),
    "unused": PictureQuery(unused=True),
    "a tag": PictureQuery(tags=("tide",)),
    "starred and a tag": PictureQuery(starred=True, tags=("tide",)),
}
IN_ORDER = {"USE TEMP B-TREE FOR RIGHT PART OF ORDER BY", "USE TEMP B-TREE FOR LAST 2 TERMS OF ORDER BY"}
"""Pictures of one moment are sorted among themselves; one does not look at all of them for that."""


async def store(database: Database, *rows: Asset | Lineage) -> None:
    async with database.write() as unit:
        for row in rows:
            await unit.assets.add_all([row])


async def numbers(database: Database, setting: Setting, query: PictureQuery) -> list[int]:
    """The numbers of the pictures found, and that they are counted right and alike when they are read one by one."""
    async with database.read() as unit:
        found = await unit.gallery.page(setting.world.id, query, limit=99)
        assert await unit.gallery.count(setting.world.id, query) == len(found)
        single: list[Asset] = []
        while page := await unit.gallery.page(
            setting.world.id, query, limit=1, after=single[-1].id if single else None
        ):
            single += page
        assert single == list(found)
    return [asset.number for asset in found]


@pytest.mark.parametrize("question", QUESTIONS)
async def test_a_question_is_answered_from_an_index_in_order(
    database: Database, setting: Setting, statements: list[tuple[str, Any]], question: str
) -> None:
    query, anchor = QUESTIONS[question], setting.asset(1, tags=("tide",))
    await store(database, anchor)
    statements.clear()
    async with database.read() as unit:
        await unit.gallery.page(setting.world.id, query, limit=9, after=anchor.id)
        await unit.gallery.count(setting.world.id, query)
    asked = [one for one in statements if one[0].startswith("SELECT") and "created_at" in one[0].split("WHERE", 1)[1]]
    statements.clear()

    async with database.read() as unit:
        connection = await unit._db_session.connection()
        plans = [(await connection.exec_driver_sql(f"explain query plan {sql}", values)).all() for sql, values in asked]

    steps = [str(tuple(row)[3]) for plan in plans for row in plan]
    assert len(plans) >= 2
    assert [step for step in steps if step.startswith("SCAN ") and "anon" not in step] == []
    assert [step for step in steps if "FOR ORDER BY" in step] == []
    assert {step for step in steps if "TEMP B-TREE" in step} <= IN_ORDER


async def test_every_word_must_be_there_at_least_its_beginning_in_label_prompt_or_a_tag(
    database: Database, setting: Setting
) -> None:
    await store(
        database,
        setting.asset(1, label="Odile_Marrow_Portrait_001", prompt="a lantern by the sea", tags=("storm light",)),
        setting.asset(2, minutes=1, label="Pim_Sprite_002", prompt="Lanterns; über dem Meer", tags=("影の女王",)),
    )

    async def found(words: str) -> list[int]:
        return await numbers(database, setting, PictureQuery(text=words))

    assert await found("lantern") == [2, 1]
    assert await found(" LANT  mar ") == [1], "words of the label and the prompt, in whatever order and case"
    assert await found("storm lantern odile") == [1]
    assert await found("uber 影") == [2]
    assert await found("lantern nowhere") == []
    assert await found("antern") == []


NO_WORDS = ['"', "'", '""', "*", "(", "%", "_", "+", "\u0301", "💥"]
NOWHERE = [
    "AND",
    "NOT",
    "lantern OR pim",
    "NEAR(a b)",
    "label:pim",
    "lan*tern",
    ";drop table asset",
    "subject : portrait",
]
THERE = {"-lantern": [1], "^a": [2, 1], "{x}": [2], "a\\": [2, 1], "lantern -pim": [1], '"pim"': [1]}


@pytest.mark.parametrize(
    ("words", "expected"),
    [*((words, [2, 1]) for words in NO_WORDS), *((words, []) for words in NOWHERE), *THERE.items()],
)
async def test_words_that_look_like_operators_are_only_words(
    database: Database, setting: Setting, words: str, expected: list[int]
) -> None:
    await store(database, setting.asset(1, label="Pim", prompt="a lantern"), setting.asset(2, minutes=1, prompt="x"))

    assert await numbers(database, setting, PictureQuery(text=words)) == expected


async def test_the_words_of_a_picture_are_those_it_has_now(database: Database, setting: Setting) -> None:
    picture = setting.asset(1, prompt="a lantern", tags=("tide",))
    await store(database, picture, setting.asset(2, prompt="a lantern"))
    async with database.write() as unit:
        found = await unit.assets.find(picture.id)
        assert found is not None
        found.label, found.prompt, found.tags, found.entity_id = "Renamed", "a candle", ("moor",), setting.location.id

    for words, expected in {"lantern": [2], "tide": [], "candle": [1], "renamed moor": [1], "archer": [2]}.items():
        assert await numbers(database, setting, PictureQuery(text=words)) == expected, words
    assert await numbers(database, setting, PictureQuery(text="candle", entity_id=setting.location.id)) == [1]
    assert await numbers(database, setting, PictureQuery(text="candle", entity_id=setting.character.id)) == []


async def test_nothing_is_left_of_the_words_of_pictures_that_are_gone(database: Database, setting: Setting) -> None:
    await store(database, setting.asset(1, tags=("tide",)), setting.asset(2))
    async with database.write() as unit:
        await unit.worlds.delete(setting.world)

    async with database.read() as unit:
        connection = await unit._db_session.connection()
        for table in ("picturenumber", "assettag"):
            assert (await connection.execute(text(f"select count(*) from {table}"))).scalar() == 0  # noqa: S608 - ours
        matches = "select count(*) from picturewords where picturewords match 'archer OR portrait OR tide'"
        assert (await connection.execute(text(matches))).scalar() == 0


async def test_what_is_found_by_words_is_in_the_order_of_the_gallery(database: Database, setting: Setting) -> None:
    batches = [[setting.asset(10 * n + i, minutes=n, batch_index=i, rating=i) for i in (2, 1, 0)] for n in range(3)]
    await store(database, *(asset for batch in batches for asset in batch))

    for order in PictureOrder:
        every = PictureQuery(order=order)
        assert await numbers(database, setting, replace(every, text="archer")) == await numbers(
            database, setting, every
        )
    assert await numbers(database, setting, PictureQuery()) == [20, 21, 22, 10, 11, 12, 0, 1, 2]
    assert await numbers(database, setting, PictureQuery(order=PictureOrder.RATING)) == [
        22,
        12,
        2,
        21,
        11,
        1,
        20,
        10,
        0,
    ]


async def test_words_and_all_else_narrow_together(database: Database, setting: Setting) -> None:
    first, second = setting.asset(1, is_starred=True, rating=4, tags=("tide", "moor")), setting.asset(2, tags=("tide",))
    took = Lineage(asset_id=second.id, ordinal=0, source_id=first.id, label="", use=ReferenceUse.PICTURE, taker="")
    await store(database, first, second, setting.asset(3, asset_type=AssetType.ITEM), took)
    expected: Sequence[tuple[PictureQuery, list[int]]] = [
        (PictureQuery(starred=True), [1]),
        (PictureQuery(min_rating=4), [1]),
        (PictureQuery(min_rating=5), []),
        (PictureQuery(tags=("tide",)), [2, 1]),
        (PictureQuery(tags=("tide", "moor")), [1]),
        (PictureQuery(tags=("tide",), starred=True), [1]),
        (PictureQuery(is_styled=True), [2]),
        (PictureQuery(is_styled=False), [3, 1]),
        (PictureQuery(source_id=first.id), [2]),
        (PictureQuery(asset_type=AssetType.ITEM), [3]),
        (PictureQuery(unused=True), [3, 2, 1]),
        (PictureQuery(workflow_id=ANY), []),
    ]
    for query, found in expected:
        asked = replace(query, entity_id=setting.character.id)
        assert sorted(await numbers(database, setting, asked), reverse=True) == found, query
        assert sorted(await numbers(database, setting, replace(query, text="archer")), reverse=True) == found, query


async def test_unused_is_what_stands_for_nobody_is_on_no_stage_and_nobodys_style_reference(
    database: Database, setting: Setting
) -> None:
    active, staged, reference, idle = (setting.asset(n, is_active=n == 1) for n in range(1, 5))
    await store(database, active, staged, reference, idle)
    async with database.write() as unit:
        character = await unit.worlds.find_entity(idle.entity_type, setting.character.id)
        assert character is not None
        character.style_reference_id = reference.id
        piece = StagePiece(
            game_session_id=setting.game_session.id, asset_id=staged.id, part=Part.HANDOUT, place=0, put_at=NOW
        )
        await unit.stage.put(piece, [])

    assert await numbers(database, setting, PictureQuery(unused=True)) == [4]
    assert sorted(await numbers(database, setting, PictureQuery(unused=False))) == [1, 2, 3]


async def test_pictures_are_counted_to_a_thousand_and_that_there_are_more(database: Database, setting: Setting) -> None:
    many = [setting.asset(number, is_starred=number < 3) for number in range(COUNTED + 9)]
    async with database.write() as unit:
        await unit.assets.add_all(many)

    async with database.read() as unit:
        count, world_id = unit.gallery.count, setting.world.id
        assert await count(world_id, PictureQuery()) == COUNTED + 1
        assert await count(world_id, PictureQuery(text="arch")) == COUNTED + 1
        assert await count(world_id, PictureQuery(text="arch", starred=True)) == 3
        assert await count(world_id, PictureQuery(text="arch", unused=True)) == COUNTED + 1
        assert await unit.gallery.count_by_type(world_id, None) == {AssetType.PORTRAIT: COUNTED + 1}


async def test_words_are_looked_for_in_one_world_only(database: Database, setting: Setting) -> None:
    other = Setting("Berta")
    async with database.write() as unit:
        await other.store(unit)
    await store(database, setting.asset(1), other.asset(2))
    found: list[UUID] = []

    async with database.read() as unit:
        for world_id in (setting.world.id, other.world.id):
            found += [one.world_id for one in await unit.gallery.page(world_id, PictureQuery(text="archer"), limit=9)]

    assert found == [setting.world.id, other.world.id]
