"""Cells to values: amounts and addresses as exports write them."""

import re

_EMAIL = re.compile(r"[^\s<>()@,;:\"]{1,64}@[^\s<>()@,;:\"]{1,255}")
_SYMBOLS = {"€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY", "₹": "INR", "zł": "PLN", "kč": "CZK"}
_CODE = re.compile(r"\b([A-Z]{3})\b")
_AMOUNT = re.compile(r"[-+]?[\d.,' ]{1,40}")


def email_of(cell: str) -> str | None:
    """Return the first address in a cell, in lower case; None where there is none."""
    found = _EMAIL.search(cell[:2000])
    return found[0].lower().strip(".") if found else None


def name_of(cell: str) -> str:
    """Return what a cell says besides an address: `Ann Buyer (ann@buyer.example)` is Ann Buyer."""
    text = cell[:2000]
    return " ".join(_EMAIL.sub(" ", text).strip(" ()<>[],;:\"'").split()) if "@" in text else " ".join(text.split())


def amount_of(cell: str) -> tuple[float, str, bool] | None:
    """Return a number, the currency said beside it, and whether the reading is a guess; None where it is no number."""
    text = cell[:100].replace("\xa0", " ").replace("\u202f", " ").replace("\u2212", "-").strip()
    currency = next((code for sign, code in _SYMBOLS.items() if sign in text.lower()), "")
    if not currency and (code := _CODE.search(text)):
        currency = code[1]
    is_negative = (text.startswith("(") and text.endswith(")")) or text.startswith("-") or text.endswith("-")
    digits = [piece for found in _AMOUNT.findall(text) if re.search(r"\d", piece := found.strip(" ,."))]
    if len(digits) != 1:
        return None
    number, is_guess = _plain(digits[0].replace(" ", "").replace("'", ""))
    try:
        value = float(number)
    except ValueError:
        return None
    return (-abs(value) if is_negative else value), currency, is_guess


def _plain(number: str) -> tuple[str, bool]:
    comma, dot = number.rfind(","), number.rfind(".")
    if comma >= 0 and dot >= 0:
        thousands = "," if dot > comma else "."
        return number.replace(thousands, "").replace(",", "."), False
    mark = "," if comma >= 0 else "."
    if mark not in number:
        return number, False
    head, _, tail = number.rpartition(mark)
    if number.count(mark) > 1:
        return number.replace(mark, ""), False
    if len(tail) == 3 and 1 <= len(head.strip("+-")) <= 3 and head.strip("+-") != "0":
        return number.replace(mark, ""), True
    return number.replace(mark, "."), False
