"""Files that belong to a form, as they were uploaded."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from accounts.access import AuthenticatedRequest, requires
from accounts.permissions import Permission
from core.models import StoredFile


@require_safe
@require_safe
@requires(Permission.VIEW_CLINICAL)
def detail(request: AuthenticatedRequest, pk: int) -> HttpResponseBase:
    """A file to keep, never to open in the page. Its hash is its ETag: a reader who has it is not sent it again."""
    file = StoredFile.objects.select_related("subject__site").defer("content").filter(pk=pk).first()
    if file is None or not request.actor.can(Permission.VIEW_CLINICAL, file.subject.site):
        raise Http404
    etag = f'"{file.sha256}"'
    answer = get_conditional_response(request, etag=etag)
    if answer is None:
        answer = HttpResponse(bytes(file.content), content_type=file.content_type)
    answer["ETag"] = etag
    answer["Cache-Control"] = "private, no-cache"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=file.name) or "attachment"
    return answer
