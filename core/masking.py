"""The sealed original of what was masked: encrypted with the site's own passphrase, opened by nobody else."""

from __future__ import annotations

import base64
import json
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

SHORTEST = 12  # of a passphrase
COST = {"n": 2**15, "r": 8, "p": 1}


class WrongPassphrase(Exception):
    """The file does not open with it, or is not such a file."""


def sealed(text: str, passphrase: str, *, salt: bytes, **about: Any) -> str:
    """A JSON file: what it is about in clear, the text encrypted (scrypt, Fernet)."""
    token = _cipher(passphrase, salt).encrypt(text.encode())
    told = {"about": about, "salt": base64.b64encode(salt).decode(), "text": token.decode(), "kdf": {"scrypt": COST}}
    return json.dumps(told, ensure_ascii=False, indent=1)


def opened(file: str, passphrase: str) -> str:
    """The text of such a file. Raises WrongPassphrase."""
    try:
        told = json.loads(file)
        cipher = _cipher(passphrase, base64.b64decode(told["salt"]))
        return cipher.decrypt(told["text"].encode()).decode()
    except (InvalidToken, KeyError, TypeError, ValueError) as error:
        raise WrongPassphrase from error


def _cipher(passphrase: str, salt: bytes) -> Fernet:
    key = Scrypt(salt=salt, length=32, **COST).derive(passphrase.encode())
    return Fernet(base64.urlsafe_b64encode(key))
