"""Pause sending by hand: for a database that cannot know that it is a restored copy."""

from django.core.management.base import BaseCommand

from core.mailing import restore_guard

BY_HAND = "Somebody who runs this server says that the database has been restored."


class Command(BaseCommand):
    """Pauses sending as if a restored backup had been noticed; an admin resumes it on the page of the mail list.

    To be run before any worker starts, where the queue and the files were restored together with the database, such as
    from a snapshot of the whole machine: then nothing outside the database is left that could tell.
    """

    help = "Pause sending: what waits becomes unknown whether sent, and an admin decides. For restored snapshots."

    def handle(self, *args, **options) -> None:
        """Pause, and say what comes next."""
        restore_guard.hold(BY_HAND)
        self.stdout.write("Sending is paused. An admin decides under Invitations what may have left, and resumes it.")
