"""The operation types of the CRM room; each registers itself."""

from crm.operations import importing, judging, syncing, updating  # noqa: F401
