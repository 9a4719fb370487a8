"""Wealthbox, read by its public API (v1)."""

from crm.adapters.wealthbox.adapter import Wealthbox

__all__ = ["Wealthbox"]
