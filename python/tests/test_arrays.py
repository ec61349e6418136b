"""Arrays of any kind give the same elements, or an error that names them."""

import numpy as np
import pytest

import attnc

SOURCE = """circuit mixed(rows = 3, columns = 4) {
    private input x[rows, columns] : -100..=100
    public output y[rows, columns]
    y[i in rows, j in columns] = (i + 2 * j + 1) * x[i, j]
}"""
X = np.arange(12).reshape(3, 4) - 5
Y = X * (np.arange(3)[:, None] + 2 * np.arange(4)[None, :] + 1)


@pytest.fixture(scope="module")
def program():
    return attnc.compile(SOURCE)


@pytest.mark.parametrize("dtype", ["i1", "i2", "i4", "i8", ">i4", "<i2", ">i8", object])
@pytest.mark.parametrize("order", ["C", "F", "strided", "reversed", "transposed"])
def test_every_layout_in_memory_is_the_same_tensor(program, dtype, order):
    x = X.astype(dtype)
    if order == "F":
        x = np.asfortranarray(x)
    elif order == "strided":
        wide = np.zeros((6, 8), dtype)
        wide[::2, ::2] = x
        x = wide[::2, ::2]
    elif order == "reversed":
        x = np.ascontiguousarray(x[::-1, ::-1])[::-1, ::-1]
    elif order == "transposed":
        x = np.ascontiguousarray(x.T).T
    y = program.run(x=x).y
    assert y.dtype == np.int64 and y.flags.c_contiguous
    np.testing.assert_array_equal(y, Y)


def test_unsigned_bool_and_lists_are_taken(program):
    more = program.run(x=X + 5).y
    np.testing.assert_array_equal(program.run(x=(X + 5).astype("u8")).y, more)
    np.testing.assert_array_equal(program.run(x=X > 0).y, program.run(x=(X > 0).astype(int)).y)
    np.testing.assert_array_equal(program.run(x=X.tolist()).y, Y)
    np.testing.assert_array_equal(program.run({"x": X}).y, Y)


@pytest.mark.parametrize(
    ("x", "says"),
    [
        (X.astype(float), "float64"),
        (np.where(X > 3, np.nan, 1.0), "NaN"),
        (X.astype(complex), "complex128"),
        (X.astype(str), "dtype"),
        (np.full((3, 4), 2**63, dtype="u8"), "63 bits"),
        (np.full((3, 4), 2**70, dtype=object), "64 bits"),
        ([[1, 2], [3]], "x"),
    ],
)
def test_what_is_no_integer_is_refused_by_name(program, x, says):
    with pytest.raises((attnc.Error, ValueError)) as raised:
        program.run(x=x)
    assert says in str(raised.value)


@pytest.mark.parametrize(
    ("given", "code", "says"),
    [
        ({}, "E079", "`x`"),
        ({"x": X, "z": X}, "E0", "`z`"),
        ({"x": X[:2]}, "E080", "3"),
        ({"x": X * 1000}, "E081", "x"),
    ],
)
def test_a_tensor_that_does_not_fit_has_a_code_and_hints(program, given, code, says):
    with pytest.raises(attnc.Error) as raised:
        program.run(**given)
    assert raised.value.code.startswith(code) and says in str(raised.value)
    assert raised.value.errors[0]["code"] == raised.value.code


def test_a_mask_is_not_lost(program):
    masked = np.ma.masked_array(X, X == X[0, 0])
    with pytest.raises(attnc.Error, match="`x` is a masked array, whose mask would be lost"):
        program.run(x=masked)
    np.testing.assert_array_equal(program.run(x=np.ma.masked_array(X)).y, Y)


def test_a_tensor_is_given_once(program):
    with pytest.raises(attnc.Error, match="twice"):
        program.run({"x": X}, x=X)


def test_results_are_not_copied_and_belong_to_the_caller(program):
    y = program.run(x=X).y
    y[0, 0] = 7
    assert program.run(x=X).y[0, 0] == Y[0, 0]
