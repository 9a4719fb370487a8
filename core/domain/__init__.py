"""Verbs of the core: start, run and stop operations; record what happened."""
