"""JUnit XML: a suite for each file, a failed case for each finding, an error for each problem."""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from lambdalint.findings import Finding
from lambdalint.report.view import absolute, told

if TYPE_CHECKING:
    from lambdalint.findings import Location, Problem
    from lambdalint.report.view import View
    from lambdalint.results import RunResult

_PACKAGE = "org.lambdalint"
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(result: RunResult, view: View) -> str:
    """The whole document; a run without findings and problems is one passed case."""
    root = ElementTree.Element("testsuites", name="lambdalint")
    items: list[Finding | Problem] = [*result.findings, *result.problems]
    items.sort(key=_filename)
    for filename, group in groupby(items, key=_filename):
        suite = _suite(root, _clean(absolute(filename)))
        for item in group:
            _case(suite, item)
    if not items:
        ElementTree.SubElement(_suite(root, "lambdalint"), "testcase", name="No findings")
    for element in (*root, root):
        for attribute, tag in (("tests", "testcase"), ("failures", "failure"), ("errors", "error")):
            element.set(attribute, str(sum(1 for _ in element.iter(tag))))
    ElementTree.indent(root)
    # In ASCII it is well-formed in whatever encoding standard output has.
    text = ElementTree.tostring(root, encoding="us-ascii").decode("ascii")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _filename(item: Finding | Problem) -> str:
    return item.location.filename if isinstance(item, Finding) else item.filename


def _suite(root: ElementTree.Element, name: str) -> ElementTree.Element:
    return ElementTree.SubElement(root, "testsuite", name=name, package=_PACKAGE)


def _case(suite: ElementTree.Element, item: Finding | Problem) -> None:
    classname = re.sub(r"\.\w+\Z", "", suite.get("name", ""))
    at: Location | Problem = item.location if isinstance(item, Finding) else item
    code = item.code if isinstance(item, Finding) else "problem"
    case = ElementTree.SubElement(suite, "testcase", name=f"{_PACKAGE}.{code}", classname=classname)
    where = "" if at.cell is None else f"cell {at.cell}, "
    if at.row is not None:
        case.set("line", str(at.row))
        case.set("column", str(at.column or 1))
        where += f"line {at.row}, col {at.column or 1}, "
    kind = "failure" if isinstance(item, Finding) else "error"
    message = told(item) if isinstance(item, Finding) else item.message
    detail = ElementTree.SubElement(case, kind, message=_clean(message))
    detail.text = _clean(where + message)


def _clean(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)
