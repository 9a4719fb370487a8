"""Outbound connections to public addresses alone."""
