"""Whatever is done to a casebook reads as a sentence: who, what, where, from which value to which, and why."""

from __future__ import annotations

import pytest

from accounts.testing import Cast
from core.actions import crf, hold, mask, query
from core.actions.entry import Entry
from core.asking import Spot
from core.models import Change, ChangeItem, ChangeKind, MaskTarget, Subject
from core.places import Place
from core.testing import trial
from core.tests.hold_scenes import do, freeze, lock, ready, signed, targets, verified
from core.tests.scenes import client_of, statements, text_of
from core.wording import trail
from core.wording.fields import Value
from core.wording.sentences import Link, Sentence, Shown, closed, stage

AT = "at Unscheduled visit 1 of 01-001"
LIN, CHEN = "Lin Yue 林悦 (Hangzhou, study coordinator)", "Chen Jing 陈静 (Hangzhou, investigator)"
ZHAO, SUN = "Zhao Lei 赵磊 (monitor)", "Sun Ning 孙宁 (data manager)"


def told() -> list[trail.Told]:
    """The whole trail, oldest first."""
    changes = list(Change.objects.select_related("site", "subject").order_by("id"))
    return trail.tell(changes, ChangeItem.objects.order_by("id"))


def sentences() -> list[str]:
    return [str(line.full) for each in told() for line in each.lines]


def asked_and_answered(cast: Cast, place: Place) -> None:
    """Every step a query can take."""
    monitor, coordinator = cast.actor(cast.monitor), cast.actor(cast.coordinator)
    asked = query.raise_(Spot.of(place, "sysbp"), "Is this so?", by=monitor)
    query.answer(asked, "Yes.", by=coordinator, confirmed=True)
    query.reopen(asked, "Please look again", by=monitor)
    query.answer(asked, "It was 121.", by=coordinator)
    query.close(asked, "Settled", by=monitor)
    query.cancel(query.raise_(Spot.of(place), "All of it?", by=monitor), "mistaken", by=monitor)


def corrected(cast: Cast, place: Place, reason: str = "transcription error") -> Change:
    """A value that was verified and signed is changed."""
    now = trial.place_at(place.subject, place.at.name, "VS")
    assert now.record
    by = cast.actor(cast.coordinator)
    crf.save(now, Entry({"sysbp": 121}), by=by, reason=reason, revision=now.record.revision)
    trial.commit()
    return Change.objects.latest("id")


@pytest.mark.req("AUD-01", "QRY-01", "QRY-02")
def test_it_works(cast: Cast, subject: Subject) -> None:
    place = ready(cast, subject)
    asked_and_answered(cast, place)
    corrected(cast, place)
    what = f"Vital signs, Systolic blood pressure {AT}"
    said = [sentence for sentence in sentences() if what in sentence or "Vital signs at" in sentence]
    signed_it = f"{CHEN} signed Vital signs {AT}: “I reviewed these data and they are complete and accurate.”"
    assert said == [
        f"{LIN} entered {what} for the first time: 120 mmHg; reason: Corrected after a look at the source.",
        f"{ZHAO} verified {what} against the source.",
        signed_it,
        f"{ZHAO} raised a query on {what}: “Is this so?”",
        f"{LIN} answered the query on {what} and confirmed the value: “Yes.”",
        f"{ZHAO} reopened the query on {what}: “Please look again”.",
        f"{LIN} answered the query on {what}: “It was 121.”",
        f"{ZHAO} closed the query on {what}: “Settled”.",
        f"{ZHAO} raised a query on Vital signs {AT}: “All of it?”",
        f"{ZHAO} cancelled the query on Vital signs {AT}: “mistaken”.",
        f"{LIN} changed {what} from 120 to 121 mmHg; reason: transcription error; after verification and signature.",
        f"The signature of Chen Jing 陈静 on Vital signs {AT} is superseded, because the data changed.",
        f"The verification of {what} fell, because the value changed.",
    ]


