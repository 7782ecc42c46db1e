"""One log configuration: JSON in production, colours in a terminal, secrets in neither."""

import logging
import re
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog

_SECRET_KEY = re.compile(
    r"pass(word|phrase)?|secret|token|community|auth_key|privacy_key|private_key|cookie|csrf"
)
LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}


def drop_secrets(
    logger: object, method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Replace the value of every key that is named like a secret."""
    del logger, method
    for key in event:
        if key != "event" and _SECRET_KEY.search(key.lower()):
            event[key] = "***"
    return event


def configure_logs(*, as_json: bool, level: str = "info", stream: TextIO | None = None) -> None:
    """Set structlog up for this process; None writes to standard output."""
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.dev.ConsoleRenderer()
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            drop_secrets,
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS.get(level, logging.INFO)),
        logger_factory=structlog.PrintLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )
