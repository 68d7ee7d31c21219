"""Once a subject has left, nothing more falls due; what had fallen due before stays so."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from core import schedule
from core.models import Subject, SubjectStatus, Visit
from core.records import Records
from core.testing.forms import a_subject

DAY_0 = date(2026, 3, 2)
M2 = schedule.current().visit("M2")
TARGET = DAY_0 + timedelta(days=60)

LEAVING = {
    "screen_failed_on": SubjectStatus.SCREEN_FAILURE,
    "withdrawn_on": SubjectStatus.WITHDRAWN,
    "lost_on": SubjectStatus.LOST,
    "completed_on": SubjectStatus.COMPLETED,
    "died_on": SubjectStatus.DIED,
}


def treated(**milestones: date) -> Subject:
    return a_subject(consent_on=date(2026, 1, 5), infusion_on=DAY_0, **milestones)


def test_it_works() -> None:
    assert Records(treated()).window(M2) is not None
    assert treated().status_by_milestones() == SubjectStatus.FOLLOW_UP


@pytest.mark.parametrize("column", LEAVING)
def test_what_was_to_come_no_longer_falls_due(column: str) -> None:
    before, on = TARGET - timedelta(days=1), TARGET
    assert Records(treated(**{column: before})).window(M2) is None
    assert Records(treated(**{column: on})).window(M2) is not None
    assert treated(**{column: on}).status_by_milestones() == LEAVING[column]


def test_of_several_ways_the_first_day_counts_and_the_last_word_names_it() -> None:
    left = treated(withdrawn_on=date(2026, 4, 1), died_on=date(2026, 6, 1))
    assert left.left_on == date(2026, 4, 1)
    assert left.status_by_milestones() == SubjectStatus.DIED


def test_a_visit_that_took_place_all_the_same_keeps_its_window() -> None:
    subject = treated(lost_on=date(2026, 3, 20))
    records = Records(subject, visits={"M2": Visit(subject=subject, code="M2", visit_on=TARGET)})
    assert records.window(M2) is not None


def test_enrolment_comes_before_leukapheresis() -> None:
    enrolled = a_subject(consent_on=date(2026, 1, 5), enrolled_on=date(2026, 1, 20))
    assert enrolled.status_by_milestones() == SubjectStatus.ENROLLED
    enrolled.leukapheresis_on = date(2026, 1, 25)
    assert enrolled.status_by_milestones() == SubjectStatus.LEUKAPHERESIS
