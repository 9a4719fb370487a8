"""Writing one message to many contacts."""

from django.utils.text import Truncator

from contacts.views.bulk import BulkView
from core.models import Operation
from experiences.domain.placeholders import PLACEHOLDERS
from messaging.domain.notices import TO_CLIENT
from messaging.forms import ManyForm
from messaging.operations import example
from notifications.domain.choosing import is_enabled
from notifications.registry import notification_types
from notifications.types import Channel

MAILED = "Contacts who can sign in get a mail that says only that there is a message."


class WriteToMany(BulkView):
    """Selection → text → preview as one of them reads it → operation."""

    kind = "messaging.write_many"
    title = "Write a message"
    verb = "Send to"
    form_class = ManyForm
    form_template = "messaging/many_form.html"
    confirm_template = "messaging/many_confirm.html"
    type_count = True

    @property
    def consequences(self) -> tuple[str, ...]:
        """That it is for good, and that mail tells of it where the firm has that on."""
        words = ("Messages can’t be changed or taken back.",)
        return (*words, MAILED) if is_enabled(notification_types[TO_CLIENT], Channel.MAIL) else words

    def describe(self, params: dict) -> str:
        """How the message begins."""
        return f"Message: “{Truncator(' '.join(params['text'].split())).chars(80)}”" if params else self.title

    def more_context(self, operation: Operation) -> dict:
        """The placeholders beside the form; on the preview the text as one contact reads it."""
        confirming = operation.pk and operation.params and self.request.GET.get("step") == "confirm"
        shown = example(operation) if confirming else None
        return {"placeholders": PLACEHOLDERS.items(), "example": shown, "will_label": "Will get it"}
