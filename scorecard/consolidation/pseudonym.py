"""Sharing without names: persons, staff numbers, raters, files and sheets become codes that only the key can repeat."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from ..errors import UnusableFile
from ..messages import Message
from ..refusals import reason
from ..scoring.values import key
from . import names
from .consolidation import Consolidation
from .records import CardRecord, Notice
from .resolve import Resolved
from .roster import listed_as
from .sources import OTHER_TABLES, WORKBOOKS, Source

_SHORTEST = 16


def load_key(path: Path) -> bytes:
    """The key in a file; a file that is not there is made, with a new random key, readable by its owner only.

    Raises:
        UnusableFile: It cannot be read or made, or is too short to be a key (16 bytes).
    """
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="ascii") as stream:
                stream.write(secrets.token_hex(32) + "\n")
        content = path.read_bytes().strip()
    except OSError as problem:
        why = reason(problem)
        zh, en = "；请检查权限，或换一个位置", "; check the permissions, or choose another place"
        sentence = Message(f"密钥文件不能用（{why.zh}）{zh}", f"the key file cannot be used ({why.en}){en}")
        raise UnusableFile(sentence, str(path)) from None
    if len(content) < _SHORTEST:
        raise UnusableFile(
            Message(
                f"密钥太短，至少 {_SHORTEST} 字节；请换一个文件，文件没有时自动建立",
                f"the key is too short: at least {_SHORTEST} bytes; name another file, one that is not there is made",
            ),
            str(path),
        )
    return content


def pseudonymise(done: Consolidation, secret: bytes) -> Consolidation:
    """The same consolidation without names; departments, positions, KPIs and all numbers stay.

    The same person gets the same code whenever the same key is used, so that periods can be compared. Links to the
    sources, their fingerprints and titles go, because they lead back to the person.

    Args:
        done: What was consolidated.
        secret: The key; whoever has it can find out which code is whose.
    """
    coder = _Coder(secret, done)
    return replace(
        done,
        resolved=tuple(coder.resolved(one) for one in done.resolved),
        notices=tuple(coder.notice(n) for n in done.notices),
        set_aside=tuple(coder.notice(n) for n in done.set_aside),
        sources=replace(
            done.sources, files=tuple(Source(coder.file(s.file), Path(), "", s.size) for s in done.sources.files)
        ),
        tree=tuple(
            replace(one, node=replace(one.node, name=coder.text(one.node.name), superior=coder.text(one.node.superior)))
            for one in done.tree
        ),
        missing=tuple((coder.entry(*one), "", one[2]) for one in done.missing),
        unlisted=frozenset(coder.code_of(who) for who in done.unlisted),
        roster=replace(done.roster, file=coder.file(done.roster.file), entries=()) if done.roster is not None else None,
    )


def is_code(who: str) -> bool:
    """Whether somebody goes by a code instead of a name or number."""
    return _PERSON.fullmatch(who) is not None


_PERSON = re.compile("P-[A-Z2-7]{10}")


class _Coder:
    def __init__(self, secret: bytes, done: Consolidation) -> None:
        self._secret = secret
        known: dict[str, str] = {}
        for one in done.resolved:
            c = one.card
            for text, code in (
                (c.person, self._who(one)), (c.staff_id, self._code("N", c.staff_id)),
                (c.evaluator, self._code("R", key(c.evaluator))),
                # The name of a sheet alone may be any word, 考核表.
                (f"{c.file}!{c.sheet}", f"{self.file(c.file)}!{self.sheet(c)}"),
            ):  # fmt: skip
                if text:
                    known[text] = code
            # Names that only the sheet, the title, the file or its folders say: a message may quote them.
            for text in (c.sheet, c.title, *Path(c.file).with_suffix("").parts):
                self._note_hint(known, text)
        for source in done.sources.files:
            for text in Path(source.file).with_suffix("").parts:
                self._note_hint(known, text)
            known[source.file] = self.file(source.file)
            known[source.path.name] = self.file(source.file)
        listed = list(done.missing)
        listed += [(entry.person, entry.staff_id, entry.department) for entry in (done.roster.entries if done.roster else ())]
        for person, number, department in listed:
            # A message says who of several of one name is meant.
            known[listed_as(person, number, department)] = self.entry(person, number, department)
            known.setdefault(person, self.person(person))
            if number:
                known.setdefault(number, self._code("N", number))
        for result in done.tree:
            for text in (result.node.name, result.node.superior):
                if names.is_person(text):
                    known.setdefault(text, self.person(text))
        self._known = known
        # The longest first: a file name holds the name of its person.
        ordered: Iterable[str] = sorted((text for text in known if len(text) > 1), key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, ordered)) or r"(?!)")

    def _note_hint(self, known: dict[str, str], text: str) -> None:
        person = names.hints(text).person
        if person:
            known.setdefault(person, self.person(person))

    def _code(self, prefix: str, text: str) -> str:
        if not text:
            return ""
        digest = hmac.new(self._secret, f"{prefix}:{text}".encode(), hashlib.sha256).digest()
        return f"{prefix}-{base64.b32encode(digest)[:10].decode()}"

    def _who(self, one: Resolved) -> str:
        return self._code("P", one.who) if one.card.person else ""

    def code_of(self, who: str) -> str:
        return self._code("P", who)

    def entry(self, person: str, number: str, department: str) -> str:
        """Somebody of a roster, by the code that a card of theirs would have."""
        return self.code_of(f"#{names.id_key(number)}" if number else f"{key(person)}@{key(department)}")

    def text(self, text: str) -> str:
        return self._pattern.sub(lambda m: self._known[m[0]], text)

    def person(self, name: str) -> str:
        return self._code("P", key(name))

    def file(self, name: str) -> str:
        # Anything else behind the last dot may be a part of a name: 1.客服部/张三.
        suffix = next((one for one in (*WORKBOOKS, *OTHER_TABLES) if name.lower().endswith(one)), "")
        return self._code("F", name) + suffix

    def sheet(self, card: CardRecord) -> str:
        return self._code("S", f"{card.file}!{card.sheet}")

    def resolved(self, one: Resolved) -> Resolved:
        c = one.card
        card = c._replace(
            file=self.file(c.file), sheet=self.sheet(c), person=self._who(one), staff_id="", title="",
            evaluator=self._code("R", key(c.evaluator)),
            totals=tuple(total._replace(column=self.text(total.column)) for total in c.totals),
        )  # fmt: skip
        return one._replace(card=card, who=self.code_of(one.who))

    def notice(self, notice: Notice) -> Notice:
        sheet = self._code("S", f"{notice.file}!{notice.sheet}") if notice.sheet else ""
        message = Message(*map(self.text, notice.message))
        return notice._replace(file=self.file(notice.file), sheet=sheet, message=message)
