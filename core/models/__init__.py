"""The two records that every room writes to: what was done to many rows, and what happened."""

from core.models.activity import Activity
from core.models.heartbeat import Heartbeat
from core.models.operation import Operation, OperationLine

__all__ = ["Activity", "Heartbeat", "Operation", "OperationLine"]
