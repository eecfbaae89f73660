"""Who may see which courses and participants. The first wall; the second is in the database.

A course is no secret: every municipality of its agreement sees it, and only its host changes it.
Who takes part is seen by those whom CitizenAccess names (referrals.policies), and nobody else.
"""

from django.db.models import BooleanField, Exists, OuterRef, Q, QuerySet, Subquery, Value

from courses.models import Course, DischargeLetter, Enrolment, Feed, Meeting, Task, Wish
from courses.states import CourseState
from referrals.models import CitizenAccess
from referrals.policies import referrals_visible_to
from referrals.states import Ground
from roegfri import clock
from roegfri.accounts.roles import Right
from roegfri.actor import HOSTING, Actor, Kind
from roegfri.organisations.dated import holds
from roegfri.organisations.kinds import Scope
from roegfri.organisations.models import Membership


def courses_visible_to(viewer: Actor) -> QuerySet[Course]:
    """The courses of one's own agreement; a draft is its host's alone."""
    if viewer.is_system:
        return Course.objects.all()
    if viewer.organisation_id is None:
        return Course.objects.none()
    if viewer.role == HOSTING:
        return Course.objects.filter(host_id=viewer.organisation_id)
    if not viewer.may(Right.COURSES_READ):
        return Course.objects.none()
    own = Membership.objects.filter(
        holds(clock.today()), municipality=viewer.organisation_id, scope=Scope.CESSATION
    )
    agreed = Q(agreement__in=own.values("agreement")) | Q(agreement=viewer.organisation_id)
    hosted = Q(host_id=viewer.organisation_id)
    return Course.objects.filter(hosted | (agreed & Q(published_at__isnull=False)))


def courses_hosted_by(viewer: Actor) -> QuerySet[Course]:
    """The courses one may change: those of the municipality one acts for."""
    if viewer.is_system:
        return Course.objects.all()
    if viewer.organisation_id is None:
        return Course.objects.none()
    return Course.objects.filter(host_id=viewer.organisation_id)


def courses_listed(viewer: Actor) -> QuerySet[Course]:
    """The courses that citizens see, and so everybody: open for enrolment, and put on the public
    pages by their host. A municipality that has left its agreement offers none."""
    if viewer.kind is Kind.NOBODY:
        return Course.objects.none()
    member = Membership.objects.filter(
        holds(clock.today()),
        municipality=OuterRef("host"),
        agreement=OuterRef("agreement"),
        scope=Scope.CESSATION,
    )
    return Course.objects.filter(Exists(member), state=CourseState.PUBLISHED, listed=True)


def meetings_listed(viewer: Actor) -> QuerySet[Meeting]:
    """The meetings of those courses; what is agreed with one participant alone is none."""
    return Meeting.objects.filter(course__in=courses_listed(viewer), appointment=False)


def meetings_hosted_by(viewer: Actor) -> QuerySet[Meeting]:
    """The meetings of those courses."""
    return Meeting.objects.filter(course__in=courses_hosted_by(viewer))


def meetings_in(viewer: Actor, feed: Feed) -> QuerySet[Meeting]:
    """What stands in a calendar with a secret link: of a course its common meetings, under the
    scope of its host; of a counsellor's own those she is at, under a system scope."""
    if feed.course_id:
        return meetings_hosted_by(viewer).filter(course=feed.course_id, appointment=False)
    if not viewer.is_system:
        return Meeting.objects.none()
    return Meeting.objects.filter(staff__counsellor=feed.user_id)


def enrolments_visible_to(viewer: Actor) -> QuerySet[Enrolment]:
    """Participants: of one's own cases, of courses one holds, and of those who live with one."""
    about = Q(ground=Ground.HANDLING, about=OuterRef("referral")) | Q(
        ground__in=[Ground.HOST, Ground.HOME], about=OuterRef("pk")
    )
    return _concerning(viewer, about)


def enrolments_worked_with_by(viewer: Actor) -> QuerySet[Enrolment]:
    """Those one may change: where she lives only looks on."""
    about = Q(ground=Ground.HANDLING, about=OuterRef("referral")) | Q(
        ground=Ground.HOST, about=OuterRef("pk")
    )
    return _concerning(viewer, about)


def tasks_visible_to(viewer: Actor) -> QuerySet[Task]:
    """What is to be done in the municipality one acts for."""
    if viewer.is_system:
        return Task.objects.all()
    if viewer.organisation_id is None:
        return Task.objects.none()
    return Task.objects.filter(organisation_id=viewer.organisation_id)


def wishes_visible_to(viewer: Actor) -> QuerySet[Wish]:
    """Which course somebody had found herself: for whoever handles the case, and will call her."""
    if viewer.is_system:
        return Wish.objects.all()
    if viewer.organisation_id is None:
        return Wish.objects.none()
    return Wish.objects.filter(referral__handler=viewer.organisation_id)


def letters_visible_to(viewer: Actor) -> QuerySet[DischargeLetter]:
    """The letters one's municipality has sent, and those of cases it has taken over."""
    if viewer.is_system:
        return DischargeLetter.objects.all()
    if viewer.organisation_id is None:
        return DischargeLetter.objects.none()
    own = Q(organisation_id=viewer.organisation_id)
    handled = referrals_visible_to(viewer).filter(pk=OuterRef("referral"))
    return DischargeLetter.objects.filter(own | Exists(handled))


def letters_sent_by(viewer: Actor) -> QuerySet[DischargeLetter]:
    """The letters one's municipality has sent: those it may still do something about."""
    return letters_visible_to(viewer).filter(organisation_id=viewer.organisation_id)


def _concerning(viewer: Actor, about: Q) -> QuerySet[Enrolment]:
    """By rows of access of one's own organisation that hold today. A scalar with a limit: an
    `exists` would be joined, and all rows of a large organisation read first."""
    if viewer.is_system:
        return Enrolment.objects.all()
    if viewer.organisation_id is None:
        return Enrolment.objects.none()
    own = CitizenAccess.objects.filter(
        holds(clock.today()),
        about,
        organisation_id=viewer.organisation_id,
        citizen=OuterRef("citizen"),
    )
    found = own.values(found=Value(value=True))[:1]
    return Enrolment.objects.filter(Subquery(found, output_field=BooleanField()))
