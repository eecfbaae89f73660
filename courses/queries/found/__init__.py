"""Find et hold: the courses that anybody may see, with public facts alone."""

from courses.queries.found.asked import MONDAY_TO_SUNDAY, NEAR_KM, Wanted
from courses.queries.found.listing import course_found, courses_found, found_page
from courses.queries.found.shapes import FoundCourse, FoundPage, Meets, Where

__all__ = [
    "MONDAY_TO_SUNDAY",
    "NEAR_KM",
    "FoundCourse",
    "FoundPage",
    "Meets",
    "Wanted",
    "Where",
    "course_found",
    "courses_found",
    "found_page",
]
