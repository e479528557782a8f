"""Logos: small PNG files, or SVG rebuilt from the parts that only draw.

An SVG may carry scripts, other sites' addresses and entity bombs. Nothing of the uploaded text is
kept: it is parsed without a DTD, and only known elements and attributes are written out again.
"""

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast
from xml.sax.expatreader import ExpatParser
from xml.sax.handler import ContentHandler, feature_namespaces
from xml.sax.saxutils import escape, quoteattr
from xml.sax.xmlreader import AttributesNSImpl

from tenants.resellers.errors import InvalidLogo

if TYPE_CHECKING:
    from pyexpat import XMLParserType

MAX_BYTES = 100_000
MAX_SIDE = 4_000
SVG_TYPE, PNG_TYPE = "image/svg+xml", "image/png"
_PNG_HEAD = b"\x89PNG\r\n\x1a\n"
_SVG_NAMESPACE = "http://www.w3.org/2000/svg"
_MAX_DEPTH = 40

_DRAWING = (
    "svg g path rect circle ellipse line polyline polygon text tspan defs title desc "
    "linearGradient radialGradient stop clipPath mask"
)
_ELEMENTS = frozenset(_DRAWING.split())
_TEXT_ELEMENTS = frozenset({"text", "tspan", "title", "desc"})
_LOOKS = (
    "id d x y x1 y1 x2 y2 cx cy r rx ry fx fy dx dy width height viewBox preserveAspectRatio "
    "points transform opacity fill fill-opacity fill-rule stroke stroke-width stroke-linecap "
    "stroke-linejoin stroke-miterlimit stroke-dasharray stroke-dashoffset stroke-opacity "
    "clip-path clip-rule mask color offset stop-color stop-opacity gradientUnits "
    "gradientTransform spreadMethod clipPathUnits maskUnits maskContentUnits font-family "
    "font-size font-weight font-style text-anchor letter-spacing dominant-baseline"
)
_ATTRIBUTES = frozenset(_LOOKS.split())
#: `url(…)` may only point into the same picture.
_URL = re.compile(r"url\s*\(\s*(?!['\"]?#[\w-]+['\"]?\s*\))", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Logo:
    """A picture that is safe to serve, and its media type."""

    content: bytes
    media_type: str


def read_logo(content: bytes) -> Logo:
    """Check and clean an uploaded picture; raises InvalidLogo."""
    if not content or len(content) > MAX_BYTES:
        raise InvalidLogo(field="logo", reason="size")
    if content.startswith(_PNG_HEAD):
        return Logo(content=_checked_png(content), media_type=PNG_TYPE)
    return Logo(content=_rebuilt_svg(content), media_type=SVG_TYPE)


def _checked_png(content: bytes) -> bytes:
    """A PNG begins with its header chunk: width and height as 32-bit numbers (RFC 2083 §4.1.1)."""
    if content[12:16] != b"IHDR" or len(content) < 45:
        raise InvalidLogo(field="logo", reason="png")
    sides = int.from_bytes(content[16:20]), int.from_bytes(content[20:24])
    if not all(0 < side <= MAX_SIDE for side in sides):
        raise InvalidLogo(field="logo", reason="dimensions")
    return content


def _rebuilt_svg(content: bytes) -> bytes:
    painter = _Painter()
    parser = _StrictParser()
    parser.setContentHandler(painter)
    parser.setFeature(feature_namespaces, True)
    try:
        parser.parse(io.BytesIO(content))
    except InvalidLogo:
        raise
    except Exception as error:  # a hostile file may break the parser in any way
        raise InvalidLogo(field="logo", reason="svg") from error
    return painter.result()


class _StrictParser(ExpatParser):
    """Expat that refuses any document type, so no entity is ever declared or fetched."""

    def reset(self) -> None:
        super().reset()
        # The reader makes a new parser at each reset; the stubs do not know its name.
        expat: XMLParserType = vars(self)["_parser"]
        expat.StartDoctypeDeclHandler = _refuse_doctype


def _refuse_doctype(*_: object) -> None:
    raise InvalidLogo(field="logo", reason="doctype")


class _Painter(ContentHandler):
    """Writes known elements out again and leaves out everything else with all that is inside."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[str] = []
        self._open: list[str] = []
        self._skipped = 0

    def startElementNS(  # noqa: N802 - the parser's name
        self, name: tuple[str | None, str], _qname: str | None, attrs: AttributesNSImpl
    ) -> None:
        namespace, tag = name
        if not self._open and (namespace, tag) != (_SVG_NAMESPACE, "svg"):
            raise InvalidLogo(field="logo", reason="svg")
        if self._skipped or namespace != _SVG_NAMESPACE or tag not in _ELEMENTS:
            self._skipped += 1
            return
        if len(self._open) >= _MAX_DEPTH:
            raise InvalidLogo(field="logo", reason="depth")
        own = f' xmlns="{_SVG_NAMESPACE}"' if not self._open else ""
        # The stubs do not know that a namespace reader's attributes have pairs as names.
        found = cast("Mapping[tuple[str | None, str], str]", dict(attrs.items()))
        self._parts.append(f"<{tag}{own}{_attributes(found)}>")
        self._open.append(tag)

    def endElementNS(  # noqa: N802 - the parser's name
        self, _name: tuple[str | None, str], _qname: str | None
    ) -> None:
        if self._skipped:
            self._skipped -= 1
            return
        self._parts.append(f"</{self._open.pop()}>")

    def characters(self, content: str) -> None:
        if not self._skipped and self._open and self._open[-1] in _TEXT_ELEMENTS:
            self._parts.append(escape(content))

    def result(self) -> bytes:
        """The rebuilt picture; raises InvalidLogo when it would show nothing."""
        if len(self._parts) <= 2:
            raise InvalidLogo(field="logo", reason="empty")
        return "".join(self._parts).encode()


def _attributes(found: Mapping[tuple[str | None, str], str]) -> str:
    kept = (
        f" {name}={quoteattr(value)}"
        for (namespace, name), value in found.items()
        if namespace is None and name in _ATTRIBUTES and not _URL.search(value)
    )
    return "".join(kept)
