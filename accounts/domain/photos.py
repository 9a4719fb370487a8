"""The photo of one of the staff, which clients see beside their team."""

from django.core.files.base import ContentFile

from accounts.models import User
from core.files.photos import replace_photo
from core.history.recording import record


def put_staff_photo(user: User, photo: ContentFile | None, *, by: User) -> None:
    """Put `photo` in place, or take the present one away, and record who did it."""

    def note() -> None:
        sentence = "Changed the photo" if photo else "Removed the photo"
        record("photo_changed", sentence, subject_ids=[user.pk], subject_type="user", actor=by)

    replace_photo(user, photo, note)
