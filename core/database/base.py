"""The database backend: Django compares only its own types' CHECKs when a field is altered, never a field's own."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.backends.postgresql.base import DatabaseWrapper as PostgresWrapper
from django.db.backends.postgresql.schema import DatabaseSchemaEditor


class SchemaEditor(DatabaseSchemaEditor):
    """A code added to a list, or a moved hard limit, replaces the column's CHECK: on the form and on its history."""

    def _field_db_check(self, field: models.Field[Any, Any], field_db_params: dict[str, Any]) -> str | None:
        """What the field itself says. Rows that the new CHECK refuses make the migration fail, loudly."""
        check: str | None = field_db_params["check"]
        return check


class DatabaseWrapper(PostgresWrapper):
    """As Django's, but for the above."""

    SchemaEditorClass = SchemaEditor
