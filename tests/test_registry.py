"""The registry: what a rule pack must be, and what happens when one is broken."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from lambdalint.registry import GROUP, RegistryError, collect

GOOD = '''\
"""A rule."""

from lambdalint.findings import Contract, Severity
from lambdalint.rule import Rule


def check(layer):
    yield from ()


RULE = Rule("{code}", "{name}", Contract.SAVING, Severity.ERROR, check_layer=check)
'''

MakePack = Callable[..., EntryPoint]


@pytest.fixture
def make_pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MakePack:
    """Write an importable package of rule modules; give its entry point."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def make(package: str, modules: dict[str, str], entry: str = "") -> EntryPoint:
        for path, text in {"__init__.py": "", **modules}.items():
            file = tmp_path / package / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(textwrap.dedent(text), encoding="utf-8")
        for name in [name for name in sys.modules if name.split(".")[0] == package]:
            monkeypatch.delitem(sys.modules, name)
        return EntryPoint(entry or package, package, GROUP)

    return make


def rule(code: str, name: str) -> str:
    return GOOD.format(code=code, name=name)


@pytest.fixture
def builtin(make_pack: MakePack) -> EntryPoint:
    return make_pack("pack_builtin", {"a.py": rule("LL101", "first-rule")}, entry="builtin")


def test_rules_are_found_in_every_folder_and_sorted(make_pack: MakePack) -> None:
    modules = {
        "b/__init__.py": "",
        "b/two.py": rule("LL201", "second-rule"),
        "a.py": rule("LL301", "third-rule"),
        "c.py": rule("LL101", "first-rule"),
        "helper.py": "X = 1\n",
    }
    registry = collect((make_pack("pack_all", modules, entry="builtin"),))
    assert list(registry.rules) == ["LL101", "LL201", "LL301"]
    assert registry.problems == ()
    assert registry.rules["LL101"].doc == "A rule."


def test_without_the_built_in_rules_nothing_works() -> None:
    with pytest.raises(RegistryError, match="pip install"):
        collect(())


def test_a_broken_built_in_pack_is_an_error(make_pack: MakePack) -> None:
    with pytest.raises(RegistryError, match="cannot be loaded: boom"):
        collect((make_pack("pack_broken", {"a.py": "raise ValueError('boom')"}, entry="builtin"),))


def test_another_pack_adds_its_rules(make_pack: MakePack, builtin: EntryPoint) -> None:
    other = make_pack("pack_other", {"x.py": rule("ABC100", "other-rule")})
    assert list(collect((other, builtin)).rules) == ["ABC100", "LL101"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("raise ImportError('no such thing')", "no such thing"),
        ("def broken(:\n", "invalid syntax"),
        ("RULE = 3\n", "is not a lambdalint.rule.Rule"),
        ("X = 1\n", "it holds no rule"),
        (rule("ll1", "some-rule"), "'ll1' is not a code"),
        (rule("AB100", "Some_Rule"), "'Some_Rule' is not a name in kebab case"),
        (rule("LL101", "other-name"), "LL101 other-name is defined twice"),
        (rule("AB100", "first-rule"), "AB100 first-rule is defined twice"),
        (rule("AB100", "some-rule").replace(", check_layer=check", ""), "AB100 has no check"),
        (rule("AB100", "some-rule").replace('"""A rule."""', ""), "AB100 has no docstring"),
    ],
)
def test_a_broken_pack_is_one_problem_and_hides_nothing(
    make_pack: MakePack, builtin: EntryPoint, text: str, why: str
) -> None:
    broken = make_pack("pack_third", {"x.py": text})
    healthy = make_pack("pack_zzz", {"x.py": rule("ZZ100", "healthy-rule")})
    registry = collect((broken, builtin, healthy))
    assert list(registry.rules) == ["LL101", "ZZ100"]
    (problem,) = registry.problems
    assert "the rule pack 'pack_third' (pack_third) cannot be loaded: " in problem.message
    assert why in problem.message


def test_a_pack_that_is_not_there_is_a_problem(builtin: EntryPoint) -> None:
    registry = collect((builtin, EntryPoint("gone", "no_such_package_here", GROUP)))
    assert list(registry.rules) == ["LL101"]
    assert "No module named 'no_such_package_here'" in registry.problems[0].message


def test_a_pack_with_the_same_code_twice_is_refused(make_pack: MakePack, builtin: EntryPoint) -> None:
    modules = {"x.py": rule("AB100", "some-rule"), "y.py": rule("AB100", "next-rule")}
    (problem,) = collect((builtin, make_pack("pack_twice", modules))).problems
    assert "AB100 some-rule is defined twice" in problem.message or "AB100 next-rule" in problem.message
