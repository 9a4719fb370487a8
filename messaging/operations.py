"""One message to many contacts, each into a thread of their own, as an operation."""

from typing import Any

from django.db.models import Case, CharField, Q, Value, When
from django.http import HttpRequest
from django.utils.text import Truncator

from accounts.models import Firm
from contacts.domain.placeholder_values import values_for
from contacts.operations.bulk_action import BulkAction, skip
from core.models import Operation
from core.operations.types import register
from core.words import counted
from experiences.domain.placeholders import PLACEHOLDERS, fill, used_placeholders
from messaging.domain.notices import TO_CLIENT
from messaging.domain.to_many import write_to_many
from messaging.domain.writing import DEACTIVATED, DECEASED
from messaging.forms import ManyForm
from notifications.domain.choosing import is_enabled
from notifications.registry import notification_types
from notifications.types import Channel

DO_NOT_CONTACT = "The contact is marked “do not contact”."
NO_PORTAL = "Has no experience, and so no portal to read it in."
NEVER_SIGNED_IN = "Has not signed in to the portal yet."
MAILED = "Contacts who can sign in get a mail that says only that there is a message."
MUTED = "muted"  # the group of those who cannot answer
LOOKED_THROUGH = 500  # contacts of a selection among whom one is found as an example


@register
class WriteMessages(BulkAction):
    """`params`: text, with placeholders, and waiting: whether it waits for contacts who have not signed in yet."""

    key = "messaging.write_many"
    label = title = "Write a message"
    verb = "Send to"
    icon = "message-circle"
    in_bar = 45
    for_one = False  # a single contact is written to in their thread
    type_count = True
    consequences = ("Messages can’t be changed or taken back.",)
    form = ManyForm
    form_template = "messaging/many_form.html"
    confirm_template = "messaging/many_confirm.html"

    def describe(self, operation: Operation) -> str:
        """How the message begins."""
        text = operation.params.get("text")
        return f"Message: “{Truncator(' '.join(text.split())).chars(80)}”" if text is not None else self.title

    def more_consequences(self, operation: Operation) -> list[str]:
        """That mail tells of it, where the firm has that on."""
        return [MAILED] if is_enabled(notification_types[TO_CLIENT], Channel.MAIL) else []

    def context(self, operation: Operation, request: HttpRequest) -> dict[str, Any]:
        """The placeholders beside the form; on the preview the text as one contact reads it."""
        confirming = operation.params and request.GET.get("step") == "confirm"
        shown = self.example(operation) if confirming else None
        return {"placeholders": PLACEHOLDERS.items(), "example": shown, "will_label": "Will get it"}

    def skip_reasons(self, operation: Operation) -> list[When]:
        """Who may not be written to, and those who cannot read it, or not yet."""
        waits = operation.params.get("waiting")
        return [
            skip(DEACTIVATED, deactivated_at__isnull=False),
            skip(DECEASED, deceased=True),
            skip(DO_NOT_CONTACT, do_not_contact_since__isnull=False),
            skip(NO_PORTAL, experience=None, start_at=None),
            *([] if waits else [skip(NEVER_SIGNED_IN, start_at=None)]),
        ]

    def change(self, operation: Operation, ids: list[int]) -> dict[int, str]:
        """Write the messages and plan the notices."""
        return write_to_many(ids, operation.params["text"], by=operation.owner)

    def group_by(self, operation: Operation) -> Case:
        """Tells those apart who can read and not answer."""
        return Case(When(team__reach="off", then=Value(MUTED)), default=Value(""), output_field=CharField())

    def describe_groups(self, operation: Operation, counts: dict[str, int]) -> list[str]:
        """How many cannot answer, and for how many a placeholder is empty."""
        found = []
        if muted := counts.get(MUTED):
            found.append(f"{counted(muted, 'contact')} can read it and not answer: their team takes no messages.")
        firm = Firm.get()
        used = [name for name in used_placeholders(operation.params["text"]) if name in {"advisor_phone", "firm_phone"}]
        for name in used if not firm.phone else ():
            everybody = Q() if name == "firm_phone" else Q(primary_advisor__phone="")
            if number := self.changing(operation).filter(everybody).count():
                found.append(f"{{{name}}} ({PLACEHOLDERS[name]}) is empty for {counted(number, 'contact')}.")
        return found

    def example(self, operation: Operation) -> tuple[str, str] | None:
        """The name of one contact who will get the message, and the text as they will read it; None without any."""
        first = list(operation.planned()[:LOOKED_THROUGH])
        rows = self.changing(operation).filter(pk__among=first).select_related("primary_advisor")
        contact = rows.order_by("sort_name", "pk").first()
        return contact and (contact.name, fill(operation.params["text"], values_for(contact, Firm.get())))
