"""The logo: drawn anew from what was sent, so that nothing of the file itself is ever handed out."""

import io
from typing import IO

from PIL import Image, ImageOps

from app.base import storage
from app.base.errors import Invalid
from app.base.i18n import _
from app.system.files.services.previews import BROKEN, MOST_PIXELS

FORMATS = ("PNG", "JPEG")
LARGEST_MB = 2
LONGEST_SIDE = 512  # pixels


def take_in(stream: IO[bytes]) -> str:
    """Store a logo as PNG of at most 512 pixels a side and return its SHA-256. Call it outside any transaction.

    Raises Invalid for what is no PNG or JPEG (SVG may carry scripts), is too large or cannot be drawn;
    StoreUnavailable.
    """
    size_bytes = stream.seek(0, 2)
    stream.seek(0)
    if not size_bytes:
        raise Invalid(_("Choose a picture first."))
    if size_bytes > LARGEST_MB * 1024 * 1024:
        raise Invalid(
            _("A logo may have at most %(size)s MB. Make the picture smaller and try again."), size=LARGEST_MB
        )
    return storage.store(io.BytesIO(_drawn(stream))).sha256


def _drawn(stream: IO[bytes]) -> bytes:
    out = io.BytesIO()
    try:
        with Image.open(stream, formats=FORMATS) as original:
            if original.width * original.height > MOST_PIXELS:
                raise Invalid(_("This picture has too many pixels. Make it smaller and try again."))
            picture = ImageOps.exif_transpose(original).convert("RGBA")
        picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        picture.save(out, "PNG", optimize=True)
    except (*BROKEN, Image.DecompressionBombError) as error:
        raise Invalid(_("A logo must be a PNG or JPEG picture. SVG may carry scripts: export it as PNG.")) from error
    return out.getvalue()
