"""A migration step that makes many tables at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations import AddConstraint, AddField, AddIndex, CreateModel
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState


class Together(Operation):
    """The operations that `makemigrations` wrote, with the models rendered once and not anew for each of them.

    Every form hangs on the subject, so that Django would render all forms again at each step: with sixty it takes
    a quarter of an hour. A table that is made here is made as the last of the operations leaves it.
    """

    reduces_to_sql = True
    reversible = False

    def __init__(self, operations: Sequence[Operation]) -> None:
        self.operations = operations

    def deconstruct(self) -> tuple[str, Sequence[Any], dict[str, Any]]:
        """As it is written in a migration."""
        return (self.__class__.__name__, [self.operations], {})

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """All of them, on a state that renders its models when it is asked for them next."""
        state.__dict__.pop("apps", None)
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Each of them in its order, but what its own table brought with it."""
        made = {operation.name_lower for operation in self.operations if isinstance(operation, CreateModel)}
        for operation in self.operations:
            if not _came_with_its_table(operation, made):
                operation.database_forwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        """In a list of what a migration does."""
        return f"Make {len(self.operations)} changes together"

    def references_model(self, name: str, app_label: str) -> bool:
        """Does any of them?"""
        return any(operation.references_model(name, app_label) for operation in self.operations)


def _came_with_its_table(operation: Operation, made: Iterable[str]) -> bool:
    if isinstance(operation, AddField | AddConstraint | AddIndex):
        return operation.model_name.lower() in made
    return False
