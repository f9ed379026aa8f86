"""Who the words describe: the same person in every variation of a prompt."""

import re
from dataclasses import dataclass

from wrldbldr.simulator.pictures.chance import chance_of
from wrldbldr.simulator.pictures.colours import (
    HAIR_WORDS,
    HAIRS,
    SKIN_WORDS,
    SKINS,
    Colour,
    Palette,
    has_word,
    palette_for,
)

HEADWEAR = {
    "hood": "hood", "thief": "hood", "assassin": "hood", "monk": "hood", "brother": "hood", "cultist": "hood",
    "guard": "helm", "knight": "helm", "paladin": "helm", "widow": "veil", "nun": "veil", "queen": "crown", "king": "crown",
    "prince": "crown", "wizard": "hat", "witch": "hat", "mage": "hat",
}  # fmt: skip
CUTS = ("short", "long", "bun", "wild")
CUT_WORDS = {"long hair": "long", "elven": "long", "captain": "long", "veteran": "short", "wild": "wild", "bun": "bun"}
TOOLS = {
    "staff": "wizard mage druid witch elder shaman hermit", "sword": "knight guard soldier captain paladin warrior veteran",
    "lantern": "thief smuggler innkeeper traveller widow", "book": "scholar priest monk brother noble merchant",
    "bow": "ranger hunter elf elven scout archer",
}  # fmt: skip
FRAMING = re.compile(r"\b(full[ -]body|sprite|portrait|backdrop|standing|plain background)\b|[.,;:]")


@dataclass(frozen=True)
class Subject:
    """A person: their looks and what they would carry."""

    shades: Palette
    skin: Colour
    hair: Colour
    cut: str
    headwear: str  # empty for none
    tool: str
    has_beard: bool
    has_scar: bool
    has_pointed_ears: bool
    wears_robe: bool


def subject_of(words: str) -> Subject:
    """Read the words; what they leave open, their sum decides. How the picture is framed says nothing of the person."""
    chance = chance_of(" ".join(FRAMING.sub(" ", words).split()))
    skin, hair, cut, tool = chance.choice(SKINS), chance.choice(HAIRS), chance.choice(CUTS), chance.choice(tuple(TOOLS))
    hooded, robed = chance.random() < 0.12, chance.random() < 0.5
    headwear = next((worn for word, worn in HEADWEAR.items() if has_word(words, word)), "hood" if hooded else "")
    return Subject(
        shades=palette_for(words, chance),
        skin=next((shade for word, shade in SKIN_WORDS.items() if has_word(words, word)), skin),
        hair=next((shade for word, shade in HAIR_WORDS.items() if word in words), hair),
        cut=next((style for word, style in CUT_WORDS.items() if word in words), cut),
        headwear=headwear,
        tool=next((carried for carried, who in TOOLS.items() if has_word(words, who)), tool),
        has_beard=has_word(words, "beard dwarf dwarven innkeeper smith king"),
        has_scar=has_word(words, "veteran scar pirate mercenary orc"),
        has_pointed_ears=has_word(words, "elf elven goblin orc fae"),
        wears_robe=robed or headwear in ("hat", "veil", "crown"),
    )
