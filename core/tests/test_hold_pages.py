"""The pages of freeze and lock: what each reader sees, may do, and is told when it cannot be done."""

from __future__ import annotations

import re
from typing import Any

import pytest

from accounts.models import User
from accounts.testing import Cast, make_cast
from core.actions import hold
from core.actions import subject as subjects
from core.lockcheck import Target, standing
from core.models import Change, Hold, HoldState, HoldStep, Subject
from core.places import Place
from core.testing import trial
from core.testing.trial import CALM, commit
from core.tests import hold_scenes, signing_scenes
from core.tests.hold_scenes import VISIT, WHY, do, freeze, lock, targets
from core.tests.scenes import STAMP, WITH_OFFSET, client_of, statements, text_of

pytestmark = pytest.mark.req("QRY-03")
PAGE = "/subjects/01-001/lock/"
FORM = f"?visit={VISIT}&form=VS&key=1"
HIDDEN = re.compile(r'name="(step|findings)" value="(.*?)"')
TICKS = re.compile(r'name="seen" value="(\w+)"')


@pytest.fixture
def vs(cast: Cast, subject: Subject) -> Place:
    """Vital signs that nothing keeps from being locked."""
    return hold_scenes.ready(cast, subject)


@pytest.fixture
def whole(vs: Place) -> Target:
    """The casebook."""
    return Target.of_subject(vs.subject)


def get(user: User, page: str = PAGE) -> Any:
    return client_of(user).get(page)


def post(user: User, act: str, page: str = PAGE, reason: str = WHY, **otherwise: Any) -> Any:
    """Press a button of the page as it is now, every warning ticked; `shown` is a page opened earlier."""
    shown = otherwise.pop("shown", None) or get(user, page).content.decode()
    said = dict(HIDDEN.findall(shown)) | {"seen": TICKS.findall(shown), "reason": reason}
    path, mark, query = page.partition("?")
    answer = client_of(user).post(f"{path}{act}/{mark}{query}", said | otherwise)
    if answer.status_code == 302:
        commit()
    return answer


def test_it_works(cast: Cast, vs: Place, whole: Target) -> None:
    page = text_of(get(cast.data_manager))
    assert "Freeze and lock: Subject 01-001 Free" in page
    assert "Nothing blocks the lock." in page
    assert "In order No query is open." in page
    assert "Warning 1 form was entered more than 7 days after its visit." in page
    answer = post(cast.data_manager, "lock", reason="All data are in")
    assert answer["Location"] == PAGE
    page = text_of(get(cast.investigator))
    assert "Subject 01-001 Locked" in page
    assert "Sun Ning 孙宁 (Data manager) locked it." in page
    assert "All data are in" in page
    assert "Seen: 1 form was entered more than 7 days after its visit." in page
    assert post(cast.investigator, "ask-unlock").status_code == 302
    assert "You asked to unlock this. Somebody else must agree." in text_of(get(cast.investigator))
    assert post(cast.data_manager, "unlock", reason="Right, see the source").status_code == 302
    assert standing(whole).state == HoldState.FREE
    assert "agreed, and it was unlocked. Right, see the source" in text_of(get(cast.auditor))


@pytest.mark.parametrize("page", [PAGE, PAGE + FORM, f"{PAGE}?visit={VISIT}", "/sites/01/lock/", "/study/lock/"])
def test_every_level_is_frozen_locked_and_unlocked_on_its_page(cast: Cast, vs: Place, page: str) -> None:
    people = {"freeze": cast.monitor, "unlock": cast.monitor}
    for act in ("freeze", "unfreeze", "lock", "ask-unlock", "refuse-unlock", "ask-unlock", "unlock"):
        answer = post(people.get(act, cast.data_manager), act, page)
        assert (answer.status_code, answer.get("Location")) == (302, page), act
    assert set(Hold.objects.values_list("state", flat=True)) == {HoldState.FREE}
    assert HoldStep.objects.count() == 7


