"""How names and addresses are compared, and how slugs are made of them."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.names import normalise, normalise_url, slugify
from kg.terms import SLUG

law = settings(deadline=None)
TEXT = st.text(max_size=40)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Red Hat", "RedHat"),
        ("VMware", "VMWare"),
        ("Digital Ocean", "DigitalOcean"),
        ("Chainguard", "Chainguard, Inc"),
        ("Kubermatic", "Kubermatic GmbH"),
        ("The Linux Foundation", "Linux Foundation"),
        ("Université de Genève", "Universite\u0301 de Gene\u0300ve"),
        ("Straße", "STRASSE"),
        ("O'Reilly", "O\u2019Reilly"),
        ("io.js", "IO.js"),
    ],
)
def test_what_people_vary_in_writing_a_name_tells_no_two_apart(one, other):
    assert normalise(one) == normalise(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Alibaba", "Alibaba Cloud"),
        ("Grafana", "Grafana Labs"),
        ("Open 3D Foundation", "Open Foundation"),
        ("Amazon", "AWS"),
        ("Incident", "Ident"),
        ("中国移动", "中国电信"),
    ],
)
def test_another_word_is_another_name(one, other):
    assert normalise(one) != normalise(other)


@pytest.mark.parametrize("form", ["Inc.", "Ltd", "LLC", "GmbH", "Corporation", "AG", "Co., Ltd.", "Oy"])
def test_a_legal_form_is_no_part_of_a_name_unless_it_is_all_of_it(form):
    assert normalise(f"Acme {form}") == "acme"
    assert normalise(form)


@law
@given(
    st.lists(st.text("abcdefghxyz", min_size=1), min_size=1),
    st.sampled_from([" ", "-", ", ", " \u2013 ", ". ", "\u00a0", "\n"]),
)
def test_neither_case_nor_what_stands_between_the_words_matters(words, between):
    assert normalise(between.join(words).upper()) == normalise(" ".join(words))


@law
@given(TEXT)
def test_what_is_compared_is_letters_and_digits_alone(text):
    assert re.fullmatch(r"\w*", normalise(text))


@law
@given(TEXT)
def test_a_slug_is_one_the_graph_takes_or_nothing(text):
    slug = slugify(text)
    assert not slug or SLUG.match(slug)
    assert slugify(slug) == slug


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Ampère Computing", "ampere-computing"),
        ("AT&T", "at-and-t"),
        ("C#", "c-sharp"),
        ("O\u2019Reilly", "oreilly"),
        ("  .NET  ", "net"),
        ("中国移动", ""),
        ("***", ""),
    ],
)
def test_a_slug_keeps_the_words_of_a_name(text, slug):
    assert slugify(text) == slug


@pytest.mark.parametrize(
    "text",
    [
        "https://github.com/pytorch/pytorch",
        "http://github.com/PyTorch/pytorch/",
        "https://www.github.com/pytorch/pytorch.git",
        "git@github.com:pytorch/pytorch.git",
        "git+https://github.com/pytorch/pytorch.git",
        "ssh://git@github.com/pytorch/pytorch",
        "github.com/pytorch/pytorch",
        "  https://github.com/pytorch/pytorch ",
    ],
)
def test_one_repository_has_one_address_however_it_is_written(text):
    assert normalise_url(text) == "github.com/pytorch/pytorch"


@pytest.mark.parametrize("text", ["", "pytorch", "pytorch/pytorch", "two words.org", "mailto:a@b.org", "https://"])
def test_what_is_no_address_is_none(text):
    assert normalise_url(text) is None


@law
@given(
    st.from_regex(r"[a-z0-9]{2,8}\.(org|com)(/[a-z0-9]{1,8}){1,3}", fullmatch=True),
    st.sampled_from(["https://", "http://", "git+https://", "https://www.", "ssh://git@", ""]),
    st.sampled_from(["", "/", ".git"]),
)
def test_any_address_is_reduced_to_host_and_path(address, before, after):
    assert normalise_url(before + address.upper() + after) == normalise_url(address) == address
