"""What several statements ask in the same words: whose cases are mine, who is late, whom one can
call. Their values are those of lists.queue_values; `r` is the referral, `c` the citizen of its row.
"""

from referrals.states import NextStep

# For whom I look after the cases today.
COVERS = """cover.substitute_id = %(viewer)s and cover.municipality_id = %(organisation)s
    and cover.from_on <= %(today)s and cover.until_on >= %(today)s"""
# Whose cases are mine: my own, and those of whoever I cover for today.
MINE = f"""(select %(viewer)s::uuid union all
  select cover.absent_id from referrals_cover cover where {COVERS})"""  # noqa: S608  (our own words)

# Of those nobody has talked with yet.
OVERDUE = "r.state = 'received' and r.contact_by < %(today)s"
DUE_TODAY = "r.state = 'received' and r.contact_by = %(today)s"
DUE_LATER = "r.state = 'received' and r.contact_by > %(today)s"
# The next steps that were agreed with the citizen.
AGREED = f"('{NextStep.CALL_BACK}', '{NextStep.DECIDE}', '{NextStep.TALK}')"
# Messages that need a person; `m` is the message.
UNREAD = "m.organisation_id = %(organisation)s and m.state <> 'accepted' and m.handled_at is null"

# Of one person there may be several rows: the one that counts, and those merged into it. What is
# known of any of them is hers. {row} is that of the case; the two halves are read by two indexes.
_HERS = """(
  select h.id from referrals_citizen h where h.id in ({row}.id, {row}.merged_into_id)
  union all
  select h.id from referrals_citizen h where h.merged_into_id in ({row}.id, {row}.merged_into_id)
)"""
# Whoever was merged is shown as the row that counts, where one may see that.
KEPT = "left join referrals_citizen k on k.id = c.merged_into_id"
# One of her columns, beside KEPT.
KEPT_COLUMN = "case when k.id is null then c.{0} else k.{0} end"
# Where several have a number, the rank decides, and then the row that counts.
NUMBER = f"""(
  select f.number from {_HERS.format(row="c")} hers
  join referrals_phone f on f.citizen_id = hers.id where f.wrong_since is null
  order by f.rank, f.citizen_id is distinct from coalesce(c.merged_into_id, c.id) limit 1
)"""  # noqa: S608  (our own words)


def _without(table: str, condition: str) -> str:
    """Whether no row that is the citizen of {{of}} has one in a table."""
    hers = _HERS.format(row="e")
    return f"""(select true from referrals_citizen e cross join lateral {hers} hers
  join {table} f on f.citizen_id = hers.id
  where e.id = {{of}}.citizen_id and {condition} limit 1) is null"""  # noqa: S608  (our own words)


NO_NUMBER = _without("referrals_phone", "f.wrong_since is null")
NO_HOME = _without("referrals_residence", "true")
