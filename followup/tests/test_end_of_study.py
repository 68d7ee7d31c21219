"""End of study: the day from which nothing more falls due."""

from __future__ import annotations

from datetime import date
from typing import Any

from core.testing.forms import a_subject, filled, fired

ENDED = {"dsdecod": "COMPLETED", "dsstdat": "2026-05-04", "dsltfu": "Y", "dslast": "2026-05-04"}
TREATED = {"infusion_on": date(2024, 5, 4)}


def end(**answers: Any) -> Any:
    return filled("DS", **{**ENDED, **answers})


def test_it_works() -> None:
    assert fired(end(), subject=a_subject(**TREATED)) == set()
    assert end().dsenddat is None


def test_without_long_term_follow_up_that_day_ends_everything() -> None:
    assert end(dsltfu="N", dsltfuno="Moved abroad").dsenddat == date(2026, 5, 4)


def test_who_received_cells_is_followed() -> None:
    stays = end(dsltfu="N")
    assert fired(stays, subject=a_subject(**TREATED)) == {"DS-01"}
    assert fired(stays, subject=a_subject()) == set()
    refused = end(dsdecod="WITHDRAWAL BY SUBJECT", dsltfu="N")
    assert fired(refused, subject=a_subject(**TREATED)) == set()


def test_not_infused_and_an_infusion_contradict_each_other() -> None:
    spared = end(dsdecod="NOT INFUSED")
    assert fired(spared, subject=a_subject()) == set()
    assert fired(spared, subject=a_subject(**TREATED)) == {"DS-02"}


def test_the_last_contact_is_not_after_the_end_of_everything() -> None:
    assert fired(end(dsltfu="N", dslast="2026-05-04"), subject=a_subject()) == set()
    assert fired(end(dsltfu="N", dslast="2026-05-05"), subject=a_subject()) == {"DS-03"}
    assert fired(end(dsltfu="Y", dslast="2026-05-05"), subject=a_subject()) == set()


def test_death_as_the_reason_and_the_recorded_death_belong_together() -> None:
    died = a_subject(died_on=date(2026, 5, 4))
    assert fired(end(dsdecod="DEATH", dsltfu="N"), subject=a_subject()) == {"DS-04"}
    assert fired(end(dsdecod="DEATH", dsltfu="N"), subject=died) == set()
    assert fired(end(), subject=died) == {"DS-04"}
