"""What is typed is kept at once, by person and page, and given back until it is saved or let go (AUD-03)."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.actor import Actor
from accounts.testing import Cast
from core.actions import crf, draft, hold
from core.actions.entry import Entry
from core.actions.errors import Refused
from core.actions.hold import Shown
from core.lockcheck import Target
from core.models import Change, DraftEntry, Subject
from core.places import Place
from core.testing import trial
from core.testing.trial import CALM, VISIT_ON, WHY, refused, save_vs

pytestmark = pytest.mark.req("AUD-03")
TOKEN = UUID(int=7)


@pytest.fixture
def place(committed_db: str, subject: Subject) -> Place:
    """Each keystroke is a transaction of its own, with its own time."""
    return trial.place_at(subject, "SCR", "VS")


def typed() -> list[tuple[str, str]]:
    return list(DraftEntry.objects.order_by("id").values_list("name", "value"))


def test_it_works(place: Place, subject: Subject, coordinator: Actor) -> None:
    """120, then 140, then submit: the trail shows 120, 140 and the save."""
    draft.journal(place, {"sysbp": "120"}, by=coordinator, token=TOKEN)
    draft.journal(place, {"sysbp": "140"}, by=coordinator, token=TOKEN)
    assert draft.pending(place, by=coordinator) == {"sysbp": "140"}
    saved = crf.save(place, Entry({"vsperf": "Y", "sysbp": "140"}, visit_on=VISIT_ON), by=coordinator, token=TOKEN)
    assert typed() == [("sysbp", "120"), ("sysbp", "140")]
    times = [*DraftEntry.objects.order_by("id").values_list("at", flat=True), Change.objects.latest("id").at]
    assert times == sorted(times)
    assert saved.record
    assert draft.pending(trial.place_at(subject, "SCR", "VS"), by=coordinator) == {}


def test_a_journal_entry_is_a_look_at_the_holds_and_one_insert(place: Place, coordinator: Actor) -> None:
    with CaptureQueriesContext(connection) as seen:
        assert draft.journal(place, {"sysbp": "120", "diabp": "80"}, by=coordinator, token=TOKEN) == 2
    assert [query["sql"].split()[0] for query in seen] == ["BEGIN", "SELECT", "INSERT", "COMMIT"]


def test_what_one_person_types_is_not_given_to_another(place: Place, coordinator: Actor, colleague: Actor) -> None:
    draft.journal(place, {"sysbp": "120"}, by=coordinator, token=TOKEN)
    assert draft.pending(place, by=colleague) == {}


def test_what_is_typed_at_one_place_is_not_given_at_another(place: Place, subject: Subject, coordinator: Actor) -> None:
    draft.journal(place, {"sysbp": "120"}, by=coordinator, token=TOKEN)
    for visit, code in (("D1", "VS"), ("SCR", "DM")):
        assert draft.pending(trial.place_at(subject, visit, code), by=coordinator) == {}


def test_what_is_typed_after_a_save_is_given_back(place: Place, subject: Subject, coordinator: Actor) -> None:
    save_vs(subject, CALM, by=coordinator)
    saved = trial.place_at(subject, "SCR", "VS")
    draft.journal(saved, {"sysbp": "150"}, by=coordinator, token=TOKEN)
    assert draft.pending(trial.place_at(subject, "SCR", "VS"), by=coordinator) == {"sysbp": "150"}


def test_a_colleagues_save_does_not_lose_what_i_type(
    place: Place, subject: Subject, coordinator: Actor, colleague: Actor
) -> None:
    """Their save is later than my typing; mine was never saved, so it is still to be given back."""
    save_vs(subject, CALM, by=coordinator)
    open_page = trial.place_at(subject, "SCR", "VS")
    draft.journal(open_page, {"sysbp": "150"}, by=coordinator, token=TOKEN)
    save_vs(subject, CALM | {"pulse": "80"}, by=colleague, reason=WHY)
    assert draft.pending(trial.place_at(subject, "SCR", "VS"), by=coordinator) == {"sysbp": "150"}


def test_what_is_let_go_stays_in_the_journal(place: Place, coordinator: Actor) -> None:
    draft.journal(place, {"sysbp": "120"}, by=coordinator, token=TOKEN)
    draft.discard(place, by=coordinator, token=TOKEN)
    assert draft.pending(place, by=coordinator) == {}
    assert typed() == [("sysbp", "120"), ("", "")]


def test_anything_can_be_typed(place: Place, coordinator: Actor) -> None:
    """Nothing typed is refused: it is no data yet. What no text can hold is left out, what is too long is cut."""
    odd = {"temp": "36,5", "vsreasnd": "a\0b", "pulse": "x" * 5000, "n" * 200: "1", "resp": "\ud800呼吸"}
    assert draft.journal(place, odd, by=coordinator, token=TOKEN) == 4
    kept = draft.pending(place, by=coordinator)
    assert (kept["temp"], kept["vsreasnd"], len(kept["pulse"]), kept["resp"]) == ("36,5", "ab", 4000, "呼吸")


@pytest.mark.req("ENT-03")
def test_who_may_not_enter_data_is_not_journalled(place: Place, cast: Cast, monitor: Actor) -> None:
    for by in (monitor, cast.actor(cast.other_coordinator)):
        with pytest.raises(PermissionDenied):
            draft.journal(place, {"sysbp": "120"}, by=by, token=TOKEN)
    assert typed() == []


@pytest.mark.req("ADM-05", "TIM-01")
def test_the_journal_only_grows_and_keeps_the_servers_time(place: Place, coordinator: Actor) -> None:
    draft.journal(place, {"sysbp": "120"}, by=coordinator, token=TOKEN)
    entry = DraftEntry.objects.get()
    for attempt in ("UPDATE core_draftentry SET value = '1'", "DELETE FROM core_draftentry"):
        with refused("permission denied"):
            trial.sql(attempt)
    with refused("the time is the server's"):
        entry.pk, entry.at = None, entry.at - timedelta(hours=1)
        entry.save(force_insert=True)


def test_a_log_line_not_yet_saved_keeps_what_is_typed(committed_db: str, subject: Subject, coordinator: Actor) -> None:
    place = trial.place_at(subject, "LOG", "AE", 0)
    draft.journal(place, {"aeterm": "Headache"}, by=coordinator, token=TOKEN)
    crf.save(place, Entry({"aeterm": "Headache"}), by=coordinator, token=TOKEN)
    assert draft.pending(trial.place_at(subject, "LOG", "AE", 0), by=coordinator) == {}
    draft.journal(place, {"aeterm": "Fever"}, by=coordinator, token=uuid4())
    assert draft.pending(place, by=coordinator) == {"aeterm": "Fever"}


def test_nothing_is_journalled_where_nothing_could_be_saved(cast: Cast, place: Place, coordinator: Actor) -> None:
    target = Target.of_subject(place.subject)
    hold.freeze(target, by=cast.actor(cast.data_manager), shown=Shown.now(target))
    with pytest.raises(Refused, match="frozen"):
        draft.journal(place, {"sysbp": "120"}, by=coordinator, token=TOKEN)
    assert draft.pending(place, by=coordinator) == {}
