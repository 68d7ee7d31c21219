"""The page on which a visit is added that the schedule did not foresee."""

from __future__ import annotations

import threading
from typing import Any

from django.db import connection

from accounts.testing import Cast, make_cast
from core.actions import subject as subjects
from core.models import Subject, Visit
from core.testing.trial import commit
from core.tests.scenes import client_of, text_of

ADD = "/subjects/01-001/unscheduled/"
UNSCHEDULED = {"code": "UNS", "visit_on": "2026-03-02", "reason": "Fever", "known": "0"}


def post(cast: Cast, url: str = ADD, **data: Any) -> Any:
    return client_of(cast.coordinator).post(url, data)


def test_it_works(cast: Cast, subject: Subject) -> None:
    """Visits are numbered in the order they are added."""
    first = post(cast, **UNSCHEDULED)
    second = post(cast, **UNSCHEDULED | {"visit_on": "20260310", "known": "1"})
    commit()
    assert first["Location"] == "/subjects/01-001/visits/UNS-1/"
    assert second["Location"] == "/subjects/01-001/visits/UNS-2/"
    text = text_of(client_of(cast.coordinator).get(second["Location"]))
    assert "Unscheduled visit 2" in text
    assert "Visit date 2026-03-10 Reason of the visit Fever" in text
    assert "It did not take place" not in text


def test_the_same_page_sent_twice_adds_one_visit(cast: Cast, subject: Subject) -> None:
    assert post(cast, **UNSCHEDULED).status_code == 302
    answer = post(cast, **UNSCHEDULED)
    assert answer.status_code == 409
    assert "A visit was added meanwhile" in text_of(answer)
    assert "Unscheduled visit 1 2026-03-02 , Fever" in text_of(answer)
    assert 'name="known" value="1"' in answer.content.decode()
    assert Visit.objects.count() == 1


def test_the_same_page_sent_several_times_at_one_moment_adds_one_visit(committed_db: str) -> None:
    cast = make_cast()
    subject = subjects.add(cast.site, by=cast.actor(cast.coordinator))
    start = threading.Barrier(4)
    answered: list[int] = []

    def send() -> None:
        try:
            client = client_of(cast.coordinator)
            start.wait()
            answered.append(client.post(f"/subjects/{subject.number}/unscheduled/", UNSCHEDULED).status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answered) == [302, 409, 409, 409]
    assert Visit.objects.count() == 1


def test_every_kind_of_visit_outside_the_schedule_can_be_added_and_no_other(cast: Cast, subject: Subject) -> None:
    page = client_of(cast.coordinator).get(ADD)
    codes = [code for code, _label in page.context["form"].fields["code"].choices]
    assert codes == ["", "BRG", "UNS", "ET", "RSC", "LD", "INF2"]
    for code in ("D1", "LOG", "XYZ"):
        assert post(cast, **UNSCHEDULED | {"code": code}).status_code == 404
    empty = post(cast, known="0")
    assert empty.status_code == 400
    for words in ("Choose what kind of visit", "Enter the date", "Say why the visit was added"):
        assert words in text_of(empty)
    assert not Visit.objects.exists()


def test_an_added_visit_cannot_be_marked_missed(cast: Cast, subject: Subject) -> None:
    post(cast, **UNSCHEDULED)
    url = "/subjects/01-001/visits/UNS-1/missed/"
    assert post(cast, url, reason="Did not come", revision="1").status_code == 404
