"""Who can be invited, and planning the mails: one rule for the preview, for one contact and for many thousand."""

from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum

from django.db import connection
from django.db.models import Case, CharField, Count, Exists, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Lower
from django.db.models.lookups import GreaterThanOrEqual
from django.utils import timezone

from accounts.models import Firm
from contacts.models import Contact, Status
from contacts.querysets import ContactQuerySet
from core.listing.lookups import key_array
from core.models import Operation
from core.operations.types import Outcome
from mail.domain.planning import look_soon
from mail.models import Send
from mail.models.send import OPEN
from mail.registry import purposes
from outreach.domain import counting
from outreach.domain.suppressing import WHY
from outreach.models import Purpose, Suppression

DEACTIVATED = "Deactivated: gets nothing until reactivated."
DECEASED = "Deceased: gets nothing."
DO_NOT_CONTACT = "Not to be contacted: gets no mail that they did not ask for."
ACTIVE = "Has signed in already."
NO_EMAIL = "Has no email address."
NO_EXPERIENCE = "Has no experience yet. Assign one first."
ON_ITS_WAY = "An invitation is waiting to be sent already."
IN_DOUBT = "It is not known whether the last invitation left. Decide that in the mail list first."
INVITED_ALREADY = "Invited already. Re-invite instead."
NOT_YET_INVITED = "Not invited yet. Invite first."
NOT_THERE = "No longer there."

OPEN_INVITATIONS = """
INSERT INTO outreach_invitation (contact_id, created_by_id, revoked_why)
SELECT wanted.id, %(by)s, '' FROM unnest(%(ids)s::bigint[]) AS wanted(id)
WHERE NOT EXISTS (
    SELECT FROM outreach_invitation AS earlier
    WHERE earlier.contact_id = wanted.id AND earlier.accepted_at IS NULL AND earlier.revoked_at IS NULL
)
ORDER BY wanted.id
"""
PLAN = """
INSERT INTO mail_send
    (purpose, rank, subject_id, contact_id, recipient, number, state, reason, attempts, message_id,
     operation_id, requested_by_id)
SELECT 'invitation', %(rank)s, invitation.id, person.id, person.email,
    1 + coalesce((SELECT max(earlier.number) FROM mail_send AS earlier
                  WHERE earlier.purpose = 'invitation' AND earlier.subject_id = invitation.id), 0),
    'planned', '', 0, '', %(operation)s, %(by)s
FROM outreach_invitation AS invitation JOIN contacts_contact AS person ON person.id = invitation.contact_id
WHERE invitation.contact_id = ANY(%(ids)s::bigint[])
    AND invitation.accepted_at IS NULL AND invitation.revoked_at IS NULL
ORDER BY person.id
ON CONFLICT DO NOTHING
"""


class Mode(StrEnum):
    """Which invitation is meant: the first one, another one, or whichever applies."""

    FIRST = "first"
    AGAIN = "again"
    EITHER = "either"


def skip_reasons(mode: Mode, firm: Firm, *, will_have_experience: bool = False) -> list[When]:
    """The reasons to leave contacts out, first come first served. `will_have_experience`: one is being assigned."""
    return [
        _skip(DEACTIVATED, deactivated_at__isnull=False),
        _skip(DECEASED, deceased=True),
        _skip(DO_NOT_CONTACT, do_not_contact_since__isnull=False),
        _skip(ACTIVE, start_at__isnull=False),
        _skip(NO_EMAIL, email=""),
        *([] if will_have_experience else [_skip(NO_EXPERIENCE, experience=None)]),
        *([_skip(INVITED_ALREADY, status=Status.INVITED)] if mode == Mode.FIRST else []),
        *([_skip(NOT_YET_INVITED, ~Q(status=Status.INVITED))] if mode == Mode.AGAIN else []),
        When(Exists(_suppressions()), then=Subquery(_suppressions().values("why")[:1])),
        _skip(ON_ITS_WAY, _has_mail(OPEN)),
        _skip(IN_DOUBT, _has_mail([Send.State.UNKNOWN])),
        _skip(f"Invited {firm.invitations_at_most} times already, which is the most.", _too_often(firm)),
        _skip(f"Invited less than {firm.reinvite_gap_hours} hours ago.", _too_soon(firm)),
    ]


