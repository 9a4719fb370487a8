"""One message of the staff's to many contacts, each into a thread of their own."""

from django.db import transaction
from django.utils import timezone

from accounts.models import Firm, User
from contacts.domain.placeholder_values import values_for
from contacts.models import Contact
from experiences.domain.placeholders import fill
from messaging.domain.reach import proposed, reaches_of
from messaging.domain.writing_many import Placed, write_many
from messaging.models import LONGEST, Message

NOTHING_LEFT = "Nothing is left of the text: its placeholders are empty for them."
TOO_LONG = f"With the placeholders filled, the text is longer than {LONGEST:,} characters."


@transaction.atomic
def write_to_many(contacts: list[int], text: str, *, by: User) -> dict[int, str]:
    """Write `text` to these contacts (keys), its placeholders filled; why not, for those who got none.

    Each into the thread that would be proposed for them alone (`reach.proposed`). The caller has judged that they may
    be written to, and holds them. It answers nothing that clients have asked.
    """
    firm, now, placed, refused = Firm.get(), timezone.now(), [], {}
    rows = list(Contact.objects.filter(pk__among=contacts).select_related("primary_advisor").order_by("pk"))
    reaches = reaches_of(rows)
    for contact in rows:
        said = fill(text, values_for(contact, firm)).strip()
        if not said or len(said) > LONGEST:
            refused[contact.pk] = TOO_LONG if said else NOTHING_LEFT
            continue
        to = proposed(reaches[contact.pk], contact.primary_advisor, by)
        user, team = (to.pk, None) if isinstance(to, User) else (None, to.pk)
        placed.append(Placed(contact.pk, user, team, by.pk, said, now))
    write_many(Message.Side.STAFF, placed)
    return refused
