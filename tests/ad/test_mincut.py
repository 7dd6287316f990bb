"""The choice of what to save, on graphs small enough to see the answer."""

from __future__ import annotations

from autodiff_compiler.ad.mincut import cheapest_saves


def test_one_value_with_many_uses_is_paid_for_once():
    inputs = {"s": None, "a": ["s"], "b": ["s"], "c": ["s"]}
    assert cheapest_saves(inputs, dict.fromkeys(inputs, 1), ["a", "b", "c"]) == ["s"]


def test_the_last_value_of_a_chain():
    inputs = {"s": None, "a": ["s"], "b": ["a"]}
    assert cheapest_saves(inputs, dict.fromkeys(inputs, 1), ["b"]) == ["b"]


def test_a_number_rather_than_the_array_it_is_read_from():
    inputs = {"array": None, "x": ["array"], "y": ["array"]}
    assert cheapest_saves(inputs, {"array": 1000, "x": 1, "y": 1}, ["x", "y"]) == ["x", "y"]


def test_what_is_made_of_available_values_costs_nothing():
    assert cheapest_saves({"i": [], "j": ["i"]}, {"i": 1, "j": 1}, ["j"]) == []


def test_nothing_needed():
    assert cheapest_saves({}, {}, []) == []


def test_a_price_as_large_as_it_may_be_is_still_paid():
    inputs = {"array": None, "x": ["array"]}
    huge = 1000**40
    assert cheapest_saves(inputs, {"array": huge, "x": huge + 1}, ["x"]) == ["array"]
