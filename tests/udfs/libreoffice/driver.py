"""Runs in a Python that has UNO: starts a headless soffice and does what it is told, one line of JSON at a time.

A line in is `[function, arguments]`, a line out `{"result": …}` or `{"error": text}`. The functions are those below
that do not begin with an underscore. An error in a cell is `{"error": text}`, the text as Calc shows it.
"""

import atexit
import contextlib
import json
import os
import subprocess
import sys
import time
import traceback
import uuid
from pathlib import Path

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException
from com.sun.star.lang import DisposedException
from com.sun.star.sheet.FormulaResult import STRING
from com.sun.star.table.CellContentType import EMPTY, FORMULA, TEXT
from com.sun.star.uno import RuntimeException

_START_AGAIN = 81
_office = {}
_documents = []


def start(soffice, extensions, profile):
    """Start soffice with a folder of unpacked extensions and a profile of its own."""
    environment = {n: v for n, v in os.environ.items() if not n.startswith("PYTHON") and n != "URE_BOOTSTRAP"}
    for _ in range(3):
        pipe = f"scorecard{uuid.uuid4().hex}"
        command = [soffice, "--headless", "--norestore", "--nologo", "--nolockcheck", "--nodefault"]
        command += [f"-env:BUNDLED_EXTENSIONS={Path(extensions).as_uri()}"]
        command += [f"-env:UserInstallation={Path(profile).as_uri()}"]
        command += [f"--accept=pipe,name={pipe};urp;StarOffice.ComponentContext"]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
        context = _connect(process, pipe)
        if context is not None:
            _office["context"] = context
            _office["desktop"] = _service("com.sun.star.frame.Desktop")
            _office["process"] = process
            atexit.register(_stop)
            return _version()
    raise RuntimeError("soffice asked three times to be started again")


def _connect(process, pipe):
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    patience = time.monotonic() + 90
    while time.monotonic() < patience:
        try:
            return resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except NoConnectException:
            if process.poll() == _START_AGAIN:
                return None
            if process.poll() is not None:
                raise RuntimeError(f"soffice ended with status {process.poll()}") from None
            time.sleep(0.05)
    process.kill()
    raise RuntimeError("soffice did not answer")


def _stop():
    # It may end before it can answer.
    with contextlib.suppress(DisposedException, RuntimeException):
        _office["desktop"].terminate()
    try:
        _office["process"].wait(20)
    except subprocess.TimeoutExpired:
        _office["process"].kill()


def _version():
    return _configuration("/org.openoffice.Setup/Product", "en").getByName("ooSetupVersionAboutBox")


def _service(name):
    return _office["context"].ServiceManager.createInstanceWithContext(name, _office["context"])


def _property(name, value):
    return PropertyValue(name, 0, value, 0)


def _configuration(path, locale):
    provider = _service("com.sun.star.configuration.ConfigurationProvider")
    arguments = (_property("nodepath", path), _property("locale", locale))
    return provider.createInstanceWithArguments("com.sun.star.configuration.ConfigurationAccess", arguments)


def _document(number):
    return _documents[number]


def _cell(number, sheet, cell):
    return _document(number).Sheets.getByName(sheet).getCellRangeByName(cell)


def _value(cell):
    if cell.getError():
        return {"error": cell.getString()}
    if cell.Type == EMPTY:
        return None
    if cell.Type == TEXT or (cell.Type == FORMULA and cell.FormulaResultType2 == STRING):
        return cell.getString()
    return cell.getValue()


def open_document(path, visible):
    """Open a workbook, or a new one; returns its number."""
    url = Path(path).as_uri() if path else "private:factory/scalc"
    document = _office["desktop"].loadComponentFromURL(url, "_blank", 0, (_property("Hidden", not visible),))
    if document is None:
        raise RuntimeError(f"soffice did not open {path}")
    _documents.append(document)
    return len(_documents) - 1


def newest_document():
    """The number of the document opened last by whomever."""
    components = _office["desktop"].Components.createEnumeration()
    found = []
    while components.hasMoreElements():
        found.append(components.nextElement())
    new = [document for document in found if document not in _documents]
    _documents.extend(new)
    return len(_documents) - 1 if new else None


def close_document(number):
    """Close it without saving."""
    _document(number).close(True)


def put(number, sheet, contents):
    """Set cells: {address: content}; a text with = is a formula, one with {= an array formula (address is a range)."""
    for address, content in contents.items():
        cell = _cell(number, sheet, address)
        if content is None:
            cell.clearContents(1023)
        elif isinstance(content, str) and content.startswith("{="):
            cell.setArrayFormula(content[1:-1])
        elif isinstance(content, str) and content.startswith("="):
            cell.setFormula(content)
        elif isinstance(content, str):
            cell.setString(content)
        else:
            cell.setValue(content)


def values(number, sheet, addresses):
    """The values of cells."""
    return [_value(_cell(number, sheet, address)) for address in addresses]


def texts(number, sheet, addresses):
    """What cells show."""
    return [_cell(number, sheet, address).getString() for address in addresses]


def formulas(number, sheet, addresses):
    """What was typed into cells."""
    return [_cell(number, sheet, address).getFormula() for address in addresses]


