"""The Lantern Coast: nine people, six places, and which pictures of them come along."""

from dataclasses import dataclass

from wrldbldr.domain.batch import AssetType

NAME = "The Lantern Coast"
MOTTO = "The lamps are going out, one by one."


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture in the folder beside this file, painted from the subject's description and `seed`."""

    asset_type: AssetType
    seed: int


@dataclass(frozen=True, slots=True)
class Subject:
    """Somebody or somewhere."""

    name: str
    description: str
    pictures: tuple[Picture, ...] = ()
    is_visible: bool = True
    mood: str = ""
    goal: str = ""


def file_name(subject: Subject, picture: Picture) -> str:
    """`odile_marrow_portrait_3.webp`."""
    slug = "_".join("".join(c if c.isalnum() else " " for c in subject.name.lower()).split())
    return f"{slug}_{picture.asset_type}_{picture.seed}.webp"


def prompt_of(subject: Subject, picture: Picture) -> str:
    """The words it was painted from."""
    return f"{subject.description} Full body." if picture.asset_type is AssetType.SPRITE else subject.description


def portraits(*seeds: int) -> tuple[Picture, ...]:
    """Portraits from these seeds."""
    return tuple(Picture(AssetType.PORTRAIT, seed) for seed in seeds)


def sprites(*seeds: int) -> tuple[Picture, ...]:
    """Sprites from these seeds."""
    return tuple(Picture(AssetType.SPRITE, seed) for seed in seeds)


def backdrops(*seeds: int) -> tuple[Picture, ...]:
    """Backdrops from these seeds."""
    return tuple(Picture(AssetType.BACKDROP, seed) for seed in seeds)


PEOPLE = (
    Subject(
        name="Odile Marrow",
        description="Smuggler captain of the Patient Heron, forty, salt-grey eyes and long dark hair tied with tarred "
        "cord. Wears a dead admiral’s coat with the medals turned inward. Runs lamp oil past the blockade; pays the "
        "widows first. Laughs only at low tide.",
        mood="Amused, wary",
        goal="Get the lamp-keeper’s ledger before the tide turns",
        pictures=(*portraits(1, 2, 3, 4), *sprites(1)),
    ),
    Subject(
        name="Hask Brannoch",
        description="Grizzled veteran with a scar across the left brow, close-cropped grey hair, a campaign cloak gone "
        "the colour of road dust, tired kind eyes. Guards a door in Wrackmouth and will not say whose.",
        mood="Suspicious",
        goal="Protect the sealed crate from strangers",
    ),
    Subject(
        name="Sefa Thornwick",
        description="Elven archer with long silver hair and a forest green cloak, a bone whistle at her throat. Came "
        "down from the hills when the herons stopped nesting, and asks everyone the same question.",
        mood="Patient",
        goal="Find where the herons went",
        pictures=(*portraits(1, 2, 3), *sprites(1)),
    ),
    Subject(
        name="Brother Aldwin",
        description="Keeper of St Ebba’s lamp, a brother in a candle-red hood, burn scars on both hands, a voice that "
        "never rises. He has not slept since the second lamp went out.",
        mood="Frightened, hiding it",
        goal="Keep the flame fed for three more nights",
        pictures=portraits(1, 2, 3),
    ),
    Subject(
        name="The Tide Widow",
        description="Nobody has seen her twice. A tall widow in a sea-blue veil who stands where the water will be. "
        "Fishermen leave her bread and do not look back.",
        is_visible=False,
        mood="Waiting",
        goal="Be invited in",
        pictures=(*portraits(1, 2, 3), *sprites(1)),
    ),
    Subject(
        name="Ansel Rook",
        description="Town guard with a dented helm and a purple sash of office, honest on weekdays. Knows every "
        "cellar in Wrackmouth and what is owed for not mentioning it.",
        mood="Bored",
        goal="Be somewhere else when the excise men land",
        pictures=portraits(1, 2),
    ),
    Subject(
        name="Ines Calloway",
        description="Salt merchant with red hair in a bun and a noble’s plum-coloured coat, ink on her cuffs. Buys "
        "debts, forgives some of them, remembers all of them.",
        mood="Generous today",
        goal="Own the harbour before midwinter",
        pictures=portraits(1, 2, 3),
    ),
    Subject(
        name="Pim",
        description="Pickpocket, aged eleven, in a thief’s blue hood three sizes too large. Has something of the Tide "
        "Widow’s and does not know it.",
        is_visible=False,
        mood="Hungry",
        goal="Sell the odd little bell",
        pictures=(*portraits(1, 2), *sprites(1)),
    ),
    Subject(
        name="Maud Emberly",
        description="Once the lamp queen of the coast’s midsummer fair, now hostess of the Gutted Candle. Wears the "
        "tin crown behind the bar when the room is full, and hears everything.",
        mood="Warm",
        goal="Find out who is buying all the oil",
        pictures=portraits(1, 2),
    ),
)

PLACES = (
    Subject(
        name="Wrackmouth Harbour",
        description="A crooked harbour town on the sea at dusk, towers leaning over the water, half of the lighthouse "
        "lamps dark, a full moon laying a road of light on the tide.",
        pictures=backdrops(1, 2),
    ),
    Subject(
        name="The Gutted Candle",
        description="A tavern in a vaulted cellar, candle light on red brick, smoke under the arches. The only room "
        "in town where the excise men and the smugglers drink from the same barrel.",
        pictures=backdrops(1, 2),
    ),
    Subject(
        name="St Ebba’s Lamp",
        description="A lighthouse keep on a cliff above the harbour, the last lamp still burning, night sea below.",
        pictures=backdrops(1, 2),
    ),
    Subject(
        name="Hollin Gate",
        description="The old town gate in the hills, bricked up from the inside. Frost never leaves its stones.",
        is_visible=False,
    ),
    Subject(
        name="Salt Market",
        description="Market square of the town at evening, awnings between crooked merchant houses, lanterns, white "
        "drifts of salt that the children sledge on.",
        pictures=backdrops(1, 2),
    ),
    Subject(
        name="The Heron Woods",
        description="A drowned forest of moss and silver birch where the herons nested, empty now, mist on the paths "
        "the elves no longer keep.",
        pictures=backdrops(1, 2),
    ),
)

PICTURE_COUNT = sum(len(subject.pictures) for subject in (*PEOPLE, *PLACES))