def judged(contacts: ContactQuerySet, reasons: list[When]) -> ContactQuerySet:
    """The contacts with `refusal`: why each is left out, empty for those who can be invited."""
    nothing = Value("", output_field=CharField())
    return contacts.annotate(refusal=Case(*reasons, default=nothing, output_field=CharField()))


def plan(contacts: ContactQuerySet, mode: Mode, **options) -> dict[str, int]:
    """How many of these contacts would be invited (under the empty reason) and how many left out, by reason."""
    found = judged(contacts, skip_reasons(mode, Firm.get(), **options)).order_by()
    return dict(found.values_list("refusal").annotate(number=Count("pk")))


def refusal_of(contact: Contact, mode: Mode) -> str:
    """Why this one contact cannot be invited now; empty when they can."""
    rows = Contact.objects.filter(pk=contact.pk, deleted_at=None)
    return judged(rows, skip_reasons(mode, Firm.get())).values_list("refusal", flat=True).first() or ""


def invite(contacts: Sequence[int], mode: Mode, *, by, operation: Operation | None = None) -> Outcome:
    """Plan a mail for each of these contacts (keys) who can be invited now, in the caller's transaction.

    Their rows are held until it ends, so that two who invite the same contact at once send one mail.
    """
    with connection.cursor() as cursor:
        # Deferred checks pile up and would be walked again for each row that a history trigger sees.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    rows = Contact.objects.filter(pk__among=contacts, deleted_at=None).order_by("pk")
    held = list(rows.select_for_update(of=("self",), no_key=True).values_list("pk", flat=True))
    found = judged(Contact.objects.filter(pk__among=held), skip_reasons(mode, Firm.get())).order_by("pk")
    reasons = dict(found.values_list("pk", "refusal"))
    skipped = {pk: reasons.get(pk, NOT_THERE) for pk in contacts if reasons.get(pk, NOT_THERE)}
    ids = [pk for pk, reason in reasons.items() if not reason]
    plan_mails(ids, by=by, operation=operation)
    return Outcome(done=ids, skipped=skipped)


def plan_mails(ids: list[int], *, by, operation: Operation | None = None) -> None:
    """Write the open invitations that are missing and a mail for each contact; they are held and judged already."""
    if not ids:
        return
    with connection.cursor() as cursor:
        values = {"ids": key_array(ids), "by": by.pk if by else None, "operation": operation.pk if operation else None}
        values["rank"] = purposes[Purpose.INVITATION].rank
        cursor.execute(OPEN_INVITATIONS, values)
        cursor.execute(PLAN, values)
    look_soon()


def _skip(reason: str, *conditions, **lookups) -> When:
    return When(*conditions, **lookups, then=Value(reason))


def _suppressions() -> QuerySet:
    """The address on the list of those that get no mail, if it is there, with `why`."""
    listed = Suppression.objects.alias(folded=Lower("email")).filter(folded=Lower(OuterRef("email")))
    why = [When(kind=kind, then=Value(words)) for kind, words in WHY.items()]
    return listed.annotate(why=Case(*why, output_field=CharField()))


def _has_mail(states: list[str]) -> Exists:
    """Whether an invitation, or a new link to one, is in one of these states."""
    purposes = [Purpose.INVITATION, Purpose.NEW_LINK]
    return Exists(Send.objects.filter(contact=OuterRef("pk"), purpose__in=purposes, state__in=states))


def _too_often(firm: Firm) -> Q:
    """Whether the contact has had as many invitations that can still work as the firm allows."""
    return Q(invitations_sent__gte=firm.invitations_at_most) & Q(
        GreaterThanOrEqual(counting.number(), firm.invitations_at_most)
    )


def _too_soon(firm: Firm) -> Q:
    """Whether the latest invitation that can still work is too fresh."""
    gap = timezone.now() - timedelta(hours=firm.reinvite_gap_hours)
    return Q(last_invited_at__gt=gap) & Q(Exists(counting.working_mails().filter(sent_at__gt=gap)))
