"""What each role may do. Written by hand, read by inspectors; the test beside it repeats it word for word."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from accounts.models import Role


class Permission(StrEnum):
    """One thing a person may do."""

    VIEW_HOME = "view_home"
    VIEW_CLINICAL = "view_clinical"
    VIEW_TRAIL = "view_trail"
    ENTER_DATA = "enter_data"
    VOID_RECORD = "void_record"
    ENTER_AFTER_LOCK = "enter_after_lock"
    FREEZE_REPORT = "freeze_report"
    MANAGE_VISITS = "manage_visits"
    ADD_SUBJECT = "add_subject"
    ANSWER_QUERY = "answer_query"
    RAISE_QUERY = "raise_query"
    CLOSE_QUERY = "close_query"
    VERIFY_SOURCE = "verify_source"
    REVIEW_TRAIL = "review_trail"
    FREEZE = "freeze"
    LOCK = "lock"
    ASK_UNLOCK = "ask_unlock"
    DECIDE_UNLOCK = "decide_unlock"
    ASK_MASK = "ask_mask"
    MASK = "mask"
    CODE = "code"
    TRANSFER_SUBJECT = "transfer_subject"
    SIGN = "sign"
    DECIDE = "decide"
    REVIEW_SAFETY = "review_safety"
    EXPORT_DATA = "export_data"
    MANAGE_SITES = "manage_sites"
    MANAGE_ACCOUNTS = "manage_accounts"
    MANAGE_REFERENCE = "manage_reference"


P = Permission

# A person whose role has ended, or has not begun, still signs in and is told so.
EVERYONE: Final = frozenset({P.VIEW_HOME})

_READER = EVERYONE | {P.VIEW_CLINICAL, P.VIEW_TRAIL}
_SITE_STAFF = (
    _READER
    | {P.ENTER_DATA, P.VOID_RECORD, P.MANAGE_VISITS, P.ADD_SUBJECT, P.ANSWER_QUERY, P.ASK_MASK}
    | {P.ENTER_AFTER_LOCK, P.FREEZE_REPORT}
)
_ASKS = _READER | {P.RAISE_QUERY, P.CLOSE_QUERY}

POLICY: Final[dict[Role, frozenset[Permission]]] = {
    Role.COORDINATOR: _SITE_STAFF,
    Role.INVESTIGATOR: _SITE_STAFF | {P.SIGN, P.DECIDE, P.ASK_UNLOCK, P.DECIDE_UNLOCK, P.MASK},
    Role.MONITOR: _ASKS | {P.VERIFY_SOURCE, P.REVIEW_TRAIL, P.FREEZE, P.DECIDE_UNLOCK},
    Role.DATA_MANAGER: _ASKS
    | {P.EXPORT_DATA, P.REVIEW_TRAIL, P.FREEZE, P.LOCK, P.ASK_UNLOCK, P.DECIDE_UNLOCK, P.ASK_MASK}
    | {P.CODE, P.TRANSFER_SUBJECT, P.MANAGE_REFERENCE},
    Role.SAFETY_REVIEWER: _ASKS | {P.REVIEW_SAFETY},
    Role.AUDITOR: _READER | {P.REVIEW_TRAIL},
    Role.ADMINISTRATOR: EVERYONE | {P.MANAGE_SITES, P.MANAGE_ACCOUNTS},
}