def used_values(number, sheet):
    """The values of all used cells, as rows; a cell without a value is ""."""
    sheet = _document(number).Sheets.getByName(sheet)
    cursor = sheet.createCursor()
    cursor.gotoStartOfUsedArea(False)
    cursor.gotoEndOfUsedArea(True)
    end = cursor.getRangeAddress()
    rows = sheet.getCellRangeByPosition(0, 0, end.EndColumn, end.EndRow).getDataArray()
    # An error comes without its kind, as None.
    return [
        [_value(sheet.getCellByPosition(x, y)) if value is None else value for x, value in enumerate(row)]
        for y, row in enumerate(rows)
    ]


def sheets(number):
    """The names of the sheets."""
    return list(_document(number).Sheets.ElementNames)


def insert_sheet(number, name):
    """Add a sheet at the end."""
    sheets_ = _document(number).Sheets
    sheets_.insertNewByName(name, sheets_.getCount())


def calculate(number):
    """Compute everything; returns the seconds it took."""
    begin = time.perf_counter()
    _document(number).calculateAll()
    return time.perf_counter() - begin


def save(number, path):
    """Save as .xlsx."""
    _document(number).storeToURL(Path(path).as_uri(), (_property("FilterName", "Calc MS Excel 2007 XML"),))


def select(number, sheet, cell):
    """Select a cell, its sheet in front."""
    controller = _document(number).getCurrentController()
    controller.setActiveSheet(_document(number).Sheets.getByName(sheet))
    controller.select(_cell(number, sheet, cell))


def dispatch(number, url):
    """Run a command as the menu of this document does; returns whether somebody answers to it."""
    frame = _document(number).getCurrentController().getFrame()
    frame.activate()
    target = uno.createUnoStruct("com.sun.star.util.URL")
    target.Complete = url
    _, target = _service("com.sun.star.util.URLTransformer").parseStrict(target)
    answering = frame.queryDispatch(target, "_self", 0)
    if answering is None:
        return False
    answering.dispatch(target, ())
    return True


def comment(number, sheet, cell):
    """The comment of a cell."""
    return _cell(number, sheet, cell).Annotation.getString()


def set_comment(number, sheet, cell, text):
    """Write a comment to a cell."""
    sheet = _document(number).Sheets.getByName(sheet)
    sheet.Annotations.insertNew(sheet.getCellRangeByName(cell).getCellAddress(), text)


def has_infobar(number):
    """Whether our bar is shown."""
    return _document(number).getCurrentController().hasInfobar("org.scorecard.kpi")


def links(number, sheet, cell):
    """Where the links in a cell go."""
    fields = _cell(number, sheet, cell).getTextFields().createEnumeration()
    found = []
    while fields.hasMoreElements():
        found.append(fields.nextElement().URL)
    return found


def protection(number, sheet, cells):
    """Whether the sheet is protected, and whether each of the cells is locked."""
    sheet = _document(number).Sheets.getByName(sheet)
    return [sheet.isProtected(), *(sheet.getCellRangeByName(cell).CellProtection.IsLocked for cell in cells)]


def protect(number, sheet, password):
    """Protect a sheet."""
    _document(number).Sheets.getByName(sheet).protect(password)


def charts(number, sheet):
    """The charts of a sheet: title, kind of diagram, whether its bars lie, the cells it draws."""
    found = []
    for chart in _document(number).Sheets.getByName(sheet).Charts:
        drawn = chart.EmbeddedObject
        ranges = [[r.StartColumn, r.StartRow, r.EndColumn, r.EndRow] for r in chart.getRanges()]
        found.append([drawn.Title.String, drawn.Diagram.getDiagramType(), drawn.Diagram.Vertical, ranges])
    return found


def undo_titles(number):
    """What can be undone, the latest first."""
    return list(_document(number).UndoManager.getAllUndoActionTitles())


def function_descriptions():
    """What the function wizard knows: {name: [help, [[argument, help, optional], …]]}."""
    found = {}
    descriptions = _service("com.sun.star.sheet.FunctionDescriptions")
    for i in range(descriptions.getCount()):
        entry = {each.Name: each.Value for each in descriptions.getByIndex(i)}
        if entry["Name"].startswith("KPI_"):
            arguments = [[a.Name, a.Description, a.IsOptional] for a in entry["Arguments"]]
            found[entry["Name"]] = [entry["Description"], arguments]
    return found


def configured_help(locale):
    """Our functions in the configuration as a user of that language reads it: {name: [help, [argument help, …]]}."""
    functions = _configuration("/org.openoffice.Office.CalcAddIns/AddInInfo/org.scorecard.kpi.Functions", locale)
    functions = functions.getByName("AddInFunctions")
    found = {}
    for name in functions.ElementNames:
        entry = functions.getByName(name)
        parameters = entry.getByName("Parameters")
        helps = [parameters.getByName(each).getByName("Description") for each in sorted(parameters.ElementNames)]
        found[name] = [entry.getByName("Description"), helps]
    return found


def configured_menu(locale):
    """Title of our menu, and title and address of its entries."""
    menu = _configuration("/org.openoffice.Office.Addons/AddonUI/OfficeMenuBar/org.scorecard.kpi.menu", locale)
    entries = menu.getByName("Submenu")
    found = [entries.getByName(name) for name in sorted(entries.ElementNames)]
    return [menu.getByName("Title"), [[entry.getByName("Title"), entry.getByName("URL")] for entry in found]]


def _serve():
    for line in sys.stdin:
        name, arguments = json.loads(line)
        try:
            answer = {"result": globals()[name](*arguments)}
        except Exception:
            # The other side raises it again, with this text.
            answer = {"error": traceback.format_exc()}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    _serve()
