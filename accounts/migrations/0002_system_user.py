"""The system's own account: it derives, raises queries and deviations, and never signs in."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import migrations
from django.utils import timezone


def create_system_user(apps: Any, schema_editor: Any) -> None:
    alias = schema_editor.connection.alias
    account = {"username": "system", "full_name": "System", "is_active": False, "is_system": True}
    user = apps.get_model("accounts", "User").objects.using(alias).create(password=make_password(None), **account)
    apps.get_model("accounts", "HistoricalUser").objects.using(alias).create(
        id=user.pk,
        history_type="+",
        history_date=timezone.now(),
        history_change_reason="Made with the database",
        **account,
    )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [migrations.RunPython(create_system_user, migrations.RunPython.noop)]
