"""A subject as it was at a moment: visits, forms in their version, rows, queries, windows, on the site's clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pytest

from accounts.actor import Actor
from accounts.models import Role, Site
from accounts.testing import Cast, join, make_person
from core import asof, difference, matrix
from core.actions import crf, visit
from core.actions import query as queries
from core.actions import subject as subjects
from core.actions.entry import Entry, RowEntry
from core.crf import read
from core.matrix import Matrix
from core.models import Change, FormStatusLog, Query, Subject, Visit
from core.models.crf import FormState
from core.moment import BadMoment, Moment, NotYet, parse
from core.places import find_place, find_subject_at, find_visit, visit_of
from core.records import gather
from core.testing.trial import CALM, VISIT_ON, WHY, commit, place_at, save_vs
from core.tests.past_scenes import FORM, HOME, changes, look, moment_of, past
from core.tests.scenes import chemistry, text_of

pytestmark = pytest.mark.req("AUD-05")


@pytest.fixture
def story(subject: Subject, coordinator: Actor) -> list[Change]:
    """Added, entered, corrected, void."""
    return past(subject, coordinator)


def table(change: Change, by: Actor, **away: float) -> Matrix:
    """The matrix as of a change, or of a moment beside it."""
    subject, moment = find_subject_at(by, "01-001", moment_of(change, **away))
    return matrix.build(gather([subject], moment)[0])


def test_it_works(cast: Cast, story: list[Change], coordinator: Actor) -> None:
    """To enter, entered, incomplete, void: the cell and the page of each moment show its own state."""
    cells = [table(change, coordinator).cells["SCR", "VS"] for change in story]
    assert [cell.word for cell in cells] == ["Not yet dated", "Complete", "1 gap", "Void"]
    assert [cell.queries for cell in cells] == [0, 1, 0, 0]
    for change, cell in zip(story, cells, strict=True):
        page = look(cast, HOME, moment_of(change))
        assert page.status_code == 200
        assert f'<a class="pill state-{cell.state}" href="{cell.url}">{cell.word}</a>' in page.content.decode()
        assert "To be read only" in text_of(page)
        assert f"{cell.queries} open quer" in text_of(page)


def test_the_form_shows_the_values_it_then_had(cast: Cast, story: list[Change]) -> None:
    _added, entered, corrected, voided = story
    actor = cast.actor(cast.coordinator)

    def then(change: Change, **away: float) -> Any:
        return find_place(actor, "01-001", "SCR", "VS", at=moment_of(change, **away))

    assert (then(entered).record.sysbp, then(entered).record.pulse) == (250, 72)
    assert (then(corrected).record.sysbp, then(corrected).record.pulse) == (120, None)
    assert not then(corrected).record.voided
    assert then(voided).record.voided
    assert [then(change).record.revision for change in (entered, corrected, voided)] == [1, 2, 3]
    assert then(corrected, microseconds=-1).record.sysbp == 250
    assert then(entered, microseconds=-1).record is None


def test_a_moment_includes_the_change_of_that_very_moment(cast: Cast, story: list[Change]) -> None:
    actor, entered = cast.actor(cast.coordinator), story[1]
    at = find_visit(actor, "01-001", "SCR", at=moment_of(entered))
    before = find_visit(actor, "01-001", "SCR", at=moment_of(entered, microseconds=-1))
    assert at.visit is not None
    assert before.visit is None
    assert at.moment is not None
    assert (at.moment.before, at.moment.after) == (story[0].at, story[2].at)


def test_a_query_that_is_closed_now_is_open_then(cast: Cast, story: list[Change]) -> None:
    actor = cast.actor(cast.coordinator)
    query = Query.objects.get()
    assert query.state == "CLOSED"
    place = find_place(actor, "01-001", "SCR", "VS", at=moment_of(story[1]))
    [asked] = asof.queries_at(place.at, "VS", place.key)
    assert (asked.pk, asked.state, asked.value) == (query.pk, "OPEN", 250)
    later = find_place(actor, "01-001", "SCR", "VS", at=moment_of(story[2]))
    assert asof.queries_at(later.at, "VS", later.key) == []
    assert f'id="query-{query.pk}"' in look(cast, f"{HOME}standing/", moment_of(story[1])).content.decode()
    assert "1 query closed or cancelled" in text_of(look(cast, f"{HOME}standing/", moment_of(story[2])))


def test_an_answered_query_goes_through_its_states(cast: Cast, subject: Subject, coordinator: Actor) -> None:
    save_vs(subject, CALM | {"sysbp": 250}, by=coordinator)
    queries.answer(Query.objects.get(), "As measured", by=coordinator, confirmed=True)
    queries.close(Query.objects.get(), "Agreed", by=cast.actor(cast.monitor))
    commit()
    found = [asof.queries_then(subject, change.at) for change in changes(subject)]
    states = [[(query.state, query.confirmed) for query in moment] for moment in found]
    assert states == [[], [("OPEN", False)], [("ANSWERED", True)], [("CLOSED", True)]]


def test_a_wall_time_is_read_on_the_sites_clock(cast: Cast, subject: Subject) -> None:
    actor = cast.actor(cast.coordinator)
    stamp = subject.changes.get().at
    wall = stamp.astimezone(ZoneInfo("Asia/Shanghai")).replace(tzinfo=None).isoformat()
    for at in (wall, f"{wall}+08:00", f"{wall} 08:00", stamp.isoformat(), stamp.isoformat().replace("+00:00", "Z")):
        _subject, moment = find_subject_at(actor, "01-001", at)
        assert moment is not None
        assert (moment.at, moment.text[-6:]) == (stamp, "+08:00")


def test_a_subject_elsewhere_has_its_own_clock_and_its_own_day(cast: Cast) -> None:
    """The same moment is another day in Los Angeles: what is due there is counted on that day."""
    far = Site.objects.create(code="03", name="Far", city="Los Angeles", time_zone="America/Los_Angeles")
    investigator = make_person("far.pi", "Far Away")
    join(investigator, Role.INVESTIGATOR, far, delegated_by=investigator)
    by = cast.actor(investigator)
    added = subjects.add(far, by=by)
    at = added.changes.get().at
    _subject, moment = find_subject_at(by, added.number, at.isoformat())
    assert moment is not None
    assert moment.today == at.astimezone(ZoneInfo("America/Los_Angeles")).date()
    assert moment.text.endswith(("-08:00", "-07:00"))
    wall = at.astimezone(ZoneInfo("America/Los_Angeles")).replace(tzinfo=None).isoformat()
    assert find_subject_at(by, added.number, wall)[1] == moment


def test_windows_are_counted_from_the_milestones_of_that_moment(
    cast: Cast, subject: Subject, coordinator: Actor
) -> None:
    today = subject.site.today()
    place = visit_of(subject, "LD1")
    visit.save_date(place, today, by=coordinator)
    visit.save_date(visit_of(subject, "LD1"), today + timedelta(days=3), by=coordinator, reason=WHY, revision=1)
    commit()
    added, first, second = (each for each in changes(subject) if each.form_code != "DV")
    rows = [next(r for r in table(each, coordinator).visits if r.name == "BL") for each in (added, first, second)]
    assert [row.window and row.window.target for row in rows] == [
        None,
        today - timedelta(days=1),
        today + timedelta(days=2),
    ]
    found, _moment = find_subject_at(coordinator, "01-001", moment_of(first))
    assert (found.status, found.lymphodepletion_on) == ("LYMPHODEPLETION", today)


def test_today_is_the_day_of_the_moment(cast: Cast, subject: Subject) -> None:
    found, moment = find_subject_at(cast.actor(cast.coordinator), "01-001", moment_of(subject.changes.get()))
    assert moment is not None
    past = Moment(moment.at - timedelta(days=400), moment.clock)
    assert gather([found], past)[0].today == past.at.astimezone(subject.site.clock).date()


def test_a_form_shows_in_the_version_it_was_entered_under(cast: Cast, subject: Subject, coordinator: Actor) -> None:
    empty = place_at(subject, "SCR", "VS")
    first = replace(empty, form=read.form("VS", 1))
    crf.save(first, Entry({"vsperf": "Y", "temp": "36.5"}, visit_on=VISIT_ON), by=coordinator)
    save_vs(subject, {"temp": "36.6"}, by=coordinator, reason=WHY)
    commit()
    for change in changes(subject)[1:]:
        place = find_place(coordinator, "01-001", "SCR", "VS", at=moment_of(change))
        assert (place.form, place.form.version) == (read.form("VS", 1), 1)
        assert place.moment is not None
        assert place.url == f"{FORM}?at={quote(place.moment.text, safe=':')}"
    assert find_place(coordinator, "01-001", "SCR", "VS", at=moment_of(changes(subject)[0])).form.version > 1


def test_rows_that_were_added_or_voided_later_stand_as_they_did(
    cast: Cast, subject: Subject, coordinator: Actor
) -> None:
    first = {"lbtestcd": "ALT", "lborres": "20", "lborresu": "U/L"}
    chemistry(cast, subject, RowEntry(_known(first)))
    chemistry(cast, subject, RowEntry(_known(first), 1, voided=True), RowEntry(_known(first)), reason=WHY)
    commit()
    _added, entered, changed = changes(subject)

    def rows(change: Change) -> list[tuple[int, bool]]:
        place = find_place(coordinator, "01-001", "SCR", "CHEM", at=moment_of(change))
        return [(row.key, row.voided) for row in asof.rows_at(place)["results"]]

    assert rows(entered) == [(1, False)]
    assert rows(changed) == [(1, True), (2, False)]
    live = place_at(subject, "SCR", "CHEM")
    assert [(row.key, row.voided) for row in asof.rows_at(live)["results"]] == [(1, True), (2, False)]


def _known(values: dict[str, Any]) -> dict[str, Any]:
    """Those of the answers that the rows of serum chemistry ask for."""
    names = {item.name for item in read.form("CHEM").group("results").items}
    return {name: value for name, value in values.items() if name in names}


def test_the_lines_of_the_past_are_those_the_database_kept(subject: Subject, story: list[Change]) -> None:
    assert FormStatusLog.objects.filter(subject=subject).count() == 3
    states = [[line.state for line in asof.lines_then([subject.pk], change.at)] for change in story]
    assert states == [[], [FormState.COMPLETE], [FormState.INCOMPLETE], [FormState.VOIDED]]


def test_what_was_not_there_has_no_visits(subject: Subject, story: list[Change]) -> None:
    assert asof.visits_then([subject.pk], story[0].at) == []
    assert [v.name for v in asof.visits_then([subject.pk], story[1].at)] == ["SCR"]
    assert Visit.objects.count() == 1


def test_a_moment_is_read_from_an_address_as_it_was_written() -> None:
    moment = Moment(datetime(2026, 11, 24, 2, 0, 0, 5, tzinfo=ZoneInfo("UTC")), ZoneInfo("Asia/Shanghai"))
    assert moment.keep("/x/?a=1#item-b") == "/x/?a=1&at=2026-11-24T10:00:00.000005%2B08:00#item-b"
    assert parse(moment.text) == moment.at
    assert moment.wall == "2026-11-24T10:00:00"
    assert issubclass(NotYet, BadMoment)


def test_summer_time_hours_that_do_not_exist_or_come_twice_are_read_as_one_moment(cast: Cast) -> None:
    far = Site.objects.create(code="03", name="Far", city="Berlin", time_zone="Europe/Berlin")
    investigator = make_person("far.pi", "Far Away")
    join(investigator, Role.INVESTIGATOR, far, delegated_by=investigator)
    added = subjects.add(far, by=cast.actor(investigator))
    span = difference.span(added, "2026-03-29T02:30", "2026-10-25T02:30")
    assert [moment.text for moment in (span.since, span.until)] == [
        "2026-03-29T03:30:00+02:00",
        "2026-10-25T02:30:00+01:00",
    ]