def test_what_blocks_is_named_and_linked_and_no_lock_is_offered(cast: Cast, vs: Place) -> None:
    trial.save_vs(vs.subject, {"vsperf": "Y", "temp": "36.6"}, by=cast.actor(cast.coordinator), visit="BL")
    answer = get(cast.data_manager)
    page = text_of(answer)
    assert "Blocks 1 form has gaps" in page
    assert 'href="/subjects/01-001/visits/BL/VS/"' in answer.content.decode()
    assert "Lock: nothing changes any more" not in page
    assert "Freeze: data rest" in page
    answer = post(cast.data_manager, "lock", reason="Never mind")
    assert answer.status_code == 409
    assert "This cannot be locked yet." in text_of(answer)
    assert "Never mind" in answer.content.decode()


def test_a_warning_left_unticked_is_asked_for_and_nothing_typed_is_lost(cast: Cast, vs: Place) -> None:
    answer = post(cast.data_manager, "lock", reason="All data are in", seen=[])
    assert answer.status_code == 400
    assert "Tick each warning" in text_of(answer)
    assert "All data are in" in answer.content.decode()
    assert not Hold.objects.exists()


@pytest.mark.parametrize("reason", ["", "  ", "x" * 2001, "a\0b"])
def test_a_reason_that_cannot_be_kept_is_told_beside_it(cast: Cast, vs: Place, whole: Target, reason: str) -> None:
    lock(whole, cast)
    before = HoldStep.objects.count()
    answer = post(cast.investigator, "ask-unlock", reason=reason)
    assert answer.status_code == 400
    assert 'class="item-errors"' in answer.content.decode()
    assert HoldStep.objects.count() == before


def test_a_page_that_is_out_of_date_does_nothing_and_keeps_what_was_typed(cast: Cast, vs: Place, whole: Target) -> None:
    old = get(cast.data_manager).content.decode()
    freeze(whole, cast)
    answer = post(cast.data_manager, "freeze", reason="Monitoring visit", shown=old)
    assert answer.status_code == 409
    assert "Something changed here after this page was opened." in text_of(answer)
    assert "Monitoring visit" in answer.content.decode()
    old = get(cast.data_manager).content.decode()
    do(hold.unfreeze, whole, cast)
    trial.save_vs(vs.subject, CALM, by=cast.actor(cast.coordinator), visit="BL")
    assert post(cast.data_manager, "lock", shown=old).status_code == 409
    commit()
    assert standing(whole).state == HoldState.FREE


def test_what_can_no_more_be_done_still_shows_what_was_typed(cast: Cast, whole: Target) -> None:
    old = get(cast.data_manager).content.decode()
    lock(whole, cast)
    answer = post(cast.data_manager, "freeze", reason="Monitoring visit", shown=old)
    assert answer.status_code == 409
    assert "Monitoring visit" in answer.content.decode()
    assert "This can no longer be done here." in text_of(answer)


def test_who_asked_is_not_offered_to_agree_and_is_refused(cast: Cast, whole: Target) -> None:
    lock(whole, cast)
    do(hold.ask_unlock, whole, cast)
    assert "Agree and unlock" not in text_of(get(cast.data_manager))
    assert "Refuse: it stays locked" in text_of(get(cast.data_manager))
    assert post(cast.data_manager, "unlock").status_code == 403
    assert "Agree and unlock" in text_of(get(cast.monitor))
    assert standing(whole).state == HoldState.LOCKED


def test_unlocking_under_a_wider_lock_says_that_it_stays_locked(cast: Cast, vs: Place) -> None:
    form, visit = targets(vs)["form"], targets(vs)["visit"]
    lock(form, cast)
    lock(visit, cast)
    do(hold.ask_unlock, form, cast, cast.investigator)
    answer = client_of(cast.data_manager)
    shown = answer.get(PAGE + FORM).content.decode()
    page = text_of(answer.post(f"{PAGE}unlock/{FORM}", dict(HIDDEN.findall(shown)) | {"reason": WHY}, follow=True))
    assert "A wider lock still holds it" in page
    assert "Unscheduled visit 1: locked by Sun Ning 孙宁 (Data manager) on" in page


def test_parts_that_are_held_by_themselves_are_listed(cast: Cast, vs: Place) -> None:
    freeze(targets(vs)["form"], cast)
    lock(targets(vs)["visit"], cast)
    assert "Visits Unscheduled visit 1 Locked Running records" in text_of(get(cast.auditor))
    assert "Vital signs, Unscheduled visit 1 Frozen" in text_of(get(cast.auditor, f"{PAGE}?visit={VISIT}"))
    assert "Sites 01 The First" in text_of(get(cast.auditor, "/study/lock/"))
    assert "Subject 01-001" in text_of(get(cast.investigator, "/sites/01/lock/"))


