"""The policy, said a second time by hand: a change of rights must be made in both places."""

from __future__ import annotations

import pytest

from accounts.models import SITE_STAFF, Role
from accounts.permissions import POLICY, Permission

# Columns: coordinator, investigator, monitor, data manager, safety reviewer, auditor, administrator.
TABLE = """
    view_home        x x x x x x x
    view_clinical    x x x x x x .
    view_trail       x x x x x x .
    enter_data       x x . . . . .
    void_record      x x . . . . .
    enter_after_lock x x . . . . .
    freeze_report    x x . . . . .
    manage_visits    x x . . . . .
    add_subject      x x . . . . .
    answer_query     x x . . . . .
    raise_query      . . x x x . .
    close_query      . . x x x . .
    verify_source    . . x . . . .
    review_trail     . . x x . x .
    freeze           . . x x . . .
    lock             . . . x . . .
    ask_unlock       . x . x . . .
    decide_unlock    . x x x . . .
    ask_mask         x x . x . . .
    mask             . x . . . . .
    code             . . . x . . .
    transfer_subject . . . x . . .
    sign             . x . . . . .
    decide           . x . . . . .
    review_safety    . . . . x . .
    export_data      . . . x . . .
    manage_sites     . . . . . . x
    manage_accounts  . . . . . . x
    manage_reference . . . x . . .
"""
ROWS = [line.split() for line in TABLE.strip().splitlines()]
COLUMNS = [
    Role.COORDINATOR,
    Role.INVESTIGATOR,
    Role.MONITOR,
    Role.DATA_MANAGER,
    Role.SAFETY_REVIEWER,
    Role.AUDITOR,
    Role.ADMINISTRATOR,
]
READING = {Permission.VIEW_HOME, Permission.VIEW_CLINICAL, Permission.VIEW_TRAIL}
WRITING = {
    Permission.ENTER_DATA,
    Permission.VOID_RECORD,
    Permission.ENTER_AFTER_LOCK,
    Permission.FREEZE_REPORT,
    Permission.MANAGE_VISITS,
    Permission.ADD_SUBJECT,
    Permission.SIGN,
    Permission.DECIDE,
}


def test_it_works() -> None:
    said = {
        role: {Permission(name) for name, *marks in ROWS if marks[place] == "x"} for place, role in enumerate(COLUMNS)
    }
    assert said == POLICY


def test_the_table_names_every_permission_and_every_role_once() -> None:
    assert sorted(name for name, *_ in ROWS) == sorted(Permission)
    assert list(Role) == COLUMNS


@pytest.mark.req("ENT-03")
@pytest.mark.parametrize("role", [role for role in Role if role not in SITE_STAFF])
def test_who_is_not_site_staff_writes_no_clinical_data(role: Role) -> None:
    assert not POLICY[role] & WRITING


def test_the_auditor_reads_all_and_changes_nothing() -> None:
    assert POLICY[Role.AUDITOR] == READING | {Permission.REVIEW_TRAIL}, (
        "a review of the trail is the auditor's own record"
    )


@pytest.mark.req("ADM-03")
def test_the_administrator_sees_no_clinical_data_and_nobody_else_manages_accounts() -> None:
    managing = {Permission.MANAGE_SITES, Permission.MANAGE_ACCOUNTS}
    assert POLICY[Role.ADMINISTRATOR] == managing | {Permission.VIEW_HOME}
    assert [role for role in Role if POLICY[role] & managing] == [Role.ADMINISTRATOR]
