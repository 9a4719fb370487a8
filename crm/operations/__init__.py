"""The kinds of operation of the CRM room; each registers itself."""

from crm.operations import importing, syncing, updating  # noqa: F401
