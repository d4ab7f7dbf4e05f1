"""The measures of `kg analyze`, one entry each. Nothing here is imported but text: the module named is loaded on use."""

from __future__ import annotations

from kg.analysis import Argument, Measure

MEASURES: tuple[Measure, ...] = (
    Measure(
        name="flow",
        question="Which vendors gave how many projects to which foundations, in which years?",
        definition=(
            "One row a vendor and foundation: whole projects given by the company, counted by the year of the date stated; "
            "a gift of several companies counts once for each. The row of the foundation 'all' counts each of the vendor's "
            "projects once, and so does the row of an umbrella, whichever of its parts received them; the rows of the vendor "
            "'all' count each project once, however many gave it."
        ),
        example="kg analyze flow --of google",
        module="flow",
        arguments=(
            Argument("of", "organization", "Only what this company gave."),
            Argument("to", "organization", "Only what this foundation, or a part of it, received."),
            Argument("by_year", "flag", "One row a vendor, foundation and year.", False),
        ),
    ),
)


def measure(name: str) -> Measure | None:
    """The measure of that name, if there is one."""
    return next((m for m in MEASURES if m.name == name), None)
