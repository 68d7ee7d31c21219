"""The questions put to the investigator, against the parameters: none is forgotten, and none has another default."""

from __future__ import annotations

import re
from typing import Final

import pytest
from django.conf import settings

from core.protocol import Parameter, Status
from mgtrial.protocol import PARAMETERS

QUESTIONS: Final = (settings.BASE_DIR / "docs" / "protocol_questions.md").read_text(encoding="utf-8")
OPEN: Final = (Status.PROPOSAL, Status.VERIFY)
# UCUM as a reader writes it; what is not listed is written as it is.
WRITTEN: Final = {
    "1": "",
    "a": "years",
    "mo": "months",
    "mm[Hg]": "mmHg",
    "m[IU]/mL": "mIU/mL",
    "umol/L": "µmol/L",
    "ug/L": "µg/L",
    "10*6/kg": "×10⁶/kg",
    "10*6/L": "×10⁶/L",
    "10*9": "×10⁹",
    "10*9/L": "×10⁹/L",
}
STATED: Final = re.compile(r"`([a-z][a-z0-9_]*)` \(([^(),]*)[),]")


def default(parameter: Parameter) -> str:
    """The default as the document states it: `28 d`, `3`, `MGADL`."""
    return f"{parameter.default} {WRITTEN.get(parameter.unit, parameter.unit)}".strip()


def test_it_works() -> None:
    assert "`rest_hours` (48 h)" in QUESTIONS
    assert len(STATED.findall(QUESTIONS)) > 100


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize("one", [one for one in PARAMETERS if one.status in OPEN], ids=lambda one: str(one.name))
def test_every_default_that_is_not_sure_is_put_to_the_investigator(one: Parameter) -> None:
    assert f"`{one.name}`" in QUESTIONS, f"docs/protocol_questions.md does not ask about {one.name}"


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize("one", PARAMETERS, ids=lambda one: str(one.name))
def test_the_defaults_asked_about_are_those_in_force(one: Parameter) -> None:
    assert {value for name, value in STATED.findall(QUESTIONS) if name == one.name} == {default(one)}


def test_the_document_names_no_parameter_that_is_not_there() -> None:
    assert {name for name, _ in STATED.findall(QUESTIONS)} <= {one.name for one in PARAMETERS}


def test_the_questions_are_numbered_in_order() -> None:
    numbers = [int(number) for number in re.findall(r"^\| (\d+) \|", QUESTIONS, re.MULTILINE)]
    assert numbers == list(range(1, len(numbers) + 1))
