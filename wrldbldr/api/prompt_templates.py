"""The words with which prompts begin."""

from wrldbldr.api.door import RunningEngine, Who, guarded_router
from wrldbldr.api.models import Text
from wrldbldr.domain.batch import AssetType

router = guarded_router("Workflows")


@router.get("/api/prompt-templates")
async def show_templates(who: Who, engine: RunningEngine) -> dict[AssetType, str]:
    """With which words the prompt for each kind of picture begins: `{name}`, `{description}` and `{mood}` are filled in."""
    return await engine.templates.all(who)


@router.put("/api/prompt-templates")
async def set_templates(body: dict[AssetType, Text], who: Who, engine: RunningEngine) -> dict[AssetType, str]:
    """Change some of them; an empty one is as it came, kinds left out stay as they are. For the owner."""
    return await engine.templates.change(who, body)
