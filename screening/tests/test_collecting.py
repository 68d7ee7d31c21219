"""Re-consent and withdrawal through the acts: what is refused, what is not, and what stays."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

import pytest

from accounts.actor import system_actor
from accounts.testing import Cast
from core import entry_gates
from core.actions import crf, visit
from core.actions.errors import Refused
from core.actions.recheck import recheck
from core.actions.verify import verify_chain
from core.crf import read
from core.crf.rules import Context
from core.models import Query, Subject, SubjectStatus, Visit
from core.places import visit_of
from core.testing.forms import enter
from core.testing.trial import CALM, WHY, commit, place_at
from core.tests.scenes import client_of, statements, text_of
from screening.models.consent_version import ConsentVersion

pytestmark = pytest.mark.req("PRV-04")
CONSENT, NEW, AFTER = date(2026, 1, 5), date(2026, 2, 1), date(2026, 3, 2)
ICF = {"icyn": "Y", "icver": "1.0", "rficdtc": "2026-01-05T09:00+08:00", "icltfu": "Y"}
RICF = {"icyn": "Y", "icver": "2.0", "ricdtc": "2026-03-05T09:00+08:00"}
WD = {"wddat": "2026-02-01", "wdby": "SUBJECT", "wdscope": ["VISITS"], "wdet": "Y", "wdltfu": "Y"}


@pytest.fixture
def consented(subject: Subject, coordinator: Any) -> Subject:
    """01-001, who signed version 1.0 on 5 January."""
    enter(coordinator, subject, "SCR", "ICF", ICF, on=CONSENT)
    return subject


@pytest.fixture
def new_version(cast: Cast) -> ConsentVersion:
    """Version 2.0, in force from 1 February, to be signed by all."""
    dated = {"dated_on": date(2026, 1, 10), "approved_on": date(2026, 1, 20)}
    old = dict.fromkeys(("dated_on", "approved_on", "in_force_on"), date(2025, 1, 1))
    ConsentVersion.objects.create(site=cast.site, version="1.0", **old)
    return ConsentVersion.objects.create(site=cast.site, version="2.0", in_force_on=NEW, needs_reconsent=True, **dated)


def vitals(by: Any, subject: Subject, visit: str, on: date, **changes: str) -> crf.Saved:
    return enter(by, subject, visit, "VS", CALM | changes, on=on, reason=WHY if changes else "")


def newest(subject: Subject) -> Subject:
    return Subject.objects.get(pk=subject.pk)


def open_checks(subject: Subject) -> set[str]:
    return set(Query.objects.filter(subject=subject, state="OPEN").values_list("check_id", flat=True))


def test_it_works(consented: Subject, new_version: ConsentVersion, coordinator: Any) -> None:
    with pytest.raises(Refused, match="Version 2.0"):
        vitals(coordinator, consented, "BL", AFTER)
    assert not Visit.objects.filter(subject=consented, code="BL").exists()

    enter(coordinator, consented, "LOG", "RICF", RICF)

    assert vitals(coordinator, consented, "BL", AFTER).change
    assert verify_chain(consented) == []


def test_the_day_before_and_another_site_s_version_stop_nothing(
    consented: Subject, new_version: ConsentVersion, cast: Cast, coordinator: Any
) -> None:
    assert vitals(coordinator, consented, "LEUK", date(2026, 1, 31)).change
    new_version.site = cast.other_site
    new_version.save()
    assert vitals(coordinator, consented, "BL", AFTER).change


@pytest.mark.parametrize(
    "line", [{"icyn": "N", "icver": "2.0"}, RICF | {"icver": "1.0"}], ids=["refused", "an earlier version"]
)
def test_only_consent_to_the_new_version_opens_the_visits(
    consented: Subject, new_version: ConsentVersion, coordinator: Any, line: dict[str, Any]
) -> None:
    enter(coordinator, consented, "LOG", "RICF", line)
    with pytest.raises(Refused):
        vitals(coordinator, consented, "BL", AFTER)


def test_a_void_re_consent_opens_nothing(consented: Subject, new_version: ConsentVersion, coordinator: Any) -> None:
    enter(coordinator, consented, "LOG", "RICF", RICF)
    crf.void(place_at(consented, "LOG", "RICF", 1), by=coordinator, reason=WHY, revision=1)
    with pytest.raises(Refused):
        vitals(coordinator, consented, "BL", AFTER)


def test_what_stands_is_corrected_and_safety_data_are_entered(consented: Subject, cast: Cast, coordinator: Any) -> None:
    vitals(coordinator, consented, "BL", AFTER)
    dates = dict.fromkeys(("dated_on", "approved_on", "in_force_on"), NEW)
    ConsentVersion.objects.create(site=cast.site, version="2.0", needs_reconsent=True, **dates)

    assert vitals(coordinator, consented, "BL", AFTER, sysbp="121").change
    assert enter(coordinator, consented, "LOG", "AE", {"aeterm": "Fever", "aestdat": "2026-03-01"}).change
    with pytest.raises(Refused):
        vitals(coordinator, consented, "RST", AFTER)


def test_visits_before_the_re_consent_become_a_deviation(
    consented: Subject, new_version: ConsentVersion, coordinator: Any
) -> None:
    enter(coordinator, consented, "LOG", "RICF", RICF)
    vitals(coordinator, consented, "BL", AFTER)  # three days before the signature
    recheck(consented, by=system_actor())
    assert "RICF-12" in open_checks(consented)
    deviations: Any = read.form_models()["DV"].objects
    assert deviations.filter(subject=consented, dvrule="RICF-12").count() == 1


def test_each_gate_costs_one_statement_at_most(
    consented: Subject, new_version: ConsentVersion, coordinator: Any
) -> None:
    enter(coordinator, consented, "LOG", "WD", WD | {"wddat": "2026-04-01"})
    subject = Subject.objects.select_related("site").get(pk=consented.pk)
    for day, cost in ((CONSENT, 0), (AFTER, 1), (date(2026, 4, 2), 2)):
        visit_at = Visit(subject=subject, code="UNS", ordinal=1, visit_on=day)
        context = Context(subject, read.form("VS").model(), visit_at)
        assert statements(partial(_refused, context)) == cost, day


def _refused(context: Context) -> list[Any]:
    return list(entry_gates.refusals(read.form("VS"), context))


def test_the_page_says_so_before_anything_is_typed(
    consented: Subject, new_version: ConsentVersion, cast: Cast, coordinator: Any
) -> None:
    visit.save_date(visit_of(consented, "BL"), AFTER, by=coordinator)
    page = "/subjects/01-001/visits/BL/VS/"
    assert "Version 2.0 of the consent form is in force since 2026-02-01" in text_of(
        client_of(cast.coordinator).get(page)
    )
    assert "Version 2.0" not in text_of(client_of(cast.monitor).get(page))
    refused = client_of(cast.coordinator).post(page, CALM | {"revision": "0"})
    assert refused.status_code == 400
    assert "Version 2.0" in text_of(refused)


def test_withdrawal_from_visits_ends_them_and_keeps_what_is_there(consented: Subject, coordinator: Any) -> None:
    vitals(coordinator, consented, "LEUK", date(2026, 1, 20))
    enter(coordinator, consented, "LOG", "WD", WD)

    now = newest(consented)
    assert (now.withdrawn_on, now.status) == (date(2026, 2, 1), SubjectStatus.WITHDRAWN)
    with pytest.raises(Refused, match="withdrew from visits on 2026-02-01"):
        vitals(coordinator, consented, "BL", AFTER)
    assert vitals(coordinator, consented, "LEUK", date(2026, 1, 20), sysbp="121").change
    assert enter(coordinator, consented, "LOG", "AE", {"aeterm": "Fever", "aestdat": "2026-03-01"}).change
    assert vitals(coordinator, consented, "BL", date(2026, 2, 1)).change  # on that very day
    assert verify_chain(consented) == []


def test_withdrawal_from_treatment_alone_ends_no_visit(consented: Subject, coordinator: Any) -> None:
    only = {"wddat": "2026-02-01", "wdby": "SUBJECT", "wdscope": ["TREATMENT"]}
    enter(coordinator, consented, "LOG", "WD", only)
    assert newest(consented).withdrawn_on is None
    assert vitals(coordinator, consented, "BL", AFTER).change


def test_of_several_lines_the_earliest_end_counts_and_a_void_one_not(consented: Subject, coordinator: Any) -> None:
    enter(coordinator, consented, "LOG", "WD", WD | {"wddat": "2026-02-10"})
    enter(coordinator, consented, "LOG", "WD", {"wddat": "2026-03-10", "wdscope": ["FOLLOWUP"]})
    enter(coordinator, consented, "LOG", "WD", {"wddat": "2026-02-20", "wdscope": ["SAMPLES"]})
    assert newest(consented).withdrawn_on == date(2026, 2, 10)

    crf.void(place_at(consented, "LOG", "WD", 1), by=coordinator, reason=WHY, revision=1)
    commit()
    assert newest(consented).withdrawn_on == date(2026, 3, 10)

    crf.void(place_at(consented, "LOG", "WD", 2), by=coordinator, reason=WHY, revision=1)
    commit()
    assert (newest(consented).withdrawn_on, newest(consented).status) == (None, SubjectStatus.SCREENING)


def test_a_visit_that_had_been_entered_for_a_later_day_becomes_a_deviation(
    consented: Subject, coordinator: Any
) -> None:
    vitals(coordinator, consented, "BL", AFTER)
    enter(coordinator, consented, "LOG", "WD", WD)
    assert "SV-04" in open_checks(consented)
