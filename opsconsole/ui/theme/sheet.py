"""The style sheet, filled with tokens. Objects are named by `#name`, roles by properties: `role`, `pill`, `kind`."""

from string import Template

SHEET = Template("""
QWidget { color: $text }
QMainWindow, #root, QDialog { background: $bg }
#rail { background: $rail; border-right: 1px solid $border }
#rail QToolButton { border: 1px solid transparent; border-radius: 8px; padding: 0; min-width: 38px; min-height: 38px;
    background: transparent }
#rail QToolButton:hover { background: $hover } #rail QToolButton:checked { background: $accentSoft }
#rail QToolButton:focus { border-color: $focus }
#listPane { background: $surface; border-right: 1px solid $border }
#detail, #page { background: $bg }
QScrollArea, QScrollArea > QWidget > QWidget#page { background: transparent; border: 0 }
QLabel { background: transparent }
QLabel[role="h1"] { font-size: 20px; font-weight: 600 } QLabel[role="h2"] { font-size: 16px; font-weight: 600 }
QLabel[role="h3"] { font-size: 13px; font-weight: 600 } QLabel[role="muted"] { color: $text2 }
QLabel[role="cap"] { color: $text3; font-size: 11px; font-weight: 600 }
QLabel[role="small"] { color: $text2; font-size: 12px }
QLabel[role="error"] { color: $danger } QLabel[role="figure"] { font-size: 26px; font-weight: 600 }
QLabel[pill] { border-radius: 10px; padding: 0 9px; font-size: 11px; font-weight: 600 }
QLabel[pill="plain"] { background: $sunken; color: $text2 } QLabel[pill="ok"] { background: $okSoft; color: $ok }
QLabel[pill="warn"] { background: $warnSoft; color: $warn }
QLabel[pill="danger"] { background: $dangerSoft; color: $danger }
QLabel[pill="accent"] { background: $accentSoft; color: $accent }
QLabel[pill="shadow"] { background: $shadowSoft; color: $shadow; border: 1px dashed $shadow; padding: 0 8px }
QLineEdit, QPlainTextEdit, QTextEdit, QComboBox, QSpinBox, QDoubleSpinBox, QDateTimeEdit {
    background: $sunken; border: 1px solid $borderStrong; border-radius: 6px; padding: 0 8px; min-height: 30px;
    selection-background-color: $accent; selection-color: $onAccent }
QPlainTextEdit, QTextEdit { padding: 6px 8px } GrowingText { min-height: 0 }
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QComboBox:focus, QSpinBox:focus, QDoubleSpinBox:focus {
    border: 1px solid $focus; background: $surface }
QLineEdit[invalid="true"], QPlainTextEdit[invalid="true"] { border: 1px solid $danger }
QLineEdit[invalid="true"]:focus { border: 2px solid $danger; padding: 0 7px }
QPlainTextEdit[invalid="true"]:focus { border: 2px solid $danger; padding: 5px 7px }
QComboBox::drop-down { border: 0; width: 24px }
QComboBox::down-arrow { image: url($arrow); width: 12px; height: 12px }
QComboBox QAbstractItemView { background: $surface; border: 1px solid $border; selection-background-color: $accentSoft;
    selection-color: $text; outline: 0 }
#card { background: $surface; border: 1px solid $border; border-radius: 10px }
#inset { background: $sunken; border-radius: 8px }
#card[shadow="true"] { border: 1px dashed $shadow }
QPushButton { min-height: 32px; padding: 0 14px; border-radius: 6px; border: 1px solid $borderStrong;
    background: $surface; font-weight: 500 }
QPushButton:hover { background: $hover } QPushButton:pressed, QPushButton:checked { background: $sunken }
QPushButton:focus { border: 2px solid $focus; padding: 0 13px }
QPushButton:disabled { color: $text3; background: $sunken }
QPushButton[kind="primary"] { background: $ok; border-color: $ok; color: $onOk; font-weight: 600 }
QPushButton[kind="primary"]:hover { background: $okHover }
QPushButton[kind="accent"] { background: $accent; border-color: $accent; color: $onAccent; font-weight: 600 }
QPushButton[kind="accent"]:hover { background: $accentHover }
QPushButton[kind="accent"]:focus, QPushButton[kind="primary"]:focus { border: 2px solid $text }
QPushButton[kind="danger"] { color: $danger }
QPushButton[kind="danger"]:hover { background: $dangerSoft; border-color: $danger }
QPushButton[kind="chip"] { min-height: 24px; padding: 0 10px; border-radius: 13px; font-size: 12px }
QPushButton[kind="chip"]:checked { background: $accentSoft; border-color: $accent; color: $accent }
QPushButton[kind="link"] { border: 0; background: transparent; color: $accent; padding: 0; min-height: 20px;
    text-align: left }
QPushButton[kind="link"]:hover { text-decoration: underline } QPushButton[kind="link"]:focus { border: 0;
    text-decoration: underline; padding: 0 }
QPushButton[kind]:disabled { color: $text3; background: $sunken; border-color: $border }
QPushButton[kind="figure"] { background: $surface; border: 1px solid $border; border-radius: 10px; padding: 0 }
QPushButton[kind="figure"]:hover { border-color: $borderStrong; background: $hover }
QPushButton[kind="figure"]:focus { border: 2px solid $focus; padding: 0 }
QLabel[tone="ok"] { color: $ok } QLabel[tone="warn"] { color: $warn } QLabel[tone="danger"] { color: $danger }
QLabel[tone="shadow"] { color: $shadow }
#card[chosen="true"] { border: 2px solid $focus } #card[shadow="true"][chosen="true"] { border: 2px dashed $shadow }
#actions { background: $surface; border-top: 1px solid $border }
#statusBar { background: $rail; border-top: 1px solid $border } #statusBar QLabel { font-size: 12px; color: $text2 }
#notice { background: $text; border-radius: 8px } #notice QLabel { color: $surface }
#notice QPushButton { background: transparent; border: 0; color: $surface; font-weight: 600; text-decoration: underline;
    min-height: 22px; padding: 0 6px }
#keyHint { background: $surface; border: 1px solid $outline; border-radius: 8px }
#banner { background: $warnSoft; border-bottom: 1px solid $border } #banner QLabel { color: $warn }
#banner[state="danger"] { background: $dangerSoft } #banner[state="danger"] QLabel { color: $danger }
QTableView, QListView, QTreeView { background: transparent; border: 0; selection-background-color: transparent;
    selection-color: $text; gridline-color: $border; outline: 0 }
QHeaderView { background: transparent }
QAbstractScrollArea::corner { background: transparent; border: 0 }
QTableCornerButton::section { background: $surface; border: 0; border-bottom: 1px solid $border }
QHeaderView::section { background: $surface; color: $text3; border: 0; border-bottom: 1px solid $border;
    padding: 9px 14px; font-size: 11px; font-weight: 600; text-align: left }
#palette { background: $surface; border: 1px solid $borderStrong }
QScrollBar:vertical { background: transparent; width: 10px; margin: 2px }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 2px }
QScrollBar::handle { background: $borderStrong; border-radius: 3px; min-height: 32px; min-width: 32px }
QScrollBar[lit="true"]::handle { background: $focus }
QScrollBar::add-line, QScrollBar::sub-line { height: 0; width: 0 }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent }
QToolTip { background: $text; color: $surface; border: 0; padding: 4px 8px }
QMenu { background: $surface; border: 1px solid $border; border-radius: 8px; padding: 4px }
QMenu::item { padding: 6px 24px 6px 12px; border-radius: 4px } QMenu::item:selected { background: $accentSoft }
QMenuBar { background: $rail } QMenuBar::item:selected { background: $hover }
QProgressBar { background: $sunken; border: 0; border-radius: 3px; max-height: 6px; text-align: center }
QProgressBar::chunk { background: $accent; border-radius: 3px }
QCheckBox { spacing: 8px }
QTreeView::indicator { width: 16px; height: 16px; border: 1px solid $text3; border-radius: 4px; background: $surface }
QTreeView::indicator:checked { background: $accent; border-color: $accent; image: url($tick) }
QCheckBox::indicator { width: 16px; height: 16px; border: 1px solid $outline; border-radius: 4px; background: $surface }
QCheckBox::indicator:checked { background: $accent; border-color: $accent; image: url($tick) }
QCheckBox::indicator:focus { width: 14px; height: 14px; border: 2px solid $focus }
QRadioButton::indicator { width: 16px; height: 16px }
QSplitter::handle { background: $border }
""")
