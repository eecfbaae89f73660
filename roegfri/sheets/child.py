"""Reads an XLSX file from standard input as JSON rows, under limits of memory and time.

Run as a process of its own by reading.py, with no environment: a file made to exhaust the reader
ends this process and nothing else. The limits are arguments: bytes of memory, seconds, rows and
columns.
"""

import datetime as dt
import io
import json
import resource
import sys

TOO_BIG = 3


def as_text(value: object) -> str:
    """A cell as a Dane would have typed it."""
    match value:
        case None:
            return ""
        case bool():
            return "ja" if value else "nej"
        case float():
            return str(int(value)) if value.is_integer() else f"{value!r}".replace(".", ",")
        case dt.datetime() | dt.date() | dt.time():
            return value.isoformat().removesuffix("T00:00:00")
        case _:
            return str(value)


def main() -> int:
    """Exit code 0 and the rows, TOO_BIG, or anything else for an unreadable file."""
    memory, seconds, rows, columns = map(int, sys.argv[1:])
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    import python_calamine  # noqa: PLC0415  (loaded before memory is limited)

    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
    sheet = book.get_sheet_by_index(0)
    if sheet.total_height > rows or sheet.total_width > columns:
        return TOO_BIG
    found = [[as_text(value) for value in row] for row in sheet.to_python(skip_empty_area=False)]
    sys.stdout.write(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
