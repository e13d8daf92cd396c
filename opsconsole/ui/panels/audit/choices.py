"""What can be chosen on the audit panel."""

from opsconsole.ui.widgets.basics import ChoiceBox


def choice_box(name: str, anything: str, values: dict[str, str]) -> ChoiceBox:
    """Make a box whose first choice is anything."""
    box = ChoiceBox()
    box.setAccessibleName(name)
    box.addItem(anything, None)
    for value, text in sorted(values.items(), key=lambda item: item[1]):
        box.addItem(text, value)
    return box
