"""The adapter of Acme CRM, which does not exist."""

from acme_crm.adapter import Acme

__all__ = ["Acme"]
