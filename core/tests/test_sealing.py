"""Seals: what they say, that they are signed, kept outside, and sent to every recipient."""

# ruff: noqa: F811  (fixtures are named as what they give)
from __future__ import annotations

import json
import os
import stat
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Event, EventKind
from accounts.testing import Cast
from core.actions import subject as subjects
from core.models import ChainHead, Seal, SealCause, SealDelivery, Subject
from core.sealing import act, document, folder, keys, mail, tasks
from core.testing.databases import owner_connection
from core.testing.mailbox import Mailbox, _seal_key, mailbox, sealed_in  # noqa: F401  (fixtures)
from core.testing.trial import CALM, refused, save_vs, sql
from core.tests.seal_scenes import TO, name_recipients, with_recipients
from verify_trail import key_id

pytestmark = [pytest.mark.req("ADM-08")]


@pytest.fixture
def subject(sealed_in: Path, cast: Cast) -> Subject:
    return with_recipients(cast)


def said_by(seal: Seal | None) -> dict[str, Any]:
    assert seal
    said: dict[str, Any] = json.loads(seal.document)
    return said


def test_it_works(subject: Subject, sealed_in: Path) -> None:
    seal = act.seal(SealCause.HOURLY)
    said, head = said_by(seal), ChainHead.objects.get(subject=subject)
    assert seal
    assert (said["number"], said["cause"], said["previous"], said["whole"]) == (1, "HOURLY", "", True)
    assert said["heads"] == {"01-001": [1, head.digest]}
    assert said["events"] == list(Event.objects.order_by("-seq").values_list("seq", "digest")[0])
    assert said["counts"] == {"subjects": 1, "changes": 1, "events": said["events"][0]}
    public = keys.signing_key().public_key()
    public.verify(bytes.fromhex(seal.signature), seal.document.encode())
    assert said["key"] == seal.key_id == key_id(public)
    assert (sealed_in / "seal-000001.json").read_text() == seal.document
    assert (sealed_in / "seal-000001.sig").read_bytes().hex() == seal.signature
    assert (sealed_in / f"key-{seal.key_id[:16]}.pub").read_bytes() == keys.public_pem(public)


def test_the_next_one_holds_what_moved_and_names_the_one_before_it(subject: Subject, cast: Cast) -> None:
    other = subjects.add(cast.site, by=cast.actor(cast.coordinator))
    first = act.seal(SealCause.HOURLY)
    save_vs(other, CALM, by=cast.actor(cast.coordinator))
    said = said_by(act.seal(SealCause.HOURLY))
    assert first
    assert (said["number"], said["previous"], said["whole"]) == (2, first.sha256, False)
    assert list(said["heads"]) == ["01-002"]
    assert document.before().heads.keys() == {"01-001", "01-002"}


def test_where_nothing_moved_no_seal_is_made_but_one_a_day(subject: Subject, monkeypatch: pytest.MonkeyPatch) -> None:
    act.seal(SealCause.HOURLY)
    assert act.seal(SealCause.HOURLY) is None
    assert act.seal(SealCause.SIGNATURE) is None
    monkeypatch.setattr(document, "WHOLE_AFTER", timedelta(0))
    assert list(said_by(act.seal(SealCause.HOURLY))["heads"]) == ["01-001"]


def test_one_that_is_asked_for_is_made(subject: Subject, capsys: pytest.CaptureFixture[str]) -> None:
    act.seal(SealCause.HOURLY)
    call_command("seal")
    assert Seal.objects.latest("number").cause == SealCause.ASKED
    assert "Seal 2: SHA-256" in capsys.readouterr().out


def test_an_event_alone_is_sealed_too(subject: Subject, cast: Cast) -> None:
    act.seal(SealCause.HOURLY)
    cast.site.name = "Another name"
    cast.site.save()
    said = said_by(act.seal(SealCause.HOURLY))
    assert (said["heads"], said["events"][0]) == ({}, Event.objects.latest("seq").seq)


def test_acts_ask_for_one_once_they_are_committed(
    committed_db: str, subject: Subject, caplog: pytest.LogCaptureFixture, settings: Settings
) -> None:
    with transaction.atomic():
        act.request_seal(SealCause.LOCK)
        assert Seal.objects.count() == 0
    assert Seal.objects.get().cause == SealCause.LOCK
    settings.SEAL_KEY_FILE = "/nowhere/seal.key"
    with transaction.atomic():
        act.request_seal(SealCause.LOCK)
    assert Seal.objects.count() == 1
    assert "no key to seal with" in caplog.text


def test_two_at_once_follow_one_another(committed_db: str, subject: Subject) -> None:
    def work() -> None:
        act.seal(SealCause.ASKED)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seals = list(Seal.objects.order_by("number"))
    assert [seal.number for seal in seals] == [1, 2, 3, 4]
    assert [said_by(seal)["previous"] for seal in seals] == ["", *(seal.sha256 for seal in seals[:-1])]


def test_what_another_key_signed_does_not_verify(subject: Subject, settings: Settings, tmp_path: Path) -> None:
    seal = act.seal(SealCause.HOURLY)
    assert seal
    settings.SEAL_KEY_FILE = str(tmp_path / "other.key")
    keys.draw(tmp_path / "other.key")
    with pytest.raises(InvalidSignature):
        keys.signing_key().public_key().verify(bytes.fromhex(seal.signature), seal.document.encode())


# The key


