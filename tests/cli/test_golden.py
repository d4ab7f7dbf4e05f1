"""The most seen answers, to the letter, as a terminal shows them without colour."""

import pytest

from kg.cli import COMMANDS

ANSWERS = {
    "show-pytorch": (("show", "pytorch", "--format", "table"), 100),
    "show-presto-foundation-markdown": (("show", "presto-foundation", "--format", "markdown"), 100),
    "moves-google-80": (("moves", "--donor", "google", "--format", "table"), 80),
    "moves-google-140": (("moves", "--donor", "google", "--format", "table"), 140),
    "why-jax": (("why", "jax", "--format", "table"), 100),
    "neutrality-pytorch-foundation": (("neutrality", "pytorch-foundation", "--format", "table"), 100),
    "neutrality-tensorflow-60": (("neutrality", "tensorflow", "--profile", "strict", "--format", "table"), 60),
    "find-pytoch": (("find", "pytoch", "--format", "table"), 100),
    "find-apache": (("find", "apache", "--limit", "5", "--format", "table"), 100),
    "coverage-google": (("coverage", "google", "--format", "table"), 100),
    "coverage-cncf-2020": (("coverage", "cncf", "--as-of", "2020-01-01", "--format", "table"), 140),
    "schema-donation": (("schema", "Donation", "--format", "table"), 100),
    "schema-role": (("schema", "osgov:role", "--format", "table"), 100),
    "schema-outcome": (("schema", "v:outcome", "--format", "table"), 100),
    "schema-refusal-query": (("schema", "Refusal", "--query"), 100),
    "queries": (("queries", "--format", "table"), 100),
    "queries-holders": (("queries", "holders"), 100),
    "syntax-error": (("query", "SELECT ?x\nWHERE { ?x a }"), 100),
    "unknown-prefix": (("query", "SELECT ?x { ?x a osgof:Project }"), 100),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_the_answer_is_as_it_was(kg, golden, name):
    args, columns = ANSWERS[name]
    answer = kg(*args, COLUMNS=str(columns))
    golden(f"cli/{name}.txt", answer.stdout + answer.stderr)


@pytest.mark.parametrize("verb", ["", *COMMANDS, "check facts"])
def test_the_help_is_as_it_was(kg, golden, verb):
    name = "-".join(["help", *verb.split()])
    golden(f"cli/{name}.txt", kg(*verb.split(), "--help", COLUMNS="100").stdout)