ACTS = {
    "freeze": {"monitor", "data_manager"},
    "unfreeze": {"monitor", "data_manager"},
    "lock": {"data_manager"},
    "ask-unlock": {"data_manager", "investigator"},
    "unlock": {"data_manager", "monitor", "investigator"},
    "refuse-unlock": {"data_manager", "monitor", "investigator"},
}
ROLES = ("coordinator", "investigator", "monitor", "data_manager", "safety_reviewer", "auditor", "administrator")


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("act", list(ACTS))
def test_an_act_by_the_wrong_role_is_refused(cast: Cast, vs: Place, act: str, role: str) -> None:
    before = Change.objects.count()
    for page in (PAGE, "/sites/01/lock/", "/study/lock/"):
        status = client_of(getattr(cast, role)).post(f"{page}{act}/", {"reason": "x"}).status_code
        allowed = role in ACTS[act] and not (role == "investigator" and "study" in page)
        assert status in ((400, 409) if allowed else (403, 404)), page
        assert status != 404 or "study" in page, "nobody is told there of subjects of other sites"
    assert Change.objects.count() == before


def test_another_sites_subjects_are_not_there(cast: Cast, vs: Place) -> None:
    for page in (PAGE, PAGE + FORM, "/sites/01/lock/", "/study/lock/"):
        assert get(cast.other_investigator, page).status_code == 404, page
        path, mark, query = page.partition("?")
        answer = client_of(cast.other_investigator).post(f"{path}ask-unlock/{mark}{query}", {"reason": "x"})
        assert answer.status_code == 404, page
    assert get(cast.administrator).status_code == 403


@pytest.mark.parametrize(
    "page",
    ["/subjects/01-009/lock/", "/sites/99/lock/", f"{PAGE}?visit=NIL", f"{PAGE}?visit={VISIT}&form=NIL",
     f"{PAGE}?visit={VISIT}&form=VS&key=7", f"{PAGE}?visit=LOG&form=AE", f"{PAGE}?visit=UNS-2"],
)  # fmt: skip
def test_what_is_not_there_is_not_found(cast: Cast, vs: Place, page: str) -> None:
    assert get(cast.data_manager, page).status_code == 404


def test_acts_are_posted(cast: Cast, vs: Place) -> None:
    for act in ACTS:
        assert get(cast.data_manager, f"{PAGE}{act}/").status_code in (403, 405)


def test_each_is_offered_only_what_they_may_do(cast: Cast, whole: Target) -> None:
    offered = {"coordinator": 0, "investigator": 0, "monitor": 1, "data_manager": 2, "auditor": 0}
    for role, buttons in offered.items():
        page = get(getattr(cast, role)).content.decode()
        assert page.count("formaction=") == buttons, role
        assert ("I have seen this" in page) is bool(buttons), role


@pytest.mark.req("TIM-01")
def test_every_stamp_shows_its_offset(cast: Cast, whole: Target) -> None:
    lock(whole, cast)
    stamps = STAMP.findall(get(cast.auditor).content.decode())
    assert stamps
    assert [stamp for stamp in stamps if not WITH_OFFSET.fullmatch(stamp)] == []


def test_a_page_costs_the_same_however_many_subjects(cast: Cast, vs: Place, coordinator: Any) -> None:
    client = client_of(cast.data_manager)
    pages = ("/sites/01/lock/", "/study/lock/")
    few = [statements(lambda page=page: client.get(page)) for page in pages]  # type: ignore[misc]
    for _ in range(3):
        signing_scenes.vitals(subjects.add(cast.site, by=coordinator), coordinator)
    assert [statements(lambda page=page: client.get(page)) for page in pages] == few  # type: ignore[misc]


def test_the_history_of_a_site_tells_each_step_once(committed_db: str) -> None:
    """With real commits: a step is what was done in one transaction."""
    people = make_cast()
    for _ in range(2):
        subjects.add(people.site, by=people.actor(people.coordinator))
    site = Target.of_site(people.site)
    freeze(site, people)
    do(hold.unfreeze, site, people)
    page = text_of(get(people.auditor, "/sites/01/lock/"))
    assert page.count("froze it.") == page.count("released it.") == 1