def test_the_key_is_drawn_once_and_for_its_owner_alone(
    sealed_in: Path,
    settings: Settings,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = tmp_path / "new.key"
    settings.SEAL_KEY_FILE = str(path)
    call_command("seal", draw_key=True)
    drawn = path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert key_id(keys.signing_key().public_key()) in capsys.readouterr().out
    with pytest.raises(CommandError, match="never drawn over"):
        call_command("seal", draw_key=True)
    assert path.read_bytes() == drawn
    assert os.listdir(tmp_path) == ["new.key"]


def test_a_key_file_of_ones_own_is_never_drawn_by_itself(sealed_in: Path, settings: Settings) -> None:
    settings.SEAL_KEY_FILE = str(sealed_in / "none.key")
    with pytest.raises(ImproperlyConfigured, match="--draw-key"):
        keys.signing_key()


def test_what_is_no_key_is_said(sealed_in: Path, settings: Settings, tmp_path: Path) -> None:
    settings.SEAL_KEY_FILE = str(tmp_path / "letter.txt")
    Path(settings.SEAL_KEY_FILE).write_text("Dear inspector")
    with pytest.raises(ImproperlyConfigured, match="holds no key"):
        keys.signing_key()


# The folder outside


def test_what_lies_there_is_never_overwritten(subject: Subject, sealed_in: Path) -> None:
    sealed_in.mkdir()
    (sealed_in / "seal-000001.json").write_text("of another trial")
    seal = act.seal(SealCause.HOURLY)
    assert seal
    assert (sealed_in / "seal-000001.json").read_text() == "of another trial"
    told = Event.objects.get(kind=EventKind.SEAL)
    assert told.what == "1"
    assert "holds something else already" in told.detail["fault"]


def test_what_could_not_be_put_there_follows_on_the_hour(subject: Subject, sealed_in: Path) -> None:
    sealed_in.write_text("a file where the folder should be")
    assert act.seal(SealCause.HOURLY)
    sealed_in.unlink()
    tasks.seal_the_hour()
    assert {path.name for path in sealed_in.glob("*.json")} == {"seal-000001.json", "seal-000002.json"}
    assert folder.keep_missing() == 0


# The letters


def test_every_recipient_gets_the_seal(subject: Subject, mailbox: Mailbox, cast: Cast) -> None:
    name_recipients(cast.other_site, [TO[0], "yuyao@hospital.example"])
    seal = act.seal(SealCause.HOURLY)
    assert seal
    assert tasks.send_seals() == 3
    assert sorted(address for [address], _letter in mailbox.letters) == sorted([*TO, "yuyao@hospital.example"])
    [letter] = mailbox.to(TO[0])
    files = {part.get_filename(): part.get_payload(decode=True) for part in letter.iter_attachments()}
    assert files == {"seal-000001.json": seal.document.encode(), "seal-000001.sig": bytes.fromhex(seal.signature)}
    assert seal.sha256 in letter.get_body().get_content()  # type: ignore[union-attr]  # it has one
    assert tasks.send_seals() == 0
    assert len(mailbox.letters) == 3


def test_a_recipient_who_is_refused_holds_up_no_other(subject: Subject, mailbox: Mailbox) -> None:
    act.seal(SealCause.HOURLY)
    mailbox.refused = {TO[0]}
    assert mail.sweep() == 1
    waiting = SealDelivery.objects.get(sent_at=None)
    assert (waiting.address, waiting.attempts) == (TO[0], 1)
    assert waiting.error == "550 no such mailbox"


def test_it_is_tried_again_with_growing_pauses(
    subject: Subject,
    mailbox: Mailbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seal = act.seal(SealCause.HOURLY)
    assert seal
    mailbox.refused = set(TO)
    assert mail.sweep() == mail.sweep() == 0
    assert set(SealDelivery.objects.values_list("attempts", flat=True)) == {1}
    mailbox.refused = set()
    monkeypatch.setattr(timezone, "now", lambda: seal.at + timedelta(minutes=1))
    assert mail.sweep() == 2
    pauses = [mail.due_at(SealDelivery(seal=seal, attempts=tried)) - seal.at for tried in (0, 1, 2, 3, 6, 7, 8)]
    assert [pause.total_seconds() / 60 for pause in pauses] == [0, 1, 3, 7, 63, 123, 183]


def test_without_a_mail_server_the_letters_wait(subject: Subject, mailbox: Mailbox, settings: Settings) -> None:
    act.seal(SealCause.HOURLY)
    settings.EMAIL_PORT = 9
    assert mail.sweep() == 0
    assert all("refused" in each.error for each in SealDelivery.objects.all())


def test_what_another_process_is_sending_is_left_to_it(committed_db: str, subject: Subject, mailbox: Mailbox) -> None:
    act.seal(SealCause.HOURLY)
    with owner_connection(committed_db) as other, other.transaction():
        other.execute("SELECT FROM core_sealdelivery WHERE address = %s FOR UPDATE", [TO[0]])
        assert mail.sweep() == 1
    assert mail.sweep() == 1
    assert len(mailbox.letters) == 2


# What the database refuses


@pytest.mark.req("ADM-05")
@pytest.mark.parametrize("statement", ["UPDATE core_seal SET document = ''", "DELETE FROM core_seal"])
def test_a_seal_stays_as_it_is(subject: Subject, statement: str) -> None:
    act.seal(SealCause.HOURLY)
    with refused():
        sql(statement)
