"""Pictures that staff upload: checked for what they are, and written anew, so that nothing else rides along."""

import warnings
from io import BytesIO

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from PIL import Image, ImageOps

BYTES_AT_MOST = 10 * 1024 * 1024
PIXELS_AT_MOST = 40_000_000
SIDE_AT_MOST = 1600
FORMATS = ("PNG", "JPEG", "WEBP")


def clean_picture(upload: UploadedFile, *, side: int = SIDE_AT_MOST) -> ContentFile:
    """The picture as a WebP of at most `side` pixels, turned upright, without camera data.

    Raises ValidationError with what to do for anything but a PNG, JPEG or WebP picture of a sensible size.
    """
    if upload.size > BYTES_AT_MOST:
        raise ValidationError("The picture is larger than 10 MB. Choose a smaller one.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            upload.seek(0)
            picture = Image.open(upload, formats=FORMATS)
            if picture.width * picture.height > PIXELS_AT_MOST:
                raise ValidationError("The picture has more than 40 megapixels. Make it smaller first.")
            picture.load()
            picture = ImageOps.exif_transpose(picture)
    except ValidationError:
        raise
    except Exception as error:  # damaged metadata leads Pillow to errors of many kinds, as struct.error
        raise ValidationError("This is not a PNG, JPEG or WebP picture. Choose another file.") from error
    has_alpha = "A" in picture.getbands() or "transparency" in picture.info
    picture = picture.convert("RGBA" if has_alpha else "RGB")
    picture.thumbnail((side, side))
    out = BytesIO()
    picture.save(out, "WEBP", quality=82, method=4)
    return ContentFile(out.getvalue(), name="picture.webp")
