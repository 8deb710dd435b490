"""Questions to the policy are refused when they cannot be answered (ASVS 5.0, 16.5.3)."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import structlog

from registry.core.errors import Forbidden, RegistryError

log = structlog.get_logger()
P = ParamSpec("P")
R = TypeVar("R")


def refused_on_failure(question: Callable[P, R]) -> Callable[P, R]:
    """A question that raises Forbidden, and is logged, where it fails in any way but by refusing."""

    @functools.wraps(question)
    def asked(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return question(*args, **kwargs)
        except RegistryError:
            raise
        except Exception as error:
            log.error("policy_failed", question=question.__name__, kind=type(error).__name__)
            raise Forbidden("Whether this may be done could not be decided, so it is refused") from error

    return asked
