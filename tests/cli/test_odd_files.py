"""Files that are not what a linter hopes for: each ends soon, with a message, and hides no others."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.unprivileged import unprivileged

from .conftest import BAD, HEAD, LAYER, ONLY, Folder, check, found

LONG = {
    "a string of 10 MB": (f"z = '{'a' * 10_000_000}'\n", 0),
    "a string of 10 MB on the row of a finding": (f"z = '{'a' * 10_000_000}'; {LAYER}", 1),
    "5,000 parentheses": ("(" * 5000 + "1" + ")" * 5000 + "\n" + LAYER, 1),
    "5,000 lambdas": ("f = " + "lambda: " * 5000 + "1\n" + LAYER, 1),
    "5,000 lambdas in a layer": ("Lambda(" + "lambda t: " * 5000 + "t)(x)\n" + LAYER, 1),
    "5,000 additions": ("Lambda(lambda t: " + "t + " * 5000 + "t)(x)\n" + LAYER, 1),
    "500 additions": ("Lambda(lambda t: " + "t + " * 500 + "t)(x)\n" + LAYER, 1),
    "5,000 subscripts": ("Lambda(lambda t: t" + "[:]" * 5000 + ")(x)\n" + LAYER, 1),
    "40 layers in each other": ("y = " + "Lambda(lambda t: " * 40 + "t" + ")(x)" * 40 + "\n" + LAYER, 1),
    "3,000 broken statements": ("x2 = = 1\n" * 3000 + LAYER, 1),
    "3,000 open brackets": ("f(\n" * 3000 + LAYER, 0),
    "3,000 open strings": ("'''\n" * 3001 + LAYER, 1),
    "20,000 rows joined by backslashes": ("\\\n" * 20_000 + LAYER, 1),
    "150,000 lists in a list": (f"z = [{'[1],' * 150_000}]\n{LAYER}", 1),
    "1,000 attributes": (f"z = x{'.a' * 1000}\nLambda(lambda t: t{'.a' * 1000})(x)\n{LAYER}", 1),
    "10,000 comparisons": (f"Lambda(lambda t: t{' < t' * 10_000})(x)\n{LAYER}", 1),
    "3,000 branches": (
        "def f(t):\n    if t == 0: return 0\n"
        + "".join(f"    elif t == {i}: return t\n" for i in range(3000))
        + f"Lambda(f)(x)\n{LAYER}",
        1,
    ),
    "98 functions in each other": (
        "".join(" " * i + f"def f{i}(x):\n" for i in range(98)) + " " * 98 + LAYER + LAYER,
        1,
    ),
    "300 classes in each other": (
        "".join(" " * i + f"class C{i}:\n" for i in range(300)) + " " * 300 + "y = 1\n" + LAYER,
        1,
    ),
    "19 loops in each other": (
        LAYER + "".join(" " * i + f"for i{i} in range(10):\n" for i in range(19)) + " " * 19 + LAYER,
        2,
    ),
    "functions that call each other": (
        "def f(t, n=0): return f(t, n + 1)\ndef g(t): return h(t) + h(t)\ndef h(t): return g(t) * g(t)\n"
        f"Lambda(f)(x)\nLambda(g)(x)\n{LAYER}",
        1,
    ),
    "classes that derive from each other": (
        f"class A(B): pass\nclass B(A): pass\nclass A(B): pass\nLambda(A().f)(x)\n{LAYER}",
        1,
    ),
    "300,000 codes in a comment": (LAYER.strip() + "  # noqa: " + "A1," * 300_000 + "\n", 1),
    "a Sequential of 10,000 layers": (f"m = Sequential([{'Dense(3),' * 10_000}])\n" + LAYER, 1),
    "a chain of 3,000 layers": ("h = x\n" + "h = Dense(3)(h)\n" * 3000 + LAYER, 1),
    "a loop of 10**6 layers": ("h = x\nfor i in range(10**6):\n    h = Dense(3)(h)\n" + LAYER, 1),
    "a model that grows 10**6 times": (
        "m = Sequential()\nfor i in range(10**6):\n    m.add(Dense(3))\n" + LAYER,
        1,
    ),
    "3,000 star imports": ("".join(f"from m{i} import *\n" for i in range(3000)) + LAYER, 1),
    "calls that double 40 times": (
        "".join(f"def f{i}(t):\n    return f{i + 1}(t) + f{i + 1}(t)\n" for i in range(40))
        + f"def f40(t):\n    return t\nLambda(f0)(x)\n{LAYER}",
        1,
    ),
    "functions that double 60 times": (
        "f = lambda t: t\n" + "f = (lambda g: lambda t: g(g(t)))(f)\n" * 60 + f"Lambda(f)(x)\n{LAYER}",
        1,
    ),
}


@pytest.mark.parametrize(("text", "count"), LONG.values(), ids=LONG)
def test_long_and_deep_code(bad: Folder, text: str, count: int) -> None:
    bad.write(
        "odd.py",
        HEAD.replace("Input, Lambda", "Dense, Input, Lambda") + "from keras import Sequential\n" + text,
    )
    ran = check(bad)
    assert found(ran, "odd.py") == count
    assert ran.code == (2 if ran.err else 1)
    for line in ran.err.splitlines():
        assert line.startswith("error: odd.py:")
        assert "cannot be parsed" in line


def test_10_000_layers_in_one_file(bad: Folder) -> None:
    layer = LAYER.replace("\n", "  # noqa: LL102\n")
    bad.write("odd.py", HEAD + "".join(layer.replace("y", f"y{number}", 1) for number in range(10_000)))
    ran = check(bad)
    assert (ran.code, found(ran, "odd.py")) == (1, 10_000)


SHAPES = (
    "10**5000",
    "(2**(2**30),)",
    "'a' * 10**9",
    "[1] * 10**9",
    "(1,) * 10**8 * 10**8",
    "range(10**12)",
    "x.shape",
    "lambda s: lambda s: s",
    "lambda s: (s[0],) * 10**9",
    "lambda s: [s for i in range(10**9)]",
    "(1e400, 0x" + "f" * 9000 + ")",
    "(lambda f: f(f))(lambda f: f(f))",
    "lambda s: s[-1] ** s[-1] ** 10**9",
    "-(10**5000)",
    "float('nan')",
    "lambda *s: s",
    "(" + "9" * 4000 + ",)",
    "{}",
    "lambda s: exec('1')",
    "lambda s: s.__class__.__base__.__subclasses__()",
)


def test_adversarial_shapes(bad: Folder) -> None:
    text = "".join(f"Lambda(lambda t: t, output_shape={shape})(x)\n" for shape in SHAPES)
    text += "".join(f"Lambda(lambda t: ops.reshape(t, {shape}))(x)\n" for shape in SHAPES)
    bad.write("odd.py", HEAD + text + LAYER)
    assert check(bad, "--extend-select", "ALL").code == 1


ENCODED = {
    "NUL": (b"x = '\0'\n", "odd.py:6: holds a NUL character"),
    "invalid UTF-8": (b"x = '\xff'\n", "odd.py:6: is not utf-8 text: byte ff at offset"),
    "a wrong cookie": (b"", "odd.py:1: has the unknown encoding 'klingon'"),
    "a cookie that is no text": (b"", "odd.py:1: has the unknown encoding 'rot13'"),
    "UTF-16": (b"", ""),
}


@pytest.mark.parametrize("kind", ENCODED)
def test_encodings(bad: Folder, kind: str) -> None:
    tail, message = ENCODED[kind]
    data = BAD.lstrip().encode() + tail
    if "cookie" in kind:
        data = f"# coding: {'klingon' if 'wrong' in kind else 'rot13'}\n".encode() + data
    (bad.path / "odd.py").write_bytes(data if kind != "UTF-16" else BAD.lstrip().encode("utf-16"))
    ran = check(bad)
    assert ran.code == (2 if message else 1)
    assert ran.err.startswith(f"error: {message}" if message else "")
    assert found(ran, "odd.py") == (0 if message else 1)


def test_a_large_file_is_passed_over_with_a_message(bad: Folder) -> None:
    with open(bad.path / "large.py", "wb") as file:
        file.write(b"Lambda")
        file.truncate(100_000_000)
    ran = check(bad)
    assert (ran.code, ran.err) == (2, "error: large.py: is too large: 100.0 MB, the limit is 20.0 MB\n")
    bad.write("lambdalint.toml", "max-file-size = 0.0001\n")
    ran = bad.run("check", *ONLY, "bad.py")
    assert ran.err == "error: bad.py: is too large: 0.0 MB, the limit is 0.0 MB\n"


def test_a_list_of_millions_is_passed_over_with_a_message(bad: Folder) -> None:
    bad.write("data.py", f"z = [{'1,' * 1_500_000}]\n{LAYER}")
    ran = check(bad)
    assert ran.code == 2
    assert ran.err.startswith(
        "error: data.py: holds 3.0 times as many rows, calls and operators as one file may: data"
    )
    assert "`max-file-size`" in ran.err


def test_broken_text_of_more_than_a_megabyte_is_left_out(bad: Folder) -> None:
    bad.write("odd.py", HEAD + LAYER + "raise A, 'b'\n" * 90_000)
    ran = check(bad)
    assert (ran.code, found(ran, "odd.py"), found(ran, "bad.py")) == (2, 0, 1)
    assert "error: odd.py:" in ran.err
    assert "cannot be parsed" in ran.err
    assert "nothing of it is judged" in ran.err


@pytest.mark.parametrize(
    "data", [b"{", b'{"cells": 7, "x": "Lambda"', b"Lambda" + b"[" * 100_000, b"\xff Lambda", b"[] Lambda"]
)
def test_broken_notebooks(bad: Folder, data: bytes) -> None:
    (bad.path / "odd.ipynb").write_bytes(data if b"Lambda" in data else data + b" Lambda")
    ran = check(bad)
    assert ran.code == 2
    assert ran.err.startswith("error: odd.ipynb")
    assert "is not a notebook" in ran.err


def test_a_notebook_of_5_000_cells_with_images(bad: Folder) -> None:
    image = {"output_type": "display_data", "data": {"image/png": "iVBOR" * 300}}
    cells: list[object] = [{"cell_type": "code", "source": HEAD, "outputs": []}]
    cells += [{"cell_type": "code", "source": [f"a{i} = {i}"], "outputs": [image]} for i in range(5000)]
    cells.append({"cell_type": "code", "source": [LAYER], "outputs": [image]})
    (bad.path / "book.ipynb").write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4}))
    ran = check(bad)
    assert ran.code == 1
    assert "book.ipynb:cell 5002:1:22: LL101" in ran.out


def cell(source: object, **more: object) -> dict[str, object]:
    return {"cell_type": "code", "source": source, "outputs": [], **more}


ODD_BOOKS: dict[str, dict[str, object]] = {
    "null": {"cells": [cell(None), cell(BAD)]},
    "pieces": {"cells": [cell([1, None, {}, "z = 1\n"]), cell(BAD.splitlines(True)), 7, None, [], "s"]},
    "metadata": {"cells": [cell(BAD)], "metadata": {"kernelspec": [{"language": "R"}], "language_info": 3}},
    "list": {"cells": [cell(BAD)], "metadata": [1, 2]},
    "magics": {
        "cells": [
            cell("%%bash\nrm -rf Lambda\n"),
            cell("%time z = 1\n!ls {x}\n?Lambda\nLambda??\n,f a\n;f b\n/f c\nz = !ls"),
            cell("%%timeit -n1 -r1\n" + BAD),
            cell("%" * 10_000),
            cell((" " * 1000 + "\n") * 100 + "!ls"),
        ]
    },
    "sheets": {"worksheets": [None, {"cells": None}, {"cells": [{"cell_type": "code", "input": BAD}]}]},
    "bytes": {"cells": [cell("z = '\0'\n"), cell("z = '\ud800'\n"), cell(BAD)]},
}


def test_odd_notebooks(bad: Folder) -> None:
    for name, content in ODD_BOOKS.items():
        (bad.path / f"{name}.ipynb").write_text(json.dumps(content), encoding="utf-8")
    (bad.path / "wide.ipynb").write_bytes(json.dumps(ODD_BOOKS["null"]).encode("utf-16"))
    (bad.path / "mark.ipynb").write_bytes(b"\xef\xbb\xbf" + json.dumps(ODD_BOOKS["null"]).encode())
    (bad.path / "digits.ipynb").write_text(f'{{"cells": [], "Lambda": {"9" * 5000}}}')
    ran = check(bad)
    assert ran.code == 2
    for name in (*ODD_BOOKS, "wide", "mark"):
        assert sum(row.startswith(f"{name}.ipynb:cell ") for row in ran.out.splitlines()) == 1, name
    assert [row.split(": ")[1] for row in ran.err.splitlines()] == [
        "bytes.ipynb:cell 1:1:1",
        "bytes.ipynb:cell 2:1:1",
        "digits.ipynb",
    ]


LAYOUTS = {
    "feeds": (f"{HEAD}\f\n\fz = 1\n \f{LAYER}\f{LAYER}", ["8:24", "9:23"]),
    "returns": (BAD.replace("\n", "\r"), ["6:22"]),
    "mixed": ("\r".join(BAD.split("\n", 3)).replace("\n", "\r\n", 2), ["6:22"]),
    "separators": (f"{HEAD}z = '\x0b\x1c\x85\u2028'; {LAYER}", ["6:34"]),
    "tabs": (f"{HEAD}if x:\n\tif x:\n        \tz = 1\n\t{LAYER}", ["9:23"]),
}


def test_odd_layouts(bad: Folder) -> None:
    for name, (text, _) in LAYOUTS.items():
        (bad.path / f"{name}.py").write_bytes(text.encode())
    ran = check(bad)
    rows = [row.split(": ")[0] for row in ran.out.splitlines() if " LL101 " in row]
    assert rows == sorted(["bad.py:5:22", *(f"{n}.py:{at}" for n, (_, ats) in LAYOUTS.items() for at in ats)])
    assert (ran.code, ran.err) == (1, "")


def test_what_is_no_file(bad: Folder) -> None:
    os.mkfifo(bad.path / "pipe.py")
    (bad.path / "folder.py").mkdir()
    (bad.path / "broken.py").symlink_to("gone.py")
    (bad.path / "circle.py").symlink_to("circle.py")
    (bad.path / "device.py").symlink_to("/dev/zero")
    (bad.path / "linked.py").symlink_to("bad.py")
    ran = check(bad)
    assert (ran.code, ran.err) == (1, "")
    names = ("pipe.py", "broken.py", "circle.py", "device.py", "/dev/zero")
    ran = check(bad, "bad.py", "folder.py", *names)
    assert ran.code == 2
    assert ran.err.splitlines() == [
        "error: /dev/zero: is not a regular file",
        "error: broken.py: does not exist",
        "error: circle.py: cannot be read: Too many levels of symbolic links",
        "error: device.py: is not a regular file",
        "error: pipe.py: is not a regular file",
    ]


def test_unreadable_files_and_folders(bad: Folder) -> None:
    before = unprivileged()
    for name in ("secret.py", "secret.ipynb", ".gitignore", "requirements.txt", "pyproject.toml"):
        bad.write(name, BAD).chmod(0)
    (bad.path / "closed").mkdir(mode=0)
    ran = bad.run("check", *ONLY, before=before)
    assert (ran.code, found(ran)) == (2, 1)
    assert ran.err.splitlines() == [
        "error: closed: cannot be read: Permission denied",
        "error: secret.ipynb: cannot be read: Permission denied",
        "error: secret.py: cannot be read: Permission denied",
    ]


def test_what_may_not_be_written(bad: Folder) -> None:
    """Neither report nor baseline nor suppressions where the folder is read-only; findings all the same."""
    before = unprivileged()
    bad.write("sub/bad.py", BAD)
    (bad.path / "sub").chmod(0o555)
    for more, message in (
        (("-o", "sub/report.txt"), "error: sub/report.txt: cannot be written: Permission denied"),
        (
            ("--baseline", "sub/b.json", "--write-baseline"),
            "error: sub/b.json: the baseline cannot be written: Permission denied",
        ),
        (("--add-ignore",), "error: sub/bad.py: cannot be written: Permission denied"),
    ):
        ran = bad.run("check", *ONLY, *more, before=before)
        assert (ran.code, ran.err.splitlines()[-1]) == (2, message)
    assert "sub/bad.py:5:22: LL101" in ran.out
    assert os.listdir(bad.path / "sub") == ["bad.py"]
    (bad.path / "sub").chmod(0o755)


def test_files_that_vanish_and_change(bad: Folder) -> None:
    """One thread of commands removes and replaces files while a run looks for and judges them."""
    for number in range(300):
        bad.write(f"many/m{number:03}.py", BAD)
    script = (
        "import os, sys\n"
        "while True:\n"
        "    for name in sorted(os.listdir('many')):\n"
        "        path = os.path.join('many', name)\n"
        "        if hash(name) % 3 == 0 and len(os.listdir('many')) > 150: os.unlink(path)\n"
        "        else: open(path, 'w').write('from keras.layers import Lambda\\nLambda(')\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], cwd=bad.path) as other:
        try:
            ran = check(bad)
        finally:
            other.kill()
    for line in ran.err.splitlines():
        assert "does not exist" in line or "cannot be parsed" in line


def test_imports_in_circles(bad: Folder) -> None:
    bad.write(
        "one.py",
        "import two\nfrom two import *\nfrom two import f\n"
        + BAD.replace("lambda t: ops.sum(t, axis=0)", "f"),
    )
    bad.write("two.py", "from one import *\nimport one, three\nfrom three import f\n")
    bad.write(
        "three.py",
        "from two import f as g\nfrom one import g\nfrom keras import ops\n"
        "def f(t):\n    return ops.sum(t, axis=0)\n",
    )
    bad.write("self.py", "from self import *\nfrom self import Lambda\nimport self\n" + BAD)
    ran = check(bad)
    assert (ran.code, found(ran, "self.py"), found(ran, "three.py")) == (1, 1, 1)


def test_force_exclude(bad: Folder) -> None:
    bad.write("lambdalint.toml", 'exclude = ["bad.py", "old/"]\nselect = ["LL101"]\n')
    bad.write("old/net.py", BAD)
    named = ("check", "bad.py", "old", "old/net.py")
    assert bad.run(*named).code == 1
    ran = bad.run(*named, "--force-exclude")
    assert (ran.code, ran.out) == (0, "")
    assert "no Python files" in ran.err
    assert bad.run("check", "-", "--stdin-filename", "bad.py", "--force-exclude", stdin=BAD).code == 0
    assert bad.run("check", "-", "--stdin-filename", "bad.py", stdin=BAD).code == 1
    bad.write("lambdalint.toml", 'exclude = ["bad.py", "old/"]\nselect = ["LL101"]\nforce-exclude = true\n')
    assert bad.run(*named).code == 0
    assert bad.run(*named, "--no-force-exclude").code == 1
    assert bad.run("check", str(bad.path / "bad.py")).code == 0
