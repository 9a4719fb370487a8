"""`manage.py demo_sign_ins`: who can sign in to the demo."""

from django.core.management.base import BaseCommand

from accounts.demo import demo_sign_ins


class Command(BaseCommand):
    """Prints the demo's sign-ins, a line each; nothing where there is no demo firm."""

    help = __doc__

    def handle(self, **options) -> None:
        """Print role, email and password."""
        for one in demo_sign_ins():
            self.stdout.write(f"{one['role']:<12} {one['email']:<32} {one['password']}")
