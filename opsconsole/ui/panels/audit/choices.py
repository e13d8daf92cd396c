"""What can be chosen on the audit panel."""

from PySide6.QtWidgets import QComboBox


def choice_box(name: str, anything: str, values: dict[str, str]) -> QComboBox:
    """Make a box whose first choice is anything."""
    box = QComboBox()
    box.setAccessibleName(name)
    box.addItem(anything, None)
    for value, text in sorted(values.items(), key=lambda item: item[1]):
        box.addItem(text, value)
    return box
