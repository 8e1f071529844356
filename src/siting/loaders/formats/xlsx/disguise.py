"""What a file is that was named a workbook, or sent as one, and is none.

Owns the sentences that say so. Government systems write web pages and text tables with the ending
of a workbook, and WPS its own format.
"""

from __future__ import annotations

_OLD_OFFICE = bytes.fromhex("d0cf11e0a1b11ae1")
OTHER_TABLE_SUFFIXES = (".xls", ".xlsb", ".et", ".ods", ".html", ".htm")
"""Endings of tables that Excel or WPS can save as XLSX."""
SAVE_AS_XLSX = "Open it in Excel or WPS and save it as .xlsx"

_STEP = "open it in Excel or WPS and save it as .xlsx"
_WEB = (b"<html", b"<!doctype html", b"<table", b"<meta", b"<head")


def no_workbook(head: bytes) -> str:
    """Say what a file is by its first bytes; empty where it may be an XLSX workbook.

    Examples
    --------
    >>> no_workbook(b"PK...")
    ''
    >>> no_workbook(b"<html><body>")
    'is not an XLSX workbook but a web page (HTML); open it in Excel or WPS and save it as .xlsx.'
    """
    if head.startswith(b"PK"):
        return ""
    if head.startswith(_OLD_OFFICE):
        return (
            "is an old XLS or an encrypted workbook, or an .et workbook of WPS; "
            f"{_STEP} without a password."
        )
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(_WEB):
        return f"is not an XLSX workbook but a web page (HTML); {_STEP}."
    if start.startswith(b"<?xml"):
        return f"is not an XLSX workbook but an XML table; {_STEP}."
    if start and b"\0" not in head:
        return f"is not an XLSX workbook but text, such as a CSV table; {_STEP}."
    return f"is not an XLSX workbook; {_STEP}."
