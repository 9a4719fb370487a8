"""What a mail provider's report means: a table, because `bounced` of django-anymail says nothing of permanence.

django-anymail 15.2 calls both a dead address and a full mailbox `bounced` for most providers; only what the provider
itself wrote (`esp_event`) tells them apart. Each row names the provider's field and its values; the first row
that fits counts. Providers' own documentation is named beside their rows.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from anymail.signals import AnymailTrackingEvent

from core.keys import read_key
from outreach.domain.fates import Fate, Report, fate_of_failure

BOUNCED, UNKNOWN, COMPLAINED, REJECTED = "bounced", "unknown", "complained", "rejected"


@dataclass(frozen=True)
class Row:
    """`values` (as text) of the field at `path` in the provider's report mean `fate`; None: nothing that matters here.

    `path` goes through keys by dots; `*` is the first value whatever its key. Only for events that django-anymail
    calls one of `kinds`.
    """

    provider: str
    path: str
    values: tuple[str, ...]
    fate: Fate | None
    kinds: tuple[str, ...] = (BOUNCED,)


TABLE = (
    # https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html#bounce-types
    Row("Amazon SES", "eventType", ("DeliveryDelay",), Fate.DELAYED, (UNKNOWN,)),
    Row("Amazon SES", "complaint.complaintFeedbackType", ("not-spam",), None, (COMPLAINED,)),
    Row("Amazon SES", "bounce.bounceSubType", ("UnsubscribedRecipient",), Fate.UNSUBSCRIBED),
    Row("Amazon SES", "bounce.bounceType", ("Permanent",), Fate.DEAD),
    Row(
        "Amazon SES",
        "bounce.bounceSubType",
        ("MessageTooLarge", "ContentRejected", "AttachmentRejected"),
        Fate.REFUSED,
    ),
    Row("Amazon SES", "bounce.bounceType", ("Transient", "Undetermined"), Fate.RETURNED),
    # https://developers.brevo.com/docs/transactional-webhooks
    Row("Brevo", "event", ("hard_bounce", "invalid_email"), Fate.DEAD),
    Row("Brevo", "event", ("soft_bounce",), Fate.RETURNED),
    Row("Brevo", "event", ("unsubscribed",), Fate.UNSUBSCRIBED, (UNKNOWN,)),
    # https://developers.mailersend.com/api/v1/webhooks.html
    Row("MailerSend", "data.type", ("hard_bounced",), Fate.DEAD),
    Row("MailerSend", "data.type", ("soft_bounced",), Fate.RETURNED),
    # https://documentation.mailgun.com/docs/mailgun/user-manual/events/events (`old`: tried for too long)
    Row("Mailgun", "event-data.reason", ("suppress-complaint",), Fate.COMPLAINED),
    Row("Mailgun", "event-data.reason", ("suppress-unsubscribe",), Fate.UNSUBSCRIBED),
    Row("Mailgun", "event-data.reason", ("old", "espblock"), Fate.RETURNED),
    Row("Mailgun", "event-data.delivery-status.bounce-type", ("soft",), Fate.RETURNED),
    Row("Mailgun", "event-data.severity", ("permanent",), Fate.DEAD),
    Row("Mailgun", "event", ("bounced",), Fate.DEAD),
    # https://dev.mailjet.com/email/guides/webhooks/
    Row("Mailjet", "error_related_to", ("content", "spam", "mailjet"), Fate.REFUSED),
    Row("Mailjet", "hard_bounce", ("true", "1"), Fate.DEAD),
    Row("Mailjet", "hard_bounce", ("false", "0"), Fate.RETURNED),
    # https://docs.mailtrap.io/email-api-smtp/advanced/webhooks (`soft bounce` is tried again there)
    Row("Mailtrap", "event", ("bounce",), Fate.DEAD),
    # https://mailchimp.com/developer/transactional/docs/webhooks/
    Row("Mandrill", "event", ("hard_bounce",), Fate.DEAD),
    Row("Mandrill", "event", ("soft_bounce",), Fate.RETURNED),
    # https://postmarkapp.com/developer/api/bounce-api#bounce-types and /webhooks/subscription-change-webhook
    Row("Postmark", "Type", ("HardBounce",), Fate.DEAD),
    Row("Postmark", "Type", ("BadEmailAddress",), Fate.DEAD, (REJECTED,)),
    Row("Postmark", "Type", ("SoftBounce",), Fate.RETURNED),
    Row("Postmark", "Type", ("Unknown",), Fate.RETURNED, (UNKNOWN,)),
    Row("Postmark", "Type", ("Blocked",), Fate.RETURNED, (REJECTED,)),
    Row("Postmark", "Type", ("VirusNotification",), Fate.REFUSED),
    Row("Postmark", "Type", ("SpamNotification",), Fate.REFUSED, (COMPLAINED,)),
    Row("Postmark", "SuppressionReason", ("HardBounce",), Fate.DEAD),
    # https://resend.com/docs/webhooks/event-types; Resend's list of suppressed addresses holds for all its mail
    Row("Resend", "type", ("email.suppressed",), Fate.DEAD, (UNKNOWN,)),
    Row("Resend", "type", ("email.failed",), Fate.REFUSED, (UNKNOWN,)),
    Row("Resend", "data.bounce.type", ("Permanent",), Fate.DEAD),
    Row("Resend", "data.bounce.type", ("Transient", "Undetermined"), Fate.RETURNED),
    # https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event#bounced
    Row("SendGrid", "type", ("blocked",), Fate.RETURNED),
    Row("SendGrid", "event", ("bounce",), Fate.DEAD),
    Row("SendGrid", "reason", ("Bounced Address", "Invalid"), Fate.DEAD, (REJECTED,)),
    Row("SendGrid", "reason", ("Spam Reporting Address",), Fate.COMPLAINED, (REJECTED,)),
    Row("SendGrid", "reason", ("Unsubscribed Address",), Fate.UNSUBSCRIBED, (REJECTED,)),
    # https://support.sparkpost.com/docs/deliverability/bounce-classification-codes
    Row("SparkPost", "msys.*.bounce_class", ("10", "30"), Fate.DEAD),
    Row("SparkPost", "msys.*.bounce_class", ("23", "25", "52", "53"), Fate.REFUSED),
    Row(
        "SparkPost",
        "msys.*.bounce_class",
        ("1", "20", "21", "22", "24", "40", "50", "51", "54", "70"),
        Fate.RETURNED,
    ),
    # https://godocs.unisender.ru/email-statuses
    Row("Unisender Go", "delivery_info.delivery_status", ("err_unsubscribed",), Fate.UNSUBSCRIBED),
    Row(
        "Unisender Go",
        "delivery_info.delivery_status",
        ("err_too_large", "err_skip_letter", "err_spam_skipped", "err_lost"),
        Fate.REFUSED,
    ),
    Row(
        "Unisender Go",
        "delivery_info.delivery_status",
        (
            "err_mailbox_full",
            "err_unreachable",
            "err_spam_rejected",
            "err_blacklisted",
            "err_destination_misconfigured",
            "err_delivery_failed",
        ),
        Fate.RETURNED,
    ),
    Row("Unisender Go", "status", ("hard_bounced",), Fate.DEAD),
)
# What django-anymail makes of a report is enough here; `bounced` without a row is judged by the server's words.
DEFAULTS = {
    "delivered": Fate.DELIVERED,
    "deferred": Fate.DELAYED,
    "rejected": Fate.REFUSED,
    "failed": Fate.REFUSED,
    "complained": Fate.COMPLAINED,
    "unsubscribed": Fate.UNSUBSCRIBED,
}
# Where a provider says why, beyond what django-anymail takes from its report.
FURTHER_WORDS = ("data.failed.reason", "data.suppressed.message", "deliveryDelay.delayType", "SuppressionReason")


def read(event: AnymailTrackingEvent, provider: str) -> Report | None:
    """The report that an event of django-anymail stands for; None when it is of no concern to the ledger."""
    fate = _fate(event, provider)
    if fate is None:
        return None
    metadata = event.metadata or {}
    return Report(
        fate=fate,
        recipient=event.recipient or "",
        message_id=str(event.message_id or ""),
        send_id=read_key(str(metadata.get("send", ""))) or 0,
        attempt=read_key(str(metadata.get("try", ""))) or 0,
        reason=_reason(event),
    )


def row_of(event: AnymailTrackingEvent, provider: str) -> Row | None:
    """The row of the table that decides about an event."""
    mine = (row for row in TABLE if row.provider == provider and event.event_type in row.kinds)
    return next((row for row in mine if _at(event.esp_event, row.path) in row.values), None)


def _fate(event: AnymailTrackingEvent, provider: str) -> Fate | None:
    """By the table, else by the kind of event, else by the words of the server."""
    if row := row_of(event, provider):
        return None if _is_automatic_answer(event, provider) else row.fate
    words = event.mta_response or event.description or ""
    if event.event_type == BOUNCED or (provider == "Postal" and event.event_type == "failed"):
        return fate_of_failure(words)
    return DEFAULTS.get(event.event_type)


def _is_automatic_answer(event: AnymailTrackingEvent, provider: str) -> bool:
    """Whether Amazon SES took an answer such as an absence for a bounce: the mail has arrived then.

    It does so as Transient/General, without the fields of a report of failure (documentation of bounce types).
    """
    if provider != "Amazon SES" or _at(event.esp_event, "bounce.bounceType") != "Transient":
        return False
    told = (event.esp_event.get("bounce") or {}).get("bouncedRecipients") or [{}]
    return _at(event.esp_event, "bounce.bounceSubType") == "General" and not {"status", "diagnosticCode"} & set(told[0])


def _reason(event: AnymailTrackingEvent) -> str:
    """All that was said about why, without repeating itself."""
    described = "" if event.event_type == UNKNOWN else event.description  # django-anymail's own words there
    said = [described, event.mta_response, *(_at(event.esp_event, path) for path in FURTHER_WORDS)]
    words = list(dict.fromkeys(" ".join(str(one).split()) for one in said if one))
    return "; ".join(words) or event.reject_reason or ""


def _at(found, path: str) -> str:
    """The value at a path, as text; empty where there is none."""
    for key in path.split("."):
        if not isinstance(found, Mapping):
            return ""
        found = next(iter(found.values()), None) if key == "*" else found.get(key)
    if isinstance(found, bool):
        return str(found).lower()
    return str(found) if isinstance(found, str | int) else ""
