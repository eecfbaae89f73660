"""Find et hold: the courses that anybody may see, with public facts alone."""

from courses.queries.found.asked import MONDAY_TO_SUNDAY, NEAR_KM, Wanted
from courses.queries.found.listing import (
    course_found,
    course_to_be,
    courses_found,
    found_page,
    is_found,
)
from courses.queries.found.shapes import Behind, FoundCourse, FoundPage, Meets, Where
from courses.queries.found.told import Told

__all__ = [
    "MONDAY_TO_SUNDAY",
    "NEAR_KM",
    "Behind",
    "FoundCourse",
    "FoundPage",
    "Meets",
    "Told",
    "Wanted",
    "Where",
    "course_found",
    "course_to_be",
    "courses_found",
    "found_page",
    "is_found",
]
