"""Files that come with messages: how many, how large, and how they get to where they are kept."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import PurePath

import pgtrigger
from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Sum
from django.utils import timezone

from contacts.models import Contact
from experiences.domain.resource_files import FILE_TYPES, check_exchanged_file, safe_file_name
from messaging.models import Attachment, Message

MEGABYTE = 1024 * 1024
FILES_AT_MOST = 5  # of one message
BYTES_AT_MOST = 25 * MEGABYTE  # of one file
BYTES_A_DAY = 250 * MEGABYTE  # of one client in 24 hours: what they send is kept for good


def check_files(uploads: Sequence[UploadedFile]) -> None:
    """Raise ValidationError with a sentence for each file that may not come in, which names it and says what to do."""
    if len(uploads) > FILES_AT_MOST:
        words = "These are {} files. Send at most {} with one message, and the others with another."
        raise ValidationError(words.format(len(uploads), FILES_AT_MOST))
    refusals = []
    for upload in uploads:
        try:
            check_exchanged_file(upload, BYTES_AT_MOST)
        except ValidationError as refusal:
            refusals += [f"“{safe_file_name(upload.name)}”: {sentence}" for sentence in refusal.messages]
    if refusals:
        raise ValidationError(refusals)


@contextmanager
def stored(uploads: Sequence[File]) -> Iterator[list[Attachment]]:
    """Write files that have been checked to the disk, for the block to write their rows with a message.

    Use it inside the transaction that commits the message: when the block raises, the files are removed again. What
    that transaction leaves when it fails later is a stray, removed a day later (`core.files.references`).
    """
    kept: list[Attachment] = []
    try:
        for upload in uploads:
            kept.append(_prepared(upload))
            kept[-1].file.save(upload.name, upload, save=False)
        yield kept
    except BaseException:
        for one in kept:
            if one.file.name:
                with suppress(OSError):  # the sweep of strays tries again
                    one.file.storage.delete(one.file.name)
        raise


def announce(number: int) -> None:
    """Say that a message with `number` files is about to be written, and its files after it.

    The database counts them when the transaction commits; something earlier in it may have asked for checks at once.
    """
    if number:
        pgtrigger.constraints(pgtrigger.Deferred, "messaging.Message:attachments_complete")


def write(message: Message, files: Sequence[Attachment]) -> None:
    """Write the rows of files that are on the disk, in the transaction that has written their message."""
    for one in files:
        one.message = message
    Attachment.objects.bulk_create(files)


def sent_today(contact: Contact) -> int:
    """Bytes of the files that the contact has sent in the last 24 hours."""
    since = timezone.now() - timedelta(days=1)
    sent = Attachment.objects.filter(
        message__thread__contact=contact, message__side=Message.Side.CLIENT, message__at__gt=since
    )
    return sent.aggregate(bytes=Sum("size"))["bytes"] or 0


def _prepared(upload: File) -> Attachment:
    """The row of a file, without a message and not yet on the disk."""
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    extension = PurePath(upload.name).suffix.lower().lstrip(".")
    return Attachment(
        name=safe_file_name(upload.name),
        size=upload.size,
        content_type=FILE_TYPES[extension].content_type,
        sha256=digest.hexdigest(),
    )
