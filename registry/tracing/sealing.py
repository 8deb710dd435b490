"""Reports of traces and scenes under their codes: an edge."""

from __future__ import annotations

from registry.core.web.context import registry
from registry.core.web.words import language_of_visitor
from registry.tracing import documents, scene_documents
from registry.tracing.queries import TraceView
from registry.tracing.scenes import SceneView
from registry.verification.sealing import Desk, sealed
from schemas.vocabulary import IssuedKind
from schemas.words import ENGLISH


def sealed_report(found: TraceView) -> bytes:
    """The report as PDF, which everyone can verify."""
    authority = registry().settings.authority
    language = language_of_visitor()
    return sealed(
        IssuedKind.TRACE_REPORT,
        found.number,
        lambda seal: documents.report(found, authority, language, seal),
        language=language,
    )


def sealed_scene(found: SceneView) -> bytes:
    """The report of a scene as PDF, which everyone can verify."""
    authority, language = registry().settings.authority, language_of_visitor()
    return sealed(
        IssuedKind.SCENE_REPORT,
        found.number,
        lambda seal: scene_documents.report(found, authority, language, seal),
        language=language,
    )


def scene_from(desk: Desk, found: SceneView) -> bytes:
    """The same in English, where nobody asks over the web."""
    authority = desk.parts.settings.authority
    return sealed(
        IssuedKind.SCENE_REPORT,
        found.number,
        lambda seal: scene_documents.report(found, authority, ENGLISH, seal),
        desk=desk,
    )
