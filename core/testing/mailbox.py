"""Letters for real: a mail server on this machine for a test; seals in a folder and under a key of the test's own."""

from __future__ import annotations

import email
import email.policy
import secrets
import socket
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from pytest_django import Settings

from core.sealing import keys


class Mailbox:
    """What the mail server took. It refuses the addresses in `refused`."""

    def __init__(self) -> None:
        self.letters: list[tuple[list[str], EmailMessage]] = []
        self.refused: set[str] = set()

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802
        """One recipient."""
        if address in self.refused:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        """One letter."""
        letter = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(letter, EmailMessage)
        self.letters.append((envelope.rcpt_tos, letter))
        return "250 OK"

    def to(self, address: str) -> list[EmailMessage]:
        """The letters to one address."""
        return [letter for addresses, letter in self.letters if address in addresses]


@pytest.fixture
def mailbox(settings: Settings) -> Iterator[Mailbox]:
    """A mail server on the loopback; Django sends to it."""
    box = Mailbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        host, port = free.getsockname()
    server = Controller(box, hostname=host, port=port)
    server.start()
    try:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = host, port
        yield box
    finally:
        server.stop()


@pytest.fixture(scope="session")
def _seal_key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("seals") / "seal.key"
    keys.draw(path)
    return path


@pytest.fixture(autouse=True)
def sealed_in(settings: Settings, _seal_key: Path) -> Path:
    """Where this test's seals lie: no test seals into the folder of the trial next door, nor with its key."""
    settings.SEAL_KEY_FILE = str(_seal_key)
    settings.SEAL_FOLDER = str(_seal_key.parent / secrets.token_hex(8))
    return Path(settings.SEAL_FOLDER)
