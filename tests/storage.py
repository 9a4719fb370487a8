"""Files of tests, kept in memory, under names of our own as on disk."""

from django.core.files.storage import InMemoryStorage

from core.files.storage import OwnNames


class MemoryStorage(OwnNames, InMemoryStorage):
    """What `core.files.storage.FileStorage` is, without a disk."""
