"""What goes on between organisations: given on, given to Stoplinien, known twice."""

from referrals import rules
from referrals.states import (
    CloseReason,
    Ground,
    HandOverResult,
    NextStep,
    Outcome,
    Source,
)
from roegfri import clock
from roegfri.accounts.models import User
from roegfri.desk.demo.cases import Case, close, opened, plan
from roegfri.desk.demo.letters import EPISODE
from roegfri.desk.demo.places import Place
from roegfri.desk.demo.rows import Row, World
from roegfri.desk.demo.telling import Call, Story, When, back, soon, tell
from roegfri.organisations.models import Organisation


def give_on(world: World, case: Case, to: Place, when: When, why: str) -> None:
    """Another municipality has the case now, and its clock runs; the old deadline is kept."""
    at = when(case.place, world.now)
    on = clock.danish_date(at)
    _given(world, case, to.municipality, when, why)
    opened(world, case, to.municipality.pk, on)
    case.row["handler_id"], case.row["agreement_id"] = to.municipality.pk, to.agreement.pk
    case.row["caseworker_id"] = None
    case.row["contact_by"] = rules.contact_deadline(on, terms=to.terms, closed=to.closed)
    plan(case, NextStep.CALL, clock.end_of_day(case.row["contact_by"]), why)
    for access in world.rows["citizenaccess"]:
        if access["about"] == case.row["id"] and access["from_on"] < on:
            access["until_on"] = on


def give_to_quitline(world: World, case: Case, to: Organisation, when: When, note: str) -> Row:
    """Stoplinien calls her; the case is closed."""
    at = when(case.place, world.now)
    given = _given(world, case, to, when, note)
    opened(world, case, to.pk, clock.danish_date(at), Ground.QUITLINE.value)
    close(case, CloseReason.QUITLINE, at)
    return given


def _given(world: World, case: Case, to: Organisation, when: When, why: str) -> Row:
    return world.add(
        "handover",
        referral_id=case.row["id"],
        citizen_id=case.row["citizen_id"],
        giver_id=case.row["handler_id"],
        receiver_id=to.pk,
        at=when(case.place, world.now),
        by_id=case.place.counsellors[0].pk,
        reason=why,
        contact_by_before=case.row["contact_by"],
        sender_ean=case.row["sender_ean"],
        episode=case.row["episode"],
    )


# ---- between municipalities ----------------------------------------------------------------------

_MOVED_HERE = Story(
    name="Gitte Nørgaard",
    age=49,
    source=Source.HOSPITAL,
    received=back(5, 12, 0),
    text="Henvisning til rygestop. Ryger 20 cigaretter dagligt, KOL GOLD 2. Meget motiveret.",
    calls=(Call(Outcome.NO_ANSWER, back(4, 9, 20)),),
)
_MOVED_AWAY = Story(
    name="Per Thomsen",
    age=53,
    source=Source.PRACTICE,
    received=back(6, 9, 30),
    text="Henvisning til rygestop. 15 cigaretter dagligt gennem mange år.",
    calls=(Call(Outcome.CALL_BACK, back(5, 10, 0), "Er flyttet til Glostrup.", soon(60)),),
    woman=False,
    home="161",
)


def between(world: World, place: Place, *, came_from: Place, goes_to: Place) -> None:
    """One case comes from Brøndby, one goes to Glostrup."""
    came = tell(world, came_from, _MOVED_HERE)
    give_on(world, came, place, back(1, 10, 40), "Er flyttet til Hvidovre den 1. i måneden")
    went = tell(world, place, _MOVED_AWAY)
    went.row["sender_ean"], went.row["episode"] = EPISODE
    give_on(world, went, goes_to, back(4, 11, 0), "Bor i Glostrup og vil have hjælp dér")


# ---- Stoplinien ----------------------------------------------------------------------------------

_WOULD_RATHER = "Vil hellere ringes op af Stoplinien, helst om aftenen."
_BY_TELEPHONE = (
    ("Pia Christiansen", 45, True, 9, 8, "Arbejder om dagen, træffes efter kl. 17"),
    ("Kurt Olsen", 69, False, 7, 6, "Går dårligt og vil ikke hjemmefra"),
    ("Maria Petersen", 31, True, 5, 3, "Ønsker samtaler om aftenen"),
    ("Ali Khan", 38, False, 3, 2, ""),
    ("Inger Bæk", 57, True, 9, 8, "Træffes bedst før middag"),
)


def by_telephone(world: World, place: Place, quitline: Organisation, caller: User) -> None:
    """Four wait for Stoplinien's call; the fifth has been called."""
    given = []
    for name, age, woman, days, later, note in _BY_TELEPHONE:
        story = Story(
            name=name,
            age=age,
            woman=woman,
            source=Source.PRACTICE,
            received=back(days, 9, 10),
            text="Henvisning til rygestop. 15 cigaretter dagligt.",
            calls=(Call(Outcome.REACHED, back(later, 11, 20), _WOULD_RATHER),),
        )
        case = tell(world, place, story)
        given.append(give_to_quitline(world, case, quitline, back(later, 11, 25), note))
    done = given[-1]
    done["ended_at"], done["ended_by_id"] = back(0, 9, 5)(place, world.now), caller.pk
    done["result"], done["note"] = HandOverResult.TALKED.value, "Har sat stopdato"
    for access in world.rows["citizenaccess"]:
        if access["about"] == done["referral_id"] and access["ground"] == Ground.QUITLINE:
            access["until_on"] = clock.danish_date(done["ended_at"])


# ---- the same person twice -----------------------------------------------------------------------

_TWICE = (
    ("Kirsten Jørgensen", "Kirsten Margrethe Jørgensen"),
    ("Lars Winther", "Lars Bo Winther"),
)


def twice(world: World, place: Place) -> None:
    """Two pairs of rows that are one person: one to be found and merged, one merged already."""
    for (name, longer), merged in zip(_TWICE, (False, True), strict=True):
        woman = not merged
        old = tell(
            world,
            place,
            Story(
                name=longer,
                age=54,
                woman=woman,
                source=Source.PRACTICE,
                received=back(70, 10, 15),
                text="Henvisning til rygestop. 12 cigaretter dagligt.",
                calls=(Call(Outcome.REACHED, back(69, 14, 0)),),
            ),
        )
        close(old, CloseReason.COMPLETED, back(12, 15, 0)(place, world.now))
        reached = (Call(Outcome.REACHED, back(1, 15, 10)),) if merged else ()
        new = tell(
            world,
            place,
            Story(
                name=name,
                age=54,
                woman=woman,
                source=Source.WEBSITE,
                received=back(1, 7, 50),
                text="Vil gerne prøve igen.",
                calls=reached,
            ),
        )
        _alike(world, new, old)
        if merged:
            _merge(world, place, kept=old.person.citizen, merged=new.person.citizen)


def _alike(world: World, new: Case, old: Case) -> None:
    """What gives them away: the birth date and the telephone number, by which she was called."""
    new.person.citizen["birth_date"] = old.person.citizen["birth_date"]
    new.person.phones[0]["number"] = old.person.number
    for attempt in world.rows["contactattempt"]:
        if attempt["referral_id"] == new.row["id"]:
            attempt["phone"] = old.person.number


def _merge(world: World, place: Place, *, kept: Row, merged: Row) -> None:
    merged["merged_into_id"] = kept["id"]
    merged["version"] += 1
    world.add(
        "merge",
        kept_id=kept["id"],
        merged_id=merged["id"],
        at=back(0, 8, 20)(place, world.now),
        by_id=place.counsellors[0].pk,
    )
