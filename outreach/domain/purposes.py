"""Mail to contacts, as the ledger sees it: checked again, written, counted and told of."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection

from accounts.models import Firm
from contacts.domain.placeholder_values import values_for
from contacts.models import Contact
from core.history.recording import record
from mail.models import Send
from mail.purposes import Prepared
from mail.purposes import Purpose as Declared
from outreach.domain import links
from outreach.domain.claim_rules import SendContext, why_not
from outreach.domain.mail_text import MailText, changed_at, compose, message_for
from outreach.domain.troubles import note_trouble
from outreach.models import Link, Purpose

FORGOTTEN = "/portal/forgotten/"  # where a contact asks for a link; fixed, because it stands in mails


# Written out, for it runs ten thousand times in a row.
INVITED = """
WITH stamped AS (
    UPDATE contacts_contact SET first_invited_at = coalesce(first_invited_at, %(at)s), last_invited_at = %(at)s,
        invitations_sent = invitations_sent + %(more)s
    WHERE id = %(contact)s RETURNING id
)
INSERT INTO core_activity (actor_id, verb, subject_type, subject_id, sentence, data, operation_id)
SELECT %(actor)s, %(verb)s, 'contact', id, %(sentence)s, jsonb_build_object('send', %(send)s), %(operation)s
FROM stamped
"""


class ContactMail(Declared):
    """What all mail to contacts has in common. A subclass says what the mail's link is, or writes the mail itself."""

    verb: str
    sentence: str
    link_purpose: Link.Purpose

    def prepare(self, sends: Sequence[Send]) -> dict[int, Prepared | str]:
        """Ask every rule again, make the links, write the texts."""
        firm = Firm.get()
        contacts = Contact.objects.select_related("primary_advisor").in_bulk({send.contact_id for send in sends})
        for send in sends:
            send.contact = contacts[send.contact_id]
        context = SendContext.of(sends)
        refusals = {send.pk: why for send in sends if (why := why_not(send, context, too_late=self.too_late(send)))}
        leaving = [send for send in sends if send.pk not in refusals]
        return refusals | self.written(leaving, firm)

    def written(self, sends: Sequence[Send], firm: Firm) -> dict[int, Prepared]:
        """The mails, each with a link of its own, whose secret the archive does not keep."""
        made, found = [], {}
        for send in sends:
            invitation_id = send.subject_id if self.link_purpose == Link.Purpose.INVITATION else None
            token, link = links.make(send.contact_id, self.link_purpose, invitation_id, firm)
            mail = compose(self.key, values_for(send.contact, firm), firm, links.url_for(token, self.link_purpose))
            made.append(link)
            found[send.pk] = prepared(mail, mail.without(token), send, firm)
        Link.objects.bulk_create(made)
        return found

    def hold(self, send: Send) -> None:
        """Lock the contact."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT FROM contacts_contact WHERE id = %s FOR NO KEY UPDATE", [send.contact_id])

    def accepted(self, send: Send, at: datetime, *, first: bool) -> None:
        """Note it on the contact's timeline."""
        self.note_sent(send, self.verb, self.sentence)

    def note_sent(self, send: Send, verb: str, sentence: str) -> None:
        """Add it to the contact's timeline; the actor is the user who requested the mail."""
        record(
            verb,
            f"{sentence} to {send.recipient}",
            subject_ids=[send.contact_id],
            actor=send.requested_by,
            data={"send": send.pk},
            operation=send.operation,
        )

    def report_problem(self, sends: Sequence[Send], sentence: str) -> None:
        """Put it on the contacts' timelines."""
        note_trouble([send.contact_id for send in sends], sentence)


class Invitation(ContactMail):
    """The welcome, and the welcome once more: the contact becomes Invited when it has left."""

    key, label = Purpose.INVITATION.value, Purpose.INVITATION.label
    rank, latest = 50, timedelta(days=7)  # it is not sent weeks late from a restored backup
    pauses = (timedelta(hours=1), timedelta(hours=6), timedelta(days=1), timedelta(days=2))
    link_purpose = Link.Purpose.INVITATION

    def accepted(self, send: Send, at: datetime, *, first: bool) -> None:
        """Count it on the contact; one that came back and is sent again counts once."""
        again = send.number > 1 or not first
        values = {
            "contact": send.contact_id,
            "at": at,
            "more": 1 if first else 0,
            "verb": "reinvited" if again else "invited",
            "sentence": f"{'Invitation sent again' if again else 'Invitation sent'} to {send.recipient}",
            "send": send.pk,
            "actor": send.requested_by_id,
            "operation": send.operation_id,
        }
        with connection.cursor() as cursor:
            cursor.execute(INVITED, values)


class NewLink(ContactMail):
    """A fresh link in place of an expired one, which the contact asked for."""

    key, label = Purpose.NEW_LINK.value, Purpose.NEW_LINK.label
    rank, latest, asked_for = 30, timedelta(hours=2), True  # of no use tomorrow
    pauses = (timedelta(minutes=15), timedelta(hours=1))
    link_purpose = Link.Purpose.INVITATION
    verb, sentence = "new_link", "New invitation link sent"


class NewPassword(ContactMail):
    """A link to choose a password, which the contact, or staff for them, asked for."""

    key, label = Purpose.PASSWORD.value, Purpose.PASSWORD.label
    rank, latest, asked_for = 20, timedelta(hours=2), True
    pauses = (timedelta(minutes=15), timedelta(hours=1))
    link_purpose = Link.Purpose.PASSWORD
    verb, sentence = "password_link_sent", "Link to choose a new password sent"


class PasswordChanged(ContactMail):
    """Tells the contact that their password was changed; leads to the page where they ask for a link."""

    key, label = Purpose.SECURITY.value, Purpose.SECURITY.label
    rank, latest = 10, timedelta(days=2)
    pauses = (timedelta(hours=1), timedelta(hours=12))
    verb, sentence = "password_notice_sent", "Told that the password was changed: mail sent"

    def written(self, sends: Sequence[Send], firm: Firm) -> dict[int, Prepared]:
        """No link of its own, so nothing to black out."""
        found = {}
        for send in sends:
            values = values_for(send.contact, firm) | {"changed_at": changed_at(send.created_at, send.contact, firm)}
            mail = compose(self.key, values, firm, settings.BASE_URL + FORGOTTEN)
            found[send.pk] = prepared(mail, mail, send, firm)
        return found


def prepared(mail: MailText, kept: MailText, send: Send, firm: Firm) -> Prepared:
    """A mail as it leaves, and as the archive keeps it."""
    return Prepared(message_for(mail, send.recipient, firm), firm.name, kept.subject, kept.text, kept.html)


PURPOSES = [Invitation(), NewLink(), NewPassword(), PasswordChanged()]
