"""Salesforce, with the profiles of Financial Services Cloud and Practifi."""

from crm.adapters.salesforce.adapter import Salesforce

__all__ = ["Salesforce"]
