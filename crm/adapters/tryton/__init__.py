"""Tryton."""

from crm.adapters.tryton.adapter import Tryton

__all__ = ["Tryton"]
