"""The macros as commands of the menu, the toolbar and other programs: `service:org.scorecard.kpi.Commands?explain`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import unohelper
from com.sun.star.beans import PropertyValue
from com.sun.star.lang import XServiceInfo
from com.sun.star.task import XJobExecutor

from scorecard.errors import ScorecardError
from scorecard.messages import Message, choose_language

from .names import COMMANDS, IDENTIFIER, MENU

_SETUP = "/org.openoffice.Setup/L10N"
_NO_SHEET = Message("请先打开一个工作簿", "open a workbook first")


@contextmanager
def _one_step(document: Any, title: str) -> Iterator[None]:
    """One step to undo, however many cells are touched."""
    document.UndoManager.enterUndoContext(title)
    try:
        yield
    finally:
        document.UndoManager.leaveUndoContext()


class Commands(unohelper.Base, XJobExecutor, XServiceInfo):  # type: ignore[misc]
    """Runs a macro on the document in front, and says in a bar above the sheet what it did."""

    def __init__(self, context: Any) -> None:
        self.context = context

    def trigger(self, name: str) -> None:
        """Run the macro of that name."""
        # Here: whoever only computes cells need not wait for what macros load.
        from .macros import MACROS, NOT_UNDONE, Session

        choose_language("zh" if self._locale().startswith("zh") else "en")
        desktop = self._service("com.sun.star.frame.Desktop")
        document = desktop.getCurrentComponent()
        if document is None or not hasattr(document, "Sheets"):
            if document is not None:
                self._say(document, _NO_SHEET)
            return
        title = next(command.title for command in MENU if command.name == name)
        try:
            with nullcontext() if name in NOT_UNDONE else _one_step(document, title.text()):
                sentence = MACROS[name](Session(desktop, document))
        except ScorecardError as problem:
            sentence = problem.message  # a person waits for a sentence
        except Exception as defect:
            # The dispatcher drops what is raised: without this the command would seem to have done nothing.
            self._say(document, Message(f"出错了，未完成：{defect!r}", f"failed, and did not finish: {defect!r}"))
            raise
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
