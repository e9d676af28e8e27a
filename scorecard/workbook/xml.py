"""Reading XML parts with expat: small parts as a flat list of elements, odd sheets brought into plain form.

A document type declaration is refused everywhere: no spreadsheet writes one, and entities are the classic way to
make a small file explode.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NoReturn
from xml.parsers import expat

from ..errors import UnusableFile
from ..messages import Message

_HEX = re.compile("_x([0-9A-Fa-f]{4})_")
_ENTITY = re.compile(r"&(#x[0-9A-Fa-f]{1,6}|#[0-9]{1,7}|[a-z]{2,4});")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}

DECLARED_TYPE = Message(
    "文件内含有文档类型声明（可能是恶意文件），已拒绝读取；请用 Excel 打开后另存为新的 .xlsx。",
    "a part declares a document type (possibly an attack) and was refused; save the file anew from Excel.",
)


TOO_MANY_TAGS = Message(
    "文件解压后过大，已拒绝读取；请删去多余的行和列，用 Excel 另存后再试。",
    "the file unpacks to more than is allowed and was refused; remove surplus rows and columns, save it from Excel, retry.",
)
# Some hundred megabytes while a part is rewritten; what programs write needs no rewriting, whatever its size.
_MOST_TAGS = 6_000_000


def malformed(part: str) -> Message:
    """The sentence for a part that is not well-formed XML."""
    return Message(
        f"部件 {part} 不是有效的 XML，文件已损坏；请用 Excel 打开并修复，另存为新的 .xlsx 后再试。",
        f"part {part} is not valid XML, the file is damaged; let Excel open and repair it, save it anew, try again.",
    )


def run_parser(
    data: bytes,
    part: str,
    where: str | None,
    *,
    start: Callable[[str, dict[str, str]], None] | None = None,
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
    parser: expat.XMLParserType | None = None,
) -> None:
    """Send a part through expat.

    Args:
        data: The part.
        part: Its name, for messages.
        where: The file's name, for messages.
        start: Called with the name (prefix included) and attributes of each element.
        end: Called with the name of each element that closes.
        text: Called with each run of text.
        parser: A parser made by the caller, when its handlers need to ask it for offsets (the part is UTF-8 then).

    Raises:
        UnusableFile: not well-formed, an unknown encoding, or a document type declaration.
    """

    def refuse(*_: object) -> NoReturn:
        raise UnusableFile(DECLARED_TYPE, where)

    if parser is None:
        parser = expat.ParserCreate()
        data = as_utf8(data, part, where)  # expat knows four encodings only
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, LookupError, ValueError):  # the last two: a declared encoding that makes no sense
        raise UnusableFile(malformed(part), where) from None


def elements(data: bytes, part: str, where: str | None) -> list[tuple[str, dict[str, str]]]:
    """All elements of a small part in document order: local name and attributes (prefixes of attributes kept).

    Example:
        >>> elements(b'<a><x:b r:id="1"/></a>', "p.xml", None)
        [('a', {}), ('b', {'r:id': '1'})]
    """
    found: list[tuple[str, dict[str, str]]] = []
    run_parser(data, part, where, start=lambda name, attributes: found.append((local(name), attributes)))
    return found


def local(name: str) -> str:
    """A name without its prefix."""
    return name.rpartition(":")[2]


def attribute(attributes: dict[str, str], name: str) -> str | None:
    """An attribute by local name, whatever its prefix; unlike `id`, `r:id` has one."""
    return next((value for key, value in attributes.items() if key.endswith(":" + name)), None)


# `xml.sax.saxutils` has the same, and loads all of HTTP with it, which every start of a command would wait for.
_IN_TEXT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_IN_ATTRIBUTE = {**_IN_TEXT, **str.maketrans({'"': "&quot;", "\n": "&#10;", "\t": "&#9;"})}


def escape(text: str) -> str:
    """A text as it stands between tags."""
    return text.translate(_IN_TEXT)


def plain(data: bytes, part: str, where: str | None) -> bytes:
    """The same elements without prefixes, comments, CDATA or foreign encodings: UTF-8 that simple patterns can read."""
    if data.count(b"<") > _MOST_TAGS:
        raise UnusableFile(TOO_MANY_TAGS, where)
    out = ["<?xml?>"]

    def start(name: str, attributes: dict[str, str]) -> None:
        listed = "".join(f' {key}="{value.translate(_IN_ATTRIBUTE)}"' for key, value in attributes.items())
        out.append(f"<{local(name)}{listed}>")

    run_parser(
        data, part, where, start=start, end=lambda name: out.append(f"</{local(name)}>"),
        text=lambda chars: out.append(escape(chars)),
    )  # fmt: skip
    return "".join(out).encode("utf-8")


def is_utf8(data: bytes) -> bool:
    """Whether a part is UTF-8 by its mark and declaration (which is what all but a handful are)."""
    return _encoding(data) in ("utf-8", "utf8", "us-ascii", "ascii")


def as_utf8(data: bytes, part: str, where: str | None) -> bytes:
    """A part in UTF-8, its declaration changed to say so; parts that are UTF-8 come back as they are.

    Raises:
        UnusableFile: the encoding is unknown, or the bytes are not in it.
    """
    encoding = _encoding(data)
    if encoding in ("utf-8", "utf8", "us-ascii", "ascii"):
        return data
    try:
        text = data.decode(encoding)
    except (LookupError, UnicodeError):
        raise UnusableFile(malformed(part), where) from None
    return re.sub(r"^\ufeff?<\?xml.*?\?>", '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>', text).encode()


def _encoding(data: bytes) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    if b"\0" in data[:4]:
        return "utf-16-le" if data[1:2] == b"\0" else "utf-16-be"
    head = data[:256]
    declared = _DECLARATION.match(head)
    return declared[1].decode("ascii").lower() if declared else "utf-8"


_DECLARATION = re.compile(rb"""(?:\xef\xbb\xbf)?<\?xml\s[^>]*?encoding\s*=\s*["']([\w.-]+)["']""", re.ASCII)


def unescape(text: str) -> str:
    """Text content of an element as its characters: entities resolved, line ends as XML defines them."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _ENTITY.sub(_resolved, text) if "&" in text else text


def _resolved(match: re.Match[str]) -> str:
    name = match[1]
    if name[0] != "#":
        return _NAMED.get(name, match[0])
    number = int(name[2:], 16) if name[1] == "x" else int(name[1:])
    return chr(number) if number < 0x110000 else match[0]


def decode_hex(text: str) -> str:
    """Resolve `_xHHHH_`, the file format's own escape for characters that XML cannot carry."""
    if "_x" not in text:
        return text
    text = _HEX.sub(lambda match: chr(int(match[1], 16)), text)
    # A character beyond the basic plane may come as its two halves.
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def encode_hex(text: str) -> str:
    r"""Write characters that XML cannot carry as `_xHHHH_`, and shield text that only looks like that.

    Example:
        >>> encode_hex("bell\a _x0041_")
        'bell_x0007_ _x005F_x0041_'
    """
    text = _HEX.sub(lambda match: "_x005F" + match[0], text) if "_x" in text else text
    return _UNWRITABLE.sub(lambda match: f"_x{ord(match[0]):04X}_", text)


def is_writable(text: str) -> bool:
    """Whether XML can carry a text as it is."""
    return _UNWRITABLE.search(text) is None


# A carriage return is legal XML, but parsers turn it into a line feed.
_UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
