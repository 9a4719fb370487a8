"""Verbs of the outreach room: invite, send, schedule, and what becomes of a mail."""
