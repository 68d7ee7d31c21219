"""Protocol deviations: by hand, and raised by a rule."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils.translation import override

from accounts.testing import Cast, make_cast
from core import protocol
from core.actions import crf, subject
from core.actions.entry import Entry
from core.crf import read
from core.crf.evaluate import gaps
from core.crf.rules import RULES, Strength
from core.models import ChangeItem, FormStatus
from core.models.crf import FormState
from core.places import find_place
from core.testing.forms import a_subject, enter, filled, fired
from safety.models.deviation import Deviation


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def test_it_works() -> None:
    record = filled("DV", dvterm="Pulse not taken", dvsource="HAND", dvstdat="2025-03-05", dvfounddtc="2025-03-05")
    assert fired(record) == set()


@pytest.mark.parametrize(
    ("happened", "found", "asked"),
    [("2025-03-05", "2025-03-04", True), ("2025-03-05", "2025-03", False), ("2025-04", "2025-03", True)],
)
def test_found_certainly_before_it_happened_is_asked_about(happened: str, found: str, asked: bool) -> None:
    assert ("DV-01" in fired(filled("DV", dvstdat=happened, dvfounddtc=found))) is asked


def days_ago(days: int) -> str:
    """On the site's calendar."""
    return (a_subject().site.today() - timedelta(days=days)).isoformat()


NOTIFIED = [("dvspndtc", "deviation_sponsor", "DV-02"), ("dvecdtc", "deviation_ethics", "DV-03")]


@pytest.mark.parametrize(("item", "parameter", "check"), NOTIFIED)
def test_a_major_deviation_not_notified_in_time_is_asked_about(item: str, parameter: str, check: str) -> None:
    within = protocol.days(parameter)
    for days, asked in ((within, False), (within + 1, True)):
        assert (check in fired(filled("DV", dvimpact="MAJOR", dvfounddtc=days_ago(days)))) is asked
    late = {"dvfounddtc": days_ago(within + 1)}
    assert check not in fired(filled("DV", dvimpact="MINOR", **late)), "a minor one need not be notified"
    assert check not in fired(filled("DV", dvimpact="MAJOR", **late, **{item: days_ago(0)})), "it is done"
    assert check not in fired(filled("DV", **late)), "nobody has said how much it matters"
    assert check not in fired(filled("DV", dvimpact="MAJOR", dvfounddtc=days_ago(within + 1)[:4] + "-12")), (
        "not certain"
    )


@pytest.mark.parametrize(("item", "check"), [("dvspndtc", "DV-04"), ("dvecdtc", "DV-05")])
@pytest.mark.parametrize(
    ("found", "notified", "asked"),
    [
        ("2025-03-05", "2025-03-05", False),
        ("2025-03-05", "2025-03-04", True),
        ("2025-03", "2025-03-01", False),
        ("2025-03", "2025-02-28", True),
    ],
)
def test_notified_certainly_before_it_was_found_is_asked_about(
    item: str, check: str, found: str, notified: str, asked: bool
) -> None:
    assert (check in fired(filled("DV", dvfounddtc=found, **{item: notified}))) is asked


def test_what_is_not_yet_notified_is_no_gap() -> None:
    record = filled("DV", dvterm="Pulse not taken", dvimpact="MAJOR")
    assert not {"dvspndtc", "dvecdtc", "dvplace"} & set(gaps(record, read.form("DV").items))


def test_a_deviation_entered_by_hand_names_its_data_too(cast: Cast) -> None:
    by = cast.actor(cast.coordinator)
    someone = subject.add(cast.site, by=by)
    enter(by, someone, "LOG", "DV", {"dvterm": "Pulse not taken", "dvsource": "HAND", "dvplace": "SCR/VS/1"})
    assert Deviation.objects.get().dvplace == "SCR/VS/1"


def test_every_rule_that_raises_a_deviation_fits_its_text_into_the_form() -> None:
    room = Deviation._meta.get_field("dvterm").max_length or 0
    id_room = Deviation._meta.get_field("dvrule").max_length or 0
    for rule in RULES.values():
        if rule.strength is Strength.DEVIATION:
            with override("zh-hans"):
                chinese = str(rule.message)
            with override("en"):
                assert len(f"{chinese} / {rule.message}") <= room
            assert len(rule.id) <= id_room


@pytest.mark.req("AUD-09", "ENT-04")
def test_a_visit_before_consent_raises_a_deviation_for_the_site_to_complete(cast: Cast) -> None:
    by = cast.actor(cast.coordinator)
    someone = subject.add(cast.site, by=by)
    enter(by, someone, "SCR", "VS", {"vsperf": "N", "vsreasnd": "Machine broken"}, on=date(2025, 3, 1))
    enter(by, someone, "SCR", "ICF", {"icyn": "Y", "rficdtc": "2025-03-02T09:00+08:00"})
    raised = Deviation.objects.get(subject=someone)
    assert (raised.dvsource, raised.dvrule, raised.dvplace) == ("RULE", "SV-01", "SCR/SV/1")
    assert "before informed consent" in raised.dvterm
    assert FormStatus.objects.get(form_code="DV").state == FormState.INCOMPLETE
    items = ChangeItem.objects.filter(table_name=Deviation._meta.db_table, field__startswith="dv")
    assert set(items.values_list("system_rule", flat=True)) == {"SV-01"}
    assert items.count() == 5
    assert all(item.change.actor.is_system for item in items.select_related("change__actor"))


def test_the_site_completes_what_a_rule_raised(cast: Cast) -> None:
    by = cast.actor(cast.coordinator)
    someone = subject.add(cast.site, by=by)
    enter(by, someone, "SCR", "VS", {"vsperf": "N", "vsreasnd": "Machine broken"}, on=date(2025, 3, 1))
    enter(by, someone, "SCR", "ICF", {"icyn": "Y", "rficdtc": "2025-03-02T09:00+08:00"})
    completed = {"dvcat": "CONSENT", "dvstdat": "2025-03-01", "dvimpact": "MAJOR", "dvaction": "Staff trained again"}
    place = find_place(by, someone.number, "LOG", "DV", 1)
    crf.save(place, Entry(completed), by=by, reason="Completed by the site", revision=1)
    assert FormStatus.objects.get(form_code="DV").state == FormState.COMPLETE
