"""Exception listings: each finds what was seeded for it, nothing else, and only at the reader's sites."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse

from accounts.actor import Actor
from accounts.testing import Cast
from core.actions import subject as subjects
from core.actions.entry import Entry
from core.listings.base import Asked, Line
from core.listings.exceptions import BY_NAME, LISTINGS
from core.models import Subject
from core.testing import trial
from core.testing.databases import owner_connection
from core.testing.trial import CALM, WHY, place_at, save_vs
from core.tests.scenes import client_of, statements, text_of

EVER = Asked(datetime(1990, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
TODAY = date(2026, 11, 24)


def found(name: str, asked: Asked = EVER) -> list[Line]:
    return BY_NAME[name].lines(asked)


def entered(subject: Subject, by: Actor, on: date, values: dict[str, Any] = CALM) -> None:
    trial.save(place_at(subject, "SCR", "VS"), Entry(values, visit_on=on), by=by)


@pytest.fixture
def moved(committed_db: str) -> Any:
    """Puts the time of what was recorded elsewhere, as nobody but a test may: the listings read times."""

    def move(statement: str, *params: Any) -> None:
        with owner_connection(committed_db) as owner:
            owner.execute("ALTER TABLE core_change DISABLE TRIGGER USER")
            owner.execute(statement, params)
            owner.execute("ALTER TABLE core_change ENABLE TRIGGER USER")

    return move


@pytest.mark.req("AUD-06")
def test_it_works(cast: Cast, subject: Subject, coordinator: Actor) -> None:
    """Vital signs of months ago, entered today; the day of the threshold is not late yet."""
    today = cast.site.today()
    entered(subject, coordinator, today - timedelta(days=8))
    other = subjects.add(cast.site, by=coordinator)
    entered(other, coordinator, today - timedelta(days=7), CALM | {"temp": "37.1"})
    (line,) = found("late-entry")
    assert (line.subject, line.form_code, line.figure) == ("01-001", "VS", 8)
    assert BY_NAME["late-entry"].words(line) == "8 days after the visit"


def test_an_empty_trial_has_no_exception(cast: Cast) -> None:
    for listing in LISTINGS:
        assert listing.lines(EVER) == []
        assert listing.threshold_text


@pytest.mark.req("AUD-06")
def test_the_same_values_in_two_subjects(cast: Cast, subject: Subject, coordinator: Actor) -> None:
    save_vs(subject, CALM, by=coordinator)
    twin, other = (subjects.add(cast.site, by=coordinator) for _ in range(2))
    save_vs(twin, CALM, by=coordinator)
    save_vs(other, CALM | {"weight": "70.0"}, by=coordinator)
    lines = found("identical")
    assert [(line.subject, line.others) for line in lines] == [("01-002", "01-001"), ("01-001", "01-002")]
    assert lines[0].figure == len(CALM)


def test_few_answers_alike_say_nothing(cast: Cast, subject: Subject, coordinator: Actor) -> None:
    for each in (subject, subjects.add(cast.site, by=coordinator)):
        save_vs(each, {"vsperf": "Y", "temp": "36.6", "pulse": "72", "resp": "14", "vspos": "SITTING"}, by=coordinator)
    assert found("identical") == []


@pytest.mark.req("AUD-06")
def test_faster_than_a_person_types(moved: Any, cast: Cast, subject: Subject, coordinator: Actor) -> None:
    """The second form follows the first by nine seconds for its ten answers; then by eleven."""
    save_vs(subject, CALM, by=coordinator)
    save_vs(subject, CALM, by=coordinator, visit="BL")
    last = "(SELECT max(id) FROM core_change)"
    first = f"(SELECT at FROM core_change WHERE id < {last} ORDER BY id DESC LIMIT 1)"  # noqa: S608
    # The visit's two values were written by the same save.
    moved(f"UPDATE core_change SET at = {first} + interval '11.9 s' WHERE id = {last}")  # noqa: S608
    (line,) = [line for line in found("fast-entry") if line.visit_name == "BL"]
    assert 0.9 < line.figure < 1
    moved(f"UPDATE core_change SET at = {first} + interval '12.1 s' WHERE id = {last}")  # noqa: S608
    assert [line for line in found("fast-entry") if line.visit_name == "BL"] == []


@pytest.mark.req("AUD-06")
@pytest.mark.parametrize(
    ("at", "odd"),
    [
        ("2026-11-23 21:59:59+08", False),  # a Monday
        ("2026-11-23 22:00:00+08", True),
        ("2026-11-24 05:59:59+08", True),
        ("2026-11-24 06:00:00+08", False),
        ("2026-11-28 12:00:00+08", True),  # a Saturday
        ("2026-11-29 23:59:59+08", True),
        ("2026-11-30 12:00:00+08", False),
    ],
)
def test_odd_hours_go_by_the_sites_clock(moved: Any, cast: Cast, subject: Subject, at: str, odd: bool) -> None:
    moved("UPDATE core_change SET at = %s", at)
    assert [line.subject for line in found("odd-hours")] == (["01-001"] if odd else [])


@pytest.mark.req("AUD-06")
def test_a_burst_of_one_person(cast: Cast, subject: Subject, coordinator: Actor, colleague: Actor) -> None:
    save_vs(subject, CALM, by=coordinator)
    for turn in range(19):
        save_vs(subject, CALM | {"pulse": 60 + turn}, by=coordinator, reason=WHY)
    save_vs(subject, CALM | {"pulse": 90}, by=colleague, reason=WHY)
    assert found("burst") == [], "nineteen of one person, one of another"
    save_vs(subject, CALM | {"pulse": 91}, by=coordinator, reason=WHY)
    lines = found("burst")
    assert [line.figure for line in lines] == [20]
    assert lines[0].actor == cast.coordinator.full_name


@pytest.mark.req("AUD-06")
def test_only_what_was_asked_for(cast: Cast, subject: Subject, coordinator: Actor) -> None:
    entered(subject, coordinator, cast.site.today() - timedelta(days=30))
    now = datetime.now(UTC)
    assert found("late-entry", Asked(now - timedelta(hours=1), now + timedelta(hours=1), {cast.site.pk}))
    assert not found("late-entry", Asked(now - timedelta(hours=1), now + timedelta(hours=1), {cast.other_site.pk}))
    assert not found("late-entry", Asked(now - timedelta(days=2), now - timedelta(hours=1)))


@pytest.mark.req("AUD-06", "ACC-01")
def test_the_pages_show_a_reader_his_own_sites(cast: Cast, subject: Subject, coordinator: Actor) -> None:
    entered(subject, coordinator, cast.site.today() - timedelta(days=30))
    detail = reverse("listing-detail", args=["late-entry"])
    assert "01-001" in text_of(client_of(cast.monitor).get(detail))
    assert "30 days after the visit" in text_of(client_of(cast.coordinator).get(detail))
    assert "01-001" not in text_of(client_of(cast.other_coordinator).get(detail))
    assert client_of(cast.administrator).get(detail).status_code == 403
    overview = client_of(cast.monitor).get(reverse("listing-list"))
    assert "Entered late 1 More than 7 days after the visit." in text_of(overview)


@pytest.mark.parametrize("asked", [{"since": "x"}, {"since": "2026-02-02", "until": "2026-02-01"}, {"site": "99"}])
def test_a_bad_period_is_told(cast: Cast, asked: dict[str, str]) -> None:
    for address in (reverse("listing-list"), reverse("listing-detail", args=["burst"])):
        assert client_of(cast.monitor).get(address, asked).status_code == 400
    assert client_of(cast.monitor).get(reverse("listing-detail", args=["nosuch"])).status_code == 404


def test_the_cost_does_not_grow_with_the_lines(cast: Cast, subject: Subject, coordinator: Actor) -> None:
    client, address = client_of(cast.monitor), reverse("listing-detail", args=["late-entry"])
    entered(subject, coordinator, cast.site.today() - timedelta(days=30))
    client.get(address)
    few = statements(lambda: client.get(address))
    for turn in range(5):
        entered(subjects.add(cast.site, by=coordinator), coordinator, cast.site.today() - timedelta(days=20 + turn))
    assert statements(lambda: client.get(address)) == few
