"""The history of a form and of one item: every value, by whom, when and why, in words."""

from __future__ import annotations

import re
from functools import partial
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation

from accounts.testing import Cast, make_cast
from core.actions import crf, draft, query
from core.actions import file as files
from core.actions.entry import Entry, RowEntry
from core.models import ChangeItem, Query, StoredFile
from core.places import NEW, Place, place_of, visit_of
from core.tests.scenes import (
    STAMP,
    WITH_OFFSET,
    change,
    chemistry,
    client_of,
    corrected,
    screened,
    statements,
    text_of,
    vitals,
)

READERS = ("coordinator", "investigator", "monitor", "auditor", "data_manager", "safety_reviewer")


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def committed_cast(committed_db: str) -> Cast:
    """Acts that commit, so that each has a time of its own."""
    return make_cast()


def history(place: Place) -> str:
    return place.url_of("crf-history")


def field_history(place: Place, name: str, row: str = "") -> str:
    return f"{history(place)}{name}/{'?row=' + row if row else ''}"


@pytest.mark.req("AUD-01", "AUD-05")
def test_it_works(cast: Cast) -> None:
    _, place = corrected(cast)
    page = text_of(client_of(cast.monitor).get(history(place)))
    assert "changed by Lin Yue 林悦 (Study coordinator)" in page
    assert "Reason: transcription error" in page
    assert "Systolic blood pressure 250 mmHg 120 mmHg Lin Yue" in page
    assert "Respiratory rate: missing reason Not done none Lin Yue" in page
    assert "Were vital signs taken? none Yes" in page
    assert "form_version" not in page


@pytest.mark.req("AUD-01")
def test_old_and_new_equal_the_database_before_and_after(cast: Cast) -> None:
    subject, place = screened(cast)
    before = place.record
    change(place, cast, {"sysbp": 120, "temp": "36.8"}, "transcription error")
    after = vitals(subject).record
    changed = ChangeItem.objects.filter(change__reason__gt="", table_name=place.form.model._meta.db_table)
    items = {item.field: (item.old, item.new) for item in changed}
    assert before is not None
    assert after is not None
    assert items == {name: (getattr(before, name), getattr(after, name)) for name in ("sysbp", "temp")}
    page = text_of(client_of(cast.auditor).get(history(place)))
    assert "Temperature 36.5 °C 36.8 °C" in page


@pytest.mark.req("AUD-05")
@pytest.mark.parametrize("role", READERS)
def test_every_reader_is_one_click_from_an_items_history(cast: Cast, role: str) -> None:
    _, place = corrected(cast)
    client = client_of(getattr(cast, role))
    page = client.get(history(place)).content.decode()
    links = set(re.findall(rf'href="({re.escape(history(place))}\w+/)"', page))
    assert field_history(place, "sysbp") in links
    answer = client.get(field_history(place, "sysbp"))
    assert answer.status_code == 200
    assert (
        "Lin Yue 林悦 (Hangzhou, study coordinator) changed Vital signs, Systolic blood pressure at Screening of 01-001"
        " from 250 to 120 mmHg ; reason: transcription error."
    ) in text_of(answer)


@pytest.mark.req("AUD-05")
def test_it_reads_in_chinese(cast: Cast) -> None:
    _, place = corrected(cast)
    cast.monitor.language = "zh-hans"
    cast.monitor.save()
    page = text_of(client_of(cast.monitor).get(history(place)))
    with translation.override("zh-hans"):
        assert str(place.form.item("sysbp").label) in page
    assert cast.site.name_zh in page


def test_an_items_history_has_its_missing_reasons_and_nothing_of_other_items(cast: Cast) -> None:
    _, place = corrected(cast)
    page = text_of(client_of(cast.monitor).get(field_history(place, "resp")))
    assert "Respiratory rate: missing reason at Screening of 01-001 from Not done to no value" in page
    assert "changed Vital signs, Respiratory rate at Screening of 01-001 from no value to 16 /min" in page
    assert "Systolic" not in page


