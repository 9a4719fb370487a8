"""The two records that every room writes to: what was done to many rows, and what happened."""

from core.models.activity import Activity
from core.models.change import Change
from core.models.export_file import ExportFile
from core.models.heartbeat import Heartbeat
from core.models.mail_status import MailStatus
from core.models.operation import Operation, OperationLine
from core.models.press import Press
from core.models.selection import FrozenSelection, KeptRows
from core.models.tally import Tally

__all__ = [
    "Activity",
    "Change",
    "ExportFile",
    "FrozenSelection",
    "Heartbeat",
    "KeptRows",
    "MailStatus",
    "Operation",
    "OperationLine",
    "Press",
    "Tally",
]
