"""One subject from consent to year 15, told by the same means as the demo."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Role, Site, User
from core import schedule
from core.actions import subject as subjects
from core.actions.verify import verify_chain
from core.models import FormStatus, Query, Visit
from core.schedule import VisitKind
from demo import cast
from demo.course import Course
from demo.desk import Desk, Staff
from demo.journey import Journey
from demo.patients import PATIENTS
from demo.tales.told import monthly

FOR_LIFE = ("Y3", "Y4", "Y5", "Y6", "Y7", "Y8", "Y9", "Y10", "Y11", "Y12", "Y13", "Y14", "Y15")
AFTER = (("D21", 21), ("D28", 28), ("M2", 60), ("M3", 90), ("M6", 180), ("M9", 270), ("M12", 365), ("M18", 545))


def journey() -> Journey:
    """A woman who was infused fifteen years and a half ago."""
    cast.make()
    staff = Staff(cast.actor(Role.COORDINATOR, "01"), cast.actor(Role.INVESTIGATOR, "01"), cast.actor(Role.MONITOR))
    someone = subjects.add(Site.objects.get(code="01"), by=staff.coordinator)
    course = Course(PATIENTS["01-001"], "whole")
    return Journey(Desk(someone, staff), course, someone.site.today() - timedelta(days=15 * 365 + 180))


@pytest.mark.drill
@pytest.mark.req("ENT-01")
def test_a_whole_subject_is_entered_from_screening_to_year_15(db: None) -> None:
    told = journey()
    told.to_leukapheresis(-40, -27)
    told.to_infusion("CD19-1001-01")
    told.ward(14)
    for name, day in AFTER:
        told.visit(name, day)
    for month in (4, 5, 7, 8, 10, 11):
        monthly(told, 30 * month)
    told.visit("M24", 730)
    for year, name in enumerate(FOR_LIFE, 3):
        told.visit(name, 365 * year)

    subject = told.desk.subject
    subject.refresh_from_db()
    planned = [visit.code for visit in schedule.current().visits if visit.kind is VisitKind.SCHEDULED]
    first = {code for code in planned if not code.startswith("P2")}
    assert set(Visit.objects.filter(subject=subject).values_list("code", flat=True)) == first
    gaps = FormStatus.objects.filter(subject=subject, state="INCOMPLETE")
    assert list(gaps.values_list("visit__code", "form_code")) == []
    assert subject.status == "COMPLETED"
    assert verify_chain(subject) == []
    print(sorted(set(Query.objects.values_list("visit_name", "form_code", "check_id", "text_en"))))

    reader = Client()
    reader.force_login(User.objects.get(username="zhao.lei"))
    page = reader.get(reverse("subject-derived", args=[subject.number]))
    assert page.status_code == 200
