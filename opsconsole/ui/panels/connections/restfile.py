"""A REST system's form shows the address that a chosen file says, and uses the one that it shows."""

from collections.abc import Mapping

from opsconsole.ui.panel import Context
from opsconsole.ui.panels.connections.form import ConnectionForm


class AddressOfFile:
    """Follows the field of the file; an address that is typed after it stays."""

    def __init__(self, context: Context, form: ConnectionForm) -> None:
        self._context, self._form = context, form
        form.inputs["file"].textChanged.connect(self._on_file)

    def _on_file(self, file: str) -> None:
        if file.strip():
            self._form.inputs["base"].setModified(False)
            self._context.tasks.start(
                self._look(file.strip()), name="looking into the file", owner=self._form, key="file"
            )

    async def _look(self, file: str) -> None:
        await self._show(file)

    async def _show(self, file: str) -> str:
        base = await self._context.tools.base_of(file)
        if base and not self._form.inputs["base"].isModified():
            self._form.fill_in({"base": base})
        return base

    async def meant(self, values: Mapping[str, str]) -> Mapping[str, str]:
        """Return what was filled in with the address that is meant: the file's, unless one was typed."""
        if not values["file"] or self._form.inputs["base"].isModified():
            return values
        return {**values, "base": await self._show(values["file"])}
