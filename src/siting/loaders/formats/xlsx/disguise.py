"""What a file is that was named a workbook, or sent as one, and is none.

Owns the sentences that say so. Government systems write web pages and text tables with the ending
of a workbook, and WPS its own format.
"""

from __future__ import annotations

from siting.message import Message, message

_OLD_OFFICE = bytes.fromhex("d0cf11e0a1b11ae1")
OTHER_TABLE_SUFFIXES = (".xls", ".xlsb", ".et", ".ods", ".html", ".htm")
"""Endings of tables that Excel or WPS can save as XLSX."""

_WEB = (b"<html", b"<!doctype html", b"<table", b"<meta", b"<head")


def no_workbook(head: bytes) -> Message | None:
    """Say what a file is by its first bytes; None where it may be an XLSX workbook.

    Examples
    --------
    >>> no_workbook(b"PK...") is None
    True
    >>> no_workbook(b"<html><body>").key
    'workbook.web_page'
    """
    if head.startswith(b"PK"):
        return None
    if head.startswith(_OLD_OFFICE):
        return message("workbook.old")
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(_WEB):
        return message("workbook.web_page")
    if start.startswith(b"<?xml"):
        return message("workbook.xml_table")
    if start and b"\0" not in head:
        return message("workbook.text")
    return message("workbook.other")
