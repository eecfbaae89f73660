"""The words of the public pages: five languages that say the same things."""

import dataclasses
import datetime as dt
import re

import pytest

from roegfri.public.languages import DANISH, FOREIGN, LANGUAGES, Language, texts

PLACEHOLDER = re.compile(r"\{(\w+)\}")
ALL = list(LANGUAGES.values())
# Names of people, places and services, and what is written alike in two languages.
ALIKE = {
    "common.phone", "choose.find", "signup.email", "dates.pattern", "dates.months.4",
    "dates.months.9", "dates.months.11", "find.spoken.somali", "find.spoken.urdu",
}  # fmt: skip


def by_place(language: Language) -> dict[str, str]:
    return dict(texts(language.words))


def test_there_are_five() -> None:
    assert list(LANGUAGES) == ["da", "en", "tr", "pl", "ar"]
    assert DANISH not in FOREIGN
    assert [one.code for one in ALL if one.direction == "rtl"] == ["ar"]


@pytest.mark.parametrize("language", ALL, ids=lambda one: one.code)
def test_each_says_all_that_danish_says_with_the_same_placeholders(language: Language) -> None:
    danish, words = by_place(DANISH), by_place(language)
    assert set(words) == set(danish)
    differ = [
        place
        for place, text in danish.items()
        if sorted(PLACEHOLDER.findall(text)) != sorted(PLACEHOLDER.findall(words[place]))
    ]
    assert differ == []


@pytest.mark.parametrize("language", ALL, ids=lambda one: one.code)
def test_no_text_is_empty_or_has_markup_or_stray_spaces(language: Language) -> None:
    wrong = [
        place
        for place, text in by_place(language).items()
        if not text.strip() or text != text.strip() or "<" in text or "  " in text
    ]
    assert wrong == []


@pytest.mark.parametrize("language", FOREIGN, ids=lambda one: one.code)
def test_none_is_left_in_danish(language: Language) -> None:
    danish = by_place(DANISH)
    same = [place for place, text in by_place(language).items() if text == danish[place]]
    assert set(same) <= ALIKE


def test_arabic_is_written_in_arabic() -> None:
    latin = [
        place
        for place, text in by_place(LANGUAGES["ar"]).items()
        if not re.search("[\u0600-\u06ff]", text) and not place.startswith("dates.pattern")
    ]
    assert latin == []


def test_numbers_in_arabic_hold_together() -> None:
    """Groups of digits with plain spaces between them would be read from the right."""
    apart = re.compile(r"\d \d")
    assert [t for t in by_place(LANGUAGES["ar"]).values() if apart.search(t)] == []


def test_a_day_in_every_language() -> None:
    day = dt.date(2026, 11, 26)
    assert {one.code: one.day(day) for one in ALL} == {
        "da": "torsdag den 26. november",
        "en": "Thursday 26 November",
        "tr": "26 Kasım Perşembe",
        "pl": "w czwartek, 26 listopada",
        "ar": "الخميس 26 تشرين الثاني/نوفمبر",
    }


def test_names_stand_in_their_places() -> None:
    said = DANISH.said(municipality="Hvidovre Kommune", phone="{date}")
    assert said["common"]["title"] == "Bliv ringet op – Hvidovre Kommune"
    assert "Hvidovre Kommune" in said["signup"]["lead"]
    assert said["common"]["phone"] == "Telefon: {date}"
    assert said["dates"]["weekdays"] == DANISH.words["dates"]["weekdays"]
    arabic = LANGUAGES["ar"].said(municipality="Hvidovre Kommune")
    assert "\u2068Hvidovre Kommune\u2069" in arabic["signup"]["lead"]


def test_the_digest_is_of_the_words() -> None:
    assert len({one.digest for one in ALL}) == len(ALL)
    assert all(len(one.digest) == 32 for one in ALL)
    assert dataclasses.replace(DANISH, own_name="Dansk!").digest == DANISH.digest