@pytest.mark.req("QRY-03", "ADM-09")
def test_holds_and_masking_read_as_sentences(cast: Cast, subject: Subject) -> None:
    place = ready(cast, subject)
    at = targets(place)
    freeze(at["form"], cast)
    do(hold.unfreeze, at["form"], cast, reason="one more value")
    typed = corrected(cast, place, "the patient Zhang San said so")
    verified(cast, place)
    signed(cast, place)
    lock(at["subject"], cast)
    do(hold.ask_unlock, at["subject"], cast, reason="a late result")
    do(hold.refuse_unlock, at["subject"], cast, user=cast.investigator, reason="no need")
    do(hold.ask_unlock, at["subject"], cast, reason="a late result")
    do(hold.unlock, at["subject"], cast, user=cast.investigator, reason="agreed")
    request = mask.ask(subject, MaskTarget.REASON, typed.pk, by=cast.actor(cast.coordinator), reason="a name")
    mask.decide(request, True, by=cast.actor(cast.investigator), reason="it is one")
    trial.commit()
    data = (ChangeKind.CREATE, ChangeKind.CHANGE, ChangeKind.VERIFY, ChangeKind.SIGN)
    said = [str(line.full) for each in told() if each.change.kind not in data for line in each.lines]
    assert said == [
        f"{SUN} froze Vital signs {AT}; reason: A value was transcribed wrongly.",
        f"{SUN} released Vital signs {AT} from its freeze; reason: one more value.",
        f"{SUN} locked subject 01-001; reason: A value was transcribed wrongly.",
        f"{SUN} asked to unlock subject 01-001; reason: a late result.",
        f"{CHEN} refused to unlock subject 01-001; reason: no need.",
        f"{SUN} asked to unlock subject 01-001; reason: a late result.",
        f"{CHEN} unlocked subject 01-001; reason: agreed.",
        f"{LIN} asked that the reason of a change of subject 01-001 be masked as personal data; reason: a name.",
        f"{CHEN} masked the reason of a change of subject 01-001 as personal data; reason: it is one.",
    ]
    assert any("to 121 mmHg; reason: [masked]" in sentence for sentence in sentences())
    assert not any("Zhang San" in sentence for sentence in sentences())


@pytest.mark.req("AUD-05")
def test_many_lines_of_one_kind_are_told_in_one_sentence(cast: Cast, subject: Subject) -> None:
    place = ready(cast, subject)
    (verification,) = (each for each in told() if each.change.kind == ChangeKind.VERIFY)
    (fold,) = verification.folds
    assert str(fold.sentence) == f"{ZHAO} verified 8 items of Vital signs {AT} against the source."
    assert len(fold.lines) == 8
    page = client_of(cast.auditor).get("/changes/", {"kind": "VERIFY"})
    assert page.content.decode().count("<details>") == 1
    assert f"verified Vital signs, Temperature {AT} against the source." in text_of(page)
    history = text_of(client_of(cast.auditor).get(place.url_of("crf-history")))
    assert "verified 8 items of Vital signs" in history
    assert "signed Vital signs" in history


@pytest.mark.req("QRY-02")
def test_an_items_history_tells_of_its_verification_and_of_the_signatures(cast: Cast, subject: Subject) -> None:
    place = ready(cast, subject)
    corrected(cast, place)
    page = text_of(client_of(cast.monitor).get(place.url_of("crf-history") + "sysbp/"))
    steps = (
        "for the first time: 120 mmHg", "verified Vital signs, Systolic", "signed Vital signs", "from 120 to 121 mmHg",
        "The signature of Chen Jing 陈静 on Vital signs", "The verification of Vital signs, Systolic blood pressure",
    )  # fmt: skip
    found = [page.index(step) for step in steps]
    assert found[:4] == sorted(found[:4], reverse=True), "newest first"
    other = text_of(client_of(cast.monitor).get(place.url_of("crf-history") + "temp/"))
    assert "verified Vital signs, Temperature" in other
    assert "fell" not in other
    assert "sign now stands under" not in other


def test_the_cost_of_words_does_not_grow(cast: Cast, subject: Subject) -> None:
    place = ready(cast, subject)
    asked_and_answered(cast, place)
    items = list(ChangeItem.objects.order_by("id"))
    assert statements(lambda: trail.look_behind(items)) <= 6


@pytest.mark.parametrize(
    ("was_verified", "was_signed", "said"),
    [
        (True, True, "after verification and signature"),
        (True, False, "after verification, before signature"),
        (False, True, "after signature, before verification"),
        (False, False, ""),
    ],
)
def test_the_stage_of_review_is_said(was_verified: bool, was_signed: bool, said: str) -> None:
    assert stage(was_verified=was_verified, was_signed=was_signed) == said


def test_a_sentence_ends_once() -> None:
    said = Sentence("%(who)s said “%(text)s”", {"who": "She", "text": "Yes."})
    assert str(closed(said)) == "She said “Yes.”"
    assert str(closed(said, "a reason.")) == "She said “Yes.”; reason: a reason."
    assert str(closed(Sentence("She came"), when="after signature")) == "She came; after signature."


def test_what_people_typed_is_escaped_in_a_sentence() -> None:
    parts = {
        "who": "<b>", "item": Link("<i>", "/x/?a=1&b=2"), "old": Shown(None), "new": Shown(Value("<u>", free=True)),
        "inner": Sentence("%(x)s", {"x": "<s>"}),
    }  # fmt: skip
    said = Sentence("%(who)s %(item)s %(old)s %(new)s %(inner)s & {braces}", parts)
    assert str(said) == "<b> <i> no value “<u>” <s> & {braces}"
    assert '<a href="/x/?a=1&amp;b=2">&lt;i&gt;</a>' in said.html
    assert "“&lt;u&gt;”" in said.html
    assert not any(tag in said.html for tag in ("<b>", "<i>", "<u>", "<s>"))
