"""Repeating rows on the form page: those entered are kept under stable keys, refused ones stay as typed."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest

from accounts.testing import Cast
from core.crf import read
from core.models import Subject
from core.testing.trial import commit
from core.tests.scenes import client_of, text_of

CHEM = "/subjects/01-001/visits/SCR/CHEM/"
DAY = "2026-03-02"
SAMPLE = {"lbperf": "Y", "lbdat": DAY, "lbtim": "0800", "lbfast": "Y", "lbnam": "Central", "visit_on": DAY}
ChemistryResult: Any = read.form("CHEM").group("results").model
STARTS = read.form("CHEM").group("results").start


def as_started() -> dict[str, str]:
    """The rows as a new page has them: every test named, no result."""
    rows = {f"results-{key}-{name}": value for key, start in enumerate(STARTS, 1) for name, value in start.items()}
    return rows | {"results-next": str(len(STARTS) + 1)}


def post(cast: Cast, **data: Any) -> Any:
    return client_of(cast.coordinator).post(CHEM, {**SAMPLE, **as_started(), **data})


def test_it_works(cast: Cast, subject: Subject) -> None:
    alt = {"results-1-lborres": "23", "results-1-lbornrlo": "7", "results-1-lbornrhi": "40"}

    assert post(cast, **alt).status_code == 302
    row = ChemistryResult.objects.get()
    assert (row.key, row.lbtestcd, str(row.lborres), row.parent.lbnam) == (1, STARTS[0]["lbtestcd"], "23", "Central")
    commit()


def test_what_a_row_derives_is_shown_and_not_typed(cast: Cast, subject: Subject) -> None:
    page = "/subjects/01-001/visits/SCR/ECG/"
    typed = {
        "egperf": "Y",
        "visit_on": DAY,
        "tracings-1-egnum": "1",
        "tracings-1-egqt": "400",
        "tracings-1-egrr": "800",
    }
    assert (
        client_of(cast.coordinator).post(page, typed | {"tracings-1-qtcf": "1", "tracings-next": "2"}).status_code
        == 302
    )

    shown = client_of(cast.coordinator).get(page)
    assert "430.9" in text_of(shown)
    assert 'name="tracings-1-qtcf"' not in shown.content.decode()
    assert "430.9" in text_of(client_of(cast.monitor).get(page))


def test_a_row_that_only_stood_there_is_not_data(cast: Cast, subject: Subject) -> None:
    assert post(cast).status_code == 302
    assert not ChemistryResult.objects.exists()


def test_a_censored_result_keeps_operator_and_digits(cast: Cast, subject: Subject) -> None:
    post(cast, **{"results-3-lborres": "<0.50"})

    row = ChemistryResult.objects.get()
    assert (row.key, str(row.lborres)) == (3, "<0.50")
    assert 'value="&lt;0.50"' in client_of(cast.coordinator).get(CHEM).content.decode()


def test_a_row_is_added_and_its_key_is_never_used_again(cast: Cast, subject: Subject) -> None:
    added = len(STARTS) + 1
    extra = {f"results-{added}-lbtestcd": "ALT", f"results-{added}-lborres": "31", f"results-{added}-lborresu": "U/L"}
    post(cast, **extra, **{"results-next": str(added + 1)})

    page = client_of(cast.coordinator).get(CHEM).content.decode()
    assert ChemistryResult.objects.get().key == added
    assert f'name="results-next" value="{added + 1}"' in page


def test_a_refused_result_stays_as_typed_with_its_message(cast: Cast, subject: Subject) -> None:
    answer = post(cast, **{"results-2-lborres": "5,1", "results-1-lborres": "23"})

    assert answer.status_code == 400
    assert 'value="5,1"' in answer.content.decode()
    assert "for example 5.1" in text_of(answer)
    assert not ChemistryResult.objects.exists()


@pytest.mark.req("AUD-04")
def test_a_row_is_voided_not_removed(cast: Cast, subject: Subject) -> None:
    post(cast, **{"results-1-lborres": "23"})
    kept = {"results-1-lbtestcd": STARTS[0]["lbtestcd"], "results-1-lborresu": STARTS[0]["lborresu"]}
    void = {"results-1-voided": "on", "revision": "1", "reason": "other patient"}
    data = SAMPLE | kept | {"results-1-lborres": "23"} | void

    assert client_of(cast.coordinator).post(CHEM, data).status_code == 302
    row = ChemistryResult.objects.get()
    assert (row.voided, str(row.lborres)) == (True, "23")
    commit()


def test_a_row_left_out_of_the_post_stays_as_it_is(cast: Cast, subject: Subject) -> None:
    post(cast, **{"results-1-lborres": "23"})

    data = SAMPLE | {"revision": "1", "reason": "fasting after all", "lbfast": "N", "results-next": "2"}
    answer = client_of(cast.coordinator).post(CHEM, data)

    assert answer.status_code in (302, 400)
    assert str(ChemistryResult.objects.get().lborres) == "23"


@pytest.mark.req("AUD-03")
def test_rows_typed_and_not_saved_come_back(cast: Cast, subject: Subject) -> None:
    added = len(STARTS) + 1
    said = {"results-1-lborres": "23", f"results-{added}-lbtestcd": "AST", f"results-{added}-lborres": "30"}
    client = client_of(cast.coordinator)
    client.post(CHEM + "draft/", json.dumps({"token": str(uuid4()), "values": said}), content_type="application/json")

    page = client.get(CHEM).content.decode()

    assert f'name="results-{added}-lborres" value="30"' in page
    assert 'name="results-1-lborres" value="23"' in page


def test_a_huge_row_number_does_not_make_a_huge_page(cast: Cast, subject: Subject) -> None:
    answer = post(cast, **{"results-next": "999999999"})

    assert answer.status_code in (302, 400)


def test_what_was_not_answered_is_offered_again(cast: Cast, subject: Subject) -> None:
    post(cast, **{"results-1-lborres": "23"})

    page = client_of(cast.coordinator).get(CHEM)
    assert len(page.context["form"].row_forms) == len(STARTS)
    data = (
        SAMPLE
        | as_started()
        | {"results-1-lborres": "23", "results-2-lborres": "31", "revision": "1", "reason": "later"}
    )
    assert client_of(cast.coordinator).post(CHEM, data).status_code == 302

    assert list(ChemistryResult.objects.order_by("key").values_list("key", flat=True)) == [1, 2]
    assert len(text_of(client_of(cast.monitor).get(CHEM)).split("U/L")) == 3  # two rows to read, no empty ones


def test_a_void_row_stays_as_it_is(cast: Cast, subject: Subject) -> None:
    post(cast, **{"results-1-lborres": "23"})
    client, row = client_of(cast.coordinator), {"results-1-lborres": "23", "results-1-voided": "on"}
    client.post(CHEM, SAMPLE | row | {"revision": "1", "reason": "other patient"})

    client.post(CHEM, SAMPLE | {"results-1-lborres": "77", "revision": "2", "reason": "crafted"})

    kept = ChemistryResult.objects.get()
    assert (kept.voided, str(kept.lborres)) == (True, "23")
