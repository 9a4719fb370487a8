"""The demo set-up's example contact, shown on the portal's sign-in page there and only there."""

from accounts.demo import DEMO_PASSWORD
from accounts.models import Role, User


def demo_contact() -> dict[str, str] | None:
    """Email and password of the first demo contact with an open portal, None without demo data."""
    user = (
        User.objects.filter(
            role=Role.CONTACT,
            is_active=True,
            email__endswith="@clients.example.com",
            contact__experience__isnull=False,
        )
        .order_by("pk")
        .first()
    )
    return {"email": user.email, "password": DEMO_PASSWORD} if user else None
