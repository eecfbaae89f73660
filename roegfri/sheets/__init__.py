"""Spreadsheets in and out: the only place that knows their packages.

writing   header and rows to CSV or XLSX, in which no cell is ever a formula
reading   CSV or XLSX to rows of text, however hostile the file
admin     the same two doors for reference data in the Django admin
"""
