"""A contact's photo: checked by what it is, not by its name, and written anew so that nothing hides in it."""

from io import BytesIO

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from PIL import Image, ImageOps, UnidentifiedImageError

from contacts.models import Contact
from core.domain.recording import record
from core.domain.stored_files import remove_after_commit

BYTES_AT_MOST = 10_000_000
PIXELS_AT_MOST = 50_000_000
SIDE = 512


class NotAPhoto(Exception):
    """The file cannot be used; the text says why, for the person who chose it."""


def square_photo(upload: UploadedFile) -> ContentFile:
    """The upload as a JPEG square of 512 pixels without metadata. Raises NotAPhoto."""
    if upload.size > BYTES_AT_MOST:
        raise NotAPhoto("The photo is larger than 10 MB. Choose a smaller one.")
    try:
        image = Image.open(upload, formats=["JPEG", "PNG", "WEBP"])
        if image.width * image.height > PIXELS_AT_MOST:
            raise NotAPhoto("The photo has too many pixels. Choose a smaller one.")
        image = ImageOps.fit(ImageOps.exif_transpose(image).convert("RGB"), (SIDE, SIDE))
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise NotAPhoto("This is not a photo we can read. Choose a JPEG, PNG or WebP file.") from None
    written = BytesIO()
    image.save(written, "JPEG", quality=85)
    return ContentFile(written.getvalue(), name="photo.jpg")


def put_photo(contact: Contact, photo: ContentFile | None, *, by) -> None:
    """Put `photo` in place, or take the present one away. The file is there before a row refers to it.

    The old one goes when no row can refer to it any more; when all is taken back, the new one goes.
    """
    field = contact.photo
    written = field.storage.save(field.field.generate_filename(contact, f"{contact.pk}.jpg"), photo) if photo else ""
    try:
        with transaction.atomic():
            rows = Contact.objects.filter(pk=contact.pk)
            before = rows.select_for_update(no_key=True).get()
            rows.update(photo=written, updated_at=timezone.now())
            record("edited", "Changed the photo", subject_ids=[contact.pk], actor=by)
            remove_after_commit(before.photo)
    except BaseException:
        if written:
            field.storage.delete(written)
        raise
