"""Verification finds nothing where nothing was done; from an export it runs by itself, without the database."""

# ruff: noqa: F811  (fixtures are named as what they give)
from __future__ import annotations

import json
import logging
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from accounts.models import Event, EventKind
from accounts.testing import Cast
from core.models import Change, ChangeItem, Seal, Subject
from core.sealing import keys, tasks
from core.testing.databases import owner_connection
from core.testing.mailbox import _seal_key, sealed_in  # noqa: F401  (fixtures)
from core.tests.tamper_scenes import everything, late_change, owner_of, sealed
from verify_trail import Outside, canonical, full, short, value_of

pytestmark = [pytest.mark.req("ADM-08")]
PROGRAM = Path(__file__).parents[2] / "verify_trail.py"


@pytest.fixture
def story(committed_db: str, cast: Cast, sealed_in: Path) -> Subject:
    """Everything, sealed."""
    subject = everything(cast)
    sealed()
    return subject


def alone(*words: object) -> tuple[int, list[str]]:
    """Run the program by itself: no Django, no settings, another folder. Gives exit code and lines."""
    command = [sys.executable, "-I", str(PROGRAM), *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, cwd="/", env={}, check=False)
    return done.returncode, (done.stdout + done.stderr).splitlines()


def exported(folder: Path) -> Path:
    call_command("export_trail", output=folder)
    return folder


def key_file(folder: Path) -> Path:
    """The public key, carried by another way than the seals."""
    path = folder / "seal.pub"
    path.write_bytes(keys.public_pem(keys.signing_key().public_key()))
    return path


def test_it_works(story: Subject, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("verify_trail")
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("rows checked ")
    assert last.endswith(", faults 0")
    assert int(last.split()[2].strip(",")) > Change.objects.count() + ChangeItem.objects.count()


def test_it_works_by_itself_from_an_export(story: Subject, sealed_in: Path, tmp_path: Path) -> None:
    export = exported(tmp_path / "export")
    code, lines = alone(export, "--seals", sealed_in, "--key", key_file(tmp_path))
    assert (code, lines[-1].rpartition(", ")[2]) == (0, "faults 0")
    manifest = json.loads((export / "manifest.json").read_text())
    assert manifest["files"]["changes.jsonl"]["rows"] == Change.objects.count()
    assert manifest["files"]["items.jsonl"]["rows"] == ChangeItem.objects.count()
    assert Event.objects.get(kind=EventKind.EXPORT).what == "export_trail"


def test_it_finds_by_itself_what_the_owner_did(
    committed_db: str, story: Subject, sealed_in: Path, tmp_path: Path
) -> None:
    with owner_of(committed_db) as owner:
        owner.execute("UPDATE assessments_vitalsigns SET sysbp = 119 WHERE sysbp = 120 AND subject_id = %s", [story.pk])
    code, lines = alone(exported(tmp_path / "export"), "--seals", sealed_in, "--key", key_file(tmp_path))
    assert code == 1
    assert "01-001, assessments_vitalsigns 1: the row differs from its trail: sysbp" in lines
    assert not lines[-1].endswith("faults 0")


def test_the_command_fails_tells_and_leaves_an_event(
    committed_db: str, story: Subject, caplog: pytest.LogCaptureFixture
) -> None:
    with owner_connection(committed_db) as owner:
        owner.execute("ALTER TABLE core_change DISABLE TRIGGER USER")
        owner.execute("UPDATE core_change SET reason = 'Better' WHERE seq = 3 AND subject_id = %s", [story.pk])
    with pytest.raises(SystemExit) as ended, caplog.at_level(logging.ERROR):
        call_command("verify_trail")
    assert ended.value.code == 1
    told = Event.objects.get(kind=EventKind.SEAL)
    assert (told.what, told.detail["first"][0]) == ("verification", "01-001, change 3: its reason was altered")
    assert "altered behind the application" in caplog.text
    assert tasks.verify_every_night() == told.detail["faults"]


def test_what_came_after_the_last_seal_verifies_too(
    story: Subject, cast: Cast, sealed_in: Path, tmp_path: Path
) -> None:
    late_change(cast, story, sysbp="131")
    code, lines = alone(exported(tmp_path / "export"), "--seals", sealed_in)
    assert (code, lines[-1].rpartition(", ")[2]) == (0, "faults 0")


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        ("changes.jsonl", "changes.jsonl: the file is not the one that was exported"),
        ("rows.jsonl", "rows.jsonl: the file is not the one that was exported"),
        ("files/1", "core_storedfile 1: the content of the file is not what was uploaded"),
    ],
)
def test_an_export_that_suffered_on_its_way(
    story: Subject, sealed_in: Path, tmp_path: Path, damage: str, words: str
) -> None:
    path = exported(tmp_path / "export") / damage
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))
    code, lines = alone(tmp_path / "export", "--seals", sealed_in)
    assert code == 1
    assert any(words in line for line in lines), lines


