"""What is filled in about messages, by clients and by the staff."""

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q

from accounts.models import User
from accounts.models.user import EDITING_ROLES
from contacts.bulk_forms import BulkForm
from core.keys import read_key
from experiences.domain.placeholders import with_known_placeholders
from messaging.domain.attachments import BYTES_AT_MOST, FILES_AT_MOST, MEGABYTE, check_files
from messaging.domain.reach import Reach, proposed
from messaging.models import LONGEST, Thread

# Phones turn pictures of their own format into JPEG where these are asked for.
ACCEPT = ".pdf,image/png,image/jpeg,image/webp"
CHOOSE_AGAIN = "Choose your files again: they were not sent."


class TextField(forms.CharField):
    """A message's text. Line ends count as one character, as the browser counted them."""

    def __init__(self, *, label: str, rows: int = 3, **kwargs) -> None:
        super().__init__(label=label, max_length=LONGEST, widget=forms.Textarea(attrs={"rows": rows}), **kwargs)

    def to_python(self, value) -> str:
        """Without the browser's own line ends."""
        return super().to_python((value or "").replace("\r\n", "\n"))


class FilesInput(forms.FileInput):
    """Several files at once. `static/js/chosen-files.js` lists those that are chosen."""

    allow_multiple_selected = True

    def __init__(self) -> None:
        super().__init__(attrs={"accept": ACCEPT, "data-files": str(BYTES_AT_MOST), "data-number": str(FILES_AT_MOST)})


class FilesField(forms.Field):
    """PDFs and pictures that come with a message: a list, empty for none. What is refused is named."""

    widget = FilesInput

    def __init__(self) -> None:
        megabytes = BYTES_AT_MOST // MEGABYTE
        words = f"PDF, PNG, JPEG or WebP: up to {FILES_AT_MOST} files of at most {megabytes} MB each."
        super().__init__(label="Attach files", required=False, help_text=words)

    def clean(self, value: list[UploadedFile] | None) -> list[UploadedFile]:
        """The files, once each has been looked into."""
        uploads = list(value or [])
        check_files(uploads)
        return uploads


class MessageTextField(TextField):
    """A text that may be empty where files come with it, which `WrittenForm` sees to."""

    def validate(self, value: str) -> None:
        """An empty text is judged with the files."""


class WrittenForm(forms.Form):
    """A text, files, or both; a subclass brings the field `text`."""

    use_required_attribute = False  # browsers would insist on a text
    files = FilesField()

    def clean(self) -> dict:
        """Something must have been said."""
        data = super().clean()
        if "files" in data and "text" in data and not (data["files"] or data["text"]):
            self.add_error("text", "Write something, or choose a file.")
        self._ask_for_files_again()
        return data

    def refuse(self, words: str) -> None:
        """Show why the message was not written. The text stays; files have to be chosen again, which is said."""
        self.add_error(None, words)
        self._ask_for_files_again()

    def _ask_for_files_again(self) -> None:
        """Browsers keep no chosen files. Of a single one that was refused that goes without saying."""
        refused = "files" in self.errors
        number = len(self.files.getlist(self.add_prefix("files"))) if self.files else 0
        if self.errors and number > refused:
            self.add_error("files", CHOOSE_AGAIN)


class MessageForm(WrittenForm):
    """A message, and the key of the last one that its author has seen."""

    text = MessageTextField(label="Message")
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def clean_seen(self) -> int:
        """What cannot be read counts as nothing seen."""
        return read_key(self.cleaned_data["seen"]) or 0


class NoteForm(WrittenForm):
    """A note that the client never sees."""

    prefix = "note"
    text = MessageTextField(label="Note for staff only", rows=2)


class WriteForm(WrittenForm):
    """A first message from a contact's page: in which thread, and the text."""

    to = forms.ChoiceField(label="In the thread with")
    text = MessageTextField(label="Message", rows=5)
    field_order = ["to", "text", "files"]

    def __init__(self, *args, reach: Reach, advisor: User, by: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        users = reach.users or ([] if reach.team else [advisor])
        self._people = {f"user-{user.pk}": user for user in users}
        self._team = reach.team
        choices = [(key, f"{user.name}{' (you)' if user == by else ''}") for key, user in self._people.items()]
        if reach.team:
            choices.append(("team", f"The team {reach.team.name}"))
        self.fields["to"].choices = choices
        first = proposed(reach, advisor, by)
        self.initial.setdefault("to", "team" if first == reach.team else f"user-{first.pk}")

    def counterpart(self) -> dict:
        """The chosen counterpart, by its name in the verbs of writing."""
        chosen = self.cleaned_data["to"]
        return {"team": self._team} if chosen == "team" else {"user": self._people[chosen]}


class ManyForm(BulkForm):
    """A message to many contacts."""

    text = TextField(
        label="Message",
        rows=10,
        validators=[with_known_placeholders],
        help_text="Each contact reads it in a thread of their own and answers there. Placeholders are filled in.",
    )
    waiting = forms.BooleanField(
        label="Also contacts who have not signed in yet",
        required=False,
        help_text="The message waits in their portal. Leave it off for what will be out of date by then.",
    )


class HandOnForm(forms.Form):
    """Who takes a direct thread: somebody who looks after the contact."""

    to = forms.ModelChoiceField(User.objects.none(), label="Hand on to", empty_label="Choose")
    held = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, thread: Thread, **kwargs) -> None:
        super().__init__(*args, initial={"held": str(thread.user_id)}, **kwargs)
        self.thread = thread
        looks_after = Q(pk=thread.contact.primary_advisor_id)
        if thread.contact.team_id:  # compared with nothing, those in no team would match
            looks_after |= Q(memberships__team=thread.contact.team_id)
        staff = User.objects.filter(looks_after, is_active=True, role__in=EDITING_ROLES).exclude(pk=thread.user_id)
        self.fields["to"].queryset = staff.distinct().order_by("last_name", "first_name", "pk")

    def clean(self) -> dict:
        """Somebody else may have handed it on since the page was opened."""
        if self.cleaned_data.get("held") != str(self.thread.user_id):
            raise forms.ValidationError(f"It has been handed on to {self.thread.counterpart} meanwhile.")
        return self.cleaned_data
