"""A CRM that is nowhere: made-up records that change over time, to try everything without a vendor's account."""

from crm.adapters.demo.adapter import DemoCRM

__all__ = ["DemoCRM"]