def test_what_is_no_export_is_said(tmp_path: Path) -> None:
    code, lines = alone(tmp_path)
    assert code == 2
    assert lines[-1].startswith("This cannot be verified: ")
    (tmp_path / "manifest.json").write_text('{"files": {}}')
    (tmp_path / "seals.jsonl").write_text("[1]\n")
    assert alone(tmp_path)[0] == 2


def test_an_export_overwrites_nothing(story: Subject, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear inspector")
    with pytest.raises(CommandError, match="not empty"):
        call_command("export_trail", output=tmp_path)


# Seals


def test_a_copy_that_is_gone_or_altered(story: Subject, sealed_in: Path, tmp_path: Path) -> None:
    export = exported(tmp_path / "export")
    whole = (sealed_in / "seal-000002.json").read_text()
    (sealed_in / "seal-000002.json").write_text(whole.replace('"whole": false', '"whole": true'))
    lines = alone(export, "--seals", sealed_in)[1]
    assert "seal 2: the database holds another one than the copy outside; the copy is used" in lines
    assert "seal 2: its signature is not that of the key" in lines
    (sealed_in / "seal-000002.json").unlink()
    assert "seal 2: there is no copy of it outside" in alone(export, "--seals", sealed_in)[1]
    assert alone(export, "--seals", sealed_in, "--some-seals")[0] == 0


def test_a_seal_missing_everywhere(committed_db: str, story: Subject, sealed_in: Path, tmp_path: Path) -> None:
    with owner_of(committed_db) as owner:
        owner.execute("DELETE FROM core_seal WHERE number = 2")
    (sealed_in / "seal-000002.json").unlink()
    lines = alone(exported(tmp_path / "export"), "--seals", sealed_in)[1]
    assert "seal 2: it is missing, in the database and outside" in lines


def test_a_key_of_somebody_else(story: Subject, sealed_in: Path, tmp_path: Path, settings: Settings) -> None:
    export = exported(tmp_path / "export")
    settings.SEAL_KEY_FILE = str(tmp_path / "other.key")
    keys.draw(tmp_path / "other.key")
    lines = alone(export, "--seals", sealed_in, "--key", key_file(tmp_path))[1]
    assert "seal 1: it is signed with a key that was not given" in lines


def test_a_new_key_follows_an_old_one(story: Subject, sealed_in: Path, tmp_path: Path, settings: Settings) -> None:
    keys.draw(tmp_path / "next.key")
    settings.SEAL_KEY_FILE = str(tmp_path / "next.key")
    sealed()
    assert len({seal.key_id for seal in Seal.objects.all()}) == len(Outside.of(sealed_in).keys()) == 2
    assert alone(exported(tmp_path / "export"), "--seals", sealed_in)[0] == 0


# Values


@pytest.mark.parametrize(
    "text", ['"Y"', "120", "36.60", "true", '["A", "B"]', '{"b": 1, "aa": 1.50}', '"\\"\\\\\\n\\u0001é"']
)
def test_a_value_is_written_as_it_was_read(text: str) -> None:
    assert canonical(value_of(text)) == text


def test_values_that_only_look_alike_differ() -> None:
    assert value_of("1.50") != value_of("1.5")
    assert value_of("1.5") != value_of('"1.5"')
    assert value_of(None) is None


@pytest.mark.parametrize("fraction", ["000000", "120000", "000001", "999999"])
def test_a_time_as_the_digest_and_as_the_row_has_it(fraction: str) -> None:
    at = f"2026-11-24T12:00:00.{fraction}+00:00"
    assert full(short(at)) == at
