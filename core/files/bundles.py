"""Style sheets and scripts that every page of a kind has, as one file each: a first visit asks for three, not thirty.

`static/bundles.json` names each bundle and its sources, in order. `collectstatic` writes the bundles; where it has not
run (development without it, tests), pages name the sources.
"""

import json
import re
from functools import cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

DECLARED = "bundles.json"
EXPORT = re.compile(r"^export (?=const |function |class )", re.MULTILINE)


class BundledStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Writes the bundles beside the collected files, before these get their hashed names and are compressed."""

    def post_process(self, paths, dry_run=False, **options):
        """Called by `collectstatic` with what it has collected."""
        if not dry_run:
            for name, sources in declared().items():
                self.delete(name)
                self._save(name, ContentFile(_joined([(source, _text(source)) for source in sources])))
                paths[name] = (self, name)
        yield from super().post_process(paths, dry_run, **options)


@cache
def declared() -> dict[str, list[str]]:
    """The sources of each bundle, by its path among the static files."""
    return json.loads(_text(DECLARED))


def files_of(bundle: str) -> list[str]:
    """What a page must load for a bundle: itself once it has been written, else its sources."""
    written = isinstance(staticfiles_storage, BundledStaticFilesStorage)
    return [bundle] if written else declared()[bundle]


def _text(name: str) -> str:
    found = finders.find(name)
    if found is None:
        raise FileNotFoundError(f"{DECLARED} names {name}, which is not among the static files.")
    return Path(found).read_text(encoding="utf-8")


def _joined(sources: list[tuple[str, str]]) -> str:
    """Style sheets one after the other; scripts each in a block, for they are modules with names of their own."""
    if all(name.endswith(".css") for name, _ in sources):
        return "\n".join(text for _, text in sources)
    return "\n".join(f"{{\n{EXPORT.sub('', text)}\n}}" for _, text in sources)
