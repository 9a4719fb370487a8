"""A contact's photo, put in place and recorded."""

from django.core.files.base import ContentFile
from django.utils import timezone

from contacts.models import Contact
from core.files.photos import replace_photo
from core.history.recording import record


def put_photo(contact: Contact, photo: ContentFile | None, *, by) -> None:
    """Put `photo` in place, or take the present one away; see `core.files.photos`."""

    def note() -> None:
        record("edited", "Changed the photo", subject_ids=[contact.pk], actor=by)

    replace_photo(contact, photo, note, updated_at=timezone.now())
