"""Queries, columns and exports."""
