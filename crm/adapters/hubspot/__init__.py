"""HubSpot."""

from crm.adapters.hubspot.adapter import HubSpot

__all__ = ["HubSpot"]
