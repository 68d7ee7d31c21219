"""Enrolment: refused without signed eligibility or where the level is closed; dose, place and dates."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from accounts.testing import Cast, make_cast
from core import protocol
from core.actions import milestones, subject
from core.crf import read
from core.models import Query, Subject
from core.testing.forms import enter, filled, firings, stand_in

ELIGIBLE = stand_in("IE1", ied="ELIGIBLE", ieddat=date(2025, 1, 20), signature_id=7)
SIGNED = filled("ICF", icyn="Y", rficdtc="2025-01-05T09:00+08:00")
ENROLLED: dict[str, Any] = {
    "enrdec": "ENROLLED", "enrby": "PI01", "enrdat": "2025-01-20",
    "doselvl": "DL1", "cohort": "1", "enrslot": "1", "enrconf": "Y",
}  # fmt: skip


def enrolled(*others: Any, **answers: Any) -> Any:
    return filled("ENR", others=others or (ELIGIBLE, SIGNED), **ENROLLED | answers)


def refused(*others: Any, **answers: Any) -> list[str]:
    """The words with which it is refused."""
    with pytest.raises(ValidationError) as caught:
        filled("ENR", others=others, **ENROLLED | answers)
    return caught.value.messages


def asks(*others: Any, **answers: Any) -> set[str]:
    """Without the look at other subjects' places, which needs a database."""
    known = others or (ELIGIBLE, SIGNED)
    record = filled("ENR", others=known, **ENROLLED | {"enrslot": None} | answers)
    return {firing.check_id for firing in firings(record, others=known)}


def test_it_works() -> None:
    record = enrolled()
    assert record.enrdose == Decimal("1.000")
    assert list(milestones.of_form(read.form("ENR"), record)) == [("ENROLMENT", date(2025, 1, 20))]
    assert asks() == set()


@pytest.mark.req("ENT-04")
@pytest.mark.parametrize(
    "decided",
    [
        [],
        [stand_in("IE1", ied="ELIGIBLE")],  # not signed
        [stand_in("IE1", ied="NOT_ELIGIBLE", signature_id=7)],
        [stand_in("IE1", signature_id=7)],  # signed, not decided
        [ELIGIBLE, stand_in("IE1", ied="NOT_ELIGIBLE", signature_id=8)],  # the newest counts
    ],
)
def test_enrolment_without_signed_eligibility_is_refused(decided: list[Any]) -> None:
    (words,) = refused(*decided)
    assert "signed" in words


@pytest.mark.req("ENT-04")
def test_a_newer_signed_decision_allows_it() -> None:
    assert enrolled(stand_in("IE1", ied="NOT_ELIGIBLE", signature_id=6), ELIGIBLE).enrdec == "ENROLLED"


def test_not_enrolling_needs_nothing_and_fixes_no_milestone() -> None:
    record = filled("ENR", enrdec="NOT_ENROLLED", enrreasnd="No place free", enrby="PI01")
    assert list(milestones.of_form(read.form("ENR"), record)) == [("ENROLMENT", None)]
    assert record.enrdose is None


@pytest.mark.parametrize(("decided", "asked"), [(None, True), ("ELIGIBLE", True), ("NOT_ELIGIBLE", False)])
def test_who_is_not_eligible_is_not_asked_for_enrolment(decided: str | None, asked: bool) -> None:
    assert read.form("ENR").is_asked_of(decided) is asked


@pytest.mark.parametrize("level", ["DL2", "DL3"])
def test_a_level_that_is_not_open_is_refused(level: str) -> None:
    (words,) = refused(ELIGIBLE, doselvl=level)
    assert "not open" in words


@pytest.mark.parametrize("state", ["WAITING", "CLOSED", "MTD", "EXCEEDED"])
def test_only_an_open_level_takes_subjects(state: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "text", lambda name: {"dose_level_1_state": state}[name])
    assert refused(ELIGIBLE)
    monkeypatch.setattr(protocol, "text", lambda name: {"dose_level_2_state": "OPEN"}[name])
    assert enrolled(doselvl="DL2").enrdose == Decimal("2.000")


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(("level", "dose"), [("DL1", "1"), ("DL2", "2"), ("DL3", "4")])
def test_each_level_has_its_dose(level: str, dose: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "text", lambda name: "OPEN")
    assert enrolled(doselvl=level).enrdose == Decimal(dose)


@pytest.mark.parametrize(("place", "said"), [("3", False), ("4", True)])
def test_a_place_beyond_the_cohort_is_asked_about(place: str, said: bool) -> None:
    assert ("ENR-03" in asks(cohort=None, enrslot=place)) is said


@pytest.mark.parametrize(("on", "said"), [("2025-01-20", False), ("2025-01-19", True)])
def test_enrolment_before_the_decision_on_eligibility_is_asked_about(on: str, said: bool) -> None:
    assert ("ENR-04" in asks(enrdat=on)) is said


@pytest.mark.parametrize(("on", "said"), [("2025-01-05", False), ("2025-01-04", True)])
def test_enrolment_before_consent_is_asked_about(on: str, said: bool) -> None:
    assert ("ENR-05" in asks(enrdat=on)) is said


def test_a_place_that_the_sponsor_did_not_confirm_is_asked_about() -> None:
    assert asks(enrconf="N") == {"ENR-06"}


@pytest.mark.parametrize("name", ["cohort", "enrslot"])
def test_places_are_numbered_from_1(name: str) -> None:
    with pytest.raises(ValidationError):
        enrolled(**{name: "0"})


# With a database: other subjects


@pytest.fixture
def cast(db: None, monkeypatch: pytest.MonkeyPatch) -> Cast:
    monkeypatch.setattr("enrollment.models.enrolment._is_signed", lambda decided: True)
    return make_cast()


def enrol(cast: Cast, **answers: str) -> Subject:
    by = cast.actor(cast.coordinator)
    someone = subject.add(cast.site, by=by)
    enter(by, someone, "SCR", "ENR", ENROLLED | answers, on=date(2025, 1, 20))
    someone.refresh_from_db()
    return someone


def test_a_place_is_taken_once_and_whose_it_is_is_not_said(cast: Cast) -> None:
    first, second, third = enrol(cast), enrol(cast), enrol(cast, cohort="2")
    asked = Query.objects.filter(check_id="ENR-10")
    assert [query.subject_id for query in asked] == [second.pk]
    assert first.number not in asked[0].text_en
    assert first.enrolled_on == third.enrolled_on == date(2025, 1, 20)
    assert first.status == "ENROLLED"
