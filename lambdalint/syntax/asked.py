"""What judging a file asks about the folders around it: kept, so that a changed answer can be noticed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

Query = tuple[str, ...]
"""A kind of question to a :class:`~lambdalint.syntax.project.Project`, and its arguments."""


class Asked:
    """The questions of files that are being judged, and of the modules that they look into.

    What a module asks is remembered with the module: its names are worked out once, and a later
    file that uses them relies on the same answers.
    """

    def __init__(self) -> None:
        self._open: list[dict[Query, None]] = []
        self._by_module: dict[str, dict[Query, None]] = {}

    def note(self, query: Query, module: str = "") -> None:
        """Take down a question, asked for the sake of a module."""
        if self._open:
            self._open[-1][query] = None
            if module:
                self._by_module.setdefault(module, {})[query] = None

    def note_all(self, queries: Iterable[Query]) -> None:
        """Take down questions whose answers are relied on without asking again."""
        if self._open:
            self._open[-1].update(dict.fromkeys(queries))

    @contextmanager
    def recording(self) -> Iterator[dict[Query, None]]:
        """Collect the questions asked inside; those around it learn of them too."""
        queries: dict[Query, None] = {}
        self._open.append(queries)
        try:
            yield queries
        finally:
            self._open.pop()
            self.note_all(queries)

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Ask without taking down: what is asked inside belongs to the answer of one larger question."""
        held, self._open = self._open, []
        try:
            yield
        finally:
            self._open = held

    def with_modules(self, queries: Iterable[Query], modules: Iterable[str]) -> list[Query]:
        """The questions, and those that the given modules and, in turn, the modules they load have asked."""
        found = dict.fromkeys(queries)
        todo = [*modules, *(query[1] for query in found if query[0] == "module")]
        seen: set[str] = set()
        while todo:
            module = todo.pop()
            if module not in seen:
                seen.add(module)
                asked = self._by_module.get(module, {})
                found.update(asked)
                todo += [query[1] for query in asked if query[0] == "module"]
        return sorted(found)
