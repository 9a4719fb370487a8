"""Connections, who and what their words mean here, and the records in staging."""

from crm.models.connection import Category, Connection, Owner, RemoteHousehold
from crm.models.record import Reason, Record
from crm.models.sync import Sync
from crm.models.trash import FollowedContact

__all__ = ["Category", "Connection", "FollowedContact", "Owner", "Reason", "Record", "RemoteHousehold", "Sync"]
