"""Django's PostgreSQL backend with one addition; see `base`."""
