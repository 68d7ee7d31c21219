"""Versions of the consent form: kept in Django admin, with their reasons, and protected as accounts are."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, models, transaction

from accounts.models import Event, EventKind
from accounts.testing import Cast
from core.testing.mailbox import _seal_key, sealed_in  # noqa: F401  (fixtures)
from core.testing.trial import refused, sql
from core.tests.scenes import client_of, text_of
from core.tests.tamper_scenes import owner_of, sealed
from screening.models.consent_version import ConsentVersion

pytestmark = pytest.mark.req("PRV-04")
LIST = "/admin/screening/consentversion/"


def posted(cast: Cast, **changes: Any) -> dict[str, Any]:
    told = {"site": cast.site.pk, "version": "2.0", "dated_on": "2026-01-10", "approved_on": "2026-01-20"}
    told |= {"in_force_on": "2026-02-01", "needs_reconsent": "on", "change_reason": "Approval of 20 January"}
    return told | changes


def a_version(cast: Cast) -> ConsentVersion:
    dates = {name: date(2026, 1, 10) for name in ("dated_on", "approved_on", "in_force_on")}
    return ConsentVersion.objects.create(site=cast.site, version="1.0", **dates)


def test_it_works(cast: Cast) -> None:
    client = client_of(cast.administrator)
    assert client.post(f"{LIST}add/", posted(cast)).status_code == 302

    version = ConsentVersion.objects.get()
    assert (version.version, version.in_force_on, version.needs_reconsent) == ("2.0", date(2026, 2, 1), True)
    assert version.history.get().history_change_reason == "Approval of 20 January"
    assert client.get(LIST).status_code == 200


@pytest.mark.req("AUD-07")
def test_each_save_is_an_event_that_the_trail_tells(cast: Cast) -> None:
    client = client_of(cast.administrator)
    client.post(f"{LIST}add/", posted(cast))
    version = ConsentVersion.objects.get()
    changed = posted(cast, needs_reconsent="", change_reason="The committee asks for none")
    assert client.post(f"{LIST}{version.pk}/change/", changed).status_code == 302

    first, last = Event.objects.filter(kind=EventKind.CONSENT_FORM).order_by("seq")
    assert (first.actor, first.site, first.what, first.reason) == (
        cast.administrator, cast.site, "2.0", "Approval of 20 January",
    )  # fmt: skip
    assert (last.detail["needs_reconsent"], last.reason) == (False, "The committee asks for none")
    told = text_of(client_of(cast.auditor).get("/changes/", {"kind": "CONSENT_FORM"}))
    assert "changed a version of the consent form: 2.0" in told


def test_without_a_reason_nothing_is_saved(cast: Cast) -> None:
    assert client_of(cast.administrator).post(f"{LIST}add/", posted(cast, change_reason="")).status_code == 200
    assert not ConsentVersion.objects.exists()


@pytest.mark.parametrize("person", ["coordinator", "investigator", "monitor", "data_manager", "auditor"])
def test_nobody_else_reaches_it(cast: Cast, person: str) -> None:
    client = client_of(getattr(cast, person))
    assert client.get(LIST).status_code in (302, 403)
    client.post(f"{LIST}add/", posted(cast))
    assert not ConsentVersion.objects.exists()


@pytest.mark.parametrize(
    "dates", [{"approved_on": "2026-01-09"}, {"in_force_on": "2026-01-19"}], ids=["approved early", "in force early"]
)
def test_the_dates_stand_in_their_order(cast: Cast, dates: dict[str, str]) -> None:
    page = client_of(cast.administrator).post(f"{LIST}add/", posted(cast, **dates))
    assert "Check the dates" in text_of(page)
    assert not ConsentVersion.objects.exists()


def test_a_site_has_a_version_once(cast: Cast) -> None:
    a_version(cast)
    with pytest.raises(IntegrityError), transaction.atomic():
        a_version(cast)
    assert "has that version already" in text_of(
        client_of(cast.administrator).post(f"{LIST}add/", posted(cast, version="1.0"))
    )


def test_it_is_never_deleted_and_its_site_stays(cast: Cast) -> None:
    version = a_version(cast)
    with pytest.raises(models.ProtectedError):
        version.delete()
    client = client_of(cast.administrator)
    assert client.post(f"{LIST}{version.pk}/delete/", {"post": "yes"}).status_code == 403
    client.post(f"{LIST}{version.pk}/change/", posted(cast, version="1.1", site=cast.other_site.pk))
    version.refresh_from_db()
    assert (version.version, version.site) == ("1.1", cast.site)


@pytest.mark.req("ADM-07")
def test_nothing_moves_past_its_history(cast: Cast) -> None:
    version = a_version(cast)
    with refused("differs from its history"):
        ConsentVersion.objects.filter(pk=version.pk).update(needs_reconsent=True)
    with refused("permission denied"):
        sql("DELETE FROM screening_consentversion")
    with refused("permission denied"):
        sql("DELETE FROM screening_historicalconsentversion")
    connection.check_constraints()


@pytest.mark.req("ADM-08")
def test_the_verification_finds_what_a_superuser_altered(
    committed_db: str,
    cast: Cast,
    sealed_in: Path,  # noqa: F811  (fixtures are named as what they give)
    capsys: pytest.CaptureFixture[str],
) -> None:
    version = a_version(cast)
    sealed()
    call_command("verify_trail")
    assert capsys.readouterr().out.splitlines()[-1].endswith(", faults 0")
    with owner_of(committed_db) as owner:
        owner.execute("UPDATE screening_consentversion SET needs_reconsent = true WHERE id = %s", [version.pk])
    with pytest.raises(SystemExit):
        call_command("verify_trail")
    assert "the row differs from the event about it: needs_reconsent" in capsys.readouterr().out
