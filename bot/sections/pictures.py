"""Pictures that people send, made safe to print: decoded, turned upright, scaled, written anew without metadata."""

from __future__ import annotations

import io
import warnings

from bot.core.keys import digest
from bot.core.model import Picture
from bot.errors import InputError

SIDE_MAX = 1_600  # pixels; twice what fits on a page
PIXELS_MAX = 50_000_000
BYTES_MAX = 25_000_000
_FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF")
_SEND_JPEG = "Please send it as an ordinary JPEG or PNG picture."


def safe_picture(data: bytes, name: str = "", alt: str = "") -> tuple[Picture, bytes]:
    """The picture as it may be printed, and its new bytes. Raises InputError when it cannot be opened.

    Photographs become JPEG, everything else PNG; the same input always gives the same bytes.
    """
    from PIL import Image, ImageOps

    if len(data) > BYTES_MAX:
        raise InputError("The picture is too big.", _SEND_JPEG, "too-big")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=_FORMATS) as source:
                if source.width * source.height > PIXELS_MAX:
                    raise InputError("The picture has too many pixels.", _SEND_JPEG, "too-big")
                photograph = source.format == "JPEG"
                picture = ImageOps.exif_transpose(source) or source
                picture.thumbnail((SIDE_MAX, SIDE_MAX))
                picture = picture.convert("RGB" if photograph else "RGBA")
    except InputError:
        raise
    except Exception as error:
        raise InputError("The picture cannot be opened.", _SEND_JPEG, "bad-picture") from error
    out = io.BytesIO()
    if photograph:
        picture.save(out, "JPEG", quality=85)
    else:
        picture.save(out, "PNG")
    new = out.getvalue()
    kind = "image/jpeg" if photograph else "image/png"
    return Picture(
        digest=digest(new), media_type=kind, width=picture.width, height=picture.height, alt=alt, name=name
    ), new
