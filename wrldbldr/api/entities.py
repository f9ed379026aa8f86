"""The routes that characters and locations have in common. What differs is what is known of them."""

from collections.abc import Callable
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import APIRouter, Path

from wrldbldr.api.door import RunningEngine, Who, guarded_router
from wrldbldr.api.models import PAGE_DEFAULT, Body, Cursor, Limit, Out, Page, after, page_of
from wrldbldr.domain.world import EntityType
from wrldbldr.services.worlds import EntityChanges

Handler = TypeVar("Handler", bound=Callable[..., Any])


def entity_router(
    kind: EntityType, plural: str, *, new: type[Body], changes: type[Body], shown: type[Out], page: type[Page[Any]]
) -> APIRouter:
    """Routes to list, make, show, change and remove entities of a kind, with the bodies and answers that are theirs."""
    router = guarded_router(plural.capitalize())
    _add_those_of_a_world(router, kind, plural, new=new, shown=shown, page=page)
    _add_those_of_one(router, kind, plural, changes=changes, shown=shown)
    return router


def _add_those_of_a_world(
    router: APIRouter, kind: EntityType, plural: str, *, new: type[Body], shown: type[Out], page: type[Page[Any]]
) -> None:
    path = f"/api/worlds/{{world_id}}/{plural}"

    @router.get(path, name=f"list_{plural}", description=f"A world's {plural}, by name.", response_model=page)
    async def list_entities(
        world_id: UUID, who: Who, engine: RunningEngine, limit: Limit = PAGE_DEFAULT, cursor: Cursor = None
    ) -> Page[Out]:
        found = await engine.worlds.entities(who, kind, world_id)
        rest = after(found, cursor, lambda entity: entity.id)
        return page_of(rest, limit, shown.model_validate, lambda entity: entity.id)

    @router.post(
        path, name=f"create_{kind}", description=f"A new {kind} in a world.", response_model=shown, status_code=201
    )
    @_with_body(new)
    async def create_entity(world_id: UUID, body: Body, who: Who, engine: RunningEngine) -> Out:
        changes = EntityChanges(**body.model_dump(exclude_unset=True))
        return shown.model_validate(await engine.worlds.create_entity(who, kind, world_id, changes))


def _add_those_of_one(
    router: APIRouter, kind: EntityType, plural: str, *, changes: type[Body], shown: type[Out]
) -> None:
    path = f"/api/{plural}/{{{kind}_id}}"
    in_path = Path(alias=f"{kind}_id")

    @router.get(path, name=f"show_{kind}", description=f"One {kind}.", response_model=shown)
    async def show_entity(entity_id: Annotated[UUID, in_path], who: Who, engine: RunningEngine) -> Out:
        return shown.model_validate(await engine.worlds.find_entity(who, kind, entity_id))

    @router.patch(path, name=f"update_{kind}", description=f"Change a {kind}.", response_model=shown)
    @_with_body(changes)
    async def update_entity(entity_id: Annotated[UUID, in_path], body: Body, who: Who, engine: RunningEngine) -> Out:
        changed = await engine.worlds.update_entity(
            who, kind, entity_id, EntityChanges(**body.model_dump(exclude_unset=True))
        )
        return shown.model_validate(changed)

    @router.delete(path, name=f"delete_{kind}", description=f"Remove a {kind} with its pictures.", status_code=204)
    async def delete_entity(entity_id: Annotated[UUID, in_path], who: Who, engine: RunningEngine) -> None:
        await engine.worlds.delete_entity(who, kind, entity_id)


def _with_body(model: type[Body]) -> Callable[[Handler], Handler]:
    """Say what a handler takes: the web framework reads it from the signature, where only `Body` can be written."""

    def tell(handler: Handler) -> Handler:
        handler.__annotations__["body"] = model
        return handler

    return tell
