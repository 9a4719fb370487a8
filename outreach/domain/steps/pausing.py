"""Pausing one campaign for all who have it, or whatever campaign one contact has, and resuming it.

While a pause is open none of the steps happen. After it the sweep does what became due meanwhile, as far as it is
within the firm's window, and skips the rest with the reason. All campaigns at once: `holding`.
"""

from collections import Counter
from dataclasses import dataclass

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.models import Firm
from contacts.models import Contact
from core.history.recording import record
from experiences.models import Campaign
from outreach.domain.steps.due import DUE, parameters
from outreach.domain.steps.running import LOOK_BACK_AT_MOST, OUTCOME, outcome_parameters
from outreach.models import CampaignPause, StepRun

MEANWHILE = f"""
SELECT CASE WHEN {OUTCOME} = '' THEN 'done' ELSE 'skipped' END AS outcome, count(*)
FROM ({DUE}) AS due JOIN contacts_contact AS person ON person.id = due.contact_id
WHERE NOT EXISTS (SELECT FROM outreach_campaignpause AS other WHERE other.resumed_at IS NULL AND other.id <> %(pause)s
    AND (other.contact_id = due.contact_id OR other.campaign_id = due.campaign_id))
GROUP BY outcome
"""  # noqa: S608 - our own text


@dataclass(frozen=True)
class Meanwhile:
    """What became due during a pause: how many steps still happen when it ends now, and how many are skipped."""

    done: int
    skipped: int


def pause(subject: Contact | Campaign, *, by) -> bool:
    """Stop the steps of a contact or of a campaign. False when they are paused already."""
    try:
        with transaction.atomic():
            CampaignPause.objects.create(**_who(subject), paused_at=timezone.now(), paused_by=by)
            _record(subject, "campaign_paused", "paused", by)
    except IntegrityError:  # one open pause each: somebody was faster
        return False
    return True


@transaction.atomic
def resume(subject: Contact | Campaign, *, by) -> bool:
    """Let the steps go on: the next sweep does or skips what became due meanwhile. False when they are not paused."""
    resumed = CampaignPause.objects.open().filter(**_who(subject)).update(resumed_at=timezone.now())
    if resumed:
        _record(subject, "campaign_resumed", "resumed", by)
    return bool(resumed)


def open_pause(subject: Contact | Campaign) -> CampaignPause | None:
    """The pause of a contact or of a campaign that goes on, with who began it."""
    return CampaignPause.objects.open().filter(**_who(subject)).select_related("paused_by").first()


def meanwhile(found: CampaignPause, firm: Firm) -> Meanwhile:
    """What became due and has no outcome yet, judged as if this pause ended now; without what another one holds."""
    now = timezone.now()
    narrowed = {"contacts": [found.contact_id]} if found.contact_id else {"campaigns": [found.campaign_id]}
    with connection.cursor() as cursor:
        values = parameters(now - LOOK_BACK_AT_MOST, now, now, firm, **narrowed) | outcome_parameters(firm)
        cursor.execute(MEANWHILE, values | {"pause": found.pk})
        counts = Counter(dict(cursor.fetchall()))
    return Meanwhile(counts["done"], counts["skipped"])


def done_so_far(subject: Contact | Campaign) -> int:
    """How many steps have been done: they are not taken back by a pause."""
    lookup = {"contact": subject} if isinstance(subject, Contact) else {"touchpoint__campaign": subject}
    return StepRun.objects.filter(state=StepRun.State.DONE, **lookup).count()


def _who(subject: Contact | Campaign) -> dict:
    return {"contact": subject} if isinstance(subject, Contact) else {"campaign": subject}


def _record(subject: Contact | Campaign, verb: str, done: str, by) -> None:
    of_contact = isinstance(subject, Contact)
    sentence = f"Campaign {done} for this contact" if of_contact else f"Campaign {subject} {done}"
    kind = "contact" if of_contact else "campaign"
    record(verb, sentence, subject_ids=[subject.pk], subject_type=kind, actor=by)
