"""Threads between clients and their advisors or teams."""
