"""One workbook at rest: parts, cells, tables, rules, plans and values."""
