"""Edits in the bytes of a file: what is not edited keeps every byte."""

from __future__ import annotations

import codecs
import json
from typing import Any

import pytest

from lambdalint.findings import Edit, Location
from lambdalint.sources.edit import EditError, apply_edits, edited


def edit(row: int, column: int, end_row: int, end_column: int, content: str, cell: int | None = None) -> Edit:
    return Edit(Location("f", row, column, end_row, end_column, cell), content)


MARKED = edit(2, 1, 2, 2, "äb\n")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"x\ny\nz", "x\näb\n\nz".encode()),
        (b"x\r\ny\r\nz\r\n", "x\r\näb\r\n\r\nz\r\n".encode()),
        (b"x\ry\rz", "x\räb\r\rz".encode()),
        (b"x\r\ny\nz\r", "x\r\näb\r\n\nz\r".encode()),
        (codecs.BOM_UTF8 + b"x\ny", codecs.BOM_UTF8 + "x\näb\n".encode()),
        (codecs.BOM_UTF8 * 2 + b"x\ny", codecs.BOM_UTF8 * 2 + "x\näb\n".encode()),
        (codecs.BOM_UTF16_LE + "x\r\ny".encode("utf-16-le"), "\ufeffx\r\näb\r\n".encode("utf-16-le")),
        (codecs.BOM_UTF16_BE + "x\ny".encode("utf-16-be"), "\ufeffx\näb\n".encode("utf-16-be")),
        (b"# coding: latin-1\ny\xe9", b"# coding: latin-1\n\xe4b\n\xe9"),
    ],
)
def test_encoding_mark_and_line_ends_are_kept(before: bytes, after: bytes) -> None:
    assert edited("f.py", before, [MARKED]) == after
    assert edited("f.py", before, []) == before


def test_many_edits_at_once() -> None:
    edits = [edit(2, 1, 2, 1, "B"), edit(1, 1, 1, 2, "A"), edit(2, 1, 2, 1, "C"), edit(2, 2, 3, 1, "")]
    assert apply_edits("x\ny\nz", edits) == "A\nBCyz"


@pytest.mark.parametrize(
    "edits",
    [
        [edit(1, 1, 2, 1, ""), edit(1, 2, 1, 2, "")],
        [edit(1, 3, 1, 3, "")],
        [edit(4, 1, 4, 1, "")],
        [edit(2, 1, 1, 1, "")],
        [edit(0, 1, 1, 1, "")],
    ],
)
def test_impossible_edits(edits: list[Edit]) -> None:
    with pytest.raises(EditError):
        apply_edits("x\ny\nz", edits)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"# coding: latin-1\ny", "does not exist in iso8859-1"),
        (b"# coding: unheard-of\ny", "unknown encoding"),
        (b"\n\xff", "is not utf-8 text"),
        (b"# coding: utf-7\n+AGE-", "its bytes are not what utf-7 would write"),
    ],
)
def test_what_cannot_be_written_back(data: bytes, message: str) -> None:
    with pytest.raises(EditError, match=message):
        edited("f.py", data, [edit(2, 1, 2, 1, "\N{SNOWMAN}")])


CELLS: list[Any] = [
    {"cell_type": "markdown", "source": ["x\n", "y"]},
    {
        "cell_type": "code",
        "source": ["x = 1\n", "y = 'é'\n", "z"],
        "outputs": [{"data": {"image/png": "aGk="}}],
    },
    {"cell_type": "code", "source": "x\ny"},
    {"cell_type": "code", "source": ["x"]},
    {"cell_type": "code", "source": []},
]


def content(**changes: Any) -> dict[str, Any]:
    return {"cells": CELLS, "metadata": {"b": 1, "a": 1.50}, "nbformat": 4, **changes}


@pytest.mark.parametrize(
    "layout", [{"indent": 1}, {"indent": None}, {"separators": (",", ":")}, {"indent": "\t"}]
)
@pytest.mark.parametrize("ascii_only", [True, False])
def test_a_notebook_keeps_its_layout(layout: dict[str, Any], ascii_only: bool) -> None:
    before = json.dumps(content(), ensure_ascii=ascii_only, **layout)
    found = edited(
        "n.ipynb", before.encode(), [edit(2, 8, 2, 8, "  # c", 2), edit(1, 1, 1, 2, "q\nr", 3)]
    ).decode()
    wanted = json.loads(before)
    wanted["cells"][1]["source"][1] = "y = 'é'  # c\n"
    wanted["cells"][2]["source"] = "q\nr\ny"
    assert found == json.dumps(wanted, ensure_ascii=ascii_only, **layout)


def test_new_rows_of_a_cell_become_strings_of_their_own() -> None:
    before = json.dumps(content(), indent=1)
    wanted = json.loads(before)
    wanted["cells"][1]["source"] = ["x = 1\n", "new\n", "y = 'é'\n", "z"]
    found = edited("n.ipynb", before.encode(), [edit(2, 1, 2, 1, "new\n", 2)]).decode()
    assert found == json.dumps(wanted, indent=1)
    assert edited("n.ipynb", found.encode(), [edit(2, 1, 3, 1, "", 2)]).decode() == before


def test_line_ends_of_a_cell_and_of_the_file() -> None:
    before = json.dumps(content(cells=[{"cell_type": "code", "source": ["x\r\n", "y"]}]), indent=1)
    before = before.replace("\n", "\r\n")
    found = edited("n.ipynb", before.encode(), [edit(1, 2, 1, 2, "  # c", 1)]).decode()
    assert found == before.replace('"x\\r\\n"', '"x  # c\\r\\n"')


def test_nbformat_3() -> None:
    sheets = [{"cells": [{"cell_type": "code", "input": "x", "language": "python"}]}] * 2
    before = json.dumps({"worksheets": sheets})
    found = json.loads(edited("n.ipynb", before.encode(), [edit(1, 1, 1, 1, "y", 2)]))
    assert [sheet["cells"][0]["input"] for sheet in found["worksheets"]] == ["x", "yx"]


@pytest.mark.parametrize("cell", [0, 1, 5, 6])
def test_cells_without_text(cell: int) -> None:
    with pytest.raises(EditError, match="no text in cell"):
        edited("n.ipynb", json.dumps(content()).encode(), [edit(1, 1, 1, 1, "x", cell)])


@pytest.mark.parametrize("data", [b"{", b"[" * 100_000, b"\xff"])
def test_broken_notebooks(data: bytes) -> None:
    with pytest.raises(EditError, match="JSON"):
        edited("n.ipynb", data, [edit(1, 1, 1, 1, "x", 1)])


def test_a_notebook_in_utf_16() -> None:
    before = json.dumps(content()).encode("utf-16-le")
    found = edited("n.ipynb", before, [edit(1, 1, 1, 1, "ä", 4)])
    assert json.loads(found)["cells"][3]["source"] == ["äx"]
