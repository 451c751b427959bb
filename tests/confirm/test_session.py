"""Exceptions as a user should read them."""

from __future__ import annotations

import pytest

from lambdalint.confirm.worker.session import one_line, plain

KERAS_3 = """Exception encountered when calling Lambda.call().

\x1b[1mno table\x1b[0m

Arguments received by Lambda.call():
  • inputs=tf.Tensor(shape=(2, 4), dtype=float32)"""
KERAS_2 = """Exception encountered when calling layer 'lost' (type Lambda).

no table

Call arguments received by layer 'lost' (type Lambda):
  • mask=None"""


@pytest.mark.parametrize("text", [KERAS_3, KERAS_2, "no table", "  no\n table"])
def test_only_the_message_is_left(text: str) -> None:
    assert plain(text) == "no table"
    assert one_line(OSError(text)) == "OSError: no table"


def test_a_type_before_it_stays() -> None:
    assert plain(f"OSError: {KERAS_3}") == "OSError: no table"


def test_a_long_message_is_cut() -> None:
    assert one_line(ValueError("x" * 1000)) == f"ValueError: {'x' * 300}…"
    assert one_line(ValueError()) == "ValueError"
