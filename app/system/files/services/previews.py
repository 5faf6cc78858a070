"""Pictures made anew, small and to look at: nothing of the original's bytes, position or camera is left in them."""

import io
import struct
import zlib
from typing import IO

from PIL import Image, ImageFile, ImageOps

from app.base import storage

SMALL, LARGE = 160, 1600  # pixels of the longer side
MOST_PIXELS = 60_000_000  # of an original: beyond, it is a bomb, or nothing to look at in a browser
FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF")
#: What Pillow raises for a broken picture.
BROKEN = (OSError, ValueError, SyntaxError, EOFError, IndexError, TypeError, struct.error, zlib.error)

ImageFile.LOAD_TRUNCATED_IMAGES = False


def previews(stream: IO[bytes]) -> tuple[str | None, str | None]:
    """Store a thumbnail and a picture to look at, and return their contents; None, None if it cannot be drawn.

    Raises StoreUnavailable.
    """
    stream.seek(0)
    drawn = _drawn(stream)
    if drawn is None:
        return None, None
    small, large = (storage.store(io.BytesIO(one)).sha256 for one in drawn)
    return small, large


def _drawn(stream: IO[bytes]) -> tuple[bytes, bytes] | None:
    try:
        with Image.open(stream, formats=FORMATS) as original:
            if original.width * original.height > MOST_PIXELS:
                return None
            original.draft("RGB", (LARGE, LARGE))
            picture = ImageOps.exif_transpose(original)
            return _encoded(picture, SMALL), _encoded(picture, LARGE)
    except (*BROKEN, Image.DecompressionBombError):
        return None


def _encoded(picture: Image.Image, longest: int) -> bytes:
    """Return a copy on white as JPEG, without anything that was not seen."""
    copy = picture.convert("RGBA")
    copy.thumbnail((longest, longest))
    sheet = Image.new("RGB", copy.size, "white")
    sheet.paste(copy, mask=copy.getchannel("A"))
    out = io.BytesIO()
    sheet.save(out, "JPEG", quality=82, optimize=True)
    return out.getvalue()
