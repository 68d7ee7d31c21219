"""One file per noun."""

from core.models.change import DATA_KINDS, WHOLE, ChainHead, Change, ChangeItem, ChangeKind
from core.models.crf import Crf, CrfRow, FormStatus, FormStatusLog
from core.models.draft import DraftEntry
from core.models.file import StoredFile
from core.models.hold import Hold, HoldState, HoldStep, HoldVerb, Level
from core.models.mask import MASKED, MaskDecision, MaskRequest, MaskTarget
from core.models.noted import Noted
from core.models.query import OVER, Query, QueryEvent, QueryKind, QueryState, Side
from core.models.recorded import Recorded, TrailRow
from core.models.report import Report, ReportKind
from core.models.review import Outcome, ReadMark, TrailReview
from core.models.seal import Seal, SealCause, SealDelivery
from core.models.signature import Meaning, Signature
from core.models.subject import Subject, SubjectStatus
from core.models.trail_search import STRETCH, TrailMark, TrailSegment
from core.models.visit import Visit, VisitStatus

__all__ = [
    "DATA_KINDS",
    "MASKED",
    "OVER",
    "STRETCH",
    "WHOLE",
    "ChainHead",
    "Change",
    "ChangeItem",
    "ChangeKind",
    "Crf",
    "CrfRow",
    "DraftEntry",
    "FormStatus",
    "FormStatusLog",
    "Hold",
    "HoldState",
    "HoldStep",
    "HoldVerb",
    "Level",
    "MaskDecision",
    "MaskRequest",
    "MaskTarget",
    "Meaning",
    "Noted",
    "Outcome",
    "Query",
    "QueryEvent",
    "QueryKind",
    "QueryState",
    "ReadMark",
    "Recorded",
    "Report",
    "ReportKind",
    "Seal",
    "SealCause",
    "SealDelivery",
    "Side",
    "Signature",
    "StoredFile",
    "Subject",
    "SubjectStatus",
    "TrailMark",
    "TrailReview",
    "TrailRow",
    "TrailSegment",
    "Visit",
    "VisitStatus",
]
