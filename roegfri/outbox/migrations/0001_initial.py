import uuid

import django.db.models.deletion
from django.db import migrations, models

from roegfri.walls import wall


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("audit", "0001_initial"),
        ("organisations", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Message",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("kind", models.CharField(max_length=40, verbose_name="slags")),
                ("dedupe_key", models.CharField(max_length=160, verbose_name="nøgle")),
                ("recipient", models.CharField(max_length=16, verbose_name="modtager")),
                ("body", models.TextField(verbose_name="tekst")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Venter"),
                            ("claimed", "På vej"),
                            ("sent", "Sendt"),
                            ("dropped", "Ikke længere aktuel"),
                            ("expired", "For sent"),
                        ],
                        default="waiting",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("state_since", models.DateTimeField(verbose_name="siden")),
                ("attempt", models.PositiveSmallIntegerField(default=0, verbose_name="forsøg")),
                (
                    "lease_until",
                    models.DateTimeField(blank=True, null=True, verbose_name="holdes til"),
                ),
                ("send_after", models.DateTimeField(verbose_name="sendes tidligst")),
                ("expires_at", models.DateTimeField(verbose_name="sendes senest")),
                (
                    "gateway_ref",
                    models.CharField(
                        blank=True, max_length=80, null=True, verbose_name="kvittering"
                    ),
                ),
                ("created_at", models.DateTimeField(verbose_name="oprettet")),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisations.organisation",
                        verbose_name="organisation",
                    ),
                ),
            ],
            options={
                "verbose_name": "besked",
                "verbose_name_plural": "beskeder",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ["waiting", "claimed"])),
                        fields=["send_after"],
                        name="message_due",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "dedupe_key"), name="message_once"),
                    models.UniqueConstraint(fields=("gateway_ref",), name="message_receipt_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["waiting", "claimed", "sent", "dropped", "expired"])
                        ),
                        name="message_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("send_after"))),
                        name="message_expires_after_due",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("recipient__regex", "^\\+[1-9][0-9]{6,14}$")),
                        name="message_recipient_e164",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("gateway_ref__isnull", False), ("state", "sent")),
                            models.Q(
                                models.Q(("state", "sent"), _negated=True),
                                ("gateway_ref__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="message_sent_has_receipt",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "claimed"), _negated=True),
                            models.Q(("attempt__gt", 0), ("lease_until__isnull", False)),
                            _connector="OR",
                        ),
                        name="message_claimed_has_lease",
                    ),
                ],
            },
        ),
        wall(
            "outbox_message",
            "organisation_id = (select app_organisation())"
            " and (select app_role()) in ('counsellor', 'coordinator')",
        ),
    ]
