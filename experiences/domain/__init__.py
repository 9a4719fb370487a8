"""Verbs and rules of what can be given: how far it reaches, who uses it, copying, pictures and files."""
