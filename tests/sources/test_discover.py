"""Which files are found, in which order, and that odd ones neither hang nor crash."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from lambdalint.findings import Problem
from lambdalint.sources.discover import discover

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX files")


def make(root: Path, *names: str, **texts: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(texts.get(path.name, ""))


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def found(*paths: str, exclude: tuple[str, ...] = (), gitignore: bool = True) -> list[str]:
    items = discover(paths, exclude=exclude, respect_gitignore=gitignore, root=Path.cwd())
    return [str(item).replace(os.sep, "/") for item in items]


def test_suffixes_and_order(tree: Path) -> None:
    make(tree, "b.py", "a/z.py", "a.py", "n.ipynb", "w.pyw", "stub.pyi", "read.md", "a-b/c.py", "a/b/c.py")
    assert found(".") == ["a-b/c.py", "a.py", "a/b/c.py", "a/z.py", "b.py", "n.ipynb", "w.pyw"]
    assert found("a") == ["a/b/c.py", "a/z.py"]


def test_a_named_file_is_taken_whatever_it_is(tree: Path) -> None:
    make(tree, "script", ".hidden/x.txt", "node_modules/a.py")
    write(tree / ".gitignore", "*")
    assert found("script", ".hidden/x.txt", exclude=("script",)) == ["script", ".hidden/x.txt"]
    assert found("node_modules") == ["node_modules/a.py"]


@pytest.mark.parametrize(
    "folder", [".venv", ".git", "node_modules", "__pycache__", "dist", "venv", "deep/.x"]
)
def test_folders_that_are_skipped(tree: Path, folder: str) -> None:
    make(tree, f"{folder}/a.py", "kept.py", "build/kept.py", "site-packages/kept.py", ".hidden.py")
    assert found(".") == [".hidden.py", "build/kept.py", "kept.py", "site-packages/kept.py"]


def test_virtual_environments_are_skipped_unless_named(tree: Path) -> None:
    make(tree, "env/pyvenv.cfg", "env/lib/a.py", "conda/conda-meta/x.json", "conda/a.py", "a.py")
    assert found(".") == ["a.py"]
    assert found("env") == ["env/lib/a.py"]


def test_gitignore_at_every_level_with_negation(tree: Path) -> None:
    (tree / ".git" / "info").mkdir(parents=True)
    write(tree / ".git" / "info" / "exclude", "local.py\n")
    write(tree / ".gitignore", "# comment\n*.gen.py\n/top.py\nout/\n!keep.gen.py\n!\n")
    write(tree / "sub" / ".gitignore", "/only_here.py\n!special.gen.py\n")
    make(
        tree, "a.gen.py", "keep.gen.py", "top.py", "local.py", "out/x.py", "sub/top.py", "sub/only_here.py",
        "sub/special.gen.py", "sub/other.gen.py", "sub/deep/only_here.py", "sub/out/y.py",
    )  # fmt: skip
    kept = ["keep.gen.py", "sub/deep/only_here.py", "sub/special.gen.py", "sub/top.py"]
    assert found(".") == kept
    assert found("sub") == kept[1:]
    assert "a.gen.py" in found(".", gitignore=False)
    assert found("out") == ["out/x.py"]


def test_a_gitignore_outside_a_repository_does_not_reach_down(tree: Path) -> None:
    write(tree / ".gitignore", "*.py\n")
    make(tree, "sub/a.py")
    assert found("sub") == ["sub/a.py"]
    assert found(".") == []


def test_whitelisting_gitignore(tree: Path) -> None:
    write(tree / ".gitignore", "*\n!*/\n!*.ipynb\n!src/**/*.py\n")
    make(tree, "a.py", "n.ipynb", "lib/a.py", "src/x/a.py")
    assert found(".") == ["n.ipynb", "src/x/a.py"]


@pytest.mark.parametrize(
    ("lines", "kept"),
    [
        ("a/**\n!a/b.py", ["a/b.py", "c.py"]),
        ("a/*\n!a/d/", ["a/d/e.py", "c.py"]),
        ("/*\n!/a/\n/a/*\n!/a/d", ["a/d/e.py"]),
        ("a/\n!a/b.py", ["c.py"]),
        ("*/", ["c.py"]),
        ("**/e.py", ["a/b.py", "c.py"]),
        ("c.py/\n\\#x\n", ["a/b.py", "a/d/e.py", "c.py"]),
    ],
)
def test_gitignore_as_git_reads_it(tree: Path, lines: str, kept: list[str]) -> None:
    write(tree / ".gitignore", lines)
    make(tree, "a/b.py", "a/d/e.py", "c.py")
    assert found(".") == kept


@pytest.mark.parametrize(
    ("patterns", "kept"),
    [
        ((), ["a.py", "gen/b.py", "src/gen/c.py", "src/test_d.py"]),
        (("gen",), ["a.py", "src/test_d.py"]),
        (("/gen",), ["a.py", "src/gen/c.py", "src/test_d.py"]),
        (("src/gen/",), ["a.py", "gen/b.py", "src/test_d.py"]),
        (("test_*.py", "a.py"), ["gen/b.py", "src/gen/c.py"]),
        (("*.py", "!a.py"), ["a.py"]),
    ],
)
def test_exclude(tree: Path, patterns: tuple[str, ...], kept: list[str]) -> None:
    make(tree, "a.py", "gen/b.py", "src/gen/c.py", "src/test_d.py")
    assert found(".", exclude=patterns) == kept


@pytest.mark.parametrize(
    ("glob", "matched"),
    [
        ("models/**/*.py", ["models/a.py", "models/x/b.py", "models/x/y/c.py"]),
        ("models/*.py", ["models/a.py"]),
        ("models/x/?.py", ["models/x/b.py"]),
        ("models/[!b-z].py", ["models/a.py"]),
        ("**/n*.ipynb", ["models/n.ipynb"]),
        ("*.txt", ["note.txt"]),
        ("models/**", ["models/a.py", "models/n.ipynb", "models/x/b.py", "models/x/y/c.py"]),
    ],
)
def test_globs(tree: Path, glob: str, matched: list[str]) -> None:
    make(
        tree,
        "models/a.py",
        "models/x/b.py",
        "models/x/y/c.py",
        "models/n.ipynb",
        "models/.h/d.py",
        "note.txt",
    )
    assert found(glob) == matched


def test_a_glob_without_match_and_a_missing_path_are_problems(tree: Path) -> None:
    problems = list(discover(["no/*.py", "gone.py", "bad[z-a].py", "nul\0"], exclude=(), root=tree))
    assert [type(problem) for problem in problems] == [Problem] * 4
    assert [str(problem) for problem in problems[:2]] == [
        "no/*.py: matches no file",
        "gone.py: does not exist",
    ]


def test_a_file_whose_name_looks_like_a_glob(tree: Path) -> None:
    make(tree, "a[1].py")
    assert found("a[1].py") == ["a[1].py"]


def test_each_file_once(tree: Path) -> None:
    make(tree, "a/b.py", "a/c.py")
    assert found("a/c.py", "a", "./a/b.py", str(tree / "a")) == ["a/c.py", "a/b.py"]


@POSIX
def test_odd_files(tree: Path) -> None:
    make(tree, "ok.py", "dir.py/in.py")
    (tree / "broken.py").symlink_to("nowhere.py")
    (tree / "self.py").symlink_to("self.py")
    (tree / "loop").symlink_to(tree, target_is_directory=True)
    (tree / "again.py").symlink_to("ok.py")
    os.mkfifo(tree / "pipe.py")
    assert found(".") == ["again.py", "dir.py/in.py"]
    assert found("dir.py") == ["dir.py/in.py"]
    problems = list(discover(["broken.py", "self.py", "pipe.py", "/dev/null"], root=tree))
    assert [type(problem) for problem in problems] == [Problem] * 4
    assert found("loop") == ["loop/again.py", "loop/dir.py/in.py"]


def test_it_streams(tree: Path) -> None:
    make(tree, "a.py", "z/b.py")
    stream = discover([".", "gone"], root=tree)
    assert next(stream) == "a.py"
    make(tree, "z/late.py")
    assert [str(item) for item in stream] == [os.path.join("z", "b.py"), os.path.join("z", "late.py"),
                                              "gone: does not exist"]  # fmt: skip
