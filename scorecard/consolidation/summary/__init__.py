"""The summary workbook: one module per sheet, `book` puts them together."""
