"""The macros as commands of the menu, the toolbar and other programs: `service:org.scorecard.kpi.Commands?explain`."""

from __future__ import annotations

from typing import Any

import unohelper
from com.sun.star.beans import PropertyValue
from com.sun.star.lang import XServiceInfo
from com.sun.star.task import XJobExecutor

from scorecard.messages import Message, choose_language

from .macros import MACROS, Session
from .names import COMMANDS, IDENTIFIER, MENU

_SETUP = "/org.openoffice.Setup/L10N"
_NO_SHEET = Message("请先打开一个工作簿", "open a workbook first")


class Commands(unohelper.Base, XJobExecutor, XServiceInfo):  # type: ignore[misc]
    """Runs a macro on the document in front, and says in a bar above the sheet what it did."""

    def __init__(self, context: Any) -> None:
        self.context = context

    def trigger(self, name: str) -> None:
        """Run the macro of that name."""
        choose_language("zh" if self._locale().startswith("zh") else "en")
        desktop = self._service("com.sun.star.frame.Desktop")
        document = desktop.getCurrentComponent()
        if document is None or not hasattr(document, "Sheets"):
            if document is not None:
                self._say(document, _NO_SHEET)
            return
        title = next(command.title for command in MENU if command.name == name)
        # One step to undo, however many cells it touched.
        document.UndoManager.enterUndoContext(title.text())
        try:
            sentence = MACROS[name](Session(desktop, document))
        finally:
            document.UndoManager.leaveUndoContext()
        # The one in front may be another by now.
        self._say(desktop.getCurrentComponent() or document, sentence)

    def getImplementationName(self) -> str:
        """Its own name."""
        return f"{COMMANDS}Impl"

    def supportsService(self, name: str) -> bool:
        """Whether it is this one."""
        return name == COMMANDS

    def getSupportedServiceNames(self) -> tuple[str, ...]:
        """What it is."""
        return (COMMANDS,)

    def _say(self, document: Any, sentence: Message) -> None:
        controller = document.getCurrentController()
        if controller.hasInfobar(IDENTIFIER):
            controller.removeInfobar(IDENTIFIER)
        controller.appendInfobar(IDENTIFIER, sentence.text(), "", 0, (), True)

    def _locale(self) -> str:
        provider = self._service("com.sun.star.configuration.ConfigurationProvider")
        arguments = (PropertyValue("nodepath", 0, _SETUP, 0),)
        access = provider.createInstanceWithArguments("com.sun.star.configuration.ConfigurationAccess", arguments)
        return str(access.getByName("ooLocale"))

    def _service(self, name: str) -> Any:
        return self.context.ServiceManager.createInstanceWithContext(name, self.context)
