"""Takes one report of failed delivery from a mail server's pipe: see docs/operating/bounces.md."""

import sys

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from outreach.domain import bouncing, delivery_reports

# sysexits.h: the mail server keeps the report and tries again.
TEMPORARY_FAILURE = 75


class Command(BaseCommand):
    """Reads a message from standard input; what is no report about a mail of ours is passed over without a word."""

    help = "Read a report of failed delivery from standard input. Exits with 75 where it is worth another try."

    def add_arguments(self, parser: CommandParser) -> None:
        """The address that the report was sent to, which carries our key."""
        parser.add_argument("--recipient", default="", help="The envelope's recipient, such as ${original_recipient}.")

    def handle(self, *args, **options) -> None:
        """Note the report in the ledger."""
        content = sys.stdin.buffer.read(delivery_reports.LARGEST)
        while sys.stdin.buffer.read(65536):
            pass  # a server whose pipe breaks takes that for a failure
        report = delivery_reports.read(content, options["recipient"])
        try:
            if report:
                bouncing.note(report)
        except DatabaseError as error:
            raise CommandError("The database does not answer.", returncode=TEMPORARY_FAILURE) from error
