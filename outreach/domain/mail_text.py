"""What stands in a mail: the firm's own text with a fixed list of placeholders, never a template language."""

import re
from dataclasses import dataclass
from datetime import datetime
from email.utils import formataddr

import css_inline
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from accounts.models import Firm
from contacts.domain.signing_in import zone_of
from contacts.models import Contact
from core.mailing.delivery import new_headers, sender_address
from experiences.domain.placeholders import fill
from outreach.models import Purpose

NEW_LINK_SUBJECT = "Your new link to the client portal of {firm_name}"
NEW_LINK_TEXT = (
    "Dear {preferred_name},\n\nHere is your new link to the client portal of {firm_name}. "
    "Choose a password to open it. The old link has expired."
)
RESET_SUBJECT = "Choose a new password for {firm_name}"
RESET_TEXT = (
    "Dear {preferred_name},\n\nWith this link you choose a new password for the client portal of {firm_name}. "
    "If you did not ask for it, you can ignore this mail: nothing changes until a password is chosen."
)
CHANGED_SUBJECT = "Your password for {firm_name} was changed"
CHANGED_TEXT = (
    "Dear {preferred_name},\n\nThe password of your client portal of {firm_name} was changed on {changed_at}. "
    "If that was you, there is nothing to do.\n\nIf it was not you, ask for a link to choose a new password at once:"
    " that signs out whoever is signed in. Then tell {advisor_name}, please."
)


@dataclass(frozen=True)
class MailText:
    """Subject and body of one mail, in both forms."""

    subject: str
    text: str
    html: str

    def without(self, secret: str) -> "MailText":
        """The same with a secret blacked out, for the archive."""
        return MailText(self.subject, self.text.replace(secret, "[redacted]"), self.html.replace(secret, "[redacted]"))


def changed_at(moment: datetime, contact: Contact, firm: Firm) -> str:
    """A moment as the contact's clock shows it."""
    return f"{moment.astimezone(zone_of(contact, firm)):%B %-d, %Y at %H:%M %Z}"


def compose(purpose: str, values: dict[str, str], firm: Firm, url: str) -> MailText:
    """The mail of this purpose with its link. `firm` may hold texts that are not saved yet."""
    subject, body, button = {
        Purpose.INVITATION: (firm.invitation_subject, firm.invitation_text, "Open your portal"),
        Purpose.NEW_LINK: (NEW_LINK_SUBJECT, NEW_LINK_TEXT, "Open your portal"),
        Purpose.SECURITY: (CHANGED_SUBJECT, CHANGED_TEXT, "It was not me"),
        Purpose.PASSWORD: (RESET_SUBJECT, RESET_TEXT, "Choose a new password"),
    }[Purpose(purpose)]
    return letter(subject, body, button, url, values, firm, lasts=_lasts(purpose, firm))


def step_mail(title: str, text: str, values: dict[str, str], firm: Firm) -> MailText:
    """A step of a campaign as a mail, for a test: clients read it in their portal."""
    return letter(title, text, "Open your portal", settings.BASE_URL + "/portal/", values, firm)


def letter(
    subject: str, body: str, button: str, url: str, values: dict[str, str], firm: Firm, *, lasts: str = ""
) -> MailText:
    """A mail with one button that leads to `url`; `lasts` says how long it works, empty for a page that stays."""
    filled = fill(body.replace("\r\n", "\n"), values).strip()
    context = {
        "firm": firm,
        "subject": " ".join(fill(subject, values).split()),
        "paragraphs": re.split(r"\n{2,}", filled),
        "body": filled,
        "button": button,
        "url": url,
        "lasts": lasts,
        "logo_url": _logo_url(firm),
    }
    html = css_inline.inline(render_to_string("outreach/mail/message.html", context))
    text = render_to_string("outreach/mail/message.txt", context).strip() + "\n"
    return MailText(context["subject"], text, html)


def message_for(mail: MailText, recipient: str, firm: Firm) -> EmailMultiAlternatives:
    """The message as it leaves: from the firm by name, answers to the firm, both forms of the text."""
    message = EmailMultiAlternatives(
        subject=mail.subject,
        body=mail.text,
        from_email=formataddr((firm.name, sender_address())),
        to=[recipient],
        reply_to=[firm.support_email] if firm.support_email else None,
        headers=new_headers(),
    )
    message.attach_alternative(mail.html, "text/html")
    return message


def _lasts(purpose: str, firm: Firm) -> str:
    """How long the link works, in words; empty for a page that is always open."""
    if purpose == Purpose.SECURITY:
        return ""
    if purpose == Purpose.PASSWORD:
        hours = settings.PASSWORD_RESET_TIMEOUT // 3600
        return f"{hours} hour{'' if hours == 1 else 's'}"
    days = firm.invitation_link_days
    return f"{days} day{'' if days == 1 else 's'}"


def _logo_url(firm: Firm) -> str:
    """The logo's full address; empty without one."""
    return settings.BASE_URL + firm.logo_url if firm.logo else ""
