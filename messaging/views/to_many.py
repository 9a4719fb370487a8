"""Writing one message to many contacts."""

from django.utils.text import Truncator

from contacts.views.bulk import BulkView
from core.models import Operation
from experiences.domain.placeholders import PLACEHOLDERS
from messaging.forms import ManyForm
from messaging.operations import example


class WriteToMany(BulkView):
    """Selection → text → preview as one of them reads it → operation."""

    kind = "messaging.write_many"
    title = "Write a message"
    verb = "Send to"
    form_class = ManyForm
    form_template = "messaging/many_form.html"
    confirm_template = "messaging/many_confirm.html"
    type_count = True
    consequences = (
        "Messages can’t be changed or taken back.",
        "Contacts who can sign in get a mail that says only that there is a message.",
    )

    def describe(self, params: dict) -> str:
        """How the message begins."""
        return f"Message: “{Truncator(' '.join(params['text'].split())).chars(80)}”" if params else self.title

    def more_context(self, operation: Operation) -> dict:
        """The placeholders beside the form; on the preview the text as one contact reads it."""
        confirming = operation.pk and operation.params and self.request.GET.get("step") == "confirm"
        shown = example(operation) if confirming else None
        return {"placeholders": PLACEHOLDERS.items(), "example": shown, "will_label": "Will get it"}
