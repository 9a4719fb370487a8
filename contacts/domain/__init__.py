"""Verbs on contacts, each written for a set."""