def test_an_items_history_has_its_queries(cast: Cast) -> None:
    _, place = corrected(cast)
    page = text_of(client_of(cast.monitor).get(field_history(place, "sysbp")))
    assert "System raised a query. Systolic blood pressure: 250 is outside" in page
    assert "System closed the query. The check no longer fires." in page
    assert "raised a query" not in text_of(client_of(cast.monitor).get(field_history(place, "temp")))


def test_beside_the_form_only_the_history_itself_is_sent(cast: Cast) -> None:
    _, place = corrected(cast)
    answer = client_of(cast.monitor).get(field_history(place, "sysbp"), headers={"hx-request": "true"})
    page = answer.content.decode()
    assert "<html" not in page
    assert "250 mmHg" in page
    assert "HX-Request" in answer["Vary"]
    assert "<html" not in client_of(cast.monitor).get(history(place), headers={"hx-request": "true"}).content.decode()


@pytest.mark.req("AUD-03")
def test_what_was_typed_and_not_saved_is_shown_in_its_order(committed_cast: Cast) -> None:
    subject, place = screened(committed_cast)
    by, page_token = committed_cast.actor(committed_cast.coordinator), uuid4()
    for text in ("120", "140"):
        draft.journal(place, {"sysbp": text, "pulse": "78"}, by=by, token=page_token)
    saved = Entry({"sysbp": 141})
    crf.save(place, saved, by=by, reason="second reading", revision=1, token=page_token)
    draft.journal(vitals(subject), {"sysbp__missing": "NA", "vspos": "SITTING"}, by=by, token=uuid4())
    page = text_of(client_of(committed_cast.monitor).get(field_history(place, "sysbp")))
    assert page.count("Lin Yue 林悦 typed, not saved") == 2
    said = [page.index(words) for words in ("Not applicable", "from 250 to 141 mmHg", "Systolic blood pressure: 120")]
    assert said == sorted(said), "newest first"
    assert page.index("Systolic blood pressure: 120") < page.index("Systolic blood pressure: 140"), "as it was typed"
    assert "Pulse rate" not in page
    whole = text_of(client_of(committed_cast.monitor).get(history(place)))
    assert "Pulse rate: 78" in whole
    assert "Position: Sitting" in whole


@pytest.mark.req("AUD-03")
def test_what_was_discarded_stays_in_the_history(committed_cast: Cast) -> None:
    _, place = screened(committed_cast)
    by = committed_cast.actor(committed_cast.coordinator)
    draft.journal(place, {"sysbp": "99"}, by=by, token=(token := uuid4()))
    draft.discard(place, by=by, token=token)
    page = text_of(client_of(committed_cast.monitor).get(field_history(place, "sysbp")))
    assert "Systolic blood pressure: 99" in page
    assert "Discarded what was typed" in page
    assert "Discarded" not in text_of(client_of(committed_cast.monitor).get(field_history(place, "temp")))


@pytest.mark.req("AUD-03")
def test_a_line_of_a_log_keeps_what_was_typed_before_it_had_a_number(cast: Cast) -> None:
    subject, _ = screened(cast)
    by, token = cast.actor(cast.coordinator), uuid4()
    new = place_of(visit_of(subject, "LOG"), "AE", NEW)
    draft.journal(new, {"aeterm": "Headach"}, by=by, token=token)
    draft.journal(new, {"aeterm": "Another page"}, by=by, token=uuid4())
    crf.save(new, Entry({"aeterm": "Headache"}), by=by, token=token)
    line = place_of(visit_of(subject, "LOG"), "AE", 1)
    page = text_of(client_of(cast.monitor).get(history(line)))
    assert "Headach " in page
    assert "none Headache" in page
    assert "Another page" not in page
    assert "Headach " in text_of(client_of(cast.monitor).get(field_history(line, "aeterm")))


