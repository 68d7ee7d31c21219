"""Several choices: stored and told in the order of the code list, whoever gives them in which order."""

from __future__ import annotations

import pytest

from accounts.actor import Actor
from core.actions.crf import Saved
from core.actions.entry import Entry
from core.actions.verify import verify_chain
from core.models import Subject
from core.places import LOG, NEW
from core.testing import trial
from core.testing.trial import WHY

SORTED = ["DEATH", "LIFE", "HOSPITAL"]
REVERSED = SORTED[::-1]


def save(subject: Subject, by: Actor, codes: list[str], key: int = NEW) -> Saved:
    place = trial.place_at(subject, LOG, "AE", key)
    saved = trial.save(place, Entry({"aeser": "Y", "aesercrit": codes}), by=by, reason=WHY)
    trial.commit()
    return saved


@pytest.mark.req("AUD-01")
@pytest.mark.parametrize("given", [SORTED, REVERSED, [*SORTED, "LIFE"]])
def test_any_order_is_stored_and_told_in_the_order_of_the_list(
    subject: Subject, coordinator: Actor, given: list[str]
) -> None:
    saved = save(subject, coordinator, given)
    assert saved.record is not None
    assert saved.change is not None
    state = trial.stored(saved.record)
    past = trial.rows_of("safety_historicaladverseevent")
    told = trial.items_of(saved.change)[(saved.record._meta.db_table, saved.record.pk, "aesercrit")]
    assert state["aesercrit"] == SORTED
    assert [row["aesercrit"] for row in past] == [SORTED]
    assert told == (None, SORTED)
    assert verify_chain(subject) == []


def test_another_order_is_no_change(subject: Subject, coordinator: Actor) -> None:
    save(subject, coordinator, SORTED)
    assert save(subject, coordinator, REVERSED, key=1).change is None
