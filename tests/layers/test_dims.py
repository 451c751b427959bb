"""Sizes of axes behave as integers do, whatever values their symbols take."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdalint.layers.dims import (
    B,
    Dim,
    Sym,
    add,
    ceildiv,
    divide,
    divide_fitting,
    equal,
    floordiv,
    fresh,
    has_batch,
    is_dynamic,
    maximum,
    minimum,
    mod,
    mul,
    neg,
    product,
    show,
    show_shape,
    sub,
    substitute,
)

N = fresh("n", dynamic=True)
M = fresh("m")
SMALL = st.integers(-4, 4)
POLYNOMIALS = st.recursive(
    SMALL | st.sampled_from([B, N, M]),
    lambda inner: st.builds(add, inner, inner) | st.builds(mul, inner, inner) | st.builds(sub, inner, inner),
    max_leaves=6,
)


def at(dim: Dim, b: int, n: int, m: int) -> int:
    for symbol, value in ((B, b), (N, n), (M, m)):
        (atom,) = symbol.atoms
        dim = substitute(dim, atom, value)
    assert isinstance(dim, int)
    return dim


@given(POLYNOMIALS, POLYNOMIALS, SMALL, SMALL, SMALL)
def test_arithmetic_agrees_with_integers(a: Dim, b: Dim, x: int, y: int, z: int) -> None:
    left, right = at(a, x, y, z), at(b, x, y, z)
    assert at(add(a, b), x, y, z) == left + right
    assert at(sub(a, b), x, y, z) == left - right
    assert at(mul(a, b), x, y, z) == left * right
    assert at(neg(a), x, y, z) == -left
    if equal(a, b) is not None:
        assert equal(a, b) == (left == right)


@given(POLYNOMIALS, POLYNOMIALS)
def test_polynomials_have_one_form(a: Dim, b: Dim) -> None:
    assert add(a, b) == add(b, a)
    assert mul(a, b) == mul(b, a)
    assert sub(add(a, b), b) == a


@given(POLYNOMIALS, POLYNOMIALS, SMALL, SMALL, SMALL)
def test_exact_division_undoes_multiplication(a: Dim, b: Dim, x: int, y: int, z: int) -> None:
    quotient = divide(a, b)
    if quotient is not None:
        assert mul(quotient, b) == a
        if at(b, x, y, z):
            assert at(floordiv(a, b), x, y, z) == at(a, x, y, z) // at(b, x, y, z)
            assert at(ceildiv(a, b), x, y, z) * at(b, x, y, z) == at(a, x, y, z)
            assert mod(a, b) == 0


@given(st.integers(-20, 20), st.integers(1, 7))
def test_integers_divide_as_python_does(a: int, b: int) -> None:
    assert floordiv(a, b) == a // b
    assert mod(a, b) == a % b
    assert ceildiv(a, b) == -((-a) // b)
    assert maximum(a, b) == max(a, b)
    assert minimum(a, b) == min(a, b)


def test_division_that_is_not_exact_has_a_symbol_per_operands() -> None:
    half = floordiv(N, 2)
    assert isinstance(half, Sym)
    assert half == floordiv(N, 2)
    assert half != ceildiv(N, 2)
    assert equal(half, floordiv(M, 2)) is None
    assert is_dynamic(half)
    assert not is_dynamic(floordiv(M, 2))
    assert floordiv(mul(N, 6), 3) == mul(N, 2)
    assert divide(N, 0) is None


def test_sums_divide_their_multiples() -> None:
    shorter = sub(N, 1)
    assert divide(mul(mul(B, 8), shorter), shorter) == mul(B, 8)
    assert divide(mul(-3, add(N, M)), add(N, M)) == -3
    assert divide(mul(N, M), shorter) is None
    assert divide(add(mul(N, N), 1), shorter) is None


def test_quotients_that_must_fit_leave_no_remainder() -> None:
    half, groups = floordiv(M, 2), floordiv(M, N)
    assert divide(M, mul(half, 2)) is None
    assert divide_fitting(mul(B, M), mul(half, 2)) == B
    assert divide_fitting(mul(B, mul(N, groups)), M) == B
    assert divide_fitting(mul(B, groups), groups) == B
    assert divide_fitting(mul(groups, groups), mul(M, 3)) is None
    assert divide_fitting(M, mul(half, 3)) is None


def test_division_by_nothing_is_unknown() -> None:
    for operation in (floordiv, mod, ceildiv):
        assert isinstance(operation(3, 0), Sym)


def test_equality_is_claimed_only_where_it_always_holds() -> None:
    assert equal(B, B) is True
    assert equal(add(N, 1), N) is False
    assert equal(N, M) is None
    assert equal(N, 3) is None
    assert equal(mul(N, 2), add(N, N)) is True
    assert fresh("n") != fresh("n")


def test_the_batch_is_recognised_inside_a_size() -> None:
    assert has_batch(mul(B, 3))
    assert has_batch(product((2, N, B)))
    assert not has_batch(N)
    assert not has_batch(7)


@pytest.mark.parametrize(
    ("dim", "text"),
    [
        (B, "B"),
        (0, "0"),
        (mul(N, 2), "2*n"),
        (add(N, 3), "3 + n"),
        (sub(N, 3), "-3 + n"),
        (neg(N), "-n"),
        (floordiv(sub(M, 3), 2), "((-3 + m)//2)"),
    ],
)
def test_sizes_are_printed_as_python_would(dim: Dim, text: str) -> None:
    assert show(dim) == text
    assert str(dim) == text


def test_shapes_are_printed_as_tuples() -> None:
    assert show_shape(None) == "(?)"
    assert show_shape(()) == "()"
    assert show_shape((B,)) == "(B,)"
    assert show_shape((B, 2, N)) == "(B, 2, n)"
