"""Rows of any number as CSV or XLSX, at once or as an operation in the background."""
