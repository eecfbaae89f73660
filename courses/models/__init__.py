"""Courses, where and when they meet, who takes part, and what was marked."""

from courses.models.attendance import Attendance, Marking, Task, Tick
from courses.models.baseline import Baseline, FormLink
from courses.models.course import Course, Feed, Flagged, Qualification
from courses.models.ending import Ending, Transferred
from courses.models.enrolment import Appointment, Enrolment
from courses.models.letter import DischargeLetter
from courses.models.meeting import Meeting, Staffing
from courses.models.venue import Room, Venue
from courses.models.wish import Wish

__all__ = [
    "Appointment",
    "Attendance",
    "Baseline",
    "Course",
    "DischargeLetter",
    "Ending",
    "Enrolment",
    "Feed",
    "Flagged",
    "FormLink",
    "Marking",
    "Meeting",
    "Qualification",
    "Room",
    "Staffing",
    "Task",
    "Tick",
    "Transferred",
    "Venue",
    "Wish",
]
