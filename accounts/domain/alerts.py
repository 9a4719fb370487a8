"""Telling the firm's admins at once of something that they should look at."""

from django.db import transaction

from accounts.models import Role, User
from core.history.recording import record

FIRM = 1  # the number of the one firm


@transaction.atomic
def alert_admins(verb: str, sentence: str) -> None:
    """Show `sentence` above every page of each active admin until they dismiss it, and record it."""
    record(verb, sentence, subject_ids=[FIRM], subject_type="firm")
    User.objects.filter(role=Role.ADMIN, is_active=True).update(alert=sentence[:300])


def dismiss_alert(user: User, shown: str) -> None:
    """Take the sentence that was shown away from this admin's pages; others keep theirs, and a newer one stays."""
    User.objects.filter(pk=user.pk, alert=shown).update(alert="")
