"""A page of the team as PDF, A4: painted by Qt from the same parts as the HTML, the same bytes for the same page."""

import sys
import uuid
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QUuid
from PySide6.QtGui import QGuiApplication, QPageSize, QPainter, QPdfWriter

from opsconsole.engine.oversight.page import Page
from opsconsole.ui.paper.html import html_of
from opsconsole.ui.paper.sheets import paint_sheet, sheets_of
from opsconsole.ui.paper.stamp import stamped
from opsconsole.ui.theme import fonts

_OURS = uuid.UUID("7c0b1c5e-5a55-4d0c-9d6b-0a4a5f4f2f6e")
"""Names of our files are made under it."""
_TENTHS = 720
"""Dots an inch: a tenth of a point each."""


def pdf_of(page: Page) -> bytes:
    """Return a page as PDF. Qt has to be there, with our fonts loaded."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setResolution(_TENTHS)
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    writer.setPageMargins(QMarginsF(0, 0, 0, 0))
    writer.setTitle(f"{page.kind}: {page.title}")
    writer.setCreator("opsconsole")
    named = uuid.uuid5(_OURS, f"{page.at.isoformat()} {html_of(page)}")
    writer.setDocumentId(QUuid(str(named)))
    sheets = sheets_of(page)
    painter = QPainter(writer)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for number in range(len(sheets)):
        if number:
            writer.newPage()
        paint_sheet(painter, page, sheets, number)
    painter.end()
    buffer.close()
    return stamped(bytes(buffer.data().data()), page.at)


def pdf_alone(page: Page, *, fonts_folder: Path) -> bytes:
    """Return a page as PDF where no window is open: Qt is begun for it, and stays until the process ends."""
    if QGuiApplication.instance() is None:
        QGuiApplication(sys.argv[:1])
    fonts.load(fonts_folder)
    return pdf_of(page)