@pytest.mark.req("AUD-09")
def test_a_derived_value_is_the_systems(cast: Cast) -> None:
    subject, _ = screened(cast)
    place = place_of(visit_of(subject, "SCR"), "MGADL")
    typed = {item.name: "1" for item in place.form.typed if item.score}
    crf.save(place, Entry({"qsperf": "Y"} | typed), by=cast.actor(cast.coordinator))
    derived = place.form.item("mgadltot")
    author = next(rule.author for rule in place.form.derivations if rule.target == derived.name)
    place = place_of(visit_of(subject, "SCR"), "MGADL")
    page = text_of(client_of(cast.monitor).get(field_history(place, derived.name)))
    assert f"System (rule {author}) computed MG-ADL, {derived.label} at Screening of 01-001: 8" in page
    assert f"System (rule {author})" in text_of(client_of(cast.monitor).get(history(place)))


@pytest.mark.req("AUD-01")
def test_a_repeating_row_is_named_by_its_test_and_key(cast: Cast) -> None:
    subject, _ = screened(cast)
    alt = {"lbtestcd": "ALT", "lborres": "<5", "lborresu": "U/L"}
    place = chemistry(cast, subject, RowEntry(alt), RowEntry({"lbtestcd": "K", "lborres": "4.1"}))
    place = chemistry(cast, subject, RowEntry({"lborres": "55"}, key=1), reason="report misread")
    page = text_of(client_of(cast.monitor).get(history(place)))
    assert "Alanine aminotransferase (ALT) (row 1): Result <5 55" in page
    assert "Potassium (row 2): Result none 4.1" in page
    own = text_of(client_of(cast.monitor).get(field_history(place, "lborres", "results-1")))
    assert "History of Result, Alanine aminotransferase (ALT) (row 1)" in own
    assert "Serum chemistry, Alanine aminotransferase (ALT) (row 1): Result at Screening of 01-001 from <5 to 55" in own
    assert "4.1" not in own


def test_a_row_keeps_the_name_it_had_at_the_time(cast: Cast) -> None:
    subject, _ = screened(cast)
    chemistry(cast, subject, RowEntry({"lbtestcd": "ALT", "lborres": "30"}))
    place = chemistry(cast, subject, RowEntry({"lbtestcd": "AST", "lborres": "31"}, key=1), reason="wrong test")
    page = text_of(client_of(cast.monitor).get(history(place)))
    assert "Alanine aminotransferase (ALT) (row 1): Result none 30" in page
    assert "Aspartate aminotransferase (AST) (row 1): Result 30 31" in page


@pytest.mark.req("AUD-04")
def test_a_void_record_and_a_void_row_keep_every_value(cast: Cast) -> None:
    subject, place = corrected(cast)
    crf.void(place, by=cast.actor(cast.coordinator), reason="wrong subject", revision=2)
    page = text_of(client_of(cast.auditor).get(history(place)))
    assert "voided by Lin Yue" in page
    assert "Reason: wrong subject" in page
    assert "State in use void" in page
    assert "250 mmHg" in page
    chemistry(cast, subject, RowEntry({"lbtestcd": "ALT", "lborres": "30"}))
    rows = chemistry(cast, subject, RowEntry({}, key=1, voided=True), reason="entered twice")
    own = text_of(client_of(cast.auditor).get(field_history(rows, "lborres", "results-1")))
    assert "voided Serum chemistry, Alanine aminotransferase (ALT) (row 1) at Screening of 01-001; reason: ent" in own
    assert "for the first time: 30" in own


@pytest.mark.req("AUD-01")
def test_a_file_is_shown_by_name_and_hash(cast: Cast) -> None:
    subject, _ = screened(cast)
    upload = SimpleUploadedFile("report 01.pdf", b"%PDF-1.7 one")
    stored: StoredFile = files.keep(subject, upload, by=cast.actor(cast.coordinator))
    place = chemistry(cast, subject, values={"lbreport": stored})
    answer = client_of(cast.monitor).get(history(place))
    assert f"Laboratory report none report 01.pdf SHA-256 {stored.sha256}" in text_of(answer)
    assert reverse("file-detail", args=[stored.pk]) in answer.content.decode()


