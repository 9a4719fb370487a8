"""Why mail leaves for a contact."""

from django.db import models


class Purpose(models.TextChoices):
    """The purposes of mail to contacts, as they stand in the ledger. What each does: `outreach.domain.purposes`."""

    INVITATION = "invitation", "Invitation"
    NEW_LINK = "new_link", "New invitation link"
    PASSWORD = "password", "New password"
    SECURITY = "security", "Password was changed"
