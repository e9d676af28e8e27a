"""The state of a document: Excel's "Mark as Final" is a property of the file and a word in its core properties."""

from __future__ import annotations

from .package import CONTENT_TYPES, Package
from .trees import append, child, children, parse, serialise

_RELATIONS = "_rels/.rels"
_BASE = "http://schemas.openxmlformats.org/officeDocument/2006"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_CUSTOM = "docProps/custom.xml"
_CUSTOM_TYPE = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
_CORE_TYPE = "application/vnd.openxmlformats-package.core-properties+xml"
# The format id of every custom property.
_FORMAT = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"
_VALUES = f"{_BASE}/docPropsVTypes"
_EMPTY_CUSTOM = f'<Properties xmlns="{_BASE}/custom-properties" xmlns:vt="{_VALUES}"/>'.encode()
_EMPTY_CORE = f'<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties"/>'.encode()
_MARK = "_MarkAsFinal"


def mark_final(package: Package) -> Package:
    """A package marked as final, as Excel's command does; only the two property parts change or are added."""
    marked = package.copy()
    part = _part(
        marked, "custom-properties", _CUSTOM, _CUSTOM_TYPE, f"{_BASE}/relationships/custom-properties", _EMPTY_CUSTOM
    )
    root = parse(marked.read(part), part, marked.where)
    present = [e for e in children(root, "property") if e.get("name") == _MARK]
    for element in present:
        root.remove(element)
    taken = [int(e.get("pid", "1")) for e in children(root, "property")]
    mark = append(root, "property", {"fmtid": _FORMAT, "pid": str(max([1, *taken]) + 1), "name": _MARK})
    flag = mark.makeelement(f"{{{_VALUES}}}bool")
    flag.text = "true"
    mark.append(flag)
    marked.write(part, serialise(root))
    part = _part(
        marked, "core-properties", "docProps/core.xml", _CORE_TYPE,
        f"{_PACKAGE}/relationships/metadata/core-properties", _EMPTY_CORE,
    )  # fmt: skip
    root = parse(marked.read(part), part, marked.where)
    status = child(root, "contentStatus")
    if status is None:
        status = append(root, "contentStatus")
    status.text = "Final"
    marked.write(part, serialise(root))
    return marked


def _part(package: Package, kind: str, name: str, content_type: str, relation: str, empty: bytes) -> str:
    """The name of a property part, made and declared when the package has none."""
    found = next((r.target for r in package.relations("").values() if r.kind == kind and r.target in package), "")
    if found:
        return found
    if name not in package:
        package.add(name, empty)
        types = parse(package.read(CONTENT_TYPES), CONTENT_TYPES, package.where)
        append(types, "Override", {"PartName": f"/{name}", "ContentType": content_type})
        package.write(CONTENT_TYPES, serialise(types))
    relations = parse(package.read(_RELATIONS), _RELATIONS, package.where)
    taken = {e.get("Id") for e in children(relations, "Relationship")}
    number = 1
    while f"rId{number}" in taken:
        number += 1
    append(relations, "Relationship", {"Id": f"rId{number}", "Type": relation, "Target": name})
    package.write(_RELATIONS, serialise(relations))
    return name
