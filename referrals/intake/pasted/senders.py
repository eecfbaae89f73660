"""Who sent it: what kind of sender, from which workplace, and whether she writes for herself."""

import re
from collections.abc import Iterator, Sequence

from referrals.intake.pasted import words
from referrals.intake.pasted.parts import Part
from referrals.states import Channel, Source

_LABELLED = re.compile(
    r"^\W{0,4}(?:afsender|henviser|henvist af|henvist fra|henvisende (?:afdeling|læge|enhed)"
    r"|afdeling|afd|praksis|lægehus|klinik|egen læge)\s?[:.]\s?(.{2,120})$",
    re.IGNORECASE,
)
_PROVIDER = re.compile(r"\byder(?:nummer|nr\.?)\s?[:.]?\s?(\d{5,6})(?!\d)", re.IGNORECASE)
_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}", re.ASCII)
_HER_MAIL = re.compile(r"\b(?:e-?)?mail(?:adresse)?\s?:\s?(.{3,120})", re.IGNORECASE)
# Behind the name of a workplace on the same line: its numbers.
_TAIL = re.compile(r"\s?[,|•;]?\s?(?:tlf|telefon|mobil|cvr|fax|e-?mail|www|https?:).*$", re.I)
_LONGEST = 90


def by_herself(mails: Sequence[Part]) -> bool:
    """The citizen writes about herself: she says so, and no workplace signs."""
    says_so = any(words.HERSELF.search(_body(mail)) for mail in mails)
    return says_so and _of_workplace(mails) is None


def source(mails: Sequence[Part]) -> Source | None:
    """What kind of sender; None where the text does not say."""
    found = _of_workplace(mails) or _of_labels(mails)
    if found:
        return found
    if any(words.WEBSITE.search(_body(mail)) for mail in mails):
        return Source.WEBSITE
    return Source.OWN_CONTACT if by_herself(mails) else None


def channel(mails: Sequence[Part]) -> Channel | None:
    """The way it came, where the text says so."""
    if any(words.CORRESPONDENCE.search(_body(mail)) for mail in mails):
        return Channel.CORRESPONDENCE
    return Channel.EMAIL if any(mail.head for mail in mails) else None


def name(mails: Sequence[Part]) -> str:
    """The department, practice or office; else the person that the mail came from."""
    return next(filter(None, _names(mails)), "")[:160]


def provider_number(text: str) -> str:
    """The practice's own number ("ydernummer")."""
    found = _PROVIDER.search(text)
    return found[1] if found else ""


def email(mails: Sequence[Part], *, by_herself: bool) -> str:
    """Her own address: behind a label in the body, or the one she wrote from."""
    for mail in mails:
        labelled = (match[1] for line in mail.body if (match := _HER_MAIL.search(line)))
        for line in (*labelled, mail.head.get("from", "") if by_herself else ""):
            if found := _ADDRESS.search(line[:400]):
                return found[0]
    return ""


def _names(mails: Sequence[Part]) -> Iterator[str]:
    for mail in reversed(mails):
        yield from (_tidy(m[1]) for line in mail.body if (m := _LABELLED.match(line[:160])))
        yield ", ".join(dict.fromkeys(_workplaces(mail.signature)))
        yield from _workplaces([_person(mail)])
    # A letter without a greeting ends with who sent it.
    for mail in reversed(mails):
        yield from _workplaces([line for line in mail.body if line][-3:])
    yield from (_person(mail) for mail in reversed(mails))


def _workplaces(lines: Sequence[str]) -> list[str]:
    """Lines that are the name of a workplace; sentences and addresses are none."""
    tidy = (_tidy(line) for line in lines if words.WORKPLACE.search(line[:200]))
    return [one for one in tidy if one and len(one) <= _LONGEST and "@" not in one][:2]


def _person(mail: Part) -> str:
    return mail.head.get("from", "").partition("<")[0].strip(" \"'*")


def _tidy(line: str) -> str:
    found = _TAIL.sub("", line[:200]).strip(" ,;.|*")
    return "" if found.endswith(("?", "!")) else found


def _of_workplace(mails: Sequence[Part]) -> Source | None:
    """By the heads and signatures; the innermost mail is where it came from.

    A municipality that passes a mail on is its sender only where nobody else is.
    """
    found = [s for mail in reversed(mails) if (s := _kind(mail.sender_lines))]
    outside = [one for one in found if one != Source.MUNICIPALITY]
    return next(iter(outside or found), None)


def _of_labels(mails: Sequence[Part]) -> Source | None:
    """By a labelled line, by "undertegnede læge", or by who signs without a greeting."""
    for mail in mails:
        lines = [m[1] for line in mail.body if (m := _LABELLED.match(line[:160]))]
        last = [line for line in mail.body if line][-3:]
        if found := _kind([*lines, *_workplaces(last)]):
            return found
        if _PROVIDER.search(_body(mail)):
            return Source.PRACTICE
    return None


def _kind(lines: Sequence[str]) -> Source | None:
    text = "\n".join(line[:200] for line in lines)
    return next((kind for pattern, kind in words.SENDERS if pattern.search(text)), None)


def _body(mail: Part) -> str:
    return "\n".join(mail.body)
