"""The scope functions of the walls, and the log."""

import uuid

import django.contrib.postgres.fields
from django.db import migrations, models

from roegfri import walls
from roegfri.audit import schema


class Migration(migrations.Migration):
    initial = True
    dependencies = []

    operations = [
        migrations.RunSQL(walls.SCOPE_FUNCTIONS, walls.DROP_SCOPE_FUNCTIONS),
        migrations.RunSQL(schema.TABLES, schema.DROP_TABLES),
        migrations.RunSQL(
            schema.COMMITMENT,
            "drop function audit_commitment(uuid, text, text, uuid, jsonb, jsonb);",
        ),
        migrations.RunSQL(schema.TRACK, schema.DROP_TRACK),
        migrations.RunSQL(schema.REFUSALS, schema.DROP_REFUSALS),
        migrations.RunSQL(schema.PRIVILEGES, schema.DROP_PRIVILEGES),
        migrations.RunSQL(schema.YEARS, schema.DROP_YEARS),
        migrations.RunSQL(schema.WALLS, migrations.RunSQL.noop),
        migrations.CreateModel(
            name="LogReview",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("organisation_id", models.UUIDField(editable=False)),
                ("month", models.DateField(verbose_name="måned")),
                ("size", models.PositiveSmallIntegerField(verbose_name="antal opslag")),
                ("signed_by", models.UUIDField(editable=False, verbose_name="gennemgået af")),
                ("signed_at", models.DateTimeField(verbose_name="gennemgået")),
                ("remarks", models.TextField(blank=True, verbose_name="bemærkninger")),
            ],
            options={
                "verbose_name": "gennemgang af loggen",
                "verbose_name_plural": "gennemgange af loggen",
                "ordering": ("-month",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organisation_id", "month"), name="log_reviewed_once_a_month"
                    )
                ],
            },
        ),
        walls.wall("audit_logreview", "organisation_id = app_organisation()"),
        migrations.CreateModel(
            name="AuditEvent",
            fields=[
                ("seq", models.BigIntegerField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("actor", models.TextField()),
                ("user_id", models.UUIDField(null=True)),
                ("grant_id", models.UUIDField(null=True)),
                ("role", models.TextField()),
                ("organisation_id", models.UUIDField(null=True)),
                ("act", models.TextField()),
                ("subject", models.TextField()),
                (
                    "columns",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), size=None
                    ),
                ),
                ("reason", models.TextField()),
                ("request_id", models.TextField()),
                ("values_digest", models.BinaryField(null=True)),
            ],
            options={"db_table": "audit_event", "ordering": ("-at", "-seq"), "managed": False},
        ),
        migrations.CreateModel(
            name="AuditEventPerson",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "event_seq", "person", blank=True, editable=False,
                        primary_key=True, serialize=False,
                    ),
                ),
                ("event_seq", models.BigIntegerField()),
                ("person", models.UUIDField()),
                ("at", models.DateTimeField()),
                ("organisation_id", models.UUIDField(null=True)),
            ],
            options={"db_table": "audit_event_person", "managed": False},
        ),
        migrations.CreateModel(
            name="ChangeValue",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "event_seq", "row_id", blank=True, editable=False,
                        primary_key=True, serialize=False,
                    ),
                ),
                ("event_seq", models.BigIntegerField()),
                ("row_id", models.TextField()),
                ("at", models.DateTimeField()),
                ("organisation_id", models.UUIDField(null=True)),
                ("table_name", models.TextField()),
                ("person", models.UUIDField(null=True)),
                ("old_values", models.JSONField(null=True)),
                ("new_values", models.JSONField(null=True)),
                ("salt", models.UUIDField(null=True)),
                ("commitment", models.BinaryField()),
            ],
            options={"db_table": "change_value", "managed": False},
        ),
        migrations.CreateModel(
            name="AuditSeal",
            fields=[
                ("position", models.BigIntegerField(primary_key=True, serialize=False)),
                ("event_seq", models.BigIntegerField(unique=True)),
                ("prev_hash", models.BinaryField()),
                ("hash", models.BinaryField()),
                ("sealed_at", models.DateTimeField()),
            ],
            options={"db_table": "audit_seal", "ordering": ("position",), "managed": False},
        ),
    ]
