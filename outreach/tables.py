"""Columns of the outreach room's lists."""

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from contacts.tables import detail_address
from core.templatetags.ui import ago, badge, exact, icon
from mail.models import Send
from outreach.models import ScheduledInvitation

# State of a mail -> tone and icon of its badge.
LOOKS = {
    "planned": ("neutral", "clock"),
    "claimed": ("neutral", "clock"),
    "handed_over": ("info", "send"),
    "accepted": ("success", "mail-check"),
    "delivered": ("success", "mail-check"),
    "bounced": ("danger", "mail-x"),
    "complained": ("danger", "ban"),
    "failed": ("danger", "mail-x"),
    "suppressed": ("neutral", "ban"),
    "unknown": ("warning", "help-circle"),
}
WAITING_LOOKS = {
    "waiting": ("info", "clock"),
    "gone": ("success", "check"),
    "cancelled": ("neutral", "ban"),
    "skipped": ("warning", "alert-triangle"),
}
ACTIONS = {"td": {"class": "col-actions"}, "th": {"class": "col-actions"}}
MAIN = {"td": {"class": "col-main"}}


def state_badge(send: Send) -> SafeString:
    """A mail's state as icon and words."""
    tone, icon_name = LOOKS[send.state]
    return badge(send.get_state_display(), tone, icon_name)


def with_reason(shown: SafeString, reason: str) -> SafeString:
    """A badge, and why, below it."""
    return format_html("{}<br><small>{}</small>", shown, reason) if reason else shown


def person(name: str, email: str, url: str) -> SafeString:
    """A contact, linked to their page."""
    return format_html(
        '<a class="person" href="{}"><span class="person-text"><strong>{}</strong><small>{}</small></span></a>',
        url,
        name,
        email,
    )


class SendTable(tables.Table):
    """One row a mail."""

    contact = tables.Column(order_by=("contact__last_name", "contact__first_name"), attrs=MAIN)
    purpose = tables.Column(accessor="purpose_label", verbose_name="Kind", order_by=("purpose",))
    number = tables.Column(attrs={"td": {"class": "col-num"}, "th": {"class": "col-num"}})
    state = tables.Column(attrs={"td": {"class": "col-wrap"}})
    created_at = tables.Column(verbose_name="Planned", order_by=("pk",))  # very nearly that order, and indexed
    sent_at = tables.Column(verbose_name="Sent", empty_values=())
    requested_by = tables.Column(verbose_name="By", order_by=("requested_by__last_name",), default="Automatic")
    actions = tables.Column(accessor="pk", orderable=False, verbose_name="", attrs=ACTIONS)

    caption = "Mail to contacts"

    class Meta:
        order_by = "-created_at"
        attrs = {"class": "table-sticky-first"}

    def __init__(self, *args, user, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.detail = user, detail_address()

    def render_contact(self, record: Send) -> SafeString:
        """Name, and the address it went to."""
        return person(record.contact.name, record.recipient, self.detail.of(record.contact_id))

    def render_state(self, record: Send) -> SafeString:
        """Icon, word and reason."""
        return with_reason(state_badge(record), record.reason)

    def render_created_at(self, value) -> SafeString:
        """How long ago."""
        return ago(value)

    def render_sent_at(self, record: Send) -> SafeString:
        """How long ago."""
        return ago(record.sent_at, "Not yet" if record.state == "planned" else "")

    def render_actions(self, record: Send) -> SafeString:
        """Only a mail of unknown fate wants something of a person."""
        if record.state != Send.State.UNKNOWN or not self.user.may_edit:
            return SafeString("")
        return format_html('<a class="btn btn-sm" href="{}">Decide</a>', reverse("outreach:decide", args=[record.pk]))


class ScheduledTable(tables.Table):
    """One row an invitation set for a time."""

    contact = tables.Column(order_by=("contact__last_name", "contact__first_name"), attrs=MAIN)
    at = tables.Column(verbose_name="Goes at")
    again = tables.Column(verbose_name="Kind")
    state = tables.Column(attrs={"td": {"class": "col-wrap"}})
    created_by = tables.Column(verbose_name="Scheduled by", order_by=("created_by__last_name",))
    actions = tables.Column(accessor="pk", orderable=False, verbose_name="", attrs=ACTIONS)

    caption = "Scheduled invitations"

    class Meta:
        order_by = "-at"

    def __init__(self, *args, user, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.detail = user, detail_address()

    def render_contact(self, record: ScheduledInvitation) -> SafeString:
        """Name and address."""
        return person(record.contact.name, record.contact.email, self.detail.of(record.contact_id))

    def render_at(self, value) -> str:
        """In the viewer's zone."""
        return exact(value)

    def render_again(self, value: bool) -> str:
        """First, or once more."""
        return "Re-invitation" if value else "Invitation"

    def render_state(self, record: ScheduledInvitation) -> SafeString:
        """Icon, word and reason."""
        tone, icon_name = WAITING_LOOKS[record.state]
        return with_reason(badge(record.get_state_display(), tone, icon_name), record.reason)

    def render_actions(self, record: ScheduledInvitation) -> SafeString:
        """Another time, or none, as long as it waits."""
        if record.state != "waiting" or not self.user.may_edit:
            return SafeString("")
        return format_html(
            '<div class="row-actions"><a class="btn-icon" href="{}" aria-label="Change the time: {}" title="Change the'
            ' time">{}</a><a class="btn-icon" href="{}" aria-label="Cancel: {}" title="Cancel">{}</a></div>',
            reverse("outreach:scheduled_move", args=[record.pk]),
            record.contact.name,
            icon("calendar-clock"),
            reverse("outreach:scheduled_cancel", args=[record.pk]),
            record.contact.name,
            icon("x"),
        )
