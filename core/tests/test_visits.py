"""The page of a visit: dated, corrected, missed, added; and what is refused, in words."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from accounts.actor import Actor
from accounts.testing import Cast
from core import schedule
from core.actions import crf, visit
from core.crf import read
from core.crf.rules import VISIT
from core.models import Change, Query, Subject, Visit
from core.places import visit_of
from core.testing import trial
from core.testing.forms import enter
from core.testing.trial import CALM, WHY, commit, counts, save_vs
from core.tests.scenes import client_of, statements, text_of

D1 = "/subjects/01-001/visits/D1/"
ADD = "/subjects/01-001/unscheduled/"
UNSCHEDULED = {"code": "UNS", "visit_on": "2026-03-02", "reason": "Fever", "known": "0"}


def post(cast: Cast, url: str, **data: Any) -> Any:
    return client_of(cast.coordinator).post(url, data)


def held(code: str = "D1") -> Visit:
    return Visit.objects.get(code=code)


def test_it_works(cast: Cast, subject: Subject) -> None:
    """A visit is dated, and its page shows the date and the forms to enter."""
    answer = client_of(cast.coordinator).post(f"{D1}date/", {"visit_on": "20260302", "revision": "0"}, follow=True)
    commit()
    assert answer.redirect_chain == [(D1, 302)]
    assert held().visit_on == date(2026, 3, 2)
    text = text_of(answer)
    for words in ("The date of the visit is saved", "Visit date 2026-03-02", "Took place", "Vital signs", "To enter"):
        assert words in text
    assert 'href="/changes/?subject=01-001&amp;visit=D1"' in answer.content.decode()


def test_forms_of_a_later_release_are_named(cast: Cast, subject: Subject, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(read.form_models(), "PFT")
    monkeypatch.setattr(schedule, "forms_to_come", lambda: {"PFT": "Lungs to come", "XYZ": "Not of this visit"})
    text = text_of(client_of(cast.coordinator).get(D1))
    assert "later release: Lungs to come" in text
    assert "Not of this visit" not in text


def test_a_planned_visit_shows_its_window_and_has_no_history(cast: Cast, subject: Subject, coordinator: Actor) -> None:
    visit.save_date(visit_of(subject, "LD1"), date(2026, 3, 2), by=coordinator)
    answer = client_of(cast.coordinator).get("/subjects/01-001/visits/BL/")
    assert "Target 2026-03-01 Window 2026-02-28 – 2026-03-02" in text_of(answer)
    assert "/changes/?" not in answer.content.decode()


def test_forms_show_state_gaps_and_queries(cast: Cast, subject: Subject, coordinator: Actor) -> None:
    save_vs(subject, CALM | {"pulse": None, "sysbp": 300}, by=coordinator)
    answer = client_of(cast.coordinator).get("/subjects/01-001/visits/SCR/")
    assert "Vital signs 1 gap 1 query" in text_of(answer)
    assert 'href="/subjects/01-001/visits/SCR/VS/"' in answer.content.decode()


@pytest.mark.req("AUD-02")
def test_a_corrected_date_needs_its_reason(cast: Cast, subject: Subject) -> None:
    post(cast, f"{D1}date/", visit_on="2026-03-02", revision="0")
    answer = post(cast, f"{D1}date/", visit_on="2026-03-03", revision="1", reason=" ")
    assert answer.status_code == 400
    assert "Say why you change what was saved before" in text_of(answer)
    assert list(answer.context["date_form"].errors) == ["reason"]
    assert 'value="2026-03-03"' in answer.content.decode()
    assert held().visit_on == date(2026, 3, 2)
    assert post(cast, f"{D1}date/", visit_on="2026-03-03", revision="1", reason=WHY).status_code == 302
    commit()
    assert held().visit_on == date(2026, 3, 3)
    assert Change.objects.latest("id").reason == WHY


@pytest.mark.req("ENT-05")
def test_the_second_writer_sees_the_first_date_and_overwrites_nothing(
    cast: Cast, subject: Subject, colleague: Actor
) -> None:
    visit.save_date(visit_of(subject, "D1"), date(2026, 3, 2), by=colleague)
    answer = post(cast, f"{D1}date/", visit_on="2026-03-05", revision="0")
    assert answer.status_code == 409
    text = text_of(answer)
    assert "Somebody else changed this visit" in text
    assert f"Took place 2026-03-02 ({cast.coordinator2.full_name}" in text
    assert 'value="2026-03-05"' in answer.content.decode()
    assert held().visit_on == date(2026, 3, 2)
    again = post(cast, f"{D1}date/", visit_on="2026-03-05", reason=WHY, revision=answer.context["row"].visit.revision)
    assert again.status_code == 302
    assert held().visit_on == date(2026, 3, 5)


@pytest.mark.req("ENT-05")
def test_who_marks_a_visit_missed_that_was_dated_meanwhile_sees_the_date(
    cast: Cast, subject: Subject, colleague: Actor
) -> None:
    visit.save_date(visit_of(subject, "D1"), date(2026, 3, 2), by=colleague)
    answer = post(cast, f"{D1}missed/", reason="Did not come", revision="0")
    assert answer.status_code == 409
    assert "Saved now: Took place 2026-03-02" in text_of(answer)
    assert 'value="Did not come"' in answer.content.decode()
    assert held().status == "OCCURRED"


def test_saving_the_same_date_again_writes_nothing(cast: Cast, subject: Subject) -> None:
    post(cast, f"{D1}date/", visit_on="2026-03-02", revision="0")
    client, before = client_of(cast.coordinator), counts()
    answer = client.post(f"{D1}date/", {"visit_on": "2026/3/2", "revision": "1"}, follow=True)
    assert "Nothing was changed" in text_of(answer)
    assert counts() == before


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("2026-13-01", "no such date"),
        ("2026-02-29", "no such date"),
        ("1026-03-02", "Check the year"),
        ("tomorrow", "no such date"),
        ("", "Enter the date"),
        ("2026-03-02\0", "Null characters"),
        ("9" * 300, "at most 40 characters"),
    ],
)
@pytest.mark.parametrize("url", [f"{D1}date/", ADD])
def test_what_is_no_date_is_refused_beside_it_and_stays_typed(
    url: str, typed: str, says: str, cast: Cast, subject: Subject
) -> None:
    answer = post(cast, url, **UNSCHEDULED | {"visit_on": typed, "revision": "0"})
    assert answer.status_code == 400
    assert says in text_of(answer)
    assert f'value="{typed}"' in answer.content.decode()
    assert not Visit.objects.exists()


@pytest.mark.req("ENT-02")
def test_a_visit_before_consent_is_saved_and_becomes_a_deviation(
    cast: Cast, subject: Subject, coordinator: Actor
) -> None:
    """What has happened is always recordable."""
    signed = {"icyn": "Y", "rficdtc": "2026-03-02T09:05+08:00"}
    enter(coordinator, subject, "SCR", "ICF", signed, on=date(2026, 3, 2))
    answer = client_of(cast.coordinator).post(f"{D1}date/", {"visit_on": "2026-03-01", "revision": "0"}, follow=True)
    commit()
    assert held().visit_on == date(2026, 3, 1)
    asked = Query.objects.get(visit_name="D1")
    assert (asked.form_code, asked.kind) == (VISIT, "DEVIATION")
    assert asked.text in text_of(answer)
    assert f'href="/queries/{asked.pk}/?next={D1}"' in answer.content.decode()
    assert "1 Protocol deviation" in text_of(client_of(cast.coordinator).get("/subjects/01-001/"))


@pytest.mark.req("ENT-02")
def test_a_visit_outside_its_window_is_saved_and_asked_about(cast: Cast, subject: Subject, coordinator: Actor) -> None:
    visit.save_date(visit_of(subject, "LD1"), date(2026, 3, 2), by=coordinator)
    client = client_of(cast.coordinator)
    answer = client.post("/subjects/01-001/visits/BL/date/", {"visit_on": "2026-03-03", "revision": "0"}, follow=True)
    assert "Visit date 2026-03-03 (1 day after its window)" in text_of(answer)
    assert "The visit took place outside its window" in text_of(answer)
    assert Query.objects.get(visit_name="BL").state == "OPEN"
    assert "Answer" in text_of(answer)
    assert "Thread" in text_of(client_of(cast.monitor).get("/subjects/01-001/visits/BL/"))


def test_a_visit_is_marked_missed_with_its_reason(cast: Cast, subject: Subject) -> None:
    empty = post(cast, f"{D1}missed/", reason="  ", revision="0")
    assert empty.status_code == 400
    assert "Say why the visit was missed" in text_of(empty)
    answer = client_of(cast.coordinator).post(f"{D1}missed/", {"reason": "Did not come", "revision": "0"}, follow=True)
    commit()
    assert "Missed because Did not come" in text_of(answer)
    assert (held().status, held().reason) == ("MISSED", "Did not come")


def test_the_reason_of_a_missed_visit_is_corrected_and_the_visit_may_turn_out_to_have_taken_place(
    cast: Cast, subject: Subject
) -> None:
    post(cast, f"{D1}missed/", reason="Did not come", revision="0")
    assert post(cast, f"{D1}missed/", reason="Train strike", revision="1").status_code == 302
    assert held().reason == "Train strike"
    assert post(cast, f"{D1}date/", visit_on="2026-03-02", reason=WHY, revision="2").status_code == 302
    assert (held().status, held().visit_on) == ("OCCURRED", date(2026, 3, 2))
    commit()


def test_a_visit_with_forms_is_not_offered_as_missed_and_not_marked(
    cast: Cast, subject: Subject, coordinator: Actor
) -> None:
    save_vs(subject, CALM, by=coordinator, visit="D1")
    assert "It did not take place" not in text_of(client_of(cast.coordinator).get(D1))
    answer = post(cast, f"{D1}missed/", reason="Did not come", revision="1")
    assert answer.status_code == 400
    assert "This visit has forms" in text_of(answer)
    crf.void(trial.place_at(subject, "D1", "VS"), by=coordinator, reason=WHY, revision=1)
    assert "It did not take place" in text_of(client_of(cast.coordinator).get(D1))


def test_a_long_reason_is_refused_and_kept_on_the_page(cast: Cast, subject: Subject) -> None:
    for url in (f"{D1}missed/", ADD):
        answer = post(cast, url, **UNSCHEDULED | {"reason": "x" * 501, "revision": "0"})
        assert answer.status_code == 400
        assert "at most 500 characters" in text_of(answer)
        assert "x" * 501 in answer.content.decode()
    assert not Visit.objects.exists()


def test_a_visit_that_is_not_in_the_schedule_or_was_never_added_is_not_found(cast: Cast, subject: Subject) -> None:
    client = client_of(cast.coordinator)
    for name in ("D29", "UNS", "UNS-1", "ET", "D1-1", "D1-x"):
        assert client.get(f"/subjects/01-001/visits/{name}/").status_code == 404, name
        for act in ("date", "missed"):
            said = {"visit_on": "2026-03-02", "reason": "Fever", "revision": "0"}
            assert client.post(f"/subjects/01-001/visits/{name}/{act}/", said).status_code == 404, name
    assert client.post("/subjects/01-001/visits/LOG/date/", {"visit_on": "2026-03-02"}).status_code == 404
    assert client.get("/subjects/01-001/visits/LOG/")["Location"] == "/subjects/01-001/"
    assert not Visit.objects.exists()


def test_another_site_finds_none_of_it(cast: Cast, subject: Subject, coordinator: Actor) -> None:
    visit.save_date(visit_of(subject, "D1"), date(2026, 3, 2), by=coordinator)
    stranger, before = client_of(cast.other_coordinator), counts()
    assert stranger.get(D1).status_code == 404
    assert stranger.get("/subjects/01-001/visits/LOG/").status_code == 404
    assert stranger.get(ADD).status_code == 404
    assert stranger.post(ADD, UNSCHEDULED).status_code == 404
    for act in ("date", "missed"):
        said = {"visit_on": "2026-03-03", "reason": "Fever", "revision": "1"}
        assert stranger.post(f"{D1}{act}/", said).status_code == 404
    after = counts()
    assert after.pop("accounts_event") == before.pop("accounts_event") + 3, "each try is on record"
    assert after == before


def test_readers_read_and_write_nothing(cast: Cast, subject: Subject) -> None:
    said = {"visit_on": "2026-03-02", "reason": "Fever", "revision": "0", **UNSCHEDULED}
    for reader in (cast.monitor, cast.data_manager, cast.auditor, cast.safety_reviewer):
        client = client_of(reader)
        page = client.get(D1)
        assert page.status_code == 200
        assert "data-guard" not in page.content.decode()
        for url in (f"{D1}date/", f"{D1}missed/", ADD):
            assert client.post(url, said).status_code == 403, url
        assert client.get(ADD).status_code == 403
    assert client_of(cast.administrator).get(D1).status_code == 403
    assert not Visit.objects.exists()


def test_today_and_yesterday_are_a_button_each(cast: Cast, subject: Subject) -> None:
    today = cast.site.today()
    for url in (D1, ADD):
        page = client_of(cast.coordinator).get(url).content.decode()
        for day in (today, today - timedelta(days=1)):
            assert f'data-set-date="id_visit_on:{day}"' in page


def test_an_act_is_posted(cast: Cast, subject: Subject) -> None:
    for act in ("date", "missed"):
        assert client_of(cast.coordinator).get(f"{D1}{act}/").status_code == 405


def test_a_future_date_is_kept_and_asked_about(cast: Cast, subject: Subject) -> None:
    tomorrow = cast.site.today() + timedelta(days=1)
    assert post(cast, f"{D1}date/", visit_on=f"{tomorrow}", revision="0").status_code == 302
    assert held().visit_on == tomorrow
    assert "lies in the future" in Query.objects.get(visit_name="D1").text_en


def test_the_page_costs_the_same_for_one_visit_and_for_many(cast: Cast, subject: Subject, coordinator: Actor) -> None:
    save_vs(subject, CALM, by=coordinator, visit="D1")
    client = client_of(cast.coordinator)
    client.get(D1)
    client.get(ADD)
    one = statements(lambda: client.get(D1)), statements(lambda: client.get(ADD))
    for name in ("D2", "D3", "D4", "D5"):
        save_vs(subject, CALM | {"sysbp": 300}, by=coordinator, visit=name)
    for known in range(3):
        post(cast, ADD, **UNSCHEDULED | {"known": f"{known}"})
    assert (statements(lambda: client.get(D1)), statements(lambda: client.get(ADD))) == one
    assert max(one) <= 15  # 3 of them keep the session alive
