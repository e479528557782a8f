"""Take a report out of what it is packed in, within bounds (RFC 7489 §7.2.1.1, RFC 8460 §5.2)."""

import zipfile
import zlib
from io import BytesIO

from mailcore.protocol.reports.unreadable import Unreadable

#: Bytes of an attachment, bytes that come out of it, and members of an archive.
MOST_IN, MOST_OUT, MOST_MEMBERS = 1024**2, 20 * 1024**2, 20
_GZIP, _ZIP = b"\x1f\x8b", b"PK"
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
#: What `zipfile` raises for archives that are broken in one way or another.
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
)


def is_packed(content: bytes) -> bool:
    """Whether this begins like a gzip file or a zip archive."""
    return content.startswith((_GZIP, _ZIP))


def unpack(content: bytes, *, most: int = MOST_OUT) -> bytes:
    """The report's own text, at most `most` bytes; raises Unreadable."""
    if len(content) > MOST_IN:
        raise Unreadable("too_large")
    if content.startswith(_GZIP):
        found = _gunzip(content, most)
    elif content.startswith(_ZIP):
        found = _unzip(content, most)
    else:
        return content
    if is_packed(found):
        raise Unreadable("archive_nested")
    return found


def _gunzip(content: bytes, most: int) -> bytes:
    """Every member, one after the other (RFC 1952 §2.2)."""
    found, rest = b"", content
    for _ in range(MOST_MEMBERS):
        member = zlib.decompressobj(wbits=31)
        try:
            found += member.decompress(rest, most + 1 - len(found))
        except zlib.error as error:
            raise Unreadable("archive_broken") from error
        if len(found) > most:
            raise Unreadable("unpacks_too_large")
        if not member.eof:
            raise Unreadable("archive_broken")
        rest = member.unused_data
        if not rest.startswith(_GZIP):  # some writers end with zeros or a line end
            return found
    raise Unreadable("archive_members")


def _unzip(content: bytes, most: int) -> bytes:
    """The only file of the archive."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            return _only_member(archive, most)
    except Unreadable:
        raise
    except _BROKEN as error:
        raise Unreadable("archive_broken") from error


def _only_member(archive: zipfile.ZipFile, most: int) -> bytes:
    members = archive.infolist()
    if len(members) > MOST_MEMBERS:
        raise Unreadable("archive_members")
    files = [m for m in members if not (m.is_dir() or m.filename.startswith("__MACOSX/"))]
    if len(files) != 1:
        raise Unreadable("archive_members")
    (member,) = files
    if member.flag_bits & 0x1:
        raise Unreadable("archive_encrypted")
    if member.compress_type not in _METHODS:
        raise Unreadable("archive_broken")
    with archive.open(member) as stream:
        # The sizes that an archive tells of itself are a stranger's words: only what comes out counts.
        found = stream.read(most + 1)
    if len(found) > most:
        raise Unreadable("unpacks_too_large")
    return found
