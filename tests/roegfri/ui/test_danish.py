"""Danish alphabetical order."""

import random

import pytest
from django.db import connection, models

from roegfri.organisations.models import Region
from roegfri.ui.danish import DaSortKey

# As a Danish directory has them: æ, ø, å last; aa as å; word by word; accents as the bare letter.
NAMES = [
    "Abildgaard", "Agnes", "Ahmed", "Anders Østergaard", "Andersen", "Anna", "Anna Karin",
    "Anna-Lise", "Annalise", "Anne", "Anne Marie", "Anne-Sofie", "Annemarie", "Asta", "Axel",
    "Bach", "Brodersen", "Brøgger", "Bækgaard", "Bødker", "Bågø", "Cæcilie", "Dahl", "D'Angelo",
    "Danielsen", "Đorđević", "Dybdahl", "Elin", "Élise", "Elsebeth", "Eva", "Eyð", "Frederik",
    "Günther", "Hans Jørgen", "Hansen", "Hansson", "Hein", "Høeg", "Ibsen", "Jensen", "Jürgen",
    "Kierkegaard", "Kjær", "Krag", "Lund", "Mygind", "Müller", "Mørk", "Nørgaard", "Obel",
    "O’Brien", "Olsen", "Poulsen", "Søgaard", "Sørensen", "Thomsen", "Þórunn", "Yde", "Zacho",
    "Ægidius", "Äijälä", "Öberg", "Østergaard", "Aabenraa", "Åge", "Aakjær",
]  # fmt: skip

pytestmark = pytest.mark.django_db


def key(name: str | None) -> str | None:
    with connection.cursor() as cursor:
        cursor.execute("select da_sort_key(%s)", [name])
        (found,) = cursor.fetchone()
    assert found is None or isinstance(found, str)
    return found


def test_names_stand_in_danish_order() -> None:
    shuffled = list(NAMES)
    random.Random(1).shuffle(shuffled)
    assert sorted(shuffled, key=lambda name: key(name) or "") == NAMES
    # The plain order is another one, or the test would prove nothing.
    assert sorted(shuffled) != NAMES


def test_the_database_sorts_by_it() -> None:
    Region.objects.all().delete()
    Region.objects.bulk_create(Region(name=name) for name in reversed(NAMES))
    ordered = Region.objects.order_by(DaSortKey("name")).values_list("name", flat=True)
    assert list(ordered) == NAMES


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("AABENRAA", "åbenrå"),
        ("ÆGIDIUS", "ægidius"),
        ("ØRUM", "ørum"),
        ("ÉLISE", "elise"),
        ("Anne-Marie", "anne  marie"),
        ("Chr. Hansen", "chr hansen"),
        ("ÞÓRA", "Thora"),
    ],
)
def test_these_are_the_same(one: str, other: str) -> None:
    assert key(one) == key(other)


def test_nothing_stays_nothing() -> None:
    assert key(None) is None
    assert key("") == ""


def test_it_can_stand_in_an_index() -> None:
    index = models.Index(DaSortKey("name"), name="region_name_da")
    with connection.schema_editor() as editor:
        made = str(index.create_sql(Region, editor))
    assert 'da_sort_key("name") collate "C"' in made
