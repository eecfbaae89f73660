"""What a coordinator says of a course: all of it at once when it is planned, some of it later."""

from courses.forms.course.edit import EditCourse, NoteFlag, sealed_now
from courses.forms.course.plan import PlanCourse

__all__ = ["EditCourse", "NoteFlag", "PlanCourse", "sealed_now"]
