"""Trying out the workflow that is shown: how far it is, and the picture that came of it."""

from base64 import b64encode
from collections.abc import AsyncGenerator

import reflex as rx

from wrldbldr.domain.account import Principal
from wrldbldr.domain.errors import ConflictError, InvalidInputError, InvalidInputsError
from wrldbldr.engine import current
from wrldbldr.media.pictures import CleanPicture
from wrldbldr.services.workflow_trial import TrialFailedError
from wrldbldr.state.accounts_own import FOCUS_ON_ERROR
from wrldbldr.state.change import change
from wrldbldr.state.ids import parsed_id
from wrldbldr.state.principal import Follows, signed_in
from wrldbldr.state.workflow_editor import WorkflowEditor, refuse_changes, unsaved_changes


class WorkflowTrial(rx.State):
    """`workflow` is the one that was tried; what came of it shows only beside that one."""

    workflow: rx.Field[str] = rx.field("")
    is_trying: rx.Field[bool] = rx.field(False)
    percent: rx.Field[int] = rx.field(0)
    phase: rx.Field[str] = rx.field("")
    picture: rx.Field[str] = rx.field("")
    title: rx.Field[str] = rx.field("")
    message: rx.Field[str] = rx.field("")

    @rx.event(background=True)
    @signed_in
    async def begin(self, who: Principal) -> AsyncGenerator[Follows]:
        """Paint one picture with the workflow as it is mapped here, saved or not."""
        async with self:
            if self.is_trying:
                return
            asked = (await self.get_state(WorkflowEditor)).workflow
            try:
                changes = await unsaved_changes(self)
            except InvalidInputError as error:
                await refuse_changes(self, _sentences(error))
                yield FOCUS_ON_ERROR
                return
            change(self, workflow=asked, is_trying=True, percent=0, phase="waiting", picture="", title="", message="")
        picture, title, message = "", "", ""
        try:
            painted = await current().trials.paint(who, parsed_id(asked, "workflow"), changes, self._tell)
            picture = _inline(painted)
        except InvalidInputError as error:
            async with self:
                await refuse_changes(self, _sentences(error))
        except TrialFailedError as error:
            title, message = error.failure.title, error.failure.message
        except ConflictError as error:
            title = error.message
        finally:
            async with self:
                change(self, is_trying=False, picture=picture, title=title, message=message)
        yield None

    @rx.event
    @signed_in
    async def stop(self, who: Principal) -> None:
        """Take it back."""
        await current().trials.stop(who)

    async def _tell(self, percent: int, phase: str) -> None:
        async with self:
            change(self, percent=percent, phase=phase)


def _inline(picture: CleanPicture) -> str:
    """A small picture that is stored nowhere goes to the browser inside the page."""
    return f"data:image/webp;base64,{b64encode(picture.thumbnails[max(picture.thumbnails)]).decode()}"


def _sentences(error: InvalidInputError) -> dict[str, str]:
    return dict(error.sentences) if isinstance(error, InvalidInputsError) else {error.field: error.message}
