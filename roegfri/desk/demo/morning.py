"""The cases of one morning, written by hand: every kind of step, each with its story."""

from collections.abc import Sequence

from referrals.states import NextStep, Outcome, Source
from roegfri.desk.demo.places import Place
from roegfri.desk.demo.rows import World
from roegfri.desk.demo.telling import (
    COLLEAGUE,
    OWN,
    THIRD,
    Call,
    Story,
    ahead,
    back,
    soon,
    tell,
)
from roegfri.persons import phone

# The telephones of docs/samples: a number that nobody can have is not known for one in a text.
EXAMPLES = ("+4520123456", "+4520123465")
STORIES: Sequence[Story] = (
    Story(
        name="Birthe Skov",
        age=67,
        source=Source.HOSPITAL,
        received=back(4, 10, 20),
        text="Henvisning til rygestop. KOL GOLD 3, ryger 20 cigaretter dagligt. Ønsker hjælp.",
        calls=(
            Call(Outcome.NO_ANSWER, back(3, 9, 40)),
            Call(Outcome.VOICEMAIL, back(1, 16, 5), again=back(0, 9, 30)),
        ),
        home=None,
    ),
    Story(
        name="Mehmet Yılmaz",
        age=44,
        source=Source.PRACTICE,
        received=back(3, 14, 10),
        text="Henvisning til rygestop. Diabetes type 2. 15 cigaretter dgl. Taler bedst tyrkisk.",
        woman=False,
        about={"language": "Tyrkisk", "interpreter": True},
    ),
    Story(
        name="Louise Østerby",
        age=29,
        source=Source.PRACTICE,
        received=back(2, 11, 15),
        text="Henvisning til rygestop. Gravid i 2. trimester, ryger 8 dagligt, meget motiveret.",
        phones=2,
    ),
    Story(
        name="Jørgen Holm",
        age=58,
        source=Source.PHARMACY,
        received=back(2, 15, 30),
        text="Spurgte til nikotinplaster i dag. Vil gerne ringes op. Bor i Kastrup.",
        woman=False,
        home="185",
    ),
    Story(
        name="Ewa Nowak",
        age=51,
        source=Source.MUNICIPALITY,
        received=back(1, 9, 50),
        text="Borgeren har sagt ja til at blive ringet op. Fra jobcentret.",
        calling=THIRD,
        about={"language": "Polsk", "interpreter": True},
    ),
    Story(
        name="Freja Lund",
        age=14,
        source=Source.PRACTICE,
        received=back(1, 13, 25),
        text="Henvisning til rygestop. 14-årig, bruger nikotinposer og e-cigaret hver dag.",
        about={"guardian_name": "Henriette Lund", "guardian_phone": EXAMPLES[0]},
    ),
    Story(
        name="Signe Brix",
        age=38,
        source=Source.WEBSITE,
        received=back(0, 7, 35),
        text="Har set jeres plakat på biblioteket. Ryger en pakke om dagen.",
    ),
    Story(
        name="Leif Aagaard",
        age=72,
        source=Source.HOSPITAL,
        received=back(0, 8, 10),
        text="Henvisning til rygestop. Indlagt med AMI, 25 cig./dag. Træffes på "
        f"{phone.display(EXAMPLES[1])}.",
        woman=False,
        phones=0,
    ),
    Story(
        name="Charlotte Kjær",
        age=47,
        source=Source.HOSPITAL,
        received=back(1, 8, 45),
        text="Henvisning til rygestop. Opereres om seks uger, ryger 20 om dagen.",
        calls=(Call(Outcome.VOICEMAIL, back(1, 10, 5), again=soon(330)),),
        caseworker=OWN,
        about={"address_protected": True},
    ),
    Story(
        name="Brian Madsen",
        age=35,
        source=Source.OWN_CONTACT,
        received=back(2, 12, 40),
        text="Min kollega blev røgfri hos jer, det vil jeg også.",
        calls=(Call(Outcome.CALL_BACK, back(1, 11, 20), "Sidder i bussen.", again=soon(-40)),),
        woman=False,
        caseworker=OWN,
    ),
    Story(
        name="Hanne Poulsen",
        age=62,
        source=Source.PRACTICE,
        received=back(2, 9, 5),
        text="Henvisning til rygestop. 12 cigaretter dagligt gennem mange år.",
        calls=(
            Call(Outcome.WRONG_NUMBER, back(2, 13, 0)),
            Call(Outcome.CALL_BACK, back(1, 9, 15), "Passer børnebørn.", again=soon(130)),
        ),
        phones=2,
    ),
    Story(
        name="Anders Dahl",
        age=41,
        source=Source.HOSPITAL,
        received=back(6, 10, 0),
        text="VBA givet. Patienten siger ja til at blive ringet op af rådgiver. 20 cigaretter dgl.",
        calls=(Call(Outcome.THINKING, back(5, 10, 30), "Vil tale med sin kone først.", soon(60)),),
        woman=False,
        caseworker=OWN,
    ),
    Story(
        name="Amina Hassan",
        age=33,
        source=Source.PRACTICE,
        received=back(5, 11, 0),
        text="Henvisning til rygestop. Ønsker individuel samtale. 15 cig. dagligt.",
        calls=(Call(Outcome.REACHED, back(4, 12, 10), "Vil gerne mødes først."),),
        then=(NextStep.TALK, soon(270), "Sundhedscentret, lokale 2"),
    ),
    Story(
        name="Torben Rasmussen",
        age=55,
        source=Source.HOSPITAL,
        received=back(7, 9, 0),
        text="Henvisning til rygestop. Kendt hypertension, ryger 30 dagligt.",
        calls=(
            Call(Outcome.NO_ANSWER, back(6, 9, 0), by=COLLEAGUE),
            Call(Outcome.REACHED, back(5, 16, 10), by=COLLEAGUE, incoming=True),
        ),
        then=(NextStep.DECIDE, ahead(1, 13), "Når holdplanen for januar er klar"),
        woman=False,
    ),
    Story(
        name="Ulla Mortensen",
        age=60,
        source=Source.PRACTICE,
        received=back(4, 9, 0),
        text="Henvisning til rygestop. 10 cigaretter dagligt. Har prøvet at stoppe før.",
        calls=(
            Call(Outcome.NO_ANSWER, back(4, 13, 0), by=COLLEAGUE),
            Call(Outcome.NO_ANSWER, back(3, 9, 30), by=COLLEAGUE),
            Call(Outcome.VOICEMAIL, back(1, 9, 0), by=COLLEAGUE, again=soon(-60)),
        ),
        caseworker=COLLEAGUE,
    ),
)
# What a neighbour's counsellor finds in the morning: the same kinds of work, other people.
NEIGHBOURS = (1, 2, 4, 6, 9, 11, 12)


def lay(world: World, place: Place) -> None:
    """All of it, for the municipality that the trial is shown in."""
    for story in STORIES:
        tell(world, place, story)


def lay_some(world: World, place: Place) -> None:
    """A smaller morning, of people nobody has named."""
    for number in NEIGHBOURS:
        tell(world, place, STORIES[number], stranger=True)
