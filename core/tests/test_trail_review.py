"""A review of the trail is signed when it is recorded, and nobody changes it after (AUD-06)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Event, EventKind, User
from accounts.testing import PASSWORD, Cast
from core.models import Subject, TrailReview
from core.testing.trial import refused, sql
from core.tests.scenes import client_of, text_of


def said(user: User, **otherwise: Any) -> dict[str, Any]:
    today = timezone.localdate()
    proper = {
        "from_on": today - timedelta(days=30), "to_on": today, "scope": "Site 01, changed after verification",
        "finding": "Three corrections, each with its source.", "outcome": "NOTHING",
        "next_due_on": today + timedelta(days=30), "signer": user.username, "password": PASSWORD,
    }  # fmt: skip
    return proper | otherwise


def post(user: User, client: Client | None = None, **otherwise: Any) -> Any:
    return (client or client_of(user)).post(reverse("trail-review-add"), said(user, **otherwise))


@pytest.mark.req("AUD-06")
@pytest.mark.parametrize("role", ["monitor", "data_manager", "auditor"])
def test_it_works(cast: Cast, subject: Subject, role: str) -> None:
    user = getattr(cast, role)
    answer = post(user)
    assert answer.status_code == 302
    review = TrailReview.objects.get()
    assert (review.reviewer, review.reviewer_name, review.role) == (user, user.full_name, role)
    assert review.changes == 1, "the subject was added in these days"
    page = text_of(client_of(cast.investigator).get(answer["location"]))
    assert "Three corrections, each with its source." in page
    assert user.full_name in page
    assert Event.objects.filter(kind=EventKind.TRAIL_REVIEW, actor=user).count() == 1


@pytest.mark.req("AUD-06")
def test_it_is_never_changed(cast: Cast) -> None:
    post(cast.monitor)
    for statement in ("UPDATE core_trailreview SET finding = 'nothing'", "DELETE FROM core_trailreview"):
        with refused("permission denied"):
            sql(statement)


@pytest.mark.parametrize("role", ["coordinator", "investigator", "safety_reviewer", "administrator"])
def test_others_record_none(cast: Cast, role: str) -> None:
    assert post(getattr(cast, role)).status_code == 403
    assert not TrailReview.objects.exists()


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"finding": " "}, "Write what was found"),
        ({"finding": "…"}, "Write what was found"),
        ({"scope": ""}, "Say which sites"),
        ({"outcome": ""}, "Choose what follows"),
        ({"from_on": "soon"}, "There is no such date"),
        ({"to_on": "2020-01-01"}, "lies before the first"),
        ({"next_due_on": "2020-01-01"}, "must come after"),
        ({"password": "wrong"}, "is wrong. Nothing was signed"),
        ({"signer": "wang.min"}, "is wrong. Nothing was signed"),
    ],
)
def test_what_is_not_right_is_told_and_stays(cast: Cast, told: dict[str, Any], words: str) -> None:
    answer = post(cast.monitor, **told)
    assert answer.status_code == 400
    assert words in text_of(answer)
    kept = "Three corrections" if "finding" not in told else "changed after verification"
    assert kept in answer.content.decode()
    assert PASSWORD not in answer.content.decode()
    assert not TrailReview.objects.exists()


@pytest.mark.req("AUD-06")
def test_home_says_when_the_next_one_is_due(cast: Cast) -> None:
    def home() -> str:
        return text_of(client_of(cast.monitor).get("/"))

    assert "1 Review of the audit trail is due" in home()
    post(cast.monitor)
    assert "30 Days to the next review of the audit trail" in home()
    today = timezone.localdate()
    post(cast.monitor, from_on=today - timedelta(days=9), to_on=today - timedelta(days=3), next_due_on=today)
    assert "1 Review of the audit trail is due" in home()
    assert "review of the audit trail" not in text_of(client_of(cast.coordinator).get("/")).lower()


def test_numbers_run_on(cast: Cast) -> None:
    client = client_of(cast.monitor)
    post(cast.monitor, client)
    post(cast.monitor, client, signer="")  # later ones of a session take the password only
    assert list(TrailReview.objects.order_by("number").values_list("number", flat=True)) == [1, 2]
    assert client.get(reverse("trail-review-detail", args=[3])).status_code == 404
    assert date.fromisoformat(str(TrailReview.objects.get(number=1).next_due_on)) > timezone.localdate()
