"""Handing mail to a server or provider, what its answer means, and when sending is held."""
