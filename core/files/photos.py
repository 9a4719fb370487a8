"""Photos of people: checked by what they are, not by their name, and written anew so that nothing hides in them."""

from collections.abc import Callable
from io import BytesIO

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Model
from PIL import Image, ImageOps

from core.files.references import remove_after_commit

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
    except NotAPhoto:
        raise
    except Exception:  # damaged metadata leads Pillow to errors of many kinds, such as struct.error and TypeError
        raise NotAPhoto("This is not a photo we can read. Choose a JPEG, PNG or WebP file.") from None
    written = BytesIO()
    image.save(written, "JPEG", quality=85)
    return ContentFile(written.getvalue(), name="photo.jpg")


def replace_photo(person: Model, photo: ContentFile | None, note: Callable[[], None], **also) -> None:
    """Put `photo` in place of the person's, or take it away; `also` are other columns that change with it.

    `note` records it, in the same transaction. The file is there before a row refers to it. The old one goes when no
    row can refer to it any more; when all is taken back, the new one goes.
    """
    field = person.photo
    written = field.storage.save(field.field.generate_filename(person, f"{person.pk}.jpg"), photo) if photo else ""
    try:
        with transaction.atomic():
            rows = type(person)._default_manager.filter(pk=person.pk)
            before = rows.select_for_update(no_key=True).get()
            rows.update(photo=written, **also)
            note()
            remove_after_commit(before.photo)
    except BaseException:
        if written:
            field.storage.delete(written)
        raise
