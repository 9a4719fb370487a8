"""The list of saved replies, and the form of one."""

import django_filters
import django_tables2 as tables
from django import forms
from django.db.models import Q, QuerySet
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from accounts.models import User
from contacts.tables import Address
from core.forms.conflicts import ConflictModelForm
from core.listing.pages import ListFilter
from core.markup import markup
from core.templatetags.ui import icon
from experiences.domain.placeholders import PLACEHOLDERS, with_known_placeholders
from messaging.forms import TextField
from messaging.models import SavedReply

ACTIONS = {"td": {"class": "col-actions"}, "th": {"class": "col-actions"}}
TOOLS = (
    '<div class="btn-row reply-actions"><a class="btn btn-sm" href="{}" aria-label="Edit {}">{}Edit</a>'
    '<a class="btn btn-sm" href="{}" aria-label="Delete {}">{}Delete</a></div>'
)


class SavedReplyTable(tables.Table):
    """One row a saved reply."""

    title = tables.Column(attrs={"td": {"class": "col-main"}})
    text = tables.Column(orderable=False, attrs={"td": {"class": "col-wrap"}})
    whose = tables.Column(accessor="is_shared", verbose_name="Whose", order_by=("owner",))
    actions = tables.Column(accessor="pk", orderable=False, verbose_name="", attrs=ACTIONS)

    caption = "Saved replies"

    class Meta:
        order_by = "title"

    def __init__(self, *args, user: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.edit, self.delete = Address("messaging:saved_reply_edit"), Address("messaging:saved_reply_delete")

    def render_text(self, value: str) -> str:
        """The beginning."""
        return Truncator(value).chars(120)

    def render_whose(self, value: bool) -> str:
        """Who has it."""
        return "Shared" if value else "Yours"

    def render_actions(self, record: SavedReply) -> SafeString | str:
        """Editing and deleting, for who may."""
        if record.is_shared and not self.user.is_admin:
            return ""
        edit, delete = self.edit.of(record.pk), self.delete.of(record.pk)
        return markup(TOOLS, edit, record.title, icon("pencil"), delete, record.title, icon("trash-2"))


class SavedReplyFilter(ListFilter):
    """Words, and whose."""

    q = django_filters.CharFilter(method="search", label="Search")
    whose = django_filters.ChoiceFilter(
        choices=[("own", "Yours"), ("shared", "Shared")], method="by_owner", label="Whose"
    )

    class Meta:
        model = SavedReply
        fields: list[str] = []

    def search(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Those with these words in title or text."""
        return queryset.filter(Q(title__icontains=value) | Q(text__icontains=value))

    def by_owner(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """One's own, or those that the firm shares."""
        return queryset.filter(owner__isnull=value == "shared")


class SavedReplyForm(ConflictModelForm):
    """Title and text; admins say whether everybody has it."""

    text = TextField(label="Text", rows=8)
    is_shared = forms.BooleanField(
        required=False,
        label="Share with everybody in the firm",
        help_text="Everybody who writes messages can use it; admins look after it.",
    )
    field_order = ["title", "text", "is_shared"]

    class Meta:
        model = SavedReply
        fields = ["title", "text"]

    def __init__(self, *args, user: User, **kwargs) -> None:
        instance = kwargs["instance"]
        names = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
        super().__init__(*args, initial={"is_shared": bool(instance.pk) and instance.is_shared}, **kwargs)
        self.user = user
        self.fields["text"].help_text = f"It may hold placeholders, filled for each contact: {names}."
        if not user.is_admin:
            del self.fields["is_shared"]

    def clean_text(self) -> str:
        """Only known placeholders."""
        return with_known_placeholders(self.cleaned_data["text"])

    def clean(self) -> dict:
        """Whose it will be, before titles are compared."""
        data = super().clean()
        if "is_shared" in self.fields:
            self.instance.owner = None if data.get("is_shared") else self.user
        return data

    def _get_validation_exclusions(self) -> set[str]:
        """The owner is no field of the form, but titles are unique for each of them."""
        return super()._get_validation_exclusions() - {"owner"}
