"""The .oxt: a zip of generated descriptions, the code of `inside/`, and the pure floors it rests on."""

from __future__ import annotations

import ast
import io
import json
import os
import tomllib
import zipfile
from collections.abc import Iterator
from importlib.util import find_spec, resolve_name
from pathlib import Path
from xml.sax.saxutils import escape

from scorecard import __version__
from scorecard.errors import UsageError
from scorecard.functions import CATALOGUE
from scorecard.messages import Message
from scorecard.workbook.files import replace_file
from udfs.libreoffice.inside.names import IDENTIFIER, MENU, TITLE
from udfs.libreoffice.interface import HEAD, calc_addins, idl, localised

#: The oldest LibreOffice that reads and writes the functions in .xlsx files under their own names.
OLDEST = "25.2"

_INSIDE = "udfs.libreoffice.inside"
# Under a name of its own, so that it meets neither this package nor another extension's.
_INSIDE_NAME = "scorecard_calc"
_VOCABULARY = "scorecard/workbook/vocabulary"
_DATE = (2025, 1, 1, 0, 0, 0)

_COMPONENT = f'''"""Where LibreOffice looks for the components."""

import os
import sys

import unohelper

# LibreOffice appends the folder; an installed `scorecard` of another version must not come first.
for _folder in [path for path in sys.path if os.path.isdir(os.path.join(path, "{_INSIDE_NAME}"))]:
    sys.path.remove(_folder)
    sys.path.insert(0, _folder)

from {_INSIDE_NAME} import addin, commands

g_ImplementationHelper = unohelper.ImplementationHelper()
for _class in (addin.Functions, commands.Commands):
    _new = _class(None)
    g_ImplementationHelper.addImplementation(_class, _new.getImplementationName(), _new.getSupportedServiceNames())
'''

_MEDIA_TYPES = {
    "functions.idl": "uno-typelibrary;type=RDB",
    "CalcAddIns.xcu": "configuration-data",
    "Addons.xcu": "configuration-data",
    # Last: it needs the types above.
    "component.py": "uno-component;type=Python",
}


def build(path: str | os.PathLike[str]) -> Path:
    """Write the add-in with every function of the catalogue; an older one of that name is replaced.

    Args:
        path: Where to; must end in .oxt. Folders are created. The same version gives the same bytes.

    Returns:
        The path.

    Raises:
        UsageError: Another ending: LibreOffice would not take it for an extension.
        UnusableFile: The place cannot be written.
    """
    target = Path(path)
    if target.suffix.lower() != ".oxt":
        raise UsageError(Message("加载项文件应以 .oxt 结尾", "an add-in for LibreOffice ends in .oxt"), str(target))
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts().items():
            archive.writestr(zipfile.ZipInfo(name, _DATE), content.encode("utf-8"), zipfile.ZIP_DEFLATED)
    replace_file(target, stream.getvalue())
    return target


def parts() -> dict[str, str]:
    """The files of the extension by name, as text."""
    functions = CATALOGUE.values()
    found = {
        "description.xml": _description(),
        "META-INF/manifest.xml": _manifest(),
        "functions.idl": idl(functions),
        "CalcAddIns.xcu": calc_addins(functions),
        "Addons.xcu": _addons(),
        "component.py": _COMPONENT,
    }
    found |= {f"pythonpath/{name}": source for name, source in sorted(_sources())}
    found[f"pythonpath/{_VOCABULARY}.json"] = _vocabulary()
    return found


def _vocabulary() -> str:
    """The words by which tables are found, as JSON: LibreOffice for Windows brings a Python that cannot read TOML."""
    source = _file("scorecard.workbook.vocabulary").with_suffix(".toml")
    return json.dumps(tomllib.loads(source.read_text(encoding="utf-8")), ensure_ascii=False, indent=0)


