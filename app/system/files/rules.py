"""Which files are taken in, and what they are called. Pure: looks at names and types, never at a disk."""

import re
import unicodedata
from dataclasses import dataclass

from app.base.errors import Invalid
from app.base.i18n import _

LONGEST_NAME = 200
MB = 1024 * 1024


@dataclass(frozen=True)
class Kind:
    """A kind of content: its type, the family it is allowed or refused with, its endings, the usual one first."""

    mime: str
    family: str
    endings: tuple[str, ...]


OOXML = "application/vnd.openxmlformats-officedocument."
KINDS: dict[str, Kind] = {
    kind.mime: kind
    for kind in (
        Kind("image/jpeg", "picture", ("jpg", "jpeg", "jpe", "jfif")),
        Kind("image/png", "picture", ("png",)),
        Kind("image/gif", "picture", ("gif",)),
        Kind("image/webp", "picture", ("webp",)),
        Kind("image/bmp", "picture", ("bmp", "dib")),
        Kind("image/tiff", "picture", ("tif", "tiff")),
        Kind("image/heic", "picture", ("heic", "heif")),
        Kind("application/pdf", "pdf", ("pdf",)),
        Kind(f"{OOXML}wordprocessingml.document", "office", ("docx",)),
        Kind(f"{OOXML}spreadsheetml.sheet", "office", ("xlsx",)),
        Kind(f"{OOXML}presentationml.presentation", "office", ("pptx",)),
        Kind("application/msword", "office", ("doc", "wps")),
        Kind("application/vnd.ms-excel", "office", ("xls", "et")),
        Kind("application/vnd.ms-powerpoint", "office", ("ppt", "dps")),
        Kind("text/plain", "text", ("txt", "log", "md")),
        Kind("text/csv", "text", ("csv",)),
        Kind("application/zip", "archive", ("zip",)),
        Kind("audio/mpeg", "audio", ("mp3",)),
        Kind("audio/x-wav", "audio", ("wav",)),
        Kind("audio/amr", "audio", ("amr",)),
        Kind("audio/mp4", "audio", ("m4a",)),
        Kind("audio/ogg", "audio", ("ogg", "oga", "opus")),
        Kind("audio/aac", "audio", ("aac",)),
        Kind("video/mp4", "video", ("mp4", "m4v")),
        Kind("video/quicktime", "video", ("mov",)),
        Kind("video/x-msvideo", "video", ("avi",)),
        Kind("video/webm", "video", ("webm",)),
    )
}
FAMILIES: dict[str, object] = {
    "picture": _("Picture"),
    "pdf": _("PDF"),
    "office": _("Office document"),
    "text": _("Text"),
    "archive": _("Archive"),
    "audio": _("Sound"),
    "video": _("Video"),
}
KNOWN_ENDINGS = frozenset(ending for kind in KINDS.values() for ending in kind.endings)
#: Endings on which a double click runs something, whatever the content: refused, not renamed.
BARRED = frozenset(
    (
        "app apk bat chm cmd com cpl dll docm dotm exe gadget hta htm html iso jar js jse lnk mht mhtml msi msp mst "
        "pif potm ppam ppsm pptm ps1 py reg scf scr sh shtml svg svgz url vb vbe vbs wsf wsh xhtml xla xlam xlsb xlsm "
        "xltm xml"
    ).split()
)
_PATH = re.compile(r".*[/\\]", re.DOTALL)


@dataclass(frozen=True)
class Limits:
    """What an installation allows."""

    size_mb: int
    per_record: int
    families: frozenset[str]


def check_size(size_bytes: int, name: str, limits: Limits) -> None:
    """Raise Invalid for an empty file, or one above the limit."""
    if size_bytes == 0:
        raise Invalid(_("“%(name)s” is empty."), name=name)
    if size_bytes > limits.size_mb * MB:
        raise Invalid(_("“%(name)s” is larger than %(size)s MB."), name=name, size=limits.size_mb)


def check_room(count: int, limits: Limits) -> None:
    """Raise Invalid if a record with ``count`` files may have no further one."""
    if count >= limits.per_record:
        raise Invalid(
            _("A record may have at most %(count)s files. Remove one that is no longer needed."),
            count=limits.per_record,
        )


def check_kind(mime: str | None, name: str, limits: Limits) -> Kind:
    """Return the kind of a content. Raises Invalid if no such file is taken in here."""
    kind = KINDS.get(mime or "")
    if kind is None or kind.family not in limits.families or ending_of(name) in BARRED:
        raise Invalid(
            _("Files like “%(name)s” are not taken in here. Allowed are: %(families)s."),
            name=name,
            families="、".join(str(label) for code, label in FAMILIES.items() if code in limits.families),
        )
    return kind


def plain_name(given: str) -> str:
    """Return a file's name without folders, control characters and signs that turn the writing round."""
    name = unicodedata.normalize("NFC", _PATH.sub("", given))
    kept = "".join(" " if character.isspace() else character for character in name if _is_plain(character))
    return " ".join(kept.split()).strip(". ") or str(_("File"))


def _is_plain(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def fitting_name(given: str, mime: str) -> str:
    """Return the name under which a content is kept: as given, but with an ending that tells what it is."""
    name, endings = plain_name(given), KINDS[mime].endings
    ending = ending_of(name)
    if ending not in endings:
        stem = name[: -len(ending) - 1] if ending in KNOWN_ENDINGS else name
        name, ending = f"{stem}.{endings[0]}", endings[0]
    if len(name) > LONGEST_NAME:
        name = f"{name[: LONGEST_NAME - len(ending) - 1]}.{ending}"
    return name


def ending_of(name: str) -> str:
    """Return a name's ending in lower case, without the point; "" if it has none."""
    stem, _point, ending = name.rpartition(".")
    return ending.lower() if stem else ""
