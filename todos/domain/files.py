"""Files that a client sends for an action item: PDFs and pictures, checked by what is in them."""

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from contacts.models import Contact
from core.files.references import remove_after_commit
from experiences.domain.resource_files import check_exchanged_file, safe_file_name
from todos.domain.notifying import notify_of_done
from todos.domain.telling import tell
from todos.models import ActionItem, ItemFile

BYTES_AT_MOST = 25 * 1024 * 1024
FILES_AT_MOST = 20


@transaction.atomic
def receive(item: ActionItem, upload: UploadedFile, contact: Contact) -> ItemFile:
    """Keep a file that the client sent for an open item which asks for one.

    Raises ValidationError, with what to do, for what may not come in. The item is held while its files are counted.
    """
    check_exchanged_file(upload, BYTES_AT_MOST)
    held = ActionItem.objects.shown_to(contact).open().filter(asks_for_upload=True).select_for_update(no_key=True)
    item = held.filter(pk=item.pk).first()
    if item is None:
        raise ValidationError("This is done by now. Ask your advisor to open it again.")
    if item.files.count() >= FILES_AT_MOST:
        raise ValidationError(f"{FILES_AT_MOST} files were sent already. Ask your advisor how to send more.")
    kept = ItemFile.objects.create(item=item, file=upload, name=safe_file_name(upload.name), size=upload.size)
    tell("action_item_file", "File received", [item], actor=contact.user)
    notify_of_done([item.pk], contact)
    return kept


def remove_files(contact_ids: list[int]) -> None:
    """Remove the files of these contacts for good, once the caller's transaction commits."""
    files = ItemFile.objects.filter(item__contact__in=contact_ids)
    for one in files.only("file"):
        remove_after_commit(one.file)
    files.delete()
