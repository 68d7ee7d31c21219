"""The casebook as a table: the state of each form at each visit, at the edges of its window and after every act."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from accounts.actor import Actor
from core import matrix, schedule
from core.actions import crf, visit
from core.actions.entry import Entry
from core.crf import read
from core.holds import Held
from core.matrix import Cell, Matrix, VisitRow
from core.models import FormStatus, Hold, HoldState, Level, Subject
from core.places import VisitPlace, visit_of
from core.records import Records, gather
from core.schedule import current
from core.testing import trial
from core.testing.trial import CALM, WHY, save_vs


def records(subject: Subject) -> Records:
    return gather([Subject.objects.select_related("site").get(pk=subject.pk)])[0]


def table(subject: Subject, *, later: bool = False) -> Matrix:
    return matrix.build(records(subject), later=later)


def row(subject: Subject, name: str) -> VisitRow:
    return next(row for row in table(subject).visits if row.name == name)


def cell(subject: Subject, name: str, code: str) -> Cell:
    return table(subject).cells[name, code]


def in_days(subject: Subject, days: int) -> date:
    return subject.site.today() + timedelta(days=days)


def dated(subject: Subject, name: str, on: date, by: Actor) -> None:
    visit.save_date(visit_of(subject, name), on, by=by)


def added(subject: Subject, code: str, on: date, by: Actor) -> str:
    place = VisitPlace(subject, current().visit(code), 0, None)
    return visit.add_unscheduled(place, on, by=by, reason="Fever").name


def test_it_works(subject: Subject, coordinator: Actor) -> None:
    """A form that was entered is complete; the others of the visit are to be entered; other visits wait."""
    save_vs(subject, CALM, by=coordinator)
    found = table(subject)
    assert (found.cells["SCR", "VS"].state, found.cells["SCR", "VS"].word) == ("complete", "Complete")
    assert found.cells["SCR", "VS"].url == "/subjects/01-001/visits/SCR/VS/"
    assert found.cells["SCR", "DM"].word == "To enter"
    assert found.cells["D1", "VS"].word == "Not yet dated"


def test_visits_lie_down_in_phases_and_forms_across_or_the_other_way_round(subject: Subject) -> None:
    found = table(subject)
    down = [(visit.name, cells) for _phase, visits in found.by_visit for visit, cells in visits]
    across = [[cells[n] for _title, cells in found.by_form] for n in range(len(found.visits))]
    assert [name for name, _cells in down] == [visit.name for visit in found.visits]
    assert [cells for _name, cells in down] == across
    assert [str(phase) for phase, _visits in found.phases][:2] == ["Screening", "Leukapheresis and baseline"]


def test_what_the_schedule_does_not_ask_is_blank(subject: Subject) -> None:
    found = table(subject)
    codes = [code for code, _title in found.forms]
    screening = found.by_visit[0][1][0][1]
    assert screening[codes.index("INF")] is None
    assert screening[codes.index("DM")] is not None


# Baseline: the day before the first lymphodepletion dose, one day more on either side.
@pytest.mark.parametrize(
    ("first_dose_in", "state", "word"),
    [(3, "upcoming", "Upcoming"), (2, "due", "Due"), (0, "due", "Due"), (-1, "overdue", "Overdue")],
    ids=["before it opens", "first day", "last day", "the day after"],
)
def test_a_visit_is_due_from_the_first_to_the_last_day_of_its_window(
    subject: Subject, coordinator: Actor, first_dose_in: int, state: str, word: str
) -> None:
    dated(subject, "LD1", in_days(subject, first_dose_in), coordinator)
    assert row(subject, "BL").state == (state, word)
    assert (cell(subject, "BL", "VS").state, cell(subject, "BL", "VS").word) == (state, word)


@pytest.mark.parametrize(
    ("late", "words"),
    [(-2, "1 day before its window"), (-1, ""), (1, ""), (2, "1 day after its window"), (4, "3 days after its window")],
)
def test_a_date_outside_the_window_says_by_how_much(
    subject: Subject, coordinator: Actor, late: int, words: str
) -> None:
    first_dose = in_days(subject, -20)
    dated(subject, "LD1", first_dose, coordinator)
    dated(subject, "BL", first_dose + timedelta(days=-1 + late), coordinator)
    assert row(subject, "BL").outside == words


def test_missing_answers_are_counted(subject: Subject, coordinator: Actor) -> None:
    save_vs(subject, CALM | {"pulse": None, "resp": None}, by=coordinator)
    assert (cell(subject, "SCR", "VS").state, cell(subject, "SCR", "VS").word) == ("incomplete", "2 gaps")


def test_open_queries_are_counted_at_their_form_and_at_their_visit(subject: Subject, coordinator: Actor) -> None:
    save_vs(subject, CALM | {"sysbp": 300, "temp": "41.9"}, by=coordinator)
    dated(subject, "LD2", in_days(subject, 5), coordinator)  # in the future
    assert cell(subject, "SCR", "VS").queries == 2
    assert (row(subject, "SCR").queries, row(subject, "LD2").queries) == (0, 1)


def test_a_missed_visit_asks_for_nothing_more(subject: Subject, coordinator: Actor) -> None:
    visit.mark_missed(visit_of(subject, "D1"), by=coordinator, reason="Did not come")
    found = row(subject, "D1")
    assert (found.missed, found.state, found.visit and found.visit.reason) == (
        True,
        ("missed", "Missed"),
        "Did not come",
    )
    assert (cell(subject, "D1", "VS").state, cell(subject, "D1", "VS").url) == ("missed", "")


def test_a_void_record_shows_until_another_is_entered(subject: Subject, coordinator: Actor) -> None:
    save_vs(subject, CALM, by=coordinator)
    crf.void(trial.place_at(subject, "SCR", "VS"), by=coordinator, reason=WHY, revision=1)
    assert cell(subject, "SCR", "VS").state == "void"
    place = trial.place_at(subject, "SCR", "VS", key=2)
    trial.save(place, Entry(CALM | {"pulse": None}, visit_on=trial.VISIT_ON), by=coordinator)
    assert cell(subject, "SCR", "VS").word == "1 gap"
    assert cell(subject, "SCR", "VS").url == "/subjects/01-001/visits/SCR/VS/"


def test_visits_outside_the_schedule_show_once_they_are_there_and_where_their_date_puts_them(
    subject: Subject, coordinator: Actor
) -> None:
    names = [row.name for row in table(subject).visits]
    assert not {"BRG", "UNS", "ET", "RSC", "LOG"} & set(names)
    dated(subject, "LD1", in_days(subject, -10), coordinator)
    dated(subject, "LD2", in_days(subject, -9), coordinator)
    late = added(subject, "UNS", in_days(subject, -9), coordinator)
    early = added(subject, "UNS", in_days(subject, -10), coordinator)
    first = added(subject, "BRG", in_days(subject, -90), coordinator)
    found = table(subject)
    order = [row.name for row in found.visits]
    assert order[0] == first
    assert order[order.index("LD1") : order.index("LD3")] == ["LD1", early, "LD2", late]
    assert row(subject, early).title == "Unscheduled visit 2"
    assert row(subject, early).phase == row(subject, "LD1").phase
    assert len(found.phases) == len({phase for phase, _visits in found.phases})  # no phase is torn apart


def test_an_unscheduled_visit_asks_for_no_form_in_particular(subject: Subject, coordinator: Actor) -> None:
    added(subject, "UNS", in_days(subject, -1), coordinator)
    added(subject, "ET", in_days(subject, -1), coordinator)
    assert cell(subject, "UNS-1", "VS").word == "If needed"
    assert cell(subject, "ET-1", "VS").word == "To enter"


def test_a_form_that_does_not_apply_says_so(subject: Subject, coordinator: Actor) -> None:
    place = trial.place_at(subject, "SCR", "DM")
    entry = Entry({"brthdat": "1980", "sex": "M", "ethnic": "HAN"}, visit_on=trial.VISIT_ON)
    trial.save(place, entry, by=coordinator)
    assert cell(subject, "SCR", "UPT").word == "Does not apply"


def test_forms_of_a_later_release_show_when_asked_for(subject: Subject, monkeypatch: pytest.MonkeyPatch) -> None:
    to_come = dict.fromkeys(("ECG", "LTFU", "DS"), "A form to come")
    for code in to_come:
        monkeypatch.delitem(read.form_models(), code)
    monkeypatch.setattr(schedule, "forms_to_come", lambda: to_come)
    hidden, shown = table(subject), table(subject, later=True)
    assert len(shown.forms) == len(hidden.forms) + hidden.to_come
    assert ("SCR", "ECG") not in hidden.cells
    assert shown.cells["SCR", "ECG"] == Cell("later", "Later")
    assert not {"AE", "DV", "CM"} & {code for code, _title in shown.forms}  # logs belong to no visit
    assert row(subject, "Y15").all_to_come
    assert not row(subject, "SCR").all_to_come


def test_marks_say_how_far_a_form_is_verified_and_whether_it_is_signed_or_held() -> None:
    def marks(held: str = "", **line: Any) -> list[str]:
        return Cell("complete", "Complete", status=FormStatus(state="COMPLETE", **line), held=held).marks

    assert marks() == []
    assert marks(required=9, verified=4) == ["4 of 9 verified"]
    assert marks(required=9, verified=9, signed=True) == ["Signed", "Verified"]
    assert marks("LOCKED", required=9, verified=0, signed=True) == ["Signed", "Locked"]
    void = FormStatus(state="VOIDED", signed=True, required=9, verified=9)
    assert Cell("void", "Void", status=void).marks == []
    assert Cell("due", "Due").marks == []


def test_a_hold_shows_at_its_own_place_the_strictest_first(subject: Subject) -> None:
    found = records(subject)
    study = Hold(level=Level.STUDY, state=HoldState.LOCKED)
    whole = Hold(level=Level.SUBJECT, state=HoldState.FROZEN)
    visit_hold = Hold(level=Level.VISIT, visit_name="SCR", state=HoldState.FROZEN)
    found.add_holds(Held.of([study, whole, visit_hold]))
    assert found.hold == "LOCKED"
    rows = {row.name: row.held_word for row in matrix.build(found).visits}
    assert (rows["SCR"], rows["D1"]) == ("Frozen", "")


def test_the_next_visit_is_the_one_that_closes_first(subject: Subject, coordinator: Actor) -> None:
    def name() -> str | None:
        found = table(subject).next_visit
        return found.name if found else None

    assert name() == "SCR"
    dated(subject, "SCR", in_days(subject, -30), coordinator)
    assert name() == "LEUK"  # no window is known yet: the first of the schedule
    dated(subject, "LD1", in_days(subject, -1), coordinator)
    assert name() == "BL"
    visit.mark_missed(visit_of(subject, "BL"), by=coordinator, reason="Did not come")
    assert name() == "LD2"
