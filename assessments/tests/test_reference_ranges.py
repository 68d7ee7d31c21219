"""Reference ranges: who manages them, that none changes or goes in silence, and what looking them up costs."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, models, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.actor import system_actor
from accounts.models import Event, EventKind, Role, User
from accounts.testing import PASSWORD, Cast, join, make_cast, make_person
from assessments.lab_units import standard
from assessments.models.chemistry import USUAL, ChemistryResult
from assessments.models.reference_range import ReferenceRange
from core.actions import subject
from core.actions.recheck import recheck
from core.models import Query
from core.testing.forms import enter
from core.testing.trial import refused, sql

PAGE = "/admin/assessments/referencerange/"
ON = date(2026, 3, 2)


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def a_range(cast: Cast, **answers: Any) -> ReferenceRange:
    given = {"laboratory": "Central", "test": "ALT", "unit": "U/L", "low": 9, "high": 50} | {
        "valid_from": date(2026, 1, 1), "source": "Manual 3",
    }  # fmt: skip
    return ReferenceRange(**{"site": cast.site} | given | answers)


def kept(cast: Cast, **answers: Any) -> ReferenceRange:
    found = a_range(cast, **answers)
    found.full_clean()
    found.save()
    return found


def posted(cast: Cast, **answers: str) -> dict[str, str]:
    told = {"site": str(cast.site.pk), "laboratory": "Central", "test": "ALT", "sex": "", "unit": "U/L", "low": "9"}
    more = {"high": "50", "valid_from": "2026-01-01", "source": "Manual 3", "change_reason": "New analyser"}
    return told | more | answers


def signed_in(person: User) -> Client:
    client = Client()
    client.post("/sign-in/", {"username": person.username, "password": PASSWORD})
    return client


def load(**options: Any) -> None:
    given = {"site": "01", "laboratory": "Central", "valid_from": "2026-01-01", "by": "sun.ning", "reason": "Start"}
    told = given | options
    call_command(
        "load_reference_ranges", f"--site={told['site']}", f"--laboratory={told['laboratory']}",
        f"--from={told['valid_from']}", f"--by={told['by']}", f"--reason={told['reason']}",
    )  # fmt: skip


@pytest.mark.req("ADM-01", "ADM-07")
def test_it_works(cast: Cast) -> None:
    client = signed_in(cast.data_manager)
    assert client.post(f"{PAGE}add/", posted(cast)).status_code == 302
    found = ReferenceRange.objects.get()
    record = found.history.get()
    assert (record.history_user, record.history_change_reason) == (cast.data_manager, "New analyser")
    event = Event.objects.get(kind=EventKind.CONFIGURATION)
    assert (event.actor, event.reason, event.site) == (cast.data_manager, "New analyser", cast.site)
    assert event.what.split() == ["Central", "ALT"]
    assert event.detail["high"] == 50


@pytest.mark.parametrize("page", ["", "add/"])
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_its_pages_open_in_both_languages(cast: Cast, page: str, language: str) -> None:
    kept(cast, sex="M", age_to=59)
    cast.data_manager.language = language
    cast.data_manager.save()
    assert f'lang="{language}"' in signed_in(cast.data_manager).get(PAGE + page).content.decode()


@pytest.mark.req("ADM-03")
@pytest.mark.parametrize("name", ["coordinator", "investigator", "monitor", "auditor", "administrator"])
def test_no_other_role_manages_them(cast: Cast, name: str) -> None:
    client = signed_in(getattr(cast, name))
    assert client.get(PAGE, follow=True).status_code == 403
    assert client.post(f"{PAGE}add/", posted(cast), follow=True).status_code == 403
    assert not ReferenceRange.objects.exists()


@pytest.mark.req("ADM-03")
def test_who_manages_reference_data_reaches_no_account_and_no_site(cast: Cast) -> None:
    client = signed_in(cast.data_manager)
    assert client.get("/admin/").status_code == 200
    for page in ("/admin/accounts/user/", "/admin/accounts/site/", "/admin/accounts/membership/add/"):
        assert client.get(page).status_code == 403


def test_a_data_manager_of_one_site_sees_and_sets_that_sites_ranges_only(cast: Cast) -> None:
    kept(cast)
    person = join(make_person("fei.yun", "Fei Yun 费云"), Role.DATA_MANAGER, cast.other_site)
    client = signed_in(person)
    assert client.get(PAGE).context["cl"].result_count == 0
    assert client.get(f"{PAGE}{ReferenceRange.objects.get().pk}/change/", follow=True).context.get("adminform") is None
    assert client.post(f"{PAGE}add/", posted(cast)).status_code == 200  # the site is not among those offered
    assert ReferenceRange.objects.count() == 1


@pytest.mark.req("AUD-02")
def test_a_change_has_its_reason_and_leaves_the_former_state(cast: Cast) -> None:
    found = kept(cast)
    client = signed_in(cast.data_manager)
    told = posted(cast, high="45", change_reason="")
    assert client.post(f"{PAGE}{found.pk}/change/", told).status_code == 200
    assert client.post(f"{PAGE}{found.pk}/change/", told | {"change_reason": "Misread"}).status_code == 302
    assert [(h.high, h.history_change_reason) for h in found.history.order_by("history_id")] == [
        (50, None),
        (45, "Misread"),
    ]


@pytest.mark.req("ADM-04")
def test_nothing_is_deleted(cast: Cast) -> None:
    found = kept(cast)
    with pytest.raises(models.ProtectedError):
        found.delete()
    with pytest.raises(models.ProtectedError):
        ReferenceRange.objects.all().delete()
    assert signed_in(cast.data_manager).post(f"{PAGE}{found.pk}/delete/", {"post": "yes"}).status_code == 403
    for statement in ("DELETE FROM assessments_referencerange", "TRUNCATE assessments_referencerange"):
        with refused():
            sql(statement)


@pytest.mark.req("ADM-07", "ADM-08")
@pytest.mark.parametrize(
    "path",
    [
        lambda cast: ReferenceRange.objects.update(high=60),
        lambda cast: ReferenceRange.objects.bulk_create([a_range(cast, test="AST")]),
        lambda cast: sql("UPDATE assessments_referencerange SET low = 1"),
        lambda cast: sql(
            "INSERT INTO assessments_historicalreferencerange (id, laboratory, test, sex, unit, valid_from, source,"
            " history_date, history_type) VALUES (9999, 'x', 'ALT', '', 'U/L', now(), 'x', now(), '+')"
        ),
    ],
)
def test_nothing_moves_past_its_history(cast: Cast, path: Any) -> None:
    kept(cast)
    with refused("differs from its history"):
        path(cast)


@pytest.mark.req("ADM-05")
@pytest.mark.parametrize("statement", ["UPDATE {} SET high = 1", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_history_only_grows(cast: Cast, statement: str) -> None:
    kept(cast)
    with refused():
        sql(statement.format("assessments_historicalreferencerange"))


@pytest.mark.parametrize(
    ("answers", "place"),
    [
        ({"low": None, "high": None}, "__all__"),
        ({"low": 50}, "__all__"),
        ({"low": -1}, "__all__"),
        ({"age_from": 60, "age_to": 59}, "__all__"),
        ({"valid_to": date(2025, 12, 31)}, "__all__"),
        ({"unit": "mmol/L"}, "unit"),
        ({"unit": "stone"}, "unit"),
        ({"test": "NONE"}, "test"),
        ({"sex": "X"}, "sex"),
        ({"source": ""}, "source"),
    ],
)
def test_a_range_that_cannot_be_is_refused(cast: Cast, answers: dict[str, Any], place: str) -> None:
    with pytest.raises(ValidationError) as caught:
        a_range(cast, **answers).full_clean()
    assert list(caught.value.message_dict) == [place]


@pytest.mark.parametrize("name", ["has_limit", "low_below_high", "not_negative", "ages_in_order", "days_in_order"])
def test_the_database_refuses_it_too(cast: Cast, name: str) -> None:
    wrong: dict[str, dict[str, Any]] = {
        "has_limit": {"low": None, "high": None},
        "low_below_high": {"low": 50},
        "not_negative": {"low": -1},
        "ages_in_order": {"age_from": 60, "age_to": 59},
        "days_in_order": {"valid_to": date(2025, 12, 31)},
    }
    with pytest.raises(IntegrityError, match=f"reference_range_{name}"), transaction.atomic():
        a_range(cast, **wrong[name]).save()


@pytest.mark.parametrize(
    ("answers", "meets"),
    [
        ({}, True),
        ({"laboratory": " central"}, True),
        ({"sex": "F"}, True),
        ({"age_from": 60}, True),
        ({"valid_from": date(2026, 6, 30)}, True),
        ({"laboratory": "Branch"}, False),
        ({"test": "AST"}, False),
        ({"valid_from": date(2026, 7, 1)}, False),
        ({"valid_from": date(2025, 1, 1), "valid_to": date(2025, 12, 31)}, False),
    ],
)
def test_no_two_ranges_cover_the_same_people_and_days(cast: Cast, answers: dict[str, Any], meets: bool) -> None:
    kept(cast, valid_to=date(2026, 6, 30))
    with pytest.raises(ValidationError, match="covers some of the same people") if meets else nullcontext():
        a_range(cast, **answers).full_clean()


def test_men_and_women_and_ages_side_by_side_do_not_meet(cast: Cast) -> None:
    kept(cast, sex="M", age_to=59)
    kept(cast, sex="F")
    kept(cast, sex="M", age_from=60)
    assert ReferenceRange.objects.count() == 3


# The defaults ------------------------------------------------------------------------------------------------------


def test_the_defaults_are_loaded_for_a_laboratory_by_a_person_with_a_reason(
    cast: Cast, capsys: pytest.CaptureFixture[str]
) -> None:
    load()
    assert "24 loaded, 0 left out" in capsys.readouterr().out
    found = ReferenceRange.objects.get(test="CREAT", sex="M", age_from=60)
    assert (found.low, found.high) == (Decimal(57), Decimal(111))
    assert (found.unit, found.site, found.laboratory) == ("umol/L", cast.site, "Central")
    record = found.history.get()
    assert (record.history_user, record.history_change_reason) == (cast.data_manager, "Start")
    assert Event.objects.filter(kind=EventKind.CONFIGURATION, actor=cast.data_manager).count() == 24
    connection.check_constraints()


def test_what_the_laboratory_has_already_stays(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    kept(cast, high=45)
    load()
    assert "22 loaded, 2 left out" in capsys.readouterr().out
    assert ReferenceRange.objects.get(test="ALT").high == 45
    load()
    assert "0 loaded, 24 left out" in capsys.readouterr().out


@pytest.mark.parametrize(
    "options", [{"site": "09"}, {"by": "nobody"}, {"by": "wang.min"}, {"by": "lin.yue"}, {"reason": " "}]
)
def test_they_are_not_loaded_without_site_right_or_reason(cast: Cast, options: dict[str, str]) -> None:
    with pytest.raises(CommandError):
        load(**options)
    assert not ReferenceRange.objects.exists()


# On a form ---------------------------------------------------------------------------------------------------------


def results(count: int) -> list[dict[str, Any]]:
    """Results without limits, of so many tests."""
    tests = [analyte.value for analyte in USUAL[:count]]
    return [{"lbtestcd": test, "lborres": "30", "lborresu": standard(test).value} for test in tests]


@pytest.mark.req("AUD-09")
def test_the_limits_of_the_site_come_to_a_saved_form_with_their_rule_as_author(cast: Cast) -> None:
    load()
    kept(cast, site=cast.other_site, test="K", unit="mmol/L", low=1, high=2)
    by = cast.actor(cast.coordinator)
    someone = subject.add(cast.site, by=by)
    enter(by, someone, "SCR", "DM", {"sex": "F", "brthdat": "1984-05"}, on=ON)
    rows = [
        {"lbtestcd": "K", "lborres": "3.2", "lborresu": "mmol/L"},
        {"lbtestcd": "CREAT", "lborres": "1.0", "lborresu": "mg/dL"},
    ]
    saved = enter(by, someone, "SCR", "CHEM", {"lbperf": "Y", "lbdat": ON, "lbnam": "central"}, rows={"results": rows})
    potassium, creatinine = ChemistryResult.objects.order_by("key")
    assert (str(potassium.lbnrlo), str(potassium.lbnrhi)) == ("3.500000", "5.300000")
    assert (potassium.lbnrind, potassium.lbtoxgrp) == ("LOW", 1)
    assert (str(creatinine.lbnrhi), str(creatinine.lbstresn), creatinine.lbtoxgr) == ("0.825792", "88.40", 1)
    assert saved.change
    authors = dict(saved.change.items.filter(row_key=1).values_list("field", "system_rule"))
    assert (authors["lbnrlo"], authors["lbtoxgrp"]) == ("LB-LOWER-LIMIT v1", "LB-GRADE-PROPOSED v1")


def test_the_baseline_of_the_same_form_is_read_with_its_rows(cast: Cast) -> None:
    by = cast.actor(cast.coordinator)
    someone = subject.add(cast.site, by=by)

    def alt(visit: str, on: date, result: str) -> ChemistryResult:
        row = {"lbtestcd": "ALT", "lborres": result, "lborresu": "U/L", "lbornrlo": "9", "lbornrhi": "50"}
        enter(by, someone, visit, "CHEM", {"lbperf": "Y", "lbdat": on}, rows={"results": [row]}, on=on)
        return ChemistryResult.objects.latest("id")

    assert alt("BL", date(2026, 3, 9), "100").lbtoxgr == 1
    enter(by, someone, "LD1", "VS", {"vsperf": "N"}, on=date(2026, 3, 10))
    found = alt("LD2", date(2026, 3, 11), "149")
    assert (found.lbtoxgr, found.lbtoxgrp) == (0, None)
    assert not Query.objects.filter(check_id="STALE").exists()
    assert recheck(someone, by=system_actor()) == []


def test_twenty_rows_ask_for_the_ranges_once(cast: Cast) -> None:
    load()
    by = cast.actor(cast.coordinator)
    costs = {}
    for count in (1, 20):
        someone = subject.add(cast.site, by=by)
        enter(by, someone, "SCR", "DM", {"sex": "F", "brthdat": "1984-05"}, on=ON)
        with CaptureQueriesContext(connection) as asked:
            answers = {"lbperf": "Y", "lbdat": ON, "lbnam": "Central"}
            enter(by, someone, "SCR", "CHEM", answers, rows={"results": results(count)})
        statements = [each["sql"] for each in asked]
        assert len([each for each in statements if "assessments_referencerange" in each]) == 1
        assert len([each for each in statements if each.startswith("SELECT") and "screening_demography" in each]) == 1
        costs[count] = len([each for each in statements if each.startswith("SELECT")])
    assert costs[20] <= costs[1] + 1  # the rows' own names and results are read with the form


def test_a_form_with_its_own_limits_asks_for_none(cast: Cast) -> None:
    by = cast.actor(cast.coordinator)
    someone = subject.add(cast.site, by=by)
    row = {"lbtestcd": "UREA", "lborres": "5", "lborresu": "mmol/L", "lbornrlo": "3", "lbornrhi": "8"}
    with CaptureQueriesContext(connection) as asked:
        answers = {"lbperf": "Y", "lbdat": ON, "lbnam": "Central"}
        enter(by, someone, "SCR", "CHEM", answers, rows={"results": [row]}, on=ON)
    assert not [each for each in asked if "assessments_referencerange" in each["sql"]]