@pytest.mark.parametrize("name", ["nothing", "revision", "missing", "vsperf__missing", "id"])
def test_an_item_the_form_does_not_ask_has_no_history(cast: Cast, name: str) -> None:
    _, place = screened(cast)
    assert client_of(cast.monitor).get(field_history(place, name)).status_code == 404


@pytest.mark.parametrize("row", ["results-x", "results", "nothing-1", "-1", "results-99999999999"])
def test_a_row_the_form_does_not_have_has_no_history(cast: Cast, row: str) -> None:
    subject, _ = screened(cast)
    place = chemistry(cast, subject, RowEntry({"lbtestcd": "ALT"}))
    assert client_of(cast.monitor).get(field_history(place, "lborres", row)).status_code == 404


def test_a_form_never_saved_shows_what_was_typed(cast: Cast) -> None:
    subject, _ = screened(cast)
    place = place_of(visit_of(subject, "SCR"), "DM")
    client = client_of(cast.monitor)
    assert "Nothing was entered here yet." in text_of(client.get(history(place)))
    draft.journal(place, {"sex": "F"}, by=cast.actor(cast.coordinator), token=uuid4())
    assert "typed, not saved" in text_of(client.get(history(place)))


@pytest.mark.parametrize("name", ["", "sysbp/"])
def test_another_sites_record_is_not_there(cast: Cast, name: str) -> None:
    _, place = screened(cast)
    assert client_of(cast.other_coordinator).get(history(place) + name).status_code == 404
    assert client_of(cast.coordinator).get(history(place) + name).status_code == 200


@pytest.mark.parametrize("name", ["", "sysbp/"])
def test_an_administrator_reads_no_clinical_data(cast: Cast, name: str) -> None:
    _, place = screened(cast)
    assert client_of(cast.administrator).get(history(place) + name).status_code == 403


@pytest.mark.req("TIM-01")
@pytest.mark.parametrize("name", ["", "sysbp/"])
def test_every_stamp_shows_its_offset(cast: Cast, name: str) -> None:
    _, place = corrected(cast)
    draft.journal(place, {"sysbp": "99"}, by=cast.actor(cast.coordinator), token=uuid4())
    stamps = STAMP.findall(client_of(cast.monitor).get(history(place) + name).content.decode())
    assert len(stamps) >= 4
    assert [stamp for stamp in stamps if not WITH_OFFSET.fullmatch(stamp)] == []
    assert all(stamp.endswith("+08:00") for stamp in stamps)


def test_the_cost_does_not_grow_with_the_history(cast: Cast) -> None:
    subject, _ = screened(cast)
    client, by = client_of(cast.monitor), cast.actor(cast.coordinator)

    def more(times: int) -> None:
        for number in range(times):
            now = vitals(subject)
            assert now.record is not None
            change(now, cast, {"sysbp": 100 + number * 7 % 90, "pulse": 60 + number % 5}, f"reading {number}")
            draft.journal(now, {"sysbp": str(number)}, by=by, token=uuid4())

    def cost() -> list[int]:
        place = vitals(subject)
        return [statements(partial(client.get, url)) for url in (history(place), field_history(place, "sysbp"))]

    more(3)
    cost()
    few = cost()
    more(27)
    assert cost() == few


def test_the_query_and_its_answer_stand_in_the_forms_history(cast: Cast) -> None:
    _, place = screened(cast)
    asked = Query.objects.get(field="sysbp")
    query.answer(asked, "Measured twice.", by=cast.actor(cast.coordinator), confirmed=True)
    page = text_of(client_of(cast.monitor).get(history(place)))
    assert "Lin Yue 林悦 (Study coordinator) answered the query. Measured twice." in page
