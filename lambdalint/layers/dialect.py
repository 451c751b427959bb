"""Which Keras generation a file is written for, from its code, its notebook and the project's pins."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambdalint.layers.evidence import EVERY, Vote, backend_set, paths_of, vote, votes_of
from lambdalint.layers.pins import pins_of
from lambdalint.sources.read import beginning
from lambdalint.syntax.canonical import home

if TYPE_CHECKING:
    from lambdalint.syntax.names import Names
    from lambdalint.syntax.parse import ParsedUnit
    from lambdalint.syntax.project import Project

NAMES = tuple(EVERY.values())
_BUNDLED = frozenset(("tf.keras", "tensorflow.python.keras"))
_MOST_BYTES = 20_000_000
_PYTHON2 = re.compile(rb'"(?:name|kernel_info)"\s*:\s*"python2"|"version"\s*:\s*"2\.7')
_BANNER = re.compile(rb"Using (TensorFlow|Theano|CNTK) backend")
_NEIGHBOURS: tuple[tuple[str, str, tuple[bytes, ...]], ...] = (
    ("`keras.ops`", "3", (b"keras.ops", b"from keras import ops", b"keras_core")),
    ("a Keras-1 argument", "1", (b"nb_epoch=", b"border_mode=", b"samples_per_epoch", b"Model(input=")),
    ("a Keras-2 argument", "23", (b"Model(inputs=", b"kernel_initializer=", b"kernel_size=")),
    ("Keras before 3", "12", (b".fit_generator(", b"keras.layers.core", b"tensorflow_backend")),
    ("TensorFlow 1", "12", (b"tf.Session", b"tf.placeholder", b"tf.contrib", b"tf.get_variable")),
    ("Keras 2", "2", (b"tf_keras", b"tensorflow.python.keras")),
)
_OLD_BACKEND = (b"from keras import backend as K", b"import keras.backend as K")
_MOST_NEIGHBOURS = 60
_BACKEND_NAMES = {"theano": "theano", "tensorflow": "tensorflow", "torch": "torch", "jax": "jax"}


@dataclass(frozen=True, slots=True)
class Dialect:
    """The Keras generation of a file and what speaks for it.

    ``name`` is ``keras1``, ``keras2``, ``keras3`` or ``unknown``; ``certain`` is set where code,
    pins or the target leave no other.  ``families`` are the Keras packages the file imports, as in
    :func:`lambdalint.syntax.canonical.normalise`.  ``backend`` is ``theano``, ``tensorflow``,
    ``torch`` or ``jax`` where the code shows it, else ``""``.  ``shared`` says whether the pins make
    ``keras`` and ``tf.keras`` one package.
    """

    name: str
    evidence: tuple[str, ...] = ()
    families: frozenset[str] = frozenset()
    certain: bool = False
    backend: str = ""
    shared: bool | None = None


def detect(parsed: ParsedUnit, names: Names, project: Project, target: str = "auto") -> Dialect:
    """Read the generation from the evidence in the file, then from the project's pins.

    Args:
        parsed: the file.
        names: its names.
        project: the project around it.
        target: ``keras1``, ``keras2`` or ``keras3`` decides; ``auto`` leaves it to the evidence.
    """
    unit = parsed.unit
    paths = paths_of(names)
    families = frozenset(family for path in paths if (family := home(path)[1]) is not None)
    content = beginning(unit.path, _MOST_BYTES) if unit.is_notebook else b""
    backend = backend_set(unit) or _backend(paths, content)
    if target in NAMES:
        return Dialect(target, (f"the target is {target}",), families, True, backend)
    open_to = _possible(families)
    votes = votes_of(names, unit, paths) + _notebook_votes(content)
    votes += _pinned(unit.path, project, families, open_to)
    name, certain, spoke = _decide(votes, open_to)
    if families and not certain:
        votes += _neighbours(unit.path, project)
        name, _, spoke = _decide(votes, open_to)
    return Dialect(name, tuple(spoke), families, certain, backend, _shared(unit.path, project))


def _possible(families: frozenset[str]) -> frozenset[str]:
    """The generations that the imported packages leave open: tf.keras never was Keras 1."""
    if families and not families & {"keras"}:
        return frozenset(("keras2", "keras3"))
    return frozenset(NAMES)


def _decide(votes: Iterable[Vote], open_to: frozenset[str]) -> tuple[str, bool, list[str]]:
    """The generation most votes fit, whether it is certain, and the votes for it."""
    useful = [each for each in votes if each.fits & open_to and not open_to <= each.fits]
    scores = {name: sum(each.weight for each in useful if name in each.fits) for name in open_to}
    ranked = sorted(open_to, key=lambda name: (scores[name], name != "keras3", name), reverse=True)
    best, second = ranked[0], ranked[1]
    spoke = [each.text for each in sorted(useful, key=lambda each: -each.weight) if best in each.fits]
    if not useful or scores[best] == 0:
        return "unknown", False, []
    if scores[best] == scores[second]:
        if "keras3" in (best, second):
            return "unknown", False, spoke
        # Keras 1 and Keras 2 share what was seen: Keras 2 reads it the same way and is far more common.
        return "keras2", False, spoke
    return best, scores[best] - scores[second] >= 3, spoke


def _pinned(path: str, project: Project, families: frozenset[str], open_to: frozenset[str]) -> list[Vote]:
    """The vote of the nearest telling pin; one of Keras itself goes before one of TensorFlow."""
    bundled = bool(families & _BUNDLED) and "keras" not in families
    best: Vote | None = None
    folder, root = os.path.dirname(os.path.realpath(path)), project.root_of(path)
    project.asked.note(("pins", folder, root))
    pins = list(pins_of(folder, root))
    legacy = bundled and any(pin.text.startswith("tf-keras") for pin in pins)
    for pin in pins:
        allowed = (pin.bundled if bundled else pin.standalone) & open_to
        weight = 8 if bundled or pin.direct else 2
        if allowed and allowed != open_to and (best is None or weight > best.weight):
            best = Vote(allowed, weight, f"{pin.file} pins {pin.text}")
    # With tf-keras next to it, the tf.keras of TensorFlow 2.16 and later may be Keras 2 as well.
    return [] if best is None or (legacy and best.fits == {"keras3"}) else [best]


def _shared(path: str, project: Project) -> bool | None:
    """Whether the pins of the project say that ``keras`` and ``tf.keras`` are one package."""
    pins = pins_of(os.path.dirname(os.path.realpath(path)), project.root_of(path))
    return next((pin.shared for pin in pins if pin.shared is not None), None)


def _neighbours(path: str, project: Project) -> list[Vote]:
    """What the other files of the package say: a weak vote for each telling word, more where many have it.

    A folder in which as many files are older than Keras 3 as use it is a collection that says nothing.
    """
    own = os.path.realpath(path)
    contents = {
        file: content
        for file in project.package_files(path)[:_MOST_NEIGHBOURS]
        if file != own and b"keras" in (content := project.content(file))
    }
    found: list[Vote] = []
    new: set[str] = set()
    old = {file for file, content in contents.items() if any(mark in content for mark in _OLD_BACKEND)}
    for what, fits, marks in _NEIGHBOURS:
        users = [file for file, content in contents.items() if any(mark in content for mark in marks)]
        if "3" not in fits:
            old.update(users)
        elif fits == "3":
            new.update(users)
        if users:
            text = f"{what} is used in {os.path.basename(users[0])}"
            # No older Keras has keras.ops, while old names linger in code that moved on.
            weight = 3 if fits == "3" else min(len(users), 3)
            found.append(vote(fits, weight, text))
    return [] if new and len(old - new) >= len(new) else found


def _notebook_votes(content: bytes) -> list[Vote]:
    found = []
    if _PYTHON2.search(content):
        found.append(vote("12", 4, "the notebook runs Python 2"))
    if banner := _BANNER.search(content):
        found.append(vote("12", 5, f"the notebook's output says {banner.group().decode()!r}"))
    return found


def _backend(paths: Iterable[str], content: bytes) -> str:
    """The backend the code shows: a notebook's banner, or the only one of the libraries it imports."""
    if banner := _BANNER.search(content):
        return _BACKEND_NAMES.get(banner.group(1).decode().lower(), "")
    found = {_BACKEND_NAMES[top] for path in paths if (top := path.partition(".")[0]) in _BACKEND_NAMES}
    found |= {word for path in paths for word in ("theano", "tensorflow") if f"{word}_backend" in path}
    return found.pop() if len(found) == 1 else ""
