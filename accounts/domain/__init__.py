"""Verbs on users."""
