"""What is known already of messages that come in: one planned statement for any number of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from roegfri import clock
from roegfri.actor import Actor
from roegfri.walls import prepared

# Under the walls as ever. An open case of the episode before a closed one, which only a correction
# reaches; one's own before one that was received elsewhere and handed here. A number is known when
# a citizen who has it has a case here (policies.citizens_handled_by): the first of several.
_KNOWN = """
select asked.nr, m.id, m.sha256 = asked.sha256, r.id, r.person, g.receiver, c.id, c.person
from unnest(%(eans)s::text[], %(envelopes)s::text[], %(letters)s::text[], %(episodes)s::text[],
    %(corrections)s::boolean[], %(digests)s::bytea[], %(marks)s::bytea[])
  with ordinality as asked (ean, envelope, letter, episode, correction, sha256, mark, nr)
left join lateral (
  select x.id, x.sha256 from referrals_incomingmessage x
  where x.organisation_id = %(own)s::uuid and x.sender_ean = asked.ean
    and x.envelope = asked.envelope and x.letter = asked.letter and x.state = 'accepted'
) m on true
left join lateral (
  select x.id, coalesce(p.merged_into_id, p.id) as person
  from referrals_referral x join referrals_citizen p on p.id = x.citizen_id
  where x.sender_ean = asked.ean and x.episode = asked.episode and x.episode <> ''
    and x.handler_id = %(own)s::uuid and (x.state <> 'closed' or asked.correction)
  order by x.state = 'closed', x.received_by_id <> %(own)s::uuid, x.received_at desc, x.id limit 1
) r on true
left join lateral (
  select o.id as receiver from referrals_handover x
  join organisations_organisation o on o.id = x.receiver_id and o.kind = 'municipality'
  where x.giver_id = %(own)s::uuid and x.sender_ean = asked.ean and x.episode = asked.episode
    and x.episode <> ''
  order by x.at desc limit 1
) g on true
left join lateral (
  select p.id, coalesce(p.merged_into_id, p.id) as person
  from referrals_civilnumber n join referrals_citizen p on p.id = n.citizen_id
  where n.fingerprint = asked.mark and (
    select true from referrals_citizenaccess a join referrals_referral h on h.id = a.about
    where a.citizen_id = p.id and a.organisation_id = %(own)s::uuid and a.ground = 'handling'
      and a.from_on <= %(today)s::date and (a.until_on is null or a.until_on >= %(today)s::date)
      and h.handler_id = %(own)s::uuid limit 1)
  order by p.created_at limit 1
) c on true
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """A message as it is looked for; `mark` is the fingerprint of its civil number, or empty."""

    ean: str
    envelope: str
    letter: str
    episode: str
    correction: bool
    sha256: bytes
    mark: bytes


@dataclass(frozen=True, slots=True)
class Known:
    """Ids of what there is: the same message (and whether its bytes are the same), the case it is
    about and its citizen, to whom that case was given, the citizen with its civil number.

    `of_whom` and `person` are the rows that count, where citizens were merged.
    """

    message: UUID | None
    same_bytes: bool
    referral: UUID | None
    of_whom: UUID | None
    given_to: UUID | None
    citizen: UUID | None
    person: UUID | None


def known(viewer: Actor, asked: Sequence[Asked]) -> list[Known]:
    """What the organisation one acts for knows of each message, in their order."""
    values: dict[str, Any] = {
        "own": viewer.organisation_id,
        "today": clock.today(),
        "eans": [one.ean for one in asked],
        "envelopes": [one.envelope for one in asked],
        "letters": [one.letter for one in asked],
        "episodes": [one.episode for one in asked],
        "corrections": [one.correction for one in asked],
        "digests": [one.sha256 for one in asked],
        "marks": [one.mark for one in asked],
    }
    rows = sorted(prepared.tuples(_KNOWN, values))
    return [Known(row[1], bool(row[2]), *row[3:]) for row in rows]
