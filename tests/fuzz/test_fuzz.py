"""A short run of the fuzzer, what it found before, and the fuzzer itself."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.fuzz.drawn import DrawnFrom, drawn, first_inputs, words
from tests.fuzz.further import further
from tests.fuzz.inputs import KINDS, make
from tests.fuzz.oracle import Fault, Input, examine
from tests.fuzz.shrink import shrink
from tests.fuzz.sweep import inputs

REGRESSIONS = sorted((Path(__file__).parents[2] / "fixtures" / "fuzz").iterdir())
INPUTS, PARTS = 2000, 20


@pytest.mark.parametrize("path", REGRESSIONS, ids=lambda path: path.name)
def test_what_was_found_stays_mended(path: Path) -> None:
    assert examine(Input(path.name, path.read_bytes()), formats=True) is None


@pytest.mark.parametrize("part", range(PARTS))
def test_generated_inputs(part: int) -> None:
    for number in range(part, INPUTS, PARTS):
        fault = examine(make(7, number), twice=number % 4 == 0, formats=number % 11 == 0)
        assert fault is None, f"python -m tests.fuzz --seed 7 --only {number}: {fault}"


@pytest.mark.parametrize("part", range(4))
def test_what_else_is_done_with_inputs(part: int) -> None:
    for number in range(part, 400, 4):
        fault = further(make(8, number))
        assert fault is None, f"{number}: {fault}"


@pytest.mark.parametrize("path", REGRESSIONS, ids=lambda path: path.name)
def test_what_else_is_done_with_what_was_found(path: Path) -> None:
    assert further(Input(path.name, path.read_bytes())) is None


def test_an_input_follows_from_its_seed_and_number() -> None:
    first = [make(1, number) for number in range(10)]
    assert first == [make(1, number) for number in range(10)]
    assert first != [make(2, number) for number in range(10)]
    assert len({given.data for given in first}) == 10
    assert len(KINDS) == 5


def test_bytes_stand_for_the_choices_of_a_program() -> None:
    """A guided fuzzer learns nothing where a change of a byte does not change what is drawn from it."""
    data = bytes(range(1, 256)) * 3
    assert drawn(b"p" + data) == drawn(b"p" + data)
    changed = [drawn(b"p" + data[:at] + bytes([data[at] ^ 0x55]) + data[at + 1 :]) for at in range(40)]
    assert sum(given != drawn(b"p" + data) for given in changed) > 15
    assert drawn(b"sx = 1\n") == Input("drawn.py", b"x = 1\n")
    assert drawn(b"n{}") == Input("drawn.ipynb", b"{}")
    numbers = DrawnFrom(b"\x80\x00\xff")
    assert (numbers.random(), numbers.getrandbits(4)) == (0.5, 15)
    assert 0 <= numbers.random() < 1


def test_a_guided_run_begins_with_every_fixture() -> None:
    begin = first_inputs(1, programs=20)
    names = Counter(drawn(data).name for data in begin)
    assert names["program.py"] == 20
    assert min(names["drawn.py"], names["drawn.ipynb"]) > 5
    assert {b"Lambda", b"reduce_sum", b"output_shape"} <= set(words())
    assert all(examine(drawn(data), twice=False) is None for data in begin[::25])


def test_most_programs_hold_layers_that_are_judged() -> None:
    """A generator whose programs do not parse would find nothing."""
    from tests.fuzz.oracle import judged

    kinds = tuple(KINDS)
    counts = Counter(dict.fromkeys(kinds, 0))
    for number in range(100):
        if judged(make(3, number)).reach.layers:
            counts[kinds[number % len(kinds)]] += 1
    assert all(count >= 3 for count in counts.values()), counts


def test_shrinking_keeps_the_fault() -> None:
    given = Input("a.py", b"one\ntwo\nthree bad four\nfive\n" * 20)
    assert shrink(given, lambda smaller: smaller.data.count(b"bad") >= 2).data == b"badbad"


def test_faults_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rule that crashes, hangs or points past the end is noticed."""
    from lambdalint.interp.facts import LayerFacts
    from tests.fuzz import oracle

    given = Input("a.py", b"from keras.layers import Lambda, Input\nLambda(lambda x: x + 1)(Input((3,)))\n")
    assert examine(given) is None

    def crash(self: LayerFacts) -> None:
        raise ZeroDivisionError("no")

    def hang(self: LayerFacts) -> None:
        while True:
            pass

    monkeypatch.setattr(oracle, "SECONDS", 1.0)
    monkeypatch.setattr(LayerFacts, "traces", property(hang))
    assert kind_of(examine(given)).startswith("time: ")
    monkeypatch.setattr(LayerFacts, "traces", property(crash))
    assert kind_of(examine(given)).startswith("internal: ZeroDivisionError in ")


def kind_of(fault: Fault | None) -> str:
    assert fault is not None
    return fault.kind


def test_real_files_as_if_they_held_layers() -> None:
    """Modules of the standard library, each function the function of a layer."""
    import argparse
    import bisect
    import fractions
    import statistics
    import textwrap

    for module in (argparse, bisect, fractions, statistics, textwrap):
        for given in inputs(module.__file__ or ""):
            assert examine(given, twice=False) is None
