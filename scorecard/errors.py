"""Everything the package raises. One root, few leaves.

A message says where, what and which rule: `客服部.xlsx!考核表!L7: weight -0.2, must be >= 0`. Errors that belong *in a
cell* (#N/A, #NUM! …) are values, not exceptions: see `scorecard.scoring.values.CellError`.
"""

from __future__ import annotations

from .messages import Message


class ScorecardError(Exception):
    """Root of all errors this package raises.

    Args:
        message: What is wrong and which rule it breaks; a `Message` in both languages, or one text for both.
        where: The place, as `file!sheet!cell`, as far as it is known.
    """

    exit_status = 1

    def __init__(self, message: Message | str, where: str | None = None) -> None:
        self.message = message if isinstance(message, Message) else Message(message, message)
        self.where = where
        super().__init__(self.message.en)

    def text(self, language: str | None = None) -> str:
        """One line: the place, then the sentence."""
        sentence = self.message.text(language)
        return f"{self.where}: {sentence}" if self.where else sentence

    def __str__(self) -> str:
        return self.text()

    def __reduce__(self) -> tuple[object, ...]:
        # The default would call the class with the English text only and lose the rest between processes.
        return (type(self), (self.message, self.where))


class UsageError(ScorecardError):
    """The caller asked for something that does not exist or contradicts itself."""

    exit_status = 2


class OutputExists(UsageError):
    """The file to write is there already, and nobody asked to replace it."""


class NoTableFound(ScorecardError):
    """The workbook is fine, but holds no assessment table."""

    exit_status = 3


class UnusableFile(ScorecardError):
    """The file cannot be read or written as a workbook: not a zip, truncated, encrypted, .xls, too large …"""

    exit_status = 4


class RuleError(ScorecardError):
    """A scoring rule, a set of weights or a grade table that cannot be used.

    Args:
        message: What is wrong.
        where: The place, if known.
        code: The error a worksheet shows for it, "#NUM!" unless told.
    """

    def __init__(self, message: Message | str, where: str | None = None, code: str = "#NUM!") -> None:
        super().__init__(message, where)
        self.code = code

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (self.message, self.where, self.code))
