"""What the server itself remembers."""

from sqlalchemy.ext.asyncio import AsyncSession

from wrldbldr.domain.server import SERVER_ROW, ServerMemory
from wrldbldr.kit.ids import new_id


class Server:
    """The single row."""

    def __init__(self, db_session: AsyncSession) -> None:
        self._db_session = db_session

    async def memory(self) -> ServerMemory:
        """The row, made at first use."""
        row = await self._db_session.get(ServerMemory, SERVER_ROW)
        if row is None:
            row = ServerMemory(client_id=new_id())
            self._db_session.add(row)
            await self._db_session.flush()
        return row
