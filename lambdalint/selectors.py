"""Which rules a word means: a code (``LL101``), a prefix (``LL1``), a name (``batch-mixed``) or ``ALL``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

ALL = "ALL"
_EXACT = 100


class NamedRule(Protocol):
    """What there is to know of a rule to tell whether it is on."""

    @property
    def code(self) -> str:
        """Its code."""

    @property
    def name(self) -> str:
        """Its name in kebab case."""

    @property
    def default(self) -> bool:
        """Whether it is on unless it is turned off."""


@dataclass(frozen=True, slots=True)
class RuleEntry:
    """A rule as the cache names it; see :class:`NamedRule`."""

    code: str
    name: str
    default: bool


@dataclass(frozen=True, slots=True)
class Selector:
    """The rules one word stands for, and how specific the word is: of two, the more specific wins."""

    codes: frozenset[str]
    specificity: int


@dataclass(frozen=True, slots=True)
class Choice:
    """One source of selectors, the configuration file or the command line; ``None`` means not given."""

    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()


class UnknownRule(ValueError):
    """A word that stands for no rule; the message proposes the nearest ones."""


def resolve(word: str, rules: Mapping[str, NamedRule]) -> Selector:
    """The selector that ``word`` is.  A prefix leaves out the opt-in rules, which want their own name.

    Raises:
        UnknownRule: no rule has this code, prefix or name.
    """
    if word == ALL:
        return Selector(frozenset(rules), 0)
    if word in rules:
        return Selector(frozenset({word}), _EXACT)
    named = next((rule for rule in rules.values() if rule.name == word), None)
    if named is not None:
        return Selector(frozenset({named.code}), _EXACT)
    matching = [rule for rule in rules.values() if word and rule.code.startswith(word)]
    if not matching:
        raise UnknownRule(f"unknown rule {word!r}{did_you_mean(word, _vocabulary(rules))}")
    return Selector(frozenset(rule.code for rule in matching if rule.default), len(word))


def enabled(choices: Iterable[Choice], rules: Mapping[str, NamedRule]) -> frozenset[str]:
    """The codes that are on after each choice in turn, as ruff combines configuration and command line.

    A choice with ``select`` starts anew, but still respects the ``ignore`` of an earlier choice
    that selected nothing itself; within a choice the more specific selector wins.

    Raises:
        UnknownRule: a word stands for no rule.
    """
    chosen = {code for code, rule in rules.items() if rule.default}
    carried: tuple[str, ...] = ()
    for choice in choices:
        switches = _switches(choice, carried, rules)
        if choice.select is not None:
            chosen = set()
        chosen -= {code for code, on in switches.items() if not on}
        chosen |= {code for code, on in switches.items() if on}
        carried = choice.ignore if choice.select is None and not choice.extend_select else ()
    return frozenset(chosen)


def _switches(choice: Choice, carried: tuple[str, ...], rules: Mapping[str, NamedRule]) -> dict[str, bool]:
    words = [(word, True) for word in (*(choice.select or ()), *choice.extend_select)]
    words += [(word, False) for word in (*carried, *choice.ignore)]
    selectors = [(resolve(word, rules), on) for word, on in words]
    switches: dict[str, bool] = {}
    for selector, on in sorted(selectors, key=lambda pair: (pair[0].specificity, not pair[1])):
        switches.update(dict.fromkeys(selector.codes, on))
    return switches


def _vocabulary(rules: Mapping[str, NamedRule]) -> list[str]:
    words = {rule.name for rule in rules.values()} | set(rules) | {ALL}
    return sorted(words | {code[:-2] for code in rules})


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """``" (did you mean 'x'?)"`` for the nearest known word, or nothing."""
    by_lower = {candidate.lower(): candidate for candidate in known}
    import difflib

    near = difflib.get_close_matches(word.lower(), by_lower, n=5, cutoff=0.6)
    if not near:
        return ""
    # Of codes that are equally near, the one with the same characters in the same places.
    best = max(near, key=lambda other: sum(a == b for a, b in zip(word.lower(), other)))
    return f" (did you mean {by_lower[best]!r}?)"
