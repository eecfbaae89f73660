"""The operators' log: JSON lines on stderr that can hold no personal data.

Nothing is searched for and blanked out; instead a line is built from the fields of FIELDS and
nothing else. Of an exception it says the type and our own lines it passed through, never its
words or local values. Of a library's record it says the text without what was filled in.
"""

import logging
import logging.config
import sys
from collections.abc import Iterator, Mapping, MutableMapping
from pathlib import Path
from types import TracebackType
from typing import Any

import structlog

ROOT = Path(__file__).resolve().parents[2]

# Everything that may stand in a line.
FIELDS = (
    "time",
    "level",
    "logger",
    "event",
    "request",
    "route",
    "method",
    "status",
    "ms",
    "user",
    "grant",
    "token",
    "task",
    "task_id",
    "message",
    "kind",
    "attempt",
    "count",
    "head",
    "where",
    "fault",
    "frames",
)
OURS = ("roegfri", "referrals", "courses", "vouchers", "settlement", "reporting")
# Libraries whose filled-in texts name hosts, task names and process ids only.
PLAIN_SPEAKERS = ("celery.beat", "celery.worker.consumer", "celery.apps")

Line = MutableMapping[str, Any]


def configure(config: Mapping[str, str]) -> None:
    """What LOGGING_CONFIG names; config["level"] is the lowest level that is written."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"json": {"()": _formatter}},
            "handlers": {
                "stderr": {
                    "class": "logging.StreamHandler",
                    "stream": "ext://sys.stderr",
                    "formatter": "json",
                }
            },
            "root": {"handlers": ["stderr"], "level": config["level"]},
            # Django's own handlers go; our middleware has already told of each request.
            "loggers": {
                # Said here too: Celery's own -l would silence the newest links of the log.
                **{name: {"level": config["level"]} for name in OURS},
                "django": {"handlers": [], "propagate": True},
                "django.server": {"handlers": [], "level": "CRITICAL", "propagate": True},
                "django.request": {"level": "ERROR"},
            },
        }
    )


def _formatter() -> structlog.stdlib.ProcessorFormatter:
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            from_a_library,
        ],
        processors=[
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
            tell_the_fault,
            allowed_only,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        use_get_message=False,
        pass_foreign_args=True,
    )


def from_a_library(_: Any, __: str, line: Line) -> Line:
    """The text without its values, where it was written, and the task or request it is about."""
    record: logging.LogRecord = line["_record"]
    args = line.pop("positional_args", ())
    text = record.msg if isinstance(record.msg, str) else ""
    if record.name.startswith(PLAIN_SPEAKERS):
        line["event"] = text % args if args else text
    else:
        # Without arguments the text may have been filled in already: it stays out.
        line["event"] = text if args else record.name
    line["where"] = f"{Path(record.pathname).name}:{record.lineno}"
    request = getattr(record, "request", None)
    match = getattr(request, "resolver_match", None)
    line["route"] = match.view_name if match else None
    line["status"] = getattr(record, "status_code", None)
    data = getattr(record, "data", None)
    if isinstance(data, Mapping):
        line["task"], line["task_id"] = data.get("name"), data.get("id")
    return line


def tell_the_fault(_: Any, __: str, line: Line) -> Line:
    """An exception's type, and the lines of ours that it passed through."""
    given = line.get("exc_info")
    if given is True:
        given = sys.exc_info()
    if isinstance(given, BaseException):
        given = (type(given), given, given.__traceback__)
    if given and given[0]:
        line["fault"] = f"{given[0].__module__}.{given[0].__qualname__}"
        line["frames"] = list(_our_frames(given[2]))
    return line


def _our_frames(traceback: TracebackType | None) -> Iterator[str]:
    while traceback is not None:
        code = traceback.tb_frame.f_code
        path = Path(code.co_filename)
        if path.is_relative_to(ROOT) and "site-packages" not in path.parts:
            yield f"{path.relative_to(ROOT)}:{traceback.tb_lineno} {code.co_name}"
        traceback = traceback.tb_next


def allowed_only(_: Any, __: str, line: Line) -> Line:
    """The fields of FIELDS that have a value, in that order."""
    return {field: line[field] for field in FIELDS if line.get(field) not in (None, "", [])}
