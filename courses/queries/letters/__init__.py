"""Letters to general practitioners: what one would say, what it lacks, and those that were sent.

draft      what would be said about one participant
reading    what is known of her, of all of a course at once
sent       the letters there are
course     everybody of a course
out        what waits to leave, and what nobody has answered
"""

from courses.queries.letters.course import CourseLetters, Elsewhere, course_letters
from courses.queries.letters.draft import Draft
from courses.queries.letters.out import is_silent, letters_in_trouble, waiting_letters
from courses.queries.letters.reading import KINDS, letter_draft
from courses.queries.letters.sent import (
    GONE,
    AsSent,
    as_sent,
    letter,
    letters_about,
    letters_of,
    whose_letter,
)

__all__ = [
    "GONE",
    "KINDS",
    "AsSent",
    "CourseLetters",
    "Draft",
    "Elsewhere",
    "as_sent",
    "course_letters",
    "is_silent",
    "letter",
    "letter_draft",
    "letters_about",
    "letters_in_trouble",
    "letters_of",
    "waiting_letters",
    "whose_letter",
]
