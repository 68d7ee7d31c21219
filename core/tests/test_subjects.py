"""The list of subjects, and adding one: nobody sees another site's, no number is drawn twice."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from accounts.testing import Cast, make_cast
from core.actions import subject as subjects
from core.actions import visit
from core.models import Subject
from core.places import visit_of
from core.testing.trial import CALM, save_vs
from core.tests.scenes import client_of, statements, text_of


def test_it_works(cast: Cast, subject: Subject, coordinator: Any) -> None:
    save_vs(subject, CALM | {"sysbp": "250"}, by=coordinator)

    page = client_of(cast.coordinator).get("/subjects/")

    assert page.status_code == 200
    row = page.context["rows"][0]
    assert (row["subject"].number, row["queries"]) == ("01-001", 1)
    assert "Add subject" in text_of(page)


def test_another_site_s_subjects_are_not_listed(cast: Cast, subject: Subject) -> None:
    other = subjects.add(cast.other_site, by=cast.actor(cast.other_coordinator))

    assert other.number not in text_of(client_of(cast.coordinator).get("/subjects/"))
    assert other.number in text_of(client_of(cast.monitor).get("/subjects/"))
    foreign = client_of(cast.coordinator).get(f"/subjects/?site={cast.other_site.pk}")
    assert foreign.status_code == 400
    assert other.number not in text_of(foreign)


@pytest.mark.parametrize(
    ("query", "status", "found"),
    [("?status=REGISTERED", 200, True), ("?status=FOLLOW_UP", 200, False), ("?status=XX", 400, True)]
    + [("?number=001", 200, True), ("?number=999", 200, False), ("?page=99", 200, True), ("?page=x", 200, True)],
)
def test_it_filters(query: str, status: int, found: bool, cast: Cast, subject: Subject) -> None:
    page = client_of(cast.coordinator).get(f"/subjects/{query}")

    assert page.status_code == status
    assert bool(page.context["rows"]) is found


@pytest.mark.parametrize(("days_ago", "words"), [(0, "Baseline Due"), (3, "Baseline Overdue")])
def test_the_next_visit_has_its_state_in_a_word(
    days_ago: int, words: str, cast: Cast, subject: Subject, coordinator: Any
) -> None:
    visit.save_date(visit_of(subject, "LD1"), cast.site.today() - timedelta(days=days_ago), by=coordinator)

    assert words in text_of(client_of(cast.coordinator).get("/subjects/"))


def test_the_status_asked_for_stays_chosen_also_where_nobody_has_it(cast: Cast, subject: Subject) -> None:
    page = client_of(cast.coordinator).get("/subjects/?status=FOLLOW_UP")

    assert "In follow-up 0" in text_of(page)
    assert "No subject fits these filters." in text_of(page)


def test_a_subject_is_added_with_the_next_number(cast: Cast, subject: Subject) -> None:
    client = client_of(cast.coordinator)
    assert client.get("/subjects/add/").status_code == 200

    answer = client.post("/subjects/add/", {"site": cast.site.pk}, follow=True)

    assert answer.redirect_chain[0][0] == "/subjects/01-002/"
    assert "01-002" in text_of(answer)


def test_the_same_page_sent_twice_adds_one_subject(cast: Cast) -> None:
    client = client_of(cast.coordinator)
    sent = {"site": cast.site.pk, "token": client.get("/subjects/add/").context["token"]}

    assert [client.post("/subjects/add/", sent)["Location"] for _ in range(2)] == ["/subjects/01-001/"] * 2
    again = sent | {"token": client.get("/subjects/add/").context["token"]}
    assert client.post("/subjects/add/", again)["Location"] == "/subjects/01-002/"


@pytest.mark.req("ENT-03")
def test_only_site_staff_add_and_only_at_their_site(cast: Cast) -> None:
    for person in (cast.monitor, cast.auditor, cast.data_manager, cast.safety_reviewer, cast.administrator):
        assert client_of(person).post("/subjects/add/", {"site": cast.site.pk}).status_code == 403
        assert "Add subject" not in client_of(person).get("/subjects/").content.decode()
    for site in (cast.other_site.pk, "", "x", 999):
        assert client_of(cast.coordinator).post("/subjects/add/", {"site": site}).status_code == 404
    assert not Subject.objects.exists()


def test_a_site_that_is_closed_takes_no_subject(cast: Cast) -> None:
    cast.site.is_active = False
    cast.site.save()

    client = client_of(cast.coordinator)
    assert client.post("/subjects/add/", {"site": cast.site.pk}).status_code == 404
    assert client.get("/subjects/add/").status_code == 404
    assert "Add subject" not in text_of(client.get("/subjects/"))


def test_two_who_add_at_once_draw_two_numbers(committed_db: str) -> None:
    cast = make_cast()
    start = threading.Barrier(4)
    drawn: list[str] = []

    def add() -> None:
        try:
            client = client_of(cast.coordinator)
            start.wait()
            drawn.append(client.post("/subjects/add/", {"site": cast.site.pk})["Location"])
        finally:
            connection.close()

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(drawn) == [f"/subjects/01-00{n}/" for n in range(1, 5)]


def test_it_costs_the_same_however_many_subjects(cast: Cast, subject: Subject, coordinator: Any) -> None:
    client = client_of(cast.coordinator)
    client.get("/subjects/")
    one = statements(lambda: client.get("/subjects/"))
    for _ in range(5):
        save_vs(subjects.add(cast.site, by=coordinator), CALM, by=coordinator)

    assert statements(lambda: client.get("/subjects/")) == one
    assert one <= 16
