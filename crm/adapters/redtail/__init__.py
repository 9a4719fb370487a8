"""Redtail CRM, read by its public API ("TWAPI", v1)."""

from crm.adapters.redtail.adapter import Redtail

__all__ = ["Redtail"]
