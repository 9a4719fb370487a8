"""Files of the resource library: what may come in, and how it goes out. None is reached but through a view."""

import zipfile
from dataclasses import dataclass
from pathlib import PurePath

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.core.files.uploadedfile import UploadedFile
from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404, HttpResponse

from experiences.models import Resource

OFFICE = "application/vnd.openxmlformats-officedocument."
PICTURE_TYPES = {"webp": "image/webp", "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg"}


@dataclass(frozen=True)
class FileType:
    """An accepted kind of file: its content type, how it must begin, and for Office files what must be inside."""

    content_type: str
    begins: tuple[bytes, ...] = ()
    at: int = 0
    inside: str = ""


FILE_TYPES = {
    "pdf": FileType("application/pdf", (b"%PDF-",)),
    "docx": FileType(f"{OFFICE}wordprocessingml.document", (b"PK\x03\x04",), inside="word/"),
    "xlsx": FileType(f"{OFFICE}spreadsheetml.sheet", (b"PK\x03\x04",), inside="xl/"),
    "pptx": FileType(f"{OFFICE}presentationml.presentation", (b"PK\x03\x04",), inside="ppt/"),
    "png": FileType("image/png", (b"\x89PNG\r\n\x1a\n",)),
    "jpg": FileType("image/jpeg", (b"\xff\xd8\xff",)),
    "jpeg": FileType("image/jpeg", (b"\xff\xd8\xff",)),
    "webp": FileType("image/webp", (b"WEBP",), at=8),
    "mp3": FileType("audio/mpeg", (b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2")),
    "mp4": FileType("video/mp4", (b"ftyp",), at=4),
    "txt": FileType("text/plain; charset=utf-8"),
    "csv": FileType("text/csv; charset=utf-8"),
}
# What clients and staff may send to each other.
EXCHANGED = ("pdf", "png", "jpg", "jpeg", "webp")
KNOWN = "PDF, Word, Excel, PowerPoint, PNG, JPEG, WebP, MP3, MP4, text or CSV"


def check_file(upload: UploadedFile) -> str:
    """The extension of a file that may come in. Raises ValidationError with what is wrong and what to do."""
    if upload.size > settings.UPLOAD_MAX_BYTES:
        limit = settings.UPLOAD_MAX_BYTES // (1024 * 1024)
        raise ValidationError(f"The file is larger than {limit} MB. Choose a smaller one, or give a link to it.")
    extension = PurePath(upload.name).suffix.lower().lstrip(".")
    known = FILE_TYPES.get(extension)
    if known is None:
        raise ValidationError(f"Files of this kind are not accepted. Choose a {KNOWN} file.")
    if not _is_what_it_says(upload, known):
        raise ValidationError(f"The file ends in .{extension}, but is something else inside. Choose another file.")
    return extension


def check_exchanged_file(upload: UploadedFile, at_most: int) -> str:
    """The extension of a file that clients and staff may send to each other: a PDF or a picture of `at_most` bytes.

    Raises ValidationError with what is wrong and what to do.
    """
    if PurePath(upload.name).suffix.lower().lstrip(".") not in EXCHANGED:
        raise ValidationError("Choose a PDF or a picture (PNG, JPEG or WebP).")
    if not upload.size:
        raise ValidationError("The file is empty. Choose another one.")
    if upload.size > at_most:
        raise ValidationError(f"The file is larger than {at_most // (1024 * 1024)} MB. Choose a smaller one.")
    return check_file(upload)


def safe_file_name(name: str) -> str:
    """The name a file is shown and saved under: as it came, without path and control characters, 200 at most."""
    last = PurePath("".join(one for one in name.replace("\\", "/") if one.isprintable())).name.strip()
    path = PurePath(last or "file")
    return f"{path.stem[: 200 - len(path.suffix)]}{path.suffix[:200]}"


def serve_file(resource: Resource) -> HttpResponse:
    """The file of a resource as a download. The caller has checked that this person may have it.

    Always an attachment, in a sandbox, under the type its extension stands for: nothing in it runs here.
    """
    extension = PurePath(resource.file.name or "").suffix.lower().lstrip(".")
    return serve_download(resource.file, resource.file_name or f"{resource.name}.{extension}")


def serve_download(stored: FieldFile, name: str) -> HttpResponse:
    """A stored file as an attachment called `name`, as `serve_file` has it."""
    known = FILE_TYPES.get(PurePath(stored.name or "").suffix.lower().lstrip("."))
    return _answer(stored, known.content_type if known else "application/octet-stream", name)


def serve_picture(picture: FieldFile) -> HttpResponse:
    """A card's picture or a cover, for an `<img>`. The caller has checked that this person may see it."""
    extension = PurePath(picture.name or "").suffix.lower().lstrip(".")
    if extension not in PICTURE_TYPES:
        raise Http404
    response = _answer(picture, PICTURE_TYPES[extension], None)
    response["Cache-Control"] = "private, max-age=3600"
    return response


def _answer(stored: FieldFile, content_type: str, download_as: str | None) -> HttpResponse:
    """The stored bytes; 404 when there are none."""
    if not stored:
        raise Http404
    try:
        opened: File = stored.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(
        opened, content_type=content_type, as_attachment=download_as is not None, filename=download_as or ""
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _is_what_it_says(upload: UploadedFile, known: FileType) -> bool:
    """Whether the bytes fit the extension."""
    upload.seek(0)
    head = upload.read(4096)
    upload.seek(0)
    if not head:
        return False
    if known.inside:
        return head.startswith(known.begins) and _holds(upload, known.inside)
    if known.begins:
        return head[known.at :].startswith(known.begins)
    return b"\x00" not in head and not head.lstrip().lower().startswith((b"<!doctype", b"<html", b"<script", b"<svg"))


def _holds(upload: UploadedFile, folder: str) -> bool:
    """Whether an Office file has the folder its kind must have, and no macros."""
    try:
        with zipfile.ZipFile(upload) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, OSError):
        return False
    finally:
        upload.seek(0)
    return any(name.startswith(folder) for name in names) and not any("vbaProject" in name for name in names)
