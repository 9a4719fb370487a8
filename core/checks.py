"""Checks of the database that `manage.py migrate` and the start make before they change anything."""

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

EARLIER_BUILD = (
    "This database was made by an earlier build of AdvisorHub ({applied} is applied there), which this build cannot "
    "upgrade."
)
HINT = (
    "Take what you need out of it with the build that made it, then begin with an empty database. "
    "The one of script/server is in var/postgres."
)


@register(Tags.database)
def check_database_is_of_this_build(databases=None, **kwargs) -> list[CheckMessage]:
    """An error for each database in which a migration of ours is applied that this build does not have."""
    return [error for alias in databases or () if (error := _earlier_build(alias))]


def _earlier_build(alias: str) -> Error | None:
    loader = MigrationLoader(connections[alias], load=False)
    loader.load_disk()
    applied = MigrationRecorder(connections[alias]).applied_migrations()
    unknown = sorted(key for key in applied if key[0] in loader.migrated_apps and key not in loader.disk_migrations)
    if not unknown:
        return None
    return Error(EARLIER_BUILD.format(applied=".".join(unknown[-1])), hint=HINT, id="core.E001")
