"""A document is read by those it is for, and kept by its owner's coordinators or project leader."""

from django.db import migrations

from roegfri.audit.track import track
from roegfri.walls import wall

KEEPS = "(select app_role()) in ('coordinator', 'project_leader')"
READS = "(select app_role()) in ('counsellor', 'coordinator', 'project_leader', 'finance')"
# One's own, and those of an agreement that one's municipality is in.
FOR_ME = """({owner} = (select app_organisation()) or {owner} in (
  select m.agreement_id from organisations_membership m
  where m.municipality_id = (select app_organisation()) and m.from_on <= (select app_today())
    and (m.until_on is null or m.until_on >= (select app_today()))))"""
OWN = "{owner} = (select app_organisation())"
OWNER = """(select d.owner_id from collaboration_document d
  where d.id = collaboration_edition.document_id)"""
# What was put there stays: a document is taken down, an edition followed by another.
STAYS = """
create policy {table}_stays on {table} as restrictive for delete to public
  using ((select app_system()));
"""
GOES = "drop policy {table}_stays on {table};"
UNCHANGED = """
create policy collaboration_edition_unchanged on collaboration_edition as restrictive for update
  to public using ((select app_system()));
"""
CHANGED = "drop policy collaboration_edition_unchanged on collaboration_edition;"


class Migration(migrations.Migration):
    dependencies = [
        ("collaboration", "0001_initial"),
        ("organisations", "0005_all_municipalities"),
        ("audit", "0003_track_one_row"),
    ]

    operations = [
        wall(
            "collaboration_document",
            f"{READS} and {FOR_ME.format(owner='owner_id')}",
            writable=f"{KEEPS} and {OWN.format(owner='owner_id')}",
        ),
        wall(
            "collaboration_edition",
            f"{READS} and {FOR_ME.format(owner=OWNER)}",
            writable=f"{KEEPS} and {OWN.format(owner=OWNER)}",
        ),
        *[
            migrations.RunSQL(STAYS.format(table=table), GOES.format(table=table))
            for table in ("collaboration_document", "collaboration_edition")
        ],
        migrations.RunSQL(UNCHANGED, CHANGED),
        track("collaboration_document", "null"),
        track("collaboration_edition", "null"),
    ]
