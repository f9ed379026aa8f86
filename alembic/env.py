"""Runs migrations over an async engine; the URL comes from the app's settings unless the caller names one."""

import asyncio

from alembic import context
from sqlalchemy import Connection
from sqlalchemy.types import TypeDecorator, TypeEngine
from sqlmodel import SQLModel

import wrldbldr.domain.tables
from wrldbldr.db.database import migration_engine
from wrldbldr.db.words import is_ours
from wrldbldr.settings import load_settings

assert wrldbldr.domain.tables.__name__  # importing it fills SQLModel.metadata


def plain(kind: str, item: object, _: object) -> str | bool:
    """Write the plain column type into a migration, not ours: a migration must not change when our code does."""
    if kind == "type" and isinstance(item, TypeDecorator):
        impl: TypeEngine[object] = item.impl_instance
        return f"sa.{impl!r}".replace("AutoString()", "String()")
    return False


def run(connection: Connection) -> None:
    """Apply migrations on `connection`. SQLite alters a table by copying it, hence the batch mode."""
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        render_item=plain,
        include_name=is_ours,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


async def main() -> None:
    """Open the database, migrate, close it."""
    url = context.config.attributes.get("database_url") or load_settings().database
    engine = migration_engine(url)
    async with engine.connect() as connection:
        await connection.run_sync(run)
        await connection.commit()
    await engine.dispose()


asyncio.run(main())
