"""Which kind of picture a file is, by its content, and whether it is safe to hand to every player.

Pixels are told by their first bytes. An SVG is a program that a browser runs when somebody opens it by its
address, so only what draws is let in: an allow-list of elements, references within the file, no declarations.
"""

import re
from collections.abc import Callable
from xml.parsers import expat

from game.packs.records import PackImage

IMAGE_BYTES = 1024 * 1024

_SIGNATURES = {
    "image/png": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "image/jpeg": re.compile(rb"\xff\xd8\xff"),
    "image/gif": re.compile(rb"GIF8[79]a"),
    "image/webp": re.compile(rb"RIFF....WEBP", re.DOTALL),
}
_XML_START = re.compile(rb"(?:\xef\xbb\xbf)?\s*<")

_SVG = "http://www.w3.org/2000/svg"
_XLINK = "http://www.w3.org/1999/xlink"
_XML = "http://www.w3.org/XML/1998/namespace"
_ELEMENTS = frozenset(
    {
        *(
            "svg",
            "g",
            "defs",
            "symbol",
            "use",
            "title",
            "desc",
            "metadata",
            "style",
            "text",
            "tspan",
            "textPath",
        ),
        *("path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "marker", "pattern", "stop"),
        *("linearGradient", "radialGradient", "clipPath", "mask", "filter", "feBlend", "feColorMatrix"),
        *("feComponentTransfer", "feComposite", "feConvolveMatrix", "feDiffuseLighting", "feDisplacementMap"),
        *("feDistantLight", "feDropShadow", "feFlood", "feFuncA", "feFuncB", "feFuncG", "feFuncR"),
        *("feGaussianBlur", "feMerge", "feMergeNode", "feMorphology", "feOffset", "fePointLight"),
        *("feSpecularLighting", "feSpotLight", "feTile", "feTurbulence"),
    }
)
# What can fetch in CSS, or hide that it does; `url(#…)` alone is a reference within the file.
_FETCH = re.compile(
    r"""url\(\s*+['"]?+(?!\s*\#) | @(?!media\b) | \\ | javascript:
    | (?:image|image-set|src|element|cross-fade|paint|expression)\(""",
    re.IGNORECASE | re.VERBOSE,
)


class PictureError(ValueError):
    """A picture that cannot be used: why, the cure, and the line of an SVG where that is known."""

    def __init__(self, text: str, cure: str, line: int | None = None) -> None:
        super().__init__(text)
        self.text = text
        self.cure = cure
        self.line = line


def picture(data: bytes) -> PackImage:
    """The picture with its media type. Raises PictureError."""
    if len(data) > IMAGE_BYTES:
        raise PictureError(f"is {len(data):,} bytes large", f"Make it smaller; {IMAGE_BYTES:,} are the most")
    for media_type, signature in _SIGNATURES.items():
        if signature.match(data):
            return PackImage(media_type, data)
    if _XML_START.match(data):
        _check_svg(data)
        return PackImage("image/svg+xml", data)
    raise PictureError("is not a picture that browsers show", "Save it as SVG, PNG, JPEG, WebP or GIF")


def _check_svg(data: bytes) -> None:
    try:
        data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise PictureError("is not UTF-8", "Save the SVG in UTF-8", line) from None
    reader = _Svg()
    try:
        reader.parser.Parse(data, True)
    except expat.ExpatError as error:
        cure = "Open it in a browser to see where it breaks"
        raise PictureError(
            f"is not valid XML ({expat.ErrorString(error.code)})", cure, error.lineno
        ) from None


class _Svg:
    """Stops the parser at the first thing that an SVG of ours may not hold."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.XmlDeclHandler = self._declaration
        self.parser.StartDoctypeDeclHandler = self._refusal(
            "has a DOCTYPE, which can hold entities", "Delete the <!DOCTYPE …>"
        )
        self.parser.ProcessingInstructionHandler = self._refusal(
            "has a processing instruction, which can load a style sheet", "Delete the <?…?>"
        )
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.path: list[str] = []
        self.style: list[str] = []

    def _refuse(self, text: str, cure: str) -> None:
        raise PictureError(text, cure, self.parser.CurrentLineNumber)

    def _refusal(self, text: str, cure: str) -> Callable[..., None]:
        return lambda *_: self._refuse(text, cure)

    def _declaration(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding and encoding.lower() != "utf-8":
            self._refuse(f"is declared as {encoding}", 'Save the SVG in UTF-8 and say encoding="UTF-8"')

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        namespace, _, element = name.rpartition(" ")
        if not self.path and (namespace, element) != (_SVG, "svg"):
            self._refuse("is not an SVG", f'Begin it with <svg xmlns="{_SVG}" …>')
        if namespace != _SVG or element not in _ELEMENTS:
            self._refuse(
                f"has a <{element}>, which is not needed to draw",
                "Delete it, or save as plain SVG, with texts and pictures as paths",
            )
        for attribute, value in attributes.items():
            self._check_attribute(attribute, value)
        self.path.append(element)

    def _check_attribute(self, name: str, value: str) -> None:
        namespace, _, attribute = name.rpartition(" ")
        if attribute.lower().startswith("on"):
            self._refuse(f"has an event handler ({attribute})", "Delete the attribute")
        if attribute == "href" and not value.startswith("#"):
            self._refuse(
                f"refers to something outside itself ({value!r:.60})", 'Refer to a part of itself: href="#…"'
            )
        known = namespace in ("", _XLINK) or (namespace == _XML and attribute in ("space", "lang"))
        if not known:
            self._refuse(f"has an attribute {attribute} of another vocabulary", "Save it as plain SVG")
        # Only CSS has parentheses and escapes that fetch; a description may hold an @.
        if (attribute == "style" or "(" in value) and _FETCH.search(value):
            self._refuse(
                f"has an attribute {attribute} that can fetch something", "Use colours and url(#…) alone"
            )

    def _text(self, text: str) -> None:
        if self.path and self.path[-1] == "style":
            self.style.append(text)

    def _end(self, _name: str) -> None:
        if self.path.pop() == "style":
            if _FETCH.search("".join(self.style)):
                self._refuse(
                    "has a style sheet that can fetch something", "Use plain rules, @media and url(#…) alone"
                )
            self.style.clear()
