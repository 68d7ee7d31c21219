"""Verify against source: whose mark stands on which value, when it falls, and what a stale page cannot do."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from accounts.actor import Actor
from accounts.testing import Cast
from core.actions import crf
from core.actions import verification as acts
from core.actions.entry import Entry, RowEntry
from core.actions.errors import Conflict, ReasonRequired, Refused
from core.actions.verification import Ticks
from core.models import Change, ChangeItem, ChangeKind, FormStatus, HoldState, Subject
from core.places import Place
from core.testing.trial import CALM, WHY, commit, items_of, place_at, refused, save, save_vs, sql
from core.tests.scenes import chemistry, statements
from core.tests.verification_scenes import hold
from core.verification import Answer

VITALS = "assessments_vitalsigns"


def on(*names: str) -> set[Answer]:
    """Answers of the form itself, by item."""
    return {Answer("", None, name) for name in names}


def vitals(subject: Subject) -> Place:
    return place_at(subject, "SCR", "VS")


def marks(place: Place) -> dict[str, Any]:
    return dict(place_at(place.subject, place.at.name, place.form.code, place.key).record.verified)  # type: ignore[union-attr]


def revision_of(place: Place) -> int:
    assert place.record is not None
    return place.record.revision


def verify(place: Place, *names: str, by: Actor, **options: Any) -> Change | None:
    """As one who has just opened the page."""
    change = acts.verify(place, on(*names), by=by, **{"revision": revision_of(place)} | options)
    commit()
    return change


@pytest.fixture
def place(subject: Subject, coordinator: Actor) -> Place:
    """Vital signs at screening, complete."""
    save_vs(subject, CALM, by=coordinator)
    return vitals(subject)


@pytest.mark.req("QRY-02")
def test_it_works(place: Place, monitor: Actor) -> None:
    change = verify(place, "temp", "pulse", by=monitor)

    assert marks(place) == {"temp": True, "pulse": True}
    assert change is not None
    assert (change.kind, change.actor_name, change.role) == (ChangeKind.VERIFY, monitor.name, "monitor")
    assert (change.visit_name, change.form_code, change.record_key, change.form_version) == ("SCR", "VS", 1, 2)
    row = place.record.pk  # type: ignore[union-attr]
    assert items_of(change) == {
        (VITALS, row, "verified.temp"): (None, True),
        (VITALS, row, "verified.pulse"): (None, True),
    }


@pytest.mark.req("QRY-02")
def test_a_mark_falls_when_its_value_changes_and_stays_on_record(
    place: Place, coordinator: Actor, monitor: Actor
) -> None:
    verify(place, "temp", "pulse", by=monitor)
    saved = save(vitals(place.subject), Entry({"temp": "37.1"}), by=coordinator, reason=WHY)
    commit()

    assert marks(place) == {"pulse": True}
    assert saved.change is not None
    assert saved.change.after_verification
    found = {name: pair for (_table, _row, name), pair in items_of(saved.change).items()}
    assert found["verified.temp"] == (True, None)
    history = ChangeItem.objects.filter(table_name=VITALS, field="verified.temp").order_by("id")
    assert [(item.change.actor_name, item.old, item.new) for item in history] == [
        (monitor.name, None, True),
        (coordinator.name, True, None),
    ]


@pytest.mark.req("QRY-02")
def test_a_change_elsewhere_on_the_form_leaves_a_mark_alone(place: Place, coordinator: Actor, monitor: Actor) -> None:
    verify(place, "temp", by=monitor)
    saved = save(vitals(place.subject), Entry({"pulse": "90"}), by=coordinator, reason=WHY)
    assert marks(place) == {"temp": True}
    assert saved.change is not None
    assert not saved.change.after_verification


def test_a_missing_reason_is_verified_and_its_mark_falls_as_a_value_s_does(
    subject: Subject, coordinator: Actor, monitor: Actor
) -> None:
    save_vs(subject, {"vsperf": "Y", "pulse": "70"}, by=coordinator, temp="ND")
    verify(vitals(subject), "temp", by=monitor)
    assert marks(vitals(subject)) == {"temp": True}
    save_vs(subject, {}, by=coordinator, reason=WHY, temp="REF")
    commit()
    assert marks(vitals(subject)) == {}


def test_a_verification_alters_no_data_and_no_version(place: Place, monitor: Actor) -> None:
    before = {name: value for name, value in vars(place.record).items() if name not in ("_state", "verified")}
    verify(place, "temp", by=monitor)
    after = {name: value for name, value in vars(vitals(place.subject).record).items() if name in before}
    assert {name: value for name, value in before.items() if not name.startswith("_")} == {
        name: value for name, value in after.items() if not name.startswith("_")
    }


@pytest.mark.req("ENT-05", "QRY-02")
def test_a_page_the_coordinator_has_open_stays_good(place: Place, coordinator: Actor, monitor: Actor) -> None:
    verify(place, "temp", by=monitor)
    crf.save(place, Entry({"pulse": "91"}), by=coordinator, reason=WHY, revision=revision_of(place))
    commit()
    assert vitals(place.subject).record.pulse == 91  # type: ignore[union-attr]


@pytest.mark.req("QRY-02")
@pytest.mark.parametrize(
    "who", ["coordinator", "investigator", "data_manager", "safety_reviewer", "auditor", "administrator"]
)
def test_only_a_monitor_verifies(cast: Cast, place: Place, who: str) -> None:
    with pytest.raises(PermissionDenied):
        verify(place, "temp", by=cast.actor(getattr(cast, who)))
    assert marks(place) == {}


@pytest.mark.req("QRY-02")
def test_a_monitor_changes_no_data(place: Place, monitor: Actor) -> None:
    with pytest.raises(PermissionDenied):
        save(place, Entry({"temp": "39"}), by=monitor, reason=WHY)


@pytest.mark.req("QRY-02")
def test_nor_can_a_verification_written_in_sql(place: Place, monitor: Actor) -> None:
    """The runtime role itself: a value slipped into the change record of a verification."""
    with refused("who VERIFY changes no data"):
        acts.verify(place, on("temp"), by=monitor, revision=revision_of(place))
        sql(f"UPDATE {VITALS} SET pulse = 40")  # noqa: S608
        slip_into_history(pulse=40)


def slip_into_history(**values: int) -> None:
    """A second history row of the same change, with other values."""
    table = VITALS.replace("_", "_historical")
    names = sql("SELECT column_name FROM information_schema.columns WHERE table_name = %s", [table]).fetchall()
    columns = [name for (name,) in names if name != "history_id"]
    picked = ", ".join(str(values.get(name, f'"{name}"')) for name in columns)
    named = ", ".join(f'"{name}"' for name in columns)
    sql(f"INSERT INTO {table} ({named}) SELECT {picked} FROM {table} ORDER BY history_id DESC LIMIT 1")  # noqa: S608


@pytest.mark.req("QRY-02")
def test_what_was_changed_after_it_was_seen_cannot_be_verified(
    place: Place, coordinator: Actor, monitor: Actor
) -> None:
    seen = revision_of(place)
    save_vs(place.subject, {"pulse": "91"}, by=coordinator, reason=WHY)
    with pytest.raises(Conflict, match="Nothing was verified"):
        verify(place, "temp", by=monitor, revision=seen)
    assert marks(place) == {}


@pytest.mark.req("QRY-02")
def test_a_change_in_a_row_makes_the_page_stale_too(cast: Cast, subject: Subject, monitor: Actor) -> None:
    row = RowEntry({"lbtestcd": "ALT", "lborres": "30", "lborresu": "U/L"})
    place = chemistry(cast, subject, row)
    seen = revision_of(place)
    chemistry(cast, subject, RowEntry({"lborres": "31"}, key=1), reason=WHY)
    with pytest.raises(Conflict):
        acts.verify(place, {Answer("results", 1, "lborres")}, by=monitor, revision=seen)


def test_a_row_s_answers_are_verified_each_for_itself(cast: Cast, subject: Subject, monitor: Actor) -> None:
    rows = [RowEntry({"lbtestcd": test, "lborres": "30", "lborresu": "U/L"}) for test in ("ALT", "AST")]
    place = chemistry(cast, subject, *rows)
    acts.verify(place, {Answer("results", 2, "lborres")}, by=monitor, revision=revision_of(place))
    commit()
    assert [row.verified for row in place.form.group("results").model.of(_record(place))] == [{}, {"lborres": True}]
    place = chemistry(cast, subject, RowEntry({"lborres": "31"}, key=1), reason=WHY)
    assert [row.verified for row in place.form.group("results").model.of(_record(place))] == [{}, {"lborres": True}]
    place = chemistry(cast, subject, RowEntry({"lborres": "32"}, key=2), reason=WHY)
    commit()
    assert [row.verified for row in place.form.group("results").model.of(_record(place))] == [{}, {}]


def _record(place: Place) -> Any:
    return place_at(place.subject, place.at.name, place.form.code, place.key).record


def test_what_the_page_did_not_show_cannot_be_verified(place: Place, monitor: Actor) -> None:
    with pytest.raises(Refused, match="did not show"):
        verify(place, "temp", "pulse", by=monitor, shown=on("temp"))
    verify(place, "temp", by=monitor, shown=on("temp"))
    assert marks(place) == {"temp": True}


def test_what_is_empty_cannot_be_verified(subject: Subject, coordinator: Actor, monitor: Actor) -> None:
    save_vs(subject, CALM | {"pulse": ""}, by=coordinator)
    with pytest.raises(Refused, match="Pulse rate has neither a value nor a reason"):
        verify(vitals(subject), "temp", "pulse", by=monitor)
    assert marks(vitals(subject)) == {}


@pytest.mark.parametrize("answer", [Answer("", None, "nosuch"), Answer("results", 1, "lborres"), Answer("", 3, "temp")])
def test_what_the_form_does_not_have_cannot_be_verified(place: Place, monitor: Actor, answer: Answer) -> None:
    with pytest.raises(Refused, match="is not on this form"):
        acts.verify(place, {answer}, by=monitor, revision=1)


def test_a_void_record_is_not_verified(place: Place, coordinator: Actor, monitor: Actor) -> None:
    crf.void(place, by=coordinator, reason=WHY, revision=1)
    with pytest.raises(Refused, match="void"):
        verify(vitals(place.subject), "temp", by=monitor)


def test_nor_is_a_void_row(cast: Cast, subject: Subject, monitor: Actor) -> None:
    values = {"lbtestcd": "ALT", "lborres": "30", "lborresu": "U/L"}
    chemistry(cast, subject, RowEntry(values))
    place = chemistry(cast, subject, RowEntry(values, key=1, voided=True), reason=WHY)
    with pytest.raises(Refused, match="row is void"):
        acts.verify(place, {Answer("results", 1, "lborres")}, by=monitor, revision=revision_of(place))


def test_a_form_never_entered_is_not_verified(subject: Subject, monitor: Actor) -> None:
    with pytest.raises(Conflict):
        acts.verify(vitals(subject), on("temp"), by=monitor, revision=0)


@pytest.mark.req("QRY-02", "QRY-03")
def test_what_is_locked_is_not_verified_and_keeps_its_marks(cast: Cast, place: Place, monitor: Actor) -> None:
    verify(place, "temp", by=monitor)
    hold(cast, place.subject, HoldState.LOCKED)
    with pytest.raises(Refused, match="locked"):
        verify(place, "pulse", by=monitor)
    with pytest.raises(Refused, match="locked"):
        acts.verify(place, (), on("temp"), by=monitor, revision=1, reason=WHY)
    assert marks(place) == {"temp": True}


@pytest.mark.req("QRY-03")
def test_what_is_frozen_is_verified_all_the_same(cast: Cast, place: Place, monitor: Actor) -> None:
    hold(cast, place.subject, HoldState.FROZEN)
    verify(place, "temp", by=monitor)
    assert marks(place) == {"temp": True}


def test_taking_a_mark_back_needs_a_reason_and_is_kept(place: Place, monitor: Actor) -> None:
    verify(place, "temp", "pulse", by=monitor)
    with pytest.raises(ReasonRequired, match="Say why you take a mark back"):
        acts.verify(place, (), on("temp"), by=monitor, revision=1, reason=" - ")
    change = acts.verify(place, (), on("temp"), by=monitor, revision=1, reason="The source was another visit's")
    commit()
    assert marks(place) == {"pulse": True}
    assert change is not None
    assert change.reason == "The source was another visit's"
    assert list(items_of(change).values()) == [(True, None)]


def test_a_mark_keeps_the_person_who_set_it(cast: Cast, place: Place, monitor: Actor) -> None:
    verify(place, "temp", by=monitor)
    assert verify(place, "temp", by=monitor) is None
    assert ChangeItem.objects.filter(field="verified.temp").count() == 1


def test_taking_back_what_is_not_marked_writes_nothing(place: Place, monitor: Actor) -> None:
    assert acts.verify(place, (), on("temp"), by=monitor, revision=1, reason=WHY) is None


@pytest.mark.req("QRY-02")
def test_progress_follows_the_marks_and_the_values(place: Place, coordinator: Actor, monitor: Actor) -> None:
    def progress() -> tuple[int, int, int]:
        line = FormStatus.objects.get(form_code="VS")
        return line.required, line.verified, line.seq

    everything, none, seq = progress()
    assert (everything, none) == (8, 0), "of the first subjects of a site all vital signs are checked, not their time"
    verify(place, "temp", "pulse", "vspos", by=monitor)
    assert progress() == (8, 2, seq), "the position is verified, but not required; no data changed"
    save_vs(place.subject, {"temp": "37.1"}, by=coordinator, reason=WHY)
    assert progress()[:2] == (8, 1)


def both(subject: Subject, coordinator: Actor) -> list[Place]:
    """Two forms of one visit."""
    save_vs(subject, CALM, by=coordinator)
    save(place_at(subject, "SCR", "DM"), Entry({"sex": "F", "brthdat": "1980-05"}), by=coordinator)
    return [vitals(subject), place_at(subject, "SCR", "DM")]


def test_a_visit_is_verified_at_once_with_a_record_for_each_form(
    subject: Subject, coordinator: Actor, monitor: Actor
) -> None:
    vs, dm = both(subject, coordinator)
    changes = acts.verify_all([Ticks(vs, on("temp"), (), 1), Ticks(dm, on("sex", "brthdat"), (), 1)], by=monitor)
    commit()
    assert [(change.form_code, change.seq) for change in changes] == [("VS", 4), ("DM", 5)]
    assert (marks(vs), marks(dm)) == ({"temp": True}, {"sex": True, "brthdat": True})


def test_of_a_visit_all_is_verified_or_nothing(subject: Subject, coordinator: Actor, monitor: Actor) -> None:
    vs, dm = both(subject, coordinator)
    with pytest.raises(Conflict):
        acts.verify_all([Ticks(vs, on("temp"), (), 1), Ticks(dm, on("sex"), (), 7)], by=monitor)
    assert (marks(vs), marks(dm)) == ({}, {})
    assert not Change.objects.filter(kind=ChangeKind.VERIFY).exists()


def test_the_reason_stands_only_with_the_form_whose_mark_was_taken_back(
    subject: Subject, coordinator: Actor, monitor: Actor
) -> None:
    vs, dm = both(subject, coordinator)
    verify(dm, "sex", by=monitor)
    ticks = [Ticks(vs, on("temp"), (), 1), Ticks(dm, (), on("sex"), 1)]
    changes = acts.verify_all(ticks, by=monitor, reason="Wrong subject's file")
    commit()
    assert [change.reason for change in changes] == ["", "Wrong subject's file"]


def test_the_cost_does_not_grow_with_the_answers(place: Place, monitor: Actor) -> None:
    one = statements(lambda: acts.verify(place, on("temp"), by=monitor, revision=1))
    many = statements(lambda: acts.verify(place, on("pulse", "resp", "sysbp", "diabp"), by=monitor, revision=1))
    assert one == many


def test_the_line_of_a_log_is_verified(subject: Subject, coordinator: Actor, monitor: Actor) -> None:
    place = place_at(subject, "LOG", "AE", 0)
    save(place, Entry({"aeterm": "Fever", "aestdat": "2026-03"}), by=coordinator)
    line = place_at(subject, "LOG", "AE", 1)
    verify(line, "aeterm", by=monitor)
    assert marks(line) == {"aeterm": True}


def test_the_visit_s_date_is_none_of_the_form_s_answers(place: Place, monitor: Actor) -> None:
    assert place.at.visit is not None
    assert place.at.visit.visit_on == date(2026, 3, 2)
    with pytest.raises(Refused, match="is not on this form"):
        verify(place, "visit_on", by=monitor)
