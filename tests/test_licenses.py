"""What is approved by the Open Source Initiative, by the list of SPDX."""

from collections import Counter
from pathlib import Path

import pytest

from kg.errors import FeedError
from kg.licenses import TABLE, is_deprecated, is_osi_approved, table_from

RAW = Path(__file__).resolve().parents[2] / "shared" / "data" / "spdx-licenses" / "licenses-2026-DERIVED.csv"


@pytest.mark.parametrize("expression", ["MIT", "mit", "AGPL-3.0-only", "MIT-CMU OR MIT", "(MIT AND Apache-2.0)", "GPL-2.0+"])
def test_an_approved_licence_is_approved(expression):
    assert is_osi_approved(expression) is True


@pytest.mark.parametrize("expression", ["BUSL-1.1", "SSPL-1.0", "Elastic-2.0 OR SSPL-1.0", "Apache-2.0 AND SSPL-1.0"])
def test_a_licence_that_is_not_approved_is_not(expression):
    assert is_osi_approved(expression) is False


@pytest.mark.parametrize(
    "expression",
    [
        "NOASSERTION",
        "NONE",
        "Apache-2.0 WITH LLVM-exception",
        "SSPL-1.0+",
        "AGPL",
    ],
)
def test_what_the_list_does_not_say_is_unknown(expression):
    assert is_osi_approved(expression) is None


@pytest.mark.parametrize(
    "expression",
    ["LicenseRef-RSALv2", "LicenseRef-RSALv2 OR SSPL-1.0", "Apache-2.0 AND LicenseRef-Timescale-License"],
)
def test_a_licence_of_ones_own_is_not_approved(expression):
    assert is_osi_approved(expression) is False


def test_an_empty_flag_is_no_no():
    """Licences and exceptions of the list that have no flag."""
    rows = [line.split("\t") for line in TABLE.read_text("utf-8").splitlines() if not line.startswith("#")][1:]
    unsaid = [id_ for id_, osi, _ in rows if not osi]
    assert len(unsaid) == 15 + 86
    assert {is_osi_approved(id_) for id_ in unsaid} == {None}


def test_one_approved_licence_is_enough_for_a_choice_and_every_one_for_a_bundle():
    assert is_osi_approved("AGPL-3.0-only OR Elastic-2.0 OR SSPL-1.0") is True
    assert is_osi_approved("LicenseRef-Own OR MIT") is True
    assert is_osi_approved("LicenseRef-Own AND SSPL-1.0") is False
    assert is_osi_approved("MIT AND (SSPL-1.0 OR Apache-2.0)") is True
    assert is_osi_approved("MIT OR SSPL-1.0 AND SSPL-1.0") is True


@pytest.mark.parametrize("text", ["", " ", "MIT AND", "OR MIT", "(MIT", "MIT)", "MIT MIT", "MIT/Apache-2.0", "()", "WITH"])
def test_a_text_that_is_no_expression_is_unknown(text):
    assert is_osi_approved(text) is None


def test_identifiers_that_were_replaced_are_known_as_such():
    assert [is_deprecated(i) for i in ("GPL-2.0", "GPL-2.0-only", "Own-1.0")] == [True, False, None]
    assert is_osi_approved("GPL-2.0") is is_osi_approved("GPL-2.0-only") is True


def test_the_table_counts_what_the_list_counts():
    lines = TABLE.read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    assert rows[0] == ["id", "osi", "deprecated"]
    assert Counter(osi for _, osi, _ in rows[1:]) == {"yes": 150, "no": 568, "": 101}
    assert Counter(deprecated for _, _, deprecated in rows[1:]) == {"no": 786, "yes": 33}
    assert [line for line in lines if line.startswith("#") and "licence: CC0-1.0" in line]


@pytest.mark.skipif(not RAW.exists(), reason="the raw files are not beside this checkout")
def test_the_table_is_what_the_raw_list_gives():
    assert table_from(RAW) == TABLE.read_text("utf-8")


@pytest.mark.parametrize(
    "text",
    ["", "a,b\n1,2\n", "<html></html>\n", "license_id,is_osi_approved,is_deprecated\nMIT,perhaps,false\n"],
    ids=["empty", "other table", "html", "other flag"],
)
def test_a_file_that_is_no_such_list_is_refused(tmp_path, text):
    path = tmp_path / "list.csv"
    path.write_text(text)
    with pytest.raises(FeedError):
        table_from(path)
