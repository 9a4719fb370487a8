"""`manage.py load_demo`: the demo firm."""

from datetime import UTC, datetime

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from accounts.models import User
from demo import messages, people, stock

CONTACTS_PER_ADVISOR = 500


class Command(BaseCommand):
    """Loads the demo firm into an empty database: staff, templates, and contacts with a year of history."""

    help = __doc__

    def add_arguments(self, parser) -> None:
        """`--contacts` scales it; `--if-empty` makes a second call do nothing."""
        parser.add_argument("--contacts", type=int, default=500, help="How many contacts (up to 1,000,000).")
        parser.add_argument("--if-empty", action="store_true", help="Do nothing when there are users already.")

    def handle(self, *, contacts: int, if_empty: bool, **options) -> None:
        """Load everything in one transaction, so that a stopped run leaves nothing behind."""
        if not 1 <= contacts <= 1_000_000:
            raise CommandError("Give --contacts a number from 1 to 1,000,000.")
        if User.objects.exists():
            if if_empty:
                return
            raise CommandError("There are users already. The demo firm is loaded into an empty database only.")
        base = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        extra = max(0, min(2000, contacts // CONTACTS_PER_ADVISOR) - 3) if contacts > 10_000 else 0
        with transaction.atomic():
            stock.create_firm()
            users = stock.create_staff(extra)
            teams, experiences, campaigns = stock.create_templates(users)
            people.create_contacts(contacts, base=base, teams=teams, experiences=experiences, campaigns=campaigns)
            messages.create_messages(base)
        if not connection.in_atomic_block:  # tests load the firm in a transaction
            with connection.cursor() as cursor:
                cursor.execute("VACUUM (ANALYZE)")  # as autovacuum will, sooner or later
        self.stdout.write(f"The demo firm is loaded, with {contacts:,} contacts.")
