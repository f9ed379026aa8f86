"""Every table, imported in one place for whoever needs the whole schema."""

from wrldbldr.domain.account import AccessToken, Account
from wrldbldr.domain.asset import Asset
from wrldbldr.domain.batch import Batch, Submission
from wrldbldr.domain.doomed_file import DoomedFile
from wrldbldr.domain.picture_query import PictureNumber
from wrldbldr.domain.player import Player
from wrldbldr.domain.prompt_template import PromptTemplate
from wrldbldr.domain.removal import Removal, RemovedFile
from wrldbldr.domain.server import ServerMemory
from wrldbldr.domain.stage import StagePiece, StageSight
from wrldbldr.domain.style_reference import Lineage
from wrldbldr.domain.tag import AssetTag
from wrldbldr.domain.workflow import Workflow, WorkflowDefault
from wrldbldr.domain.workflow_form import WorkflowForm
from wrldbldr.domain.world import Character, GameSession, Location, World

TABLES = (
    Account,
    AccessToken,
    World,
    Character,
    Location,
    GameSession,
    Player,
    Workflow,
    WorkflowDefault,
    WorkflowForm,
    PromptTemplate,
    Batch,
    Submission,
    Asset,
    Lineage,
    AssetTag,
    DoomedFile,
    PictureNumber,
    StagePiece,
    StageSight,
    Removal,
    RemovedFile,
    ServerMemory,
)
TABLES_OF_TRIGGERS = (AssetTag,)
"""Whose rows the database makes by itself, from those of others. A picture's number it makes only where there is none."""
