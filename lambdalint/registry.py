"""The rules: loaded once from the entry-point group ``lambdalint.rules`` and checked on the way in.

Each entry point names a package; every module below it that has a ``RULE`` is a rule.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType

from lambdalint.findings import Problem
from lambdalint.rule import Rule
from lambdalint.selectors import NamedRule

GROUP = "lambdalint.rules"
BUILTIN = "builtin"

_CODE = re.compile(r"[A-Z]{2,6}\d{3}\Z")
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*\Z")


class RegistryError(Exception):
    """The built-in rules cannot be loaded: the installation is broken."""


@dataclass(frozen=True)
class Registry:
    """All rules by code, and what went wrong with third-party packs."""

    rules: dict[str, Rule]
    problems: tuple[Problem, ...] = ()


@cache
def _points() -> tuple[EntryPoint, ...]:
    return tuple(entry_points(group=GROUP))


def rule_packages() -> tuple[str, ...]:
    """The names of the packages that hold rules, as installed; none of them is imported."""
    return tuple(sorted(point.module for point in _points()))


def known_rules(folder: str | None) -> Mapping[str, NamedRule]:
    """The rules by code, as far as they are named: as the cache in a folder has them, else loaded.

    Raises:
        RegistryError: the built-in pack is missing or broken.
    """
    from lambdalint.cache import Cache, fingerprint

    kept = None if folder is None else Cache(folder, fingerprint(rule_packages())).rules()
    return load_rules().rules if kept is None else kept


def load_rules() -> Registry:
    """Load every rule pack that is installed, once.

    Raises:
        RegistryError: the built-in pack is missing or broken.
    """
    return _installed()


@cache
def _installed() -> Registry:
    return collect(_points())


def loaded_rules() -> Registry | None:
    """What :func:`load_rules` gave, if anything has asked for it."""
    return _installed() if _installed.cache_info().currsize else None


def collect(points: tuple[EntryPoint, ...]) -> Registry:
    """Load the packs named by ``points``; see :func:`load_rules`."""
    if not any(point.name == BUILTIN for point in points):
        raise RegistryError(
            "the built-in rules are not installed: run `pip install lambdalint`, "
            "or `pip install -e .` in a checkout"
        )
    rules: dict[str, Rule] = {}
    problems: list[Problem] = []
    for point in sorted(points, key=lambda p: (p.name != BUILTIN, p.name)):
        try:
            pack = list(_rules_of(point.load()))
            _check(pack, rules)
        except Exception as error:
            if point.name == BUILTIN:
                raise RegistryError(f"the built-in rules cannot be loaded: {error}") from error
            message = f"the rule pack {point.name!r} ({point.value}) cannot be loaded: {error}"
            problems.append(Problem("<rules>", message, detail=repr(error)))
            continue
        rules.update({rule.code: rule for rule in pack})
    return Registry(dict(sorted(rules.items())), tuple(problems))


def _rules_of(package: ModuleType) -> Iterator[Rule]:
    yield from _rule_in(package)
    for info in pkgutil.walk_packages(getattr(package, "__path__", []), package.__name__ + "."):
        yield from _rule_in(importlib.import_module(info.name))


def _rule_in(module: ModuleType) -> Iterator[Rule]:
    rule = getattr(module, "RULE", None)
    if rule is not None:
        if not isinstance(rule, Rule):
            raise TypeError(f"{module.__name__}.RULE is not a lambdalint.rule.Rule")
        yield rule


def _check(pack: list[Rule], known: dict[str, Rule]) -> None:
    codes = dict.fromkeys(known, "another pack")
    names = {rule.name for rule in known.values()}
    if not pack:
        raise ValueError("it holds no rule")
    for rule in pack:
        if not _CODE.match(rule.code):
            raise ValueError(f"{rule.code!r} is not a code such as LL101")
        if not _NAME.match(rule.name):
            raise ValueError(f"{rule.name!r} is not a name in kebab case")
        if rule.code in codes or rule.name in names:
            raise ValueError(f"{rule.code} {rule.name} is defined twice")
        if rule.check_layer is None and rule.check_file is None:
            raise ValueError(f"{rule.code} has no check")
        if not rule.doc:
            dropped = ": Python drops them with -OO and PYTHONOPTIMIZE=2" if sys.flags.optimize > 1 else ""
            raise ValueError(f"{rule.code} has no docstring{dropped}")
        codes[rule.code] = rule.code
        names.add(rule.name)
