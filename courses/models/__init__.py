"""Courses, where and when they meet, who takes part, and what was marked."""

from courses.models.attendance import Attendance, Marking, Task, Tick
from courses.models.course import Course, Feed, Flagged, Qualification
from courses.models.enrolment import Appointment, Enrolment
from courses.models.meeting import Meeting, Staffing
from courses.models.venue import Room, Venue

__all__ = [
    "Appointment",
    "Attendance",
    "Course",
    "Enrolment",
    "Feed",
    "Flagged",
    "Marking",
    "Meeting",
    "Qualification",
    "Room",
    "Staffing",
    "Task",
    "Tick",
    "Venue",
]
