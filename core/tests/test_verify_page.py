"""The monitor's split screen: what it shows, what its ticks do, with and without script, and for whom."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.urls import reverse

from accounts.actor import Actor
from accounts.models import User
from accounts.testing import Cast
from core.actions import crf
from core.actions import verification as acts
from core.actions.entry import Entry, RowEntry
from core.models import Change, ChangeKind, Subject
from core.testing.trial import CALM, WHY, commit, place_at, save, save_vs
from core.tests.scenes import STAMP, WITH_OFFSET, chemistry, client_of, statements, text_of
from core.tests.verification_scenes import hold
from core.verification import Answer

VS = {"visit": "SCR", "form": "VS"}


def address(name: str = "verify", **asked: str) -> str:
    return reverse(name, args=["01-001"]) + ("?" + "&".join(f"{k}={v}" for k, v in asked.items()) if asked else "")


def page(user: User, **asked: str) -> Any:
    return client_of(user).get(address(**(asked or VS)))


def sent(answer: Any) -> dict[str, Any]:
    """What the page would send as it stands: hidden inputs, and the ticks that are set."""
    data: dict[str, Any] = {}
    html = answer.content.decode()
    for name, value in re.findall(r'<input type="hidden" name="([a-z]+(?:\.[A-Z]+\.\d+)?)" value="([^"]*)"', html):
        data[name] = value
    for tag in re.findall(r"<input type=\"checkbox\"[^>]*>", html):
        if " checked" in tag:
            name, value = re.findall(r'name="([^"]+)" value="([^"]+)"', tag)[0]
            data.setdefault(name, []).append(value)
    return data


def post(user: User, data: dict[str, Any], **asked: str) -> Any:
    answer = client_of(user).post(address("verify-save", **(asked or VS)), data)
    commit()
    return answer


def tick(user: User, *names: str, **extra: str) -> Any:
    """As one who opens the page, ticks these and saves."""
    data = sent(page(user))
    data["tick.VS.1"] = [*data.get("tick.VS.1", []), *names]
    return post(user, data | extra)


def marks(subject: Subject, code: str = "VS") -> set[str]:
    return set(place_at(subject, "SCR", code).record.verified)  # type: ignore[union-attr]


@pytest.fixture
def vitals(subject: Subject, coordinator: Actor) -> Subject:
    """01-001 with vital signs at screening, complete."""
    save_vs(subject, CALM, by=coordinator)
    return subject


@pytest.mark.req("QRY-02")
def test_it_works(cast: Cast, vitals: Subject) -> None:
    text = text_of(page(cast.monitor))
    assert "Vital signs 0 of 8 verified" in text
    assert "Nursing record of vital signs" in text, "where to look"
    assert "Temperature 36.6 °C Required, not verified yet" in text

    assert tick(cast.monitor, "temp", "pulse").status_code == 302
    assert marks(vitals) == {"temp", "pulse"}
    text = text_of(page(cast.monitor))
    assert "Vital signs 2 of 8 verified" in text
    assert "Temperature 36.6 °C Verified by Zhao Lei 赵磊 (Monitor)" in text


@pytest.mark.req("QRY-02")
def test_who_verified_which_value_stays_on_the_page_after_it_changed(
    cast: Cast, vitals: Subject, coordinator: Actor
) -> None:
    tick(cast.monitor, "temp")
    save_vs(vitals, {"temp": "37.1"}, by=coordinator, reason=WHY)
    text = text_of(page(cast.monitor))
    assert "Temperature 37.1 °C Required, not verified yet 36.6 °C was verified by Zhao Lei 赵磊 (Monitor)" in text
    assert f"changed since by {coordinator.name} (Study coordinator)" in text
    assert WHY in text
    tick(cast.monitor, "temp")
    text = text_of(page(cast.monitor))
    assert "37.1 °C Verified by Zhao Lei 赵磊 (Monitor)" in text
    assert "36.6 °C was verified by" in text


def test_a_mark_taken_back_needs_its_reason_and_what_was_done_stays(cast: Cast, vitals: Subject) -> None:
    tick(cast.monitor, "temp", "pulse")
    data = sent(page(cast.monitor))
    data["tick.VS.1"] = ["pulse", "resp"]
    answer = post(cast.monitor, data)
    assert answer.status_code == 400
    assert "Say why you take a mark back" in text_of(answer)
    assert sent(answer)["tick.VS.1"] == ["pulse", "resp"], "the ticks stay as they were set"
    assert marks(vitals) == {"temp", "pulse"}

    assert post(cast.monitor, data | {"reason": "Read from the wrong day"}).status_code == 302
    assert marks(vitals) == {"pulse", "resp"}
    text = text_of(page(cast.monitor))
    assert "36.6 °C was verified by Zhao Lei 赵磊 (Monitor)" in text
    assert "taken back by Zhao Lei 赵磊 (Monitor)" in text
    assert "Read from the wrong day" in text


def test_a_reason_is_asked_for_only_where_a_mark_can_be_taken_back(cast: Cast, vitals: Subject) -> None:
    assert "Why marks are taken back" not in text_of(page(cast.monitor))
    tick(cast.monitor, "temp")
    assert "Why marks are taken back" in text_of(page(cast.monitor))


@pytest.mark.req("QRY-02")
def test_a_stale_page_verifies_nothing_and_says_what_changed(cast: Cast, vitals: Subject, coordinator: Actor) -> None:
    data = sent(page(cast.monitor)) | {"tick.VS.1": ["temp", "pulse"]}
    save_vs(vitals, {"temp": "37.1"}, by=coordinator, reason=WHY)
    answer = post(cast.monitor, data)
    assert answer.status_code == 409
    assert marks(vitals) == set()
    assert "Nothing was verified" in text_of(answer)
    assert "37.1 °C Changed since you opened this page. Look at it again." in text_of(answer)
    assert sent(answer)["tick.VS.1"] == ["pulse"], "what did not change stays ticked"
    post(cast.monitor, sent(answer))
    assert marks(vitals) == {"pulse"}


def test_the_mark_a_colleague_set_meanwhile_is_not_taken_back_by_silence(
    cast: Cast, vitals: Subject, monitor: Actor
) -> None:
    data = sent(page(cast.monitor)) | {"tick.VS.1": ["pulse"]}
    tick(cast.monitor, "temp")
    assert post(cast.monitor, data).status_code == 302
    assert marks(vitals) == {"temp", "pulse"}


def test_nor_is_one_that_a_colleague_took_back_set_again(cast: Cast, vitals: Subject, monitor: Actor) -> None:
    tick(cast.monitor, "temp")
    data = sent(page(cast.monitor)) | {"tick.VS.1": ["temp", "pulse"]}
    acts.verify(place_at(vitals, "SCR", "VS"), (), {Answer("", None, "temp")}, by=monitor, revision=1, reason=WHY)
    assert post(cast.monitor, data).status_code == 302
    assert marks(vitals) == {"pulse"}


def test_what_was_locked_meanwhile_is_refused(cast: Cast, vitals: Subject) -> None:
    data = sent(page(cast.monitor)) | {"tick.VS.1": ["pulse"]}
    hold(cast, vitals)
    answer = post(cast.monitor, data)
    assert answer.status_code == 409
    assert "locked" in text_of(answer)
    assert marks(vitals) == set()
    text = text_of(page(cast.monitor))
    assert "Locked" in text
    assert "Save and go" not in text


@pytest.mark.req("QRY-02")
@pytest.mark.parametrize("who", ["coordinator", "investigator", "data_manager", "safety_reviewer", "auditor"])
def test_others_read_and_verify_nothing(cast: Cast, vitals: Subject, who: str) -> None:
    data = sent(page(cast.monitor)) | {"tick.VS.1": ["temp"]}
    read = page(getattr(cast, who))
    assert read.status_code == 200
    assert "Temperature 36.6 °C" in text_of(read)
    assert "checkbox" not in read.content.decode()
    assert post(getattr(cast, who), data).status_code == 403
    assert marks(vitals) == set()


def test_another_sites_subject_is_not_there(cast: Cast, vitals: Subject) -> None:
    assert page(cast.other_coordinator).status_code == 404
    assert client_of(cast.other_coordinator).get(reverse("verify-list")).content.decode().count("01-001") == 0
    assert page(cast.administrator).status_code == 403


def test_a_verification_is_posted(cast: Cast, vitals: Subject) -> None:
    assert client_of(cast.monitor).get(address("verify-save", **VS)).status_code == 405


@pytest.mark.parametrize(
    "asked", [{"visit": "SCR", "form": "DM"}, {"visit": "NOSUCH"}, {"visit": "SCR", "form": "VS", "key": "7"}]
)
def test_what_was_never_entered_is_not_there(cast: Cast, vitals: Subject, asked: dict[str, str]) -> None:
    assert page(cast.monitor, **asked).status_code == 404


def test_without_a_choice_it_opens_where_the_work_is(cast: Cast, vitals: Subject, coordinator: Actor) -> None:
    save(place_at(vitals, "SCR", "DM"), Entry({"sex": "F"}), by=coordinator)
    answer = client_of(cast.monitor).get(address())
    assert [sheet.place.form.code for sheet in answer.context["sheets"]] == ["DM"], "first in the schedule"
    dm = place_at(vitals, "SCR", "DM")
    acts.verify(dm, {Answer("", None, "sex")}, by=cast.actor(cast.monitor), revision=1)
    answer = client_of(cast.monitor).get(address())
    assert [sheet.place.form.code for sheet in answer.context["sheets"]] == ["VS"]


def test_a_subject_without_data_says_so(cast: Cast, subject: Subject) -> None:
    assert "Nothing was entered for this subject yet" in text_of(client_of(cast.monitor).get(address()))


def test_after_saving_it_goes_on_to_the_next_form_with_something_left(
    cast: Cast, vitals: Subject, coordinator: Actor
) -> None:
    save(place_at(vitals, "SCR", "DM"), Entry({"sex": "F"}), by=coordinator)
    save_vs(vitals, CALM, by=coordinator, visit="BL")
    assert tick(cast.monitor, "temp")["Location"] == address(visit="BL", form="VS", key="1")
    answer = post(cast.monitor, sent(page(cast.monitor, visit="BL", form="VS")), visit="BL", form="VS", required="1")
    assert answer["Location"] == address(visit="SCR", form="DM", key="1", required="1"), "from the top again"


def test_with_nothing_left_it_stays_and_says_so(cast: Cast, vitals: Subject) -> None:
    answer = post(cast.monitor, sent(page(cast.monitor)) | {"all": "1"})
    assert answer["Location"] == address(**VS)
    assert "All required answers of this subject are verified." in text_of(page(cast.monitor))


def test_all_shown_is_verified_with_one_button(cast: Cast, vitals: Subject) -> None:
    data = sent(page(cast.monitor, **VS, required="1")) | {"all": "1"}
    post(cast.monitor, data, **VS, required="1")
    assert marks(vitals) == {"vsperf", "temp", "pulse", "resp", "sysbp", "diabp", "oxysat", "weight"}


def test_a_section_is_verified_with_one_tick(cast: Cast, vitals: Subject) -> None:
    names = re.findall(r'name="section.VS.1" value="([^"]+)"', page(cast.monitor).content.decode())
    assert names == ["vsperf vstim vspos", "temp pulse resp sysbp diabp oxysat weight"]
    post(cast.monitor, sent(page(cast.monitor)) | {"section.VS.1": names[0]})
    assert marks(vitals) == {"vsperf", "vstim", "vspos"}


def test_a_visit_is_verified_on_one_page(cast: Cast, vitals: Subject, coordinator: Actor) -> None:
    save(place_at(vitals, "SCR", "DM"), Entry({"sex": "F", "brthdat": "1980-05"}), by=coordinator)
    data = sent(page(cast.monitor, visit="SCR")) | {"tick.VS.1": ["temp"], "tick.DM.1": ["sex", "brthdat"]}
    assert post(cast.monitor, data, visit="SCR").status_code == 302
    assert (marks(vitals), marks(vitals, "DM")) == ({"temp"}, {"sex", "brthdat"})
    assert Change.objects.filter(kind=ChangeKind.VERIFY).count() == 2


def test_of_a_visit_one_stale_form_holds_back_all(cast: Cast, vitals: Subject, coordinator: Actor) -> None:
    save(place_at(vitals, "SCR", "DM"), Entry({"sex": "F"}), by=coordinator)
    data = sent(page(cast.monitor, visit="SCR")) | {"tick.VS.1": ["temp"], "tick.DM.1": ["sex"]}
    save(place_at(vitals, "SCR", "DM"), Entry({"sex": "M"}), by=coordinator, reason=WHY)
    answer = post(cast.monitor, data, visit="SCR")
    assert answer.status_code == 409
    assert (marks(vitals), marks(vitals, "DM")) == (set(), set())
    assert sent(answer)["tick.VS.1"] == ["temp"]
    assert "tick.DM.1" not in sent(answer)


def test_the_required_alone_are_shown_when_asked_for(cast: Cast, vitals: Subject) -> None:
    everything, required = (text_of(page(cast.monitor, **VS, **also)) for also in ({}, {"required": "1"}))
    assert "Time taken" in everything
    assert "Time taken" not in required
    assert "Temperature" in required
    assert "Measurements" in required, "the heading stays"


def test_next_leads_to_the_first_required_answer_then_to_the_next_form(
    cast: Cast, vitals: Subject, coordinator: Actor
) -> None:
    save(place_at(vitals, "SCR", "DM"), Entry({"sex": "F"}), by=coordinator)

    def next_url() -> str:
        html = page(cast.monitor).content.decode()
        return str(re.findall(r'href="([^"]+)" data-next', html)[0])

    assert next_url() == "#answer-VS-1-vsperf"
    assert 'id="answer-VS-1-vsperf"' in page(cast.monitor).content.decode()
    tick(cast.monitor, "vsperf")
    assert next_url() == "#answer-VS-1-temp"
    post(cast.monitor, sent(page(cast.monitor)) | {"all": "1"})
    assert next_url().startswith(address() + "?visit=SCR&amp;form=DM")


def test_each_answer_leads_to_its_question_and_its_history(cast: Cast, vitals: Subject) -> None:
    client = client_of(cast.monitor)
    html = client.get(address(**VS)).content.decode()
    links = re.findall(r'<a class="item-history" href="([^"]+)"', html)
    for link in ("/subjects/01-001/visits/SCR/VS/queries/temp/", "/subjects/01-001/visits/SCR/VS/history/temp/"):
        assert link in links
        assert client.get(link).status_code == 200


def test_rows_are_verified_cell_by_cell(cast: Cast, subject: Subject, coordinator: Actor) -> None:
    rows = [RowEntry({"lbtestcd": test, "lborres": "30", "lborresu": "U/L"}) for test in ("ALT", "AST")]
    place = chemistry(cast, subject, *rows)
    at = {"visit": "SCR", "form": "CHEM"}
    answer = page(cast.monitor, **at)
    assert "Alanine aminotransferase (ALT) (row 1)" in text_of(answer)
    assert "/history/lborres/?row=results-2" in answer.content.decode()
    post(cast.monitor, sent(answer) | {"tick.CHEM.1": ["results-2-lborres"]}, **at)
    assert [row.verified for row in place.form.group("results").model.of(place.record)] == [{}, {"lborres": True}]  # type: ignore[arg-type]
    for link in re.findall(r'<a class="item-history" href="([^"]+results[^"]+)"', answer.content.decode())[:4]:
        assert client_of(cast.monitor).get(link.replace("&amp;", "&")).status_code == 200


def test_a_void_record_is_read_only(cast: Cast, vitals: Subject, coordinator: Actor) -> None:
    crf.void(place_at(vitals, "SCR", "VS"), by=coordinator, reason=WHY, revision=1)
    text = text_of(page(cast.monitor))
    assert "Void" in text
    assert "checkbox" not in page(cast.monitor).content.decode()


def test_the_lines_of_a_log_are_verified_one_by_one_or_together(
    cast: Cast, subject: Subject, coordinator: Actor
) -> None:
    for term in ("Fever", "Rash"):
        save(place_at(subject, "LOG", "AE", 0), Entry({"aeterm": term, "aestdat": "2026-03"}), by=coordinator)
    second = text_of(page(cast.monitor, visit="LOG", form="AE", key="2"))
    assert "Rash" in second
    assert "Fever" not in second.split("Required answers")[1]
    data = sent(page(cast.monitor, visit="LOG")) | {"tick.AE.1": ["aeterm"], "tick.AE.2": ["aeterm"]}
    post(cast.monitor, data, visit="LOG")
    assert {key: place_at(subject, "LOG", "AE", key).record.verified for key in (1, 2)} == {  # type: ignore[union-attr]
        1: {"aeterm": True},
        2: {"aeterm": True},
    }


def test_ticks_of_a_form_the_page_did_not_show_count_for_nothing(
    cast: Cast, vitals: Subject, coordinator: Actor
) -> None:
    save(place_at(vitals, "SCR", "DM"), Entry({"sex": "F"}), by=coordinator)
    data = sent(page(cast.monitor)) | {"tick.DM.1": ["sex"], "revision.DM.1": "1"}
    post(cast.monitor, data)
    assert marks(vitals, "DM") == set()
    data = sent(page(cast.monitor)) | {"shown.VS.1": "temp", "tick.VS.1": ["temp", "pulse"]}
    assert post(cast.monitor, data).status_code == 409
    assert marks(vitals) == set()


@pytest.mark.parametrize("junk", [{"tick.VS.1": ["", "-", "x-y-z", "\0"]}, {"seq": "-1"}, {"revision.VS.1": "x"}])
def test_what_no_page_sends_does_no_harm(cast: Cast, vitals: Subject, junk: dict[str, Any]) -> None:
    assert post(cast.monitor, sent(page(cast.monitor)) | junk).status_code in (302, 409)
    assert marks(vitals) == set()


def test_the_list_tells_how_far_each_subject_is(cast: Cast, vitals: Subject) -> None:
    tick(cast.monitor, "temp")
    text = text_of(client_of(cast.monitor).get(reverse("verify-list")))
    assert "01-001" in text
    assert "1 of 8 verified" in text


@pytest.mark.req("TIM-01")
def test_every_stamp_shows_its_offset(cast: Cast, vitals: Subject) -> None:
    tick(cast.monitor, "temp")
    stamps = STAMP.findall(page(cast.monitor).content.decode())
    assert stamps
    assert [stamp for stamp in stamps if not WITH_OFFSET.fullmatch(stamp)] == []


def test_the_cost_does_not_grow_with_rows_marks_or_forms(cast: Cast, subject: Subject, coordinator: Actor) -> None:
    client = client_of(cast.monitor)
    rows = [RowEntry({"lbtestcd": test, "lborres": "30", "lborresu": "U/L"}) for test in ("ALT", "AST")]
    chemistry(cast, subject, *rows)
    at = address(visit="SCR", form="CHEM")
    client.get(at)
    few = statements(lambda: client.get(at))
    chemistry(cast, subject, *rows * 4, reason=WHY)
    for visit in ("LEUK", "BL", "D28"):
        save_vs(subject, CALM, by=coordinator, visit=visit)
    post(cast.monitor, sent(page(cast.monitor, visit="SCR", form="CHEM")) | {"all": "1"}, visit="SCR", form="CHEM")
    assert statements(lambda: client.get(at)) == few


@pytest.mark.req("QRY-02")
def test_the_page_without_an_address_of_its_own_saves_what_it_shows(cast: Cast, vitals: Subject) -> None:
    """The way in from the list of subjects: the first form is shown, and its ticks are for that form."""
    answer = client_of(cast.monitor).get(reverse("verify", args=["01-001"]))
    to = re.search(r'<form method="post" action="([^"]+verify/save/[^"]*)"', answer.content.decode())
    assert to
    assert "visit=SCR" in to[1]
    assert "form=VS" in to[1]
