"""Files of tests, kept in memory, under names of our own as on disk."""

from django.core.files.storage import InMemoryStorage

from core.storage import OwnNames


class MemoryStorage(OwnNames, InMemoryStorage):
    """What `core.storage.FileStorage` is, without a disk."""
