"""Where uploaded and written files are kept: under names of our own, whole or not at all, for nobody else to read.

People know a file by the name it came with, which rows keep beside it; on disk any name of theirs would be a risk: too
long, of odd characters, with dots where a system looks for an ending. `FILE_UPLOAD_PERMISSIONS` says who may read it.
"""

import re
from pathlib import PurePath
from uuid import uuid4

from django.core.files.storage import FileSystemStorage

ENDING = re.compile(r"\.[a-z0-9]{1,8}")


def own_name(path: str) -> str:
    """`path` with a name of our own in place of the last part; its ending stays where it is an ordinary one."""
    found = PurePath(path)
    ending = found.suffix.lower()
    return str(found.with_name(f"{uuid4().hex}{ending if ENDING.fullmatch(ending) else ''}"))


class OwnNames:
    """A storage that names files itself; the folder is the caller's."""

    def generate_filename(self, filename: str) -> str:
        """A name that nobody chose and nothing else has."""
        return super().generate_filename(own_name(filename))


class FileStorage(OwnNames, FileSystemStorage):
    """Files on disk; one that cannot be written to its end leaves nothing behind."""

    def _save(self, name: str, content) -> str:
        """Write the file, or remove what there is of it and raise what was raised."""
        before = self.exists(name)
        try:
            return super()._save(name, content)
        except OSError:
            if not before:
                self.delete(name)
            raise
