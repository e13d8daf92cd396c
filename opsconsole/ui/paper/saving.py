"""Saves a page from the window: asks for the file, gathers what stands on the page, and writes it."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from opsconsole.domain.errors import OpsError
from opsconsole.engine.kernel import Kernel
from opsconsole.engine.oversight.page import Page
from opsconsole.ui.panel import Context
from opsconsole.ui.paper.files import ENDS, is_pdf, write
from opsconsole.ui.paper.html import html_of
from opsconsole.ui.paper.pdf import pdf_of

FORMS = {"To print and hand on: PDF (*.pdf)": ".pdf", "To read in a browser: HTML (*.html)": ".html"}
"""Words of the dialog → ending of the file."""
Make = Callable[[Kernel], Page]
"""Gathers a page; on a reading thread."""


def _choose(dialog: QFileDialog, form: str) -> None:
    """Have the form that was chosen give the ending."""
    dialog.setDefaultSuffix(FORMS[form][1:])


class PageSaver:
    """Asks where to, then saves; `owner` is where it is asked."""

    def __init__(self, owner: QWidget, context: Context) -> None:
        self._owner, self._context = owner, context

    def ask(self, title: str, name: str, make: Make) -> None:
        """Ask for the file, without holding up the window; `name` has no ending yet."""
        dialog = QFileDialog(self._owner, title)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters(list(FORMS))
        dialog.setDefaultSuffix("pdf")
        dialog.filterSelected.connect(partial(_choose, dialog))
        dialog.selectFile(name)
        dialog.fileSelected.connect(partial(self._on_chosen, make))
        dialog.open()

    def _on_chosen(self, make: Make, file: str) -> None:
        self.save(Path(file), make)

    def save(self, path: Path, make: Make) -> None:
        """Gather a page and write it to a file, whose ending says how."""
        self._context.tasks.start(self._save(path, make), name="saving a page", owner=self._owner, key="page")

    async def _save(self, path: Path, make: Make) -> None:
        if path.suffix.lower() not in ENDS:
            self._context.navigator.say(f"{path.name} ends in none of {', '.join(ENDS)}: nothing was written.")
            return
        try:
            page = await self._context.backend.read(make, lane="long")
            data = pdf_of(page) if is_pdf(path) else html_of(page).encode()
            await self._context.backend.read(lambda _: write(path, data), lane="long")
        except OpsError as error:
            self._context.navigator.say(f"{error}")
            return
        self._context.navigator.say(f"{page.kind} of {page.title} is in {path.name}.")
