"""Scales and laboratory entered through the acts: derived values have their rule as author, rows keep their keys."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.testing import Cast, make_cast
from assessments.models.chemistry import ChemistryResult
from core.actions import subject
from core.models import ChangeItem, Query
from core.testing.forms import enter

ZEROS = {f"mgadl{number:02}": "0" for number in range(1, 9)}


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.mark.req("AUD-09")
def test_it_works(cast: Cast) -> None:
    by = cast.actor(cast.coordinator)
    someone = subject.add(cast.site, by=by)
    enter(by, someone, "SCR", "MGADL", ZEROS | {"qsperf": "Y", "mgadl07": "2"}, on=date(2025, 3, 3))
    saved = enter(by, someone, "SCR", "MGADL", {"mgadl02": "2"}, reason="Misread")
    items = {
        item.field: (item.old, item.new, item.system_rule) for item in ChangeItem.objects.filter(change=saved.change)
    }
    assert items.pop("mgadl02") == ("0", "2", "")
    assert items.pop("mgadltot") == (2, 4, "MGADL-TOTAL v1")
    old, new, author = items.pop("mgadlocp")
    assert (float(old), float(new), author) == (100.0, 50.0, "MGADL-OCULAR-SHARE v1")
    assert items == {"mgadlbul": (0, 2, "MGADL-BULBAR v1")}


@pytest.mark.req("AUD-09")
def test_clearing_one_item_clears_the_total(cast: Cast) -> None:
    by = cast.actor(cast.coordinator)
    someone = subject.add(cast.site, by=by)
    enter(by, someone, "SCR", "MGADL", ZEROS | {"qsperf": "Y"}, on=date(2025, 3, 3))
    saved = enter(by, someone, "SCR", "MGADL", {"mgadl02": None}, reason="Was not asked")
    total = ChangeItem.objects.get(change=saved.change, field="mgadltot")
    assert (total.old, total.new, total.system_rule) == (0, None, "MGADL-TOTAL v1")


def test_a_chemistry_result_outside_its_limits_opens_a_query_at_its_row(cast: Cast) -> None:
    by = cast.actor(cast.coordinator)
    someone = subject.add(cast.site, by=by)
    alt = {"lbtestcd": "ALT", "lborres": "<5", "lborresu": "U/L", "lbornrlo": "9", "lbornrhi": "50"}
    creatinine = {"lbtestcd": "CREAT", "lborres": "80", "lborresu": "umol/L", "lbornrlo": "57", "lbornrhi": "97"}
    saved = enter(by, someone, "SCR", "CHEM", {"lbperf": "Y"}, rows={"results": [creatinine, alt]}, on=date(2025, 3, 3))
    assert [str(row.lborres) for row in ChemistryResult.objects.order_by("key")] == ["80", "<5"]
    assert [(query.check_id, query.row_key, query.field) for query in saved.opened] == [("LB-03", 2, "lbclsig")]
    assert Query.objects.filter(subject=someone).count() == 1


def test_the_database_refuses_what_the_form_refuses(cast: Cast) -> None:
    by = cast.actor(cast.coordinator)
    someone = subject.add(cast.site, by=by)
    enter(by, someone, "SCR", "MGADL", ZEROS | {"qsperf": "Y"}, on=date(2025, 3, 3))
    enter(by, someone, "SCR", "CHEM", {"lbperf": "Y"}, rows={"results": [{"lbtestcd": "ALT", "lborresu": "U/L"}]})
    statements = (
        "UPDATE assessments_mgadl SET mgadl01 = '4'",
        "UPDATE assessments_mgadl SET mgadltot = 25",
        "UPDATE assessments_mgadl SET qsperf = 'N'",
        "UPDATE assessments_chemistryresult SET lborresu = 'mg'",
        "UPDATE assessments_chemistryresult SET lborres = '5,1'",
    )
    for statement in statements:
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
