"""Microsoft Dynamics 365 / Dataverse."""

from crm.adapters.dataverse.adapter import Dataverse

__all__ = ["Dataverse"]
