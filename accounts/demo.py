"""The demo set-up's sign-ins, shown there and only there."""

from accounts.models import Role, User

DEMO_PASSWORD = "demo-password-for-everyone"  # noqa: S105 - public by purpose: the demo firm is fictional


def demo_sign_ins() -> list[dict[str, str]]:
    """Role, email and password of each demo user, staff first; empty without demo data."""
    users = User.objects.filter(email__endswith="@demo.example.com", is_active=True)
    staff = users.exclude(role=Role.CONTACT).order_by("pk")
    return [{"role": user.get_role_display(), "email": user.email, "password": DEMO_PASSWORD} for user in staff]
