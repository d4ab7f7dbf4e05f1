"""Measures: pure functions from counts and networks to numbers and rows; one module a question."""
