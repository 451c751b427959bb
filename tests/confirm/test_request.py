"""Requests and answers survive the journey as JSON; anything else is refused."""

from __future__ import annotations

import pytest

from lambdalint.confirm.request import Answer, Inputs, Module, Program, Request, Sample

REQUEST = Request(
    code="LL101",
    contract=1,
    package="keras",
    dialect="keras3",
    program=Program(
        modules=(Module("main", "import keras\nf = abs\n", lines=(("train.py", 1), None)),),
        function="f",
        region=("train.py", 3, 4),
    ),
    candidates=(Inputs("list", (Sample((2, 3)), Sample((4,), "int32", 0, 9, "fitted"))),),
    facts={"axis": 0},
)


def test_a_request_comes_back_as_it_was() -> None:
    assert Request.from_json(REQUEST.to_json()) == REQUEST


def test_an_answer_comes_back_as_it_was() -> None:
    answer = Answer("confirmed", witness="1.000 against 0.316", details={"batch": 2}, seconds=0.25)
    assert Answer.from_json(answer.to_json()) == answer


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        '{"version": 0, "status": "confirmed"}',
        '{"version": 2, "status": "perhaps"}',
        '{"version": 2}',
        '{"version": 2, "status": "refuted", "more": 1}',
    ],
)
def test_what_is_no_answer_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not an answer"):
        Answer.from_json(text)
