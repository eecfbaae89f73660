"""A course is planned, corrected, opened for participants, and ended."""

from courses.commands.planning.change import change_course
from courses.commands.planning.details import CourseDetails
from courses.commands.planning.ending import finish_course, reopen_course
from courses.commands.planning.flags import flag_course, unflag_course
from courses.commands.planning.plan import plan_course
from courses.commands.planning.publishing import publish_course, unpublish_course

__all__ = [
    "CourseDetails",
    "change_course",
    "finish_course",
    "flag_course",
    "plan_course",
    "publish_course",
    "reopen_course",
    "unflag_course",
    "unpublish_course",
]
