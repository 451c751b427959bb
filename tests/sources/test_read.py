"""Bytes to text: the prefilter, encodings, line ends, and inputs that cannot be read."""

from __future__ import annotations

import codecs
import os
import subprocess
import sys
from pathlib import Path

import pytest

from lambdalint.findings import Problem
from lambdalint.sources.read import beginning, read
from lambdalint.sources.unit import SourceUnit
from lambdalint.syntax.parse import parse

FIXTURES = Path(__file__).parents[2] / "fixtures" / "sources"
CODE = "name = 'größe 层'\nLambda(f)\n"


def unit(data: bytes, name: str = "x.py") -> SourceUnit:
    result = read(name, data)
    assert isinstance(result, SourceUnit), result
    return result


def problem(data: bytes, name: str = "x.py") -> Problem:
    result = read(name, data)
    assert isinstance(result, Problem), result
    return result


@pytest.mark.parametrize(
    ("data", "judged"),
    [
        (b"x = 1\n", False),
        (b"lambda x: x\n", False),
        (b"", False),
        (b"L = Lambda(f)", True),
        (b"from keras.layers import merge", True),
        (b"keras.layers.Merge([a, b])", True),
        (codecs.BOM_UTF16_LE + "x = 1".encode("utf-16-le"), False),
        (codecs.BOM_UTF16_LE + "Lambda".encode("utf-16-le"), True),
    ],
)
def test_prefilter(data: bytes, judged: bool) -> None:
    assert (read("x.py", data) is not None) == judged
    assert isinstance(read("x.py", data, prefilter=False), SourceUnit)


@pytest.mark.parametrize(
    "data",
    [
        CODE.encode(),
        codecs.BOM_UTF8 + CODE.encode(),
        codecs.BOM_UTF16_LE + CODE.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + CODE.encode("utf-16-be"),
        codecs.BOM_UTF32_LE + CODE.encode("utf-32-le"),
        CODE.replace("\n", "\r\n").encode(),
        CODE.replace("\n", "\r").encode(),
    ],
)
def test_marks_and_line_ends(data: bytes) -> None:
    assert unit(data).text == CODE


@pytest.mark.parametrize(
    ("cookie", "encoding"),
    [
        ("# -*- coding: latin-1 -*-\n", "latin-1"),
        ("#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\n", "cp1252"),
        ("# coding: latin-1-unix\n", "latin-1"),
        ("# coding: UTF_8-unix\n", "utf-8"),
        ("\r\n#coding=iso-8859-15\r\n", "iso-8859-15"),
        ("\f # coding: koi8-r\n", "koi8-r"),
    ],
)
def test_cookies(cookie: str, encoding: str) -> None:
    text = "Lambda('ж')" if encoding == "koi8-r" else "Lambda('grö')"
    assert unit((cookie + text).encode(encoding)).lines[-1] == text


@pytest.mark.parametrize("cookie", ["x = 1\n# coding: latin-1\n", "\n\n# coding: latin-1\n"])
def test_a_cookie_after_code_or_in_row_three_is_none(cookie: str) -> None:
    assert "utf-8" in problem((cookie + "Lambda('grö')").encode("latin-1")).message


@pytest.mark.parametrize(
    ("data", "row", "word"),
    [
        (b"Lambda\r\n\r'\xff'\n", 3, "ff"),
        (b"\n# coding: ascii\nLambda = '\xc3'", 3, "ascii"),
        (b"Lambda\n\0\n", 2, "NUL"),
        (b"#\n# coding: klingon\nLambda", 2, "klingon"),
        (b"# coding: rot13\nLambda", 1, "rot13"),
        (codecs.BOM_UTF16_LE + b"L\0a", 1, "utf-16"),
    ],
)
def test_unreadable(data: bytes, row: int, word: str) -> None:
    found = read("x.py", data, prefilter=False)
    assert isinstance(found, Problem)
    assert (found.row, word in found.message) == (row, True)
    assert "\n" not in str(found)


def test_rows_are_those_of_an_editor() -> None:
    source = unit("s = '\u2028 \x0b \x1c \x85'\n\f\nLambda(1)".encode())
    assert source.lines[2] == "Lambda(1)"
    assert [node.lineno for node in parse(source).tree.body] == [1, 3]


def test_a_file_in_latin_1() -> None:
    found = read(str(FIXTURES / "latin1.py"))
    assert isinstance(found, SourceUnit)
    assert found.lines[2].startswith('name = "größe"')


def test_what_is_no_file(tmp_path: Path) -> None:
    assert str(read(str(tmp_path / "gone.py"))).endswith("gone.py: does not exist")
    assert str(read(str(tmp_path))).endswith("is a folder")
    assert isinstance(read("nul\0.py"), Problem)
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.py")
        assert str(read(str(tmp_path / "pipe.py"))).endswith("is not a regular file")


def test_the_beginning_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "big.py"
    path.write_bytes(b"0123456789")
    for most in (1, 9, 10, 11):
        assert beginning(str(path), most) == b"0123456789"[:most]
    assert beginning(str(tmp_path), 9) == beginning("gone.py", 9) == beginning("nul\0.py", 9) == b""
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.py")
        assert beginning(str(tmp_path / "pipe.py"), 9) == b""


def test_size_limit(tmp_path: Path) -> None:
    path = tmp_path / "big.py"
    path.write_text("Lambda\n" * 100)
    assert isinstance(read(str(path), max_bytes=700), SourceUnit)
    assert str(read(str(path), max_bytes=699)).endswith("is too large: 0.0 MB, the limit is 0.0 MB")
    assert isinstance(read("x.py", b"Lambda", max_bytes=5), Problem)


def test_no_heavy_imports() -> None:
    code = (
        "import sys, pathlib\n"
        "from lambdalint.sources import discover, read\n"
        "from lambdalint.syntax import parse\n"
        "list(discover.discover(['.'], root=pathlib.Path('.'), respect_gitignore=False))\n"
        "parse.parse(read.read('x.py', b'Lambda'))\n"
        "print([n for n in ('libcst', 'rich', 'numpy', 'pathspec', 'json') if n in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"
