"""A table as an xlsx file, in which nothing somebody typed is ever run as a formula."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Final

import xlsxwriter

if TYPE_CHECKING:
    from linli.kernel.errors import StrOrPromise

MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def sheet_of(
    head: Sequence[StrOrPromise],
    rows: Iterable[Sequence[str]],
    *,
    widths: Sequence[int],
    comment: str = "",
) -> bytes:
    """One sheet with a fixed head; the comment stands in the properties of the document."""
    written = BytesIO()
    book = xlsxwriter.Workbook(written, {"in_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet()
    bold = book.add_format({"bold": True})
    for column, word in enumerate(head):
        sheet.write_string(0, column, str(word), bold)
        sheet.set_column(column, column, widths[column])
    for line, row in enumerate(rows, start=1):
        for column, cell in enumerate(row):
            sheet.write_string(line, column, cell)
    sheet.freeze_panes(1, 0)
    book.set_properties({"comments": comment})
    book.close()
    return written.getvalue()
