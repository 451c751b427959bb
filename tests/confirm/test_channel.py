"""Messages come through whatever else is written to the channel; nothing else is a message."""

from __future__ import annotations

import pytest

from lambdalint.confirm.worker import channel
from lambdalint.confirm.worker.channel import Parser, TooLarge, frame

NONCE = b"0123456789abcdef"


@pytest.mark.parametrize("size", [1, 3, 7, 64])
def test_messages_come_in_pieces(size: int) -> None:
    parser = Parser(NONCE)
    stream = frame(NONCE, {"answer": 1}) + frame(NONCE, {"answer": "ß" * 50})
    found = [m for start in range(0, len(stream), size) for m in parser.feed(stream[start : start + size])]
    assert found == [{"answer": 1}, {"answer": "ß" * 50}]
    assert not parser.garbage


def test_what_others_write_is_skipped() -> None:
    parser = Parser(NONCE)
    forged = frame(b"fedcba9876543210", {"answer": "forged"})
    found = parser.feed(b"noise" + forged + frame(NONCE, {"answer": 1}) + b"more noise" * 10)
    assert found == [{"answer": 1}]
    assert parser.garbage


@pytest.mark.parametrize(
    "stream",
    [NONCE + b"zzzzzzzz{}", NONCE + b"ffffffff{}", NONCE + b"00000002[]", NONCE + b"00000003{]}"],
    ids=["no length", "too long", "no object", "no JSON"],
)
def test_a_broken_message_costs_itself_alone(stream: bytes) -> None:
    parser = Parser(NONCE)
    assert parser.feed(stream + frame(NONCE, {"answer": 1})) == [{"answer": 1}]
    assert parser.garbage


def test_an_answer_may_not_be_endless() -> None:
    with pytest.raises(TooLarge, match="bytes"):
        frame(NONCE, {"answer": "x" * channel.LARGEST})