def _sources() -> Iterator[tuple[str, str]]:
    """The code of `inside/`, and every module of `scorecard` that it imports, directly or not."""
    folder = _file(_INSIDE).parent
    waiting: set[str] = set()
    for file in sorted(folder.glob("*.py")):
        name = _INSIDE if file.stem == "__init__" else f"{_INSIDE}.{file.stem}"
        yield f"{_INSIDE_NAME}/{file.name}", file.read_text(encoding="utf-8")
        waiting |= _imports(name, file)
    done: set[str] = set()
    while waiting - done:
        name = min(waiting - done)
        done.add(name)
        file = _file(name)
        path = name.replace(".", "/") + ("/__init__.py" if file.name == "__init__.py" else ".py")
        yield path, file.read_text(encoding="utf-8")
        waiting |= _imports(name, file)


def _imports(module: str, file: Path) -> set[str]:
    """The modules of `scorecard` that a module imports when it is loaded, with the packages above them."""
    package = module if file.name == "__init__.py" else module.rpartition(".")[0]
    names: set[str] = set()
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = resolve_name("." * node.level + (node.module or ""), package) if node.level else node.module or ""
            names |= {base, *(f"{base}.{alias.name}" for alias in node.names)}
    found = set()
    for name in names:
        if name.partition(".")[0] == "scorecard" and _is_module(name):
            steps = name.split(".")
            found |= {".".join(steps[:n]) for n in range(1, len(steps) + 1)}
    return found


def _is_module(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:  # a name inside a module, such as scorecard.functions.CATALOGUE
        return False


def _file(module: str) -> Path:
    spec = find_spec(module)
    if spec is None or spec.origin is None:
        raise UsageError(Message(f"找不到模块 {module}", f"no module {module}"))
    return Path(spec.origin)


def _description() -> str:
    names = "".join(
        f'<name lang="{lang}">{escape(text)}</name>' for lang, text in (("en", TITLE.en), ("zh-CN", TITLE.zh))
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<description xmlns="http://openoffice.org/extensions/description/2006"
  xmlns:l="http://libreoffice.org/extensions/description/2011" xmlns:d="http://openoffice.org/extensions/description/2006">
 <identifier value="{IDENTIFIER}"/>
 <version value="{__version__}"/>
 <display-name>{names}</display-name>
 <dependencies>
  <l:LibreOffice-minimal-version d:name="LibreOffice {OLDEST}" value="{OLDEST}"/>
 </dependencies>
</description>
"""


def _manifest() -> str:
    entries = "".join(
        f' <manifest:file-entry manifest:full-path="{name}" manifest:media-type="application/vnd.sun.star.{kind}"/>\n'
        for name, kind in _MEDIA_TYPES.items()
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<manifest:manifest xmlns:manifest="http://openoffice.org/2001/manifest">\n'
        f"{entries}</manifest:manifest>\n"
    )


def _addons() -> str:
    """A menu and a toolbar, shown where a spreadsheet is open."""
    context = '     <prop oor:name="Context" oor:type="xs:string"><value>com.sun.star.sheet.SpreadsheetDocument</value></prop>\n'

    def entry(i: int) -> str:
        command = MENU[i]
        return (
            f'    <node oor:name="m{i + 1:02d}" oor:op="replace">\n'
            f'     <prop oor:name="URL" oor:type="xs:string"><value>{command.url}</value></prop>\n'
            f"{_titled(localised('Title', command.title))}"
            '     <prop oor:name="Target" oor:type="xs:string"><value>_self</value></prop>\n'
            f"{context}    </node>\n"
        )

    entries = "".join(map(entry, range(len(MENU))))
    return (
        f"{HEAD.format(name='Addons')}"
        ' <node oor:name="AddonUI">\n  <node oor:name="OfficeToolBar">\n'
        f'   <node oor:name="{IDENTIFIER}.toolbar" oor:op="replace">\n{entries}   </node>\n  </node>\n'
        f'  <node oor:name="OfficeMenuBar">\n   <node oor:name="{IDENTIFIER}.menu" oor:op="replace">\n'
        f"{_titled(localised('Title', TITLE))}{context}"
        f'     <node oor:name="Submenu">\n{entries}     </node>\n   </node>\n  </node>\n </node>\n</oor:component-data>\n'
    )


def _titled(prop: str) -> str:
    return prop.replace('oor:name="Title"', 'oor:name="Title" oor:type="xs:string"')
