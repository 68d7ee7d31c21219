"""The form page: enter, correct, refuse, keep what was typed, show both versions, void."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.testing import Cast
from core import protocol, schedule
from core.actions import draft, visit
from core.crf import read
from core.models import Change, DraftEntry, Query, StoredFile, Subject
from core.places import visit_of
from core.testing.trial import CALM, commit, counts, home_of, place_at, save_vs
from core.tests.scenes import client_of, statements, text_of

VitalSigns: Any = read.form_models()["VS"]
VS = "/subjects/01-001/visits/SCR/VS/"
AE = "/subjects/01-001/visits/LOG/AE/0/"
NAMES_OF_ROWS = ("lbtestcd", "lborresu", "egnum", "pesys", "nesys", "nmnerve", "mgabtest", "coipoint", "vstpt")
CALM_POST = {**CALM, "visit_on": "2026-03-02", "revision": "0"}


def post(cast: Cast, url: str = VS, **data: Any) -> Any:
    return client_of(cast.coordinator).post(url, data)


def test_it_works(cast: Cast, subject: Subject) -> None:
    answer = post(cast, **CALM_POST, next="1")

    assert answer.status_code == 302
    record = VitalSigns.objects.get()
    assert (str(record.visit and record.visit.visit_on), record.sysbp, str(record.temp)) == ("2026-03-02", 120, "36.6")
    assert answer["Location"] != VS  # on to the visit's next form
    commit()


@pytest.mark.req("ENT-01")
def test_a_new_form_has_no_clinical_value_in_it(cast: Cast, subject: Subject) -> None:
    for form in read.forms():
        key = "0/" if form.log else ""
        home = home_of(form.code, subject, cast.actor(cast.coordinator))
        page = client_of(cast.coordinator).get(f"/subjects/01-001/visits/{home}/{form.code}/{key}")

        started = {name: value for name, value in page.context["form"].initial.items() if value}
        assert page.status_code == 200, form.code
        assert all(name.split("-")[-1] in NAMES_OF_ROWS for name in started), form.code


@pytest.mark.parametrize("code", sorted(form.code for form in read.forms()))
def test_every_form_opens_for_every_reader_and_only_site_staff_may_write(
    code: str, cast: Cast, subject: Subject
) -> None:
    home = home_of(code, subject, cast.actor(cast.coordinator))
    url = f"/subjects/01-001/visits/{home}/{code}/" + ("0/" if read.form(code).log else "")

    for reader in (cast.monitor, cast.auditor, cast.data_manager, cast.safety_reviewer):
        assert client_of(reader).get(url).status_code == (403 if read.form(code).log else 200)  # a new line is empty
    assert client_of(cast.investigator).get(url).status_code == 200
    for reader in (cast.monitor, cast.auditor, cast.data_manager, cast.safety_reviewer):
        assert client_of(reader).post(url, {"visit_on": "2026-03-02"}).status_code == 403
    assert client_of(cast.other_coordinator).get(url).status_code == 404
    assert client_of(cast.administrator).get(url).status_code == 403


@pytest.mark.parametrize(
    ("name", "typed", "says"),
    [
        ("temp", "36,5", "with a point"),
        ("sysbp", "abc", "whole number"),
        ("sysbp", "12.5", "whole number"),
        ("sysbp", "351", "cannot be more than 350"),
        ("temp", "36.66", "decimal place"),
        ("temp", "3_6.5", "with a point"),
        ("temp", "3.65e1", "with a point"),
        ("sysbp", "1_20", "whole number"),
        ("vstim", "25:00", "no such time"),
        ("vspos", "LYING", "not one of the available choices"),
        ("visit_on", "2026-13-01", "no such date"),
        ("visit_on", "2026-02-29", "no such date"),
        ("visit_on", "", "date of the visit"),
    ],
)
def test_bad_input_is_refused_beside_its_field_and_stays_typed(
    name: str, typed: str, says: str, cast: Cast, subject: Subject
) -> None:
    answer = post(cast, **CALM_POST | {name: typed})

    assert answer.status_code == 400
    assert says in text_of(answer)
    assert "Nothing you typed is lost" in text_of(answer)
    assert typed in answer.content.decode()
    assert not VitalSigns.objects.exists()


def test_a_300_character_paste_is_refused_and_kept_on_the_page(cast: Cast, subject: Subject) -> None:
    paste = "x" * 300
    answer = post(cast, vsperf="N", vsreasnd=paste, visit_on="2026-03-02")

    assert answer.status_code == 400
    assert paste in answer.content.decode()
    assert "at most 200 characters" in text_of(answer)


@pytest.mark.parametrize(
    "typed", ["2026-03-05 14:30 +99:00", "2026-03-05 14:30 +10:99", "2026-03-05 14:30 +15:00", "1890-03-05 14:30"]
)
def test_a_moment_no_clock_showed_is_refused(typed: str, cast: Cast, subject: Subject) -> None:
    answer = post(cast, "/subjects/01-001/visits/SCR/ICF/", icyn="Y", rficdtc=typed, visit_on="2026-03-05")

    assert answer.status_code == 400
    assert typed in answer.content.decode()


def test_a_form_of_a_missed_visit_is_refused_with_what_to_do(cast: Cast, subject: Subject, coordinator: Any) -> None:
    visit.mark_missed(visit_of(subject, "SCR"), by=coordinator, reason="ill")

    answer = post(cast, **CALM)

    assert answer.status_code == 400
    assert "marked as missed" in text_of(answer)


def test_a_second_date_of_a_visit_is_neither_dropped_nor_written(cast: Cast, subject: Subject, colleague: Any) -> None:
    save_vs(subject, CALM, by=colleague)

    answer = post(cast, "/subjects/01-001/visits/SCR/MGADL/", qsperf="Y", visit_on="2026-03-09")

    assert answer.status_code == 400
    assert "2026-03-02" in text_of(answer)
    assert 'value="2026-03-09"' in answer.content.decode()


@pytest.mark.parametrize("typed", ['["', '["unterminated', '["a"]', "[]"])
def test_a_draft_of_any_text_comes_back_as_typed(typed: str, cast: Cast, subject: Subject, coordinator: Any) -> None:
    draft.journal(place_at(subject, "SCR", "VS"), {"vsreasnd": typed, "vsperf": "N"}, by=coordinator, token=uuid4())

    page = client_of(cast.coordinator).get(VS)

    assert page.status_code == 200
    assert page.context["form"]["vsreasnd"].value() == typed


@pytest.mark.parametrize("reason", ["\u200b", "\u2060 \ufeff", "...", "\0"])
def test_a_reason_that_says_nothing_is_none(reason: str, cast: Cast, subject: Subject, coordinator: Any) -> None:
    save_vs(subject, CALM, by=coordinator)

    assert post(cast, **CALM | {"pulse": "80", "revision": "1", "reason": reason}).status_code == 400
    assert VitalSigns.objects.get().pulse == 72


def test_a_save_says_what_is_still_missing(cast: Cast, subject: Subject) -> None:
    answer = client_of(cast.coordinator).post(VS, CALM_POST | {"pulse": "", "revision": "0"}, follow=True)

    assert "1 answer is still missing" in text_of(answer)
    assert "Not answered yet" in text_of(answer)


def test_a_nul_byte_is_refused(cast: Cast, subject: Subject) -> None:
    answer = post(cast, vsperf="N", vsreasnd="a\0b", visit_on="2026-03-02")

    assert answer.status_code == 400
    assert "Null characters are not allowed" in text_of(answer)


def test_an_answer_that_is_not_asked_is_refused(cast: Cast, subject: Subject) -> None:
    answer = post(cast, vsperf="N", temp="36.6", visit_on="2026-03-02")

    assert answer.status_code == 400
    assert "Clear one of the two" in text_of(answer)


@pytest.mark.req("AUD-02")
def test_a_change_needs_its_reason(cast: Cast, subject: Subject, coordinator: Any) -> None:
    save_vs(subject, CALM, by=coordinator)
    client = client_of(cast.coordinator)
    before = counts()

    answer = client.post(VS, CALM | {"pulse": "80", "revision": "1", "reason": "  "})

    assert answer.status_code == 400
    assert "Say why you change" in text_of(answer)
    assert counts() == before
    page = client_of(cast.coordinator).get(VS).content.decode()
    assert 'name="reason" maxlength="1000" list="reasons" autocomplete="off" value=""' in page


def test_saving_without_a_change_writes_nothing(cast: Cast, subject: Subject, coordinator: Any) -> None:
    save_vs(subject, CALM, by=coordinator)
    client = client_of(cast.coordinator)
    before = counts()

    assert client.post(VS, CALM | {"revision": "1"}).status_code == 302
    assert counts() == before


@pytest.mark.req("ENT-05")
def test_the_second_writer_sees_both_versions_and_overwrites_nothing(
    cast: Cast, subject: Subject, coordinator: Any, colleague: Any
) -> None:
    save_vs(subject, CALM, by=coordinator)
    save_vs(subject, {"pulse": "75"}, by=colleague, reason="read again")

    answer = post(cast, **CALM | {"pulse": "99", "revision": "1", "reason": "mistyped"})

    assert answer.status_code == 409
    differing = answer.context["differing"]
    assert [(each.mine, each.theirs) for each in differing] == [("99", "75")]
    assert cast.coordinator2.full_name in text_of(answer)
    assert VitalSigns.objects.get().pulse == 75
    again = post(cast, **CALM | {"pulse": "99", "revision": "2", "reason": "mistyped"})
    assert again.status_code == 302
    assert VitalSigns.objects.get().pulse == 99


def test_two_who_begin_the_same_form_do_not_overwrite_each_other(cast: Cast, subject: Subject, colleague: Any) -> None:
    save_vs(subject, CALM, by=colleague)

    answer = post(cast, **CALM_POST | {"pulse": "99"})

    assert answer.status_code == 409
    assert VitalSigns.objects.get().pulse == 72


def test_a_line_posted_twice_is_one_line(cast: Cast, subject: Subject) -> None:
    data = {"aeterm": "Fever", "aestdat": "2026-03", "token": str(uuid4())}

    first, second = post(cast, AE, **data), post(cast, AE, **data)

    assert (first.status_code, second.status_code) == (302, 302)
    assert Change.objects.filter(form_code="AE").count() == 1
    assert post(cast, AE, **data | {"token": str(uuid4())}).status_code == 302
    assert Change.objects.filter(form_code="AE").count() == 2


def test_a_line_posted_again_with_other_answers_shows_both(cast: Cast, subject: Subject) -> None:
    token = str(uuid4())
    post(cast, AE, aeterm="Fever", aestdat="2026-03", token=token)

    answer = post(cast, AE, aeterm="Fever and chills", aestdat="2026-03", token=token)

    assert answer.status_code == 409
    assert [(each.mine, each.theirs) for each in answer.context["differing"]] == [("Fever and chills", "Fever")]
    page = answer.content.decode()
    assert 'action="/subjects/01-001/visits/LOG/AE/1/"' in page
    assert 'name="revision" value="1"' in page


@pytest.mark.req("ENT-01")
def test_an_implausible_value_is_kept_and_asked_about(cast: Cast, subject: Subject) -> None:
    answer = client_of(cast.coordinator).post(VS, CALM_POST | {"sysbp": "250", "next": "1"}, follow=True)

    assert VitalSigns.objects.get().sysbp == 250
    assert Query.objects.get().value == 250
    assert answer.request["PATH_INFO"] == VS  # not on to the next form: look first
    assert "outside the expected range" in text_of(answer)


@pytest.mark.req("AUD-03")
def test_what_is_typed_is_kept_within_the_request_and_restored_for_that_person(
    cast: Cast, subject: Subject, coordinator: Any
) -> None:
    client = client_of(cast.coordinator)
    said = {"token": str(uuid4()), "values": {"sysbp": "140", "vsperf": "Y", "temp": "36,"}}

    answer = client.post(VS + "draft/", json.dumps(said), content_type="application/json")

    assert answer.status_code == 200
    assert answer.json()["at"].endswith("+08:00")
    page = client_of(cast.coordinator).get(VS)
    assert "did not save yet" in text_of(page)
    assert 'value="140"' in page.content.decode()
    assert 'value="36,"' in page.content.decode()
    assert "did not save yet" not in text_of(client_of(cast.coordinator2).get(VS))
    assert not VitalSigns.objects.exists()


@pytest.mark.req("ENT-05")
def test_what_was_typed_before_a_colleague_saved_is_shown_beside_it(
    cast: Cast, subject: Subject, coordinator: Any, colleague: Any
) -> None:
    save_vs(subject, CALM, by=colleague)
    record = VitalSigns.objects.get()
    line = DraftEntry(subject=subject, visit_name="SCR", form_code="VS", record_key=1, user=cast.coordinator)
    line.name, line.value, line.page_token = "pulse", "60", uuid4()
    line.save()
    line.refresh_from_db()
    place = place_at(subject, "SCR", "VS")
    record.changed_at = line.at
    assert not draft.is_older(replace(place, record=record), by=coordinator)
    record.changed_at += timedelta(seconds=1)

    assert draft.is_older(replace(place, record=record), by=coordinator)


def test_two_new_lines_typed_in_two_tabs_do_not_mix(cast: Cast, subject: Subject, coordinator: Any) -> None:
    place, first, second = place_at(subject, "LOG", "AE", 0), uuid4(), uuid4()
    draft.journal(place, {"aeterm": "Headache", "aestdat": "2026-11-01"}, by=coordinator, token=first)
    draft.journal(place, {"aeterm": "Sepsis"}, by=coordinator, token=second)

    page = client_of(cast.coordinator).get(AE)

    form = page.context["form"]
    assert (form["aeterm"].value(), form["aestdat"].value() or "") == ("Sepsis", "")
    assert str(page.context["token"]) == str(second)
    post(cast, AE, aeterm="Sepsis", aestdat="2026-11", token=str(second))
    assert client_of(cast.coordinator).get(AE).context["form"]["aeterm"].value() == "Headache"


def test_discarding_lets_go_but_the_journal_keeps_it(cast: Cast, subject: Subject, coordinator: Any) -> None:
    client = client_of(cast.coordinator)
    draft.journal(place_at(subject, "SCR", "VS"), {"sysbp": "140"}, by=coordinator, token=uuid4())

    assert client.post(VS + "draft/discard/", {"token": str(uuid4())}).status_code == 302
    assert "did not save yet" not in text_of(client.get(VS))
    assert DraftEntry.objects.filter(name="sysbp").exists()


def test_saving_ends_the_draft(cast: Cast, subject: Subject, coordinator: Any) -> None:
    draft.journal(place_at(subject, "SCR", "VS"), {"sysbp": "140"}, by=coordinator, token=uuid4())

    assert post(cast, **CALM_POST).status_code == 302
    assert draft.pending(place_at(subject, "SCR", "VS"), by=coordinator) == {}


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"token": "x", "values": {}}', '{"token": "x", "values": 3}'])
def test_a_broken_journal_entry_is_refused(body: str, cast: Cast, subject: Subject) -> None:
    answer = client_of(cast.coordinator).post(VS + "draft/", body, content_type="application/json")

    assert answer.status_code == 400
    assert not DraftEntry.objects.exists()


def test_the_journal_is_for_site_staff_alone(cast: Cast, subject: Subject) -> None:
    said = json.dumps({"token": str(uuid4()), "values": {"sysbp": "140"}})

    for person, status in ((cast.monitor, 403), (cast.other_coordinator, 404)):
        answer = client_of(person).post(VS + "draft/", said, content_type="application/json")
        assert answer.status_code == status


def test_a_file_is_kept_though_another_value_is_refused(cast: Cast, subject: Subject) -> None:
    url = "/subjects/01-001/visits/SCR/UPT/"
    photo = SimpleUploadedFile("strip.png", b"\x89PNG\r\n\x1a\n" + b"0" * 20)

    answer = post(cast, url, lbperf="Y", lbllod="abc", lbphoto=photo, visit_on="2026-03-02")

    kept = StoredFile.objects.get()
    assert answer.status_code == 400
    assert f'name="lbphoto__file" value="{kept.pk}"' in answer.content.decode()
    again = post(cast, url, lbperf="Y", lbllod="25", lbphoto__file=str(kept.pk), visit_on="2026-03-02")
    assert again.status_code == 302
    assert read.form("UPT").model.objects.get().lbphoto_id == kept.pk  # type: ignore[attr-defined]


def test_a_file_of_another_kind_is_refused_by_its_content(cast: Cast, subject: Subject) -> None:
    url = "/subjects/01-001/visits/SCR/UPT/"
    program = SimpleUploadedFile("strip.png", b"MZ\x90\x00", content_type="image/png")

    answer = post(cast, url, lbperf="Y", lbphoto=program, visit_on="2026-03-02")

    assert answer.status_code == 400
    assert "PDF, PNG or JPEG" in text_of(answer)


@pytest.mark.req("ENT-02")
@pytest.mark.parametrize(("days", "flagged"), [(0, False), (1, True)])
def test_a_late_entry_shows_as_late(days: int, flagged: bool, cast: Cast, subject: Subject) -> None:
    visit_on = cast.site.today() - timedelta(days=protocol.days("late_entry") + days)
    post(cast, **CALM | {"visit_on": f"{visit_on}", "entered_at": "2020-01-01", "revision": "0"})

    page = text_of(client_of(cast.coordinator).get(VS))

    assert ("days after the visit" in page) is flagged
    assert VitalSigns.objects.get().entered_at.date().year != 2020  # the server's own time, whatever is posted


@pytest.mark.req("AUD-04")
def test_a_void_record_stays_to_be_read_and_is_filled_in_no_more(
    cast: Cast, subject: Subject, coordinator: Any
) -> None:
    save_vs(subject, CALM, by=coordinator)
    client = client_of(cast.coordinator)

    assert client.post(VS + "void/", {"reason": "", "revision": "1"}).status_code == 400
    assert client.post(VS + "void/", {"reason": "wrong subject", "revision": "0"}).status_code == 409
    assert client.post(VS + "void/", {"reason": "wrong subject", "revision": "1"}).status_code == 302
    page = client.get(VS)
    assert "Void" in text_of(page)
    assert "120" in text_of(page)
    assert client.post(VS, CALM | {"pulse": "90", "revision": "2", "reason": "x"}).status_code == 400
    assert client_of(cast.monitor).post(VS + "void/", {"reason": "x", "revision": "2"}).status_code == 403


def test_after_a_void_record_the_form_may_be_entered_again(cast: Cast, subject: Subject, coordinator: Any) -> None:
    save_vs(subject, CALM, by=coordinator)
    client = client_of(cast.coordinator)
    assert client.get(VS + "2/").status_code == 404
    client.post(VS + "void/", {"reason": "wrong subject", "revision": "1"})

    assert VS + "2/" in client.get(VS).content.decode()
    assert client.post(VS + "2/", CALM | {"pulse": "66", "revision": "0"}).status_code == 302

    assert [(r.key, r.voided, r.pulse) for r in VitalSigns.objects.order_by("key")] == [(1, True, 72), (2, False, 66)]
    assert client.get(VS).context["place"].key == 2
    assert client.get(VS + "1/").context["place"].record.voided
    assert client.get(VS + "3/").status_code == 404
    commit()


@pytest.mark.parametrize(
    "url", ["/subjects/01-001/visits/SCR/INF/", "/subjects/01-001/visits/XX/VS/", "/subjects/01-001/visits/LOG/AE/7/"]
)
def test_a_form_the_schedule_does_not_ask_there_is_not_found(url: str, cast: Cast, subject: Subject) -> None:
    assert client_of(cast.coordinator).get(url).status_code == 404


def test_a_log_lists_its_lines(cast: Cast, subject: Subject) -> None:
    post(cast, AE, aeterm="Fever", aestdat="2026-03")

    page = client_of(cast.monitor).get("/subjects/01-001/log/AE/")

    assert "Fever" in text_of(page)
    assert "Add a line" not in text_of(page)
    assert client_of(cast.other_coordinator).get("/subjects/01-001/log/AE/").status_code == 404


def test_a_page_costs_the_same_whatever_else_there_is(cast: Cast, subject: Subject, coordinator: Any) -> None:
    save_vs(subject, CALM, by=coordinator)
    client = client_of(cast.coordinator)
    client.get(VS)
    one = statements(lambda: client.get(VS))
    for name in ("BL", "D28", "D21", "LD1"):
        save_vs(subject, CALM, by=coordinator, visit=name)

    assert statements(lambda: client.get(VS)) == one
    assert one <= 12  # who, where, what, holds, queries, draft, and the session's renewal in three


def test_the_whole_post_stays_within_its_goal(cast: Cast, subject: Subject, coordinator: Any) -> None:
    save_vs(subject, CALM, by=coordinator)
    client = client_of(cast.coordinator)
    client.get(VS)

    cost = statements(lambda: client.post(VS, CALM | {"pulse": "80", "revision": "1", "reason": "mistyped"}))

    assert cost <= 20


@pytest.mark.parametrize(("sex", "asked"), [("M", False), ("F", True)])
def test_the_next_form_is_one_that_applies(sex: str, asked: bool, cast: Cast, subject: Subject) -> None:
    post(cast, "/subjects/01-001/visits/SCR/DM/", sex=sex, brthdat="1984", visit_on="2026-03-02")
    built = [code for code in schedule.current().visit("SCR").forms if code in read.form_models()]
    before = built[built.index("UPT") - 1]

    answer = post(cast, f"/subjects/01-001/visits/SCR/{before}/", lbperf="N", next="1")

    assert (answer["Location"] == "/subjects/01-001/visits/SCR/UPT/") is asked
