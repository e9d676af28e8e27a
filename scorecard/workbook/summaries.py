"""Workbooks that `consolidate` wrote: lists of people and totals, and no assessment tables."""

from __future__ import annotations

from ..messages import Message
from .package import Package

_SHEETS = frozenset(("名单", "异常", "来源"))
_ALL = _SHEETS | {"总览", "部门", "指标", "强制分布", "校准"}
_MARK = b"scorecard consolidation"

#: Why nothing is found in one.
OWN_SUMMARY = Message(
    "这是 consolidate 写出的汇总结果，不是考核表",
    "this is a summary written by consolidate, no assessment table",
)


def is_summary(package: Package) -> bool:
    """Whether a workbook is a summary of ours, by its sheets and by what its properties say of it.

    An old format keeps no properties that are read here: there all the sheets must be those of a summary.
    """
    names = [sheet.name for sheet in package.sheets]
    if package.is_converted:
        return _ALL.issubset(names)
    return (
        _SHEETS.issubset(names) and "docProps/core.xml" in package and _MARK in package.read("docProps/core.xml")
    )  # fmt: skip
