"""What was written on paper while the system was down, or is entered afterwards, says so on every form (BCK-02)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from accounts.actor import Actor
from core.actions.entry import Entry
from core.crf import provenance, read, snapshot
from core.models import ChangeItem, Subject
from core.testing import trial
from core.testing.trial import CALM, VISIT_ON

PAPER = {"srcmode": "PAPER", "srcdat": date(2026, 3, 1), "srcby": "R07"}


def save(subject: Subject, by: Actor, **said: Any) -> Any:
    place = trial.place_at(subject, "SCR", "VS")
    return trial.save(place, Entry(CALM | said, visit_on=VISIT_ON), by=by)


@pytest.mark.req("BCK-02")
def test_it_works(subject: Subject, coordinator: Actor) -> None:
    saved = save(subject, coordinator, **PAPER)
    trial.commit()
    assert saved.record.entered_by == coordinator.user  # who transcribed it
    items = {item.field: item.new for item in ChangeItem.objects.filter(change=saved.change)}
    assert items | {"srcmode": "PAPER", "srcdat": "2026-03-01", "srcby": "R07"} == items


@pytest.mark.req("BCK-02")
@pytest.mark.parametrize("lacks", ["srcdat", "srcby"])
def test_a_transcription_names_the_paper_s_date_and_writer(subject: Subject, coordinator: Actor, lacks: str) -> None:
    with pytest.raises(ValidationError) as refused:
        save(subject, coordinator, **PAPER | {lacks: None})
    assert set(refused.value.message_dict) == {lacks}


def test_what_was_entered_afterwards_names_no_paper(subject: Subject, coordinator: Actor) -> None:
    assert save(subject, coordinator, srcmode="RETROSPECTIVE").record.srcmode == "RETROSPECTIVE"
    with pytest.raises(ValidationError):
        save(subject, coordinator, **PAPER | {"srcmode": "RETROSPECTIVE"})


def test_where_it_came_from_alone_is_no_answer(subject: Subject, coordinator: Actor) -> None:
    place = trial.place_at(subject, "SCR", "DM")
    assert trial.save(place, Entry({"srcmode": "RETROSPECTIVE"}, visit_on=VISIT_ON), by=coordinator).record is None


@pytest.mark.parametrize("code", sorted(read.form_models()))
def test_every_version_of_every_form_asks_it_last_and_none_has_it_in_its_wording(code: str) -> None:
    for version in range(1, read.form(code).version + 1):
        form = read.form(code, version)
        assert [item.name for item in form.items[-3:]] == ["srcmode", "srcdat", "srcby"]
        assert not provenance.NAMES & {item["name"] for item in snapshot.dump(form)["items"]}
