"""An infusion entered through the acts: what other forms hold decides what is asked."""

from __future__ import annotations

from datetime import date

import pytest

from accounts.testing import Cast, make_cast
from core.actions import subject
from core.models import ChangeItem, Query, Subject
from core.testing.forms import enter

GIVEN = {
    "exoccur": "Y", "expldos": "1", "exweight": "60", "exdose": "58.2",
    "exstdtc": "2025-02-28T10:00+08:00", "exendtc": "2025-02-28T10:25+08:00",
}  # fmt: skip
# Neither a clearance nor a product nor an ICE score is entered here.
BARE = {"INF-14", "INF-51", "CRS-27"}


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def screened(cast: Cast, sex: str) -> Subject:
    """A subject who signed on 5 January and is of this sex."""
    by = cast.actor(cast.coordinator)
    someone = subject.add(cast.site, by=by)
    consent = {"icyn": "Y", "rficdtc": "2025-01-05T09:00+08:00"}
    enter(by, someone, "SCR", "ICF", consent, on=date(2025, 1, 5))
    enter(by, someone, "SCR", "DM", {"sex": sex, "brthdat": "1980-05"})
    return someone


def open_checks(someone: Subject, form: str) -> set[str]:
    return set(
        Query.objects.filter(subject=someone, form_code=form).exclude(state="CLOSED").values_list("check_id", flat=True)
    )


@pytest.mark.req("AUD-09", "VAL-04")
def test_it_works(cast: Cast) -> None:
    someone = screened(cast, "M")
    saved = enter(cast.actor(cast.coordinator), someone, "INF", "INF", GIVEN, on=date(2025, 2, 28))
    someone.refresh_from_db()
    assert someone.infusion_on == date(2025, 2, 28)
    assert open_checks(someone, "INF") == BARE
    rules = dict(ChangeItem.objects.filter(change=saved.change).values_list("field", "system_rule"))
    assert (rules["exdosekg"], rules["exdosepct"]) == ("INF-DOSE-KG v1", "INF-DOSE-PERCENT v1")
    assert rules["exdose"] == ""


def test_the_query_about_the_test_closes_once_the_test_is_there(cast: Cast) -> None:
    by, someone = cast.actor(cast.coordinator), screened(cast, "F")
    enter(by, someone, "INF", "INF", GIVEN, on=date(2025, 2, 28))
    assert open_checks(someone, "INF") == {"INF-11", *BARE}
    enter(by, someone, "INF", "UPT", {"lbperf": "Y", "lbdtc": "2025-02-28T07:10+08:00", "lborres": "NEG"})
    enter(by, someone, "INF", "INF", {"exvamt": "30"}, reason="Volume read from the bag")
    assert open_checks(someone, "INF") == BARE


@pytest.mark.req("AUD-09")
def test_a_changed_weight_recomputes_the_dose_in_the_name_of_the_rule(cast: Cast) -> None:
    by, someone = cast.actor(cast.coordinator), screened(cast, "M")
    enter(by, someone, "INF", "INF", GIVEN, on=date(2025, 2, 28))
    saved = enter(by, someone, "INF", "INF", {"exweight": "50"}, reason="Weight of another day")
    items = {item.field: item for item in ChangeItem.objects.filter(change=saved.change)}
    assert items["exdosekg"].system_rule == "INF-DOSE-KG v1"
    assert (float(items["exdosekg"].old), float(items["exdosekg"].new)) == (0.97, 1.164)
    assert items["exweight"].system_rule == ""
