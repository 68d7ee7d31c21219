"""One file per noun."""

from core.models.change import ChainHead, Change, ChangeItem, ChangeKind
from core.models.crf import Crf, CrfRow, FormStatus
from core.models.draft import DraftEntry
from core.models.file import StoredFile
from core.models.query import Query, QueryEvent, QueryKind, QueryState
from core.models.recorded import Recorded, TrailRow
from core.models.subject import Subject, SubjectStatus
from core.models.visit import Visit, VisitStatus

__all__ = [
    "ChainHead",
    "Change",
    "ChangeItem",
    "ChangeKind",
    "Crf",
    "CrfRow",
    "DraftEntry",
    "FormStatus",
    "Query",
    "QueryEvent",
    "QueryKind",
    "QueryState",
    "Recorded",
    "StoredFile",
    "Subject",
    "SubjectStatus",
    "TrailRow",
    "Visit",
    "VisitStatus",
]
