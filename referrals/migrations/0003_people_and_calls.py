"""Conversations, hand-overs, cover, merging: tables and columns; nothing the code before would miss."""

import django.contrib.postgres.fields
import django.db.models.deletion
import uuid
from django.conf import settings
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("organisations", "0004_track_kinds"),
        ("referrals", "0002_walls"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Cover",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("from_on", models.DateField(verbose_name="fra")),
                ("until_on", models.DateField(verbose_name="til og med")),
            ],
        ),
        migrations.CreateModel(
            name="HandOver",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("at", models.DateTimeField()),
                ("reason", models.CharField(blank=True, max_length=300)),
                ("contact_by_before", models.DateField()),
                ("sender_ean", models.CharField(blank=True, max_length=13)),
                ("episode", models.CharField(blank=True, max_length=40)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "result",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("talked", "Talt med borgeren"),
                            ("not_reached", "Ikke truffet"),
                            ("declined", "Ønsker ikke hjælp"),
                            ("withdrawn", "Taget tilbage af kommunen"),
                        ],
                        max_length=12,
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=300)),
            ],
            options={
                "ordering": ("at",),
            },
        ),
        migrations.CreateModel(
            name="Informed",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "topic",
                    models.CharField(
                        choices=[
                            ("group", "Hjælp på hold"),
                            ("individual", "Individuel hjælp"),
                            ("quitline", "Stoplinien"),
                            ("subsidy", "Tilskud til rygestopmedicin"),
                        ],
                        max_length=12,
                    ),
                ),
                ("at", models.DateTimeField()),
            ],
            options={
                "ordering": ("at",),
            },
        ),
        migrations.CreateModel(
            name="Interview",
            fields=[
                (
                    "referral",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="interview",
                        serialize=False,
                        to="referrals.referral",
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "motivation",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="motivation"
                    ),
                ),
                (
                    "per_day",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="cigaretter om dagen"
                    ),
                ),
                (
                    "pregnant",
                    models.CharField(
                        choices=[("yes", "Ja"), ("no", "Nej"), ("unknown", "Ikke spurgt")],
                        default="unknown",
                        max_length=10,
                        verbose_name="gravid",
                    ),
                ),
                (
                    "wishes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=12),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                (
                    "times",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=4),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                (
                    "why_asked",
                    models.CharField(
                        choices=[
                            ("not_asked", "Ikke spurgt"),
                            ("no_answer", "Ville ikke svare"),
                            ("answered", "Svarede"),
                        ],
                        default="not_asked",
                        max_length=12,
                    ),
                ),
                (
                    "why",
                    models.CharField(
                        blank=True, max_length=500, verbose_name="hvad fik dig til at tilmelde dig"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Merge",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("at", models.DateTimeField()),
                ("undone_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Reservation",
            fields=[
                (
                    "referral",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="reservation",
                        serialize=False,
                        to="referrals.referral",
                    ),
                ),
                ("until", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Use",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "product",
                    models.CharField(
                        choices=[
                            ("cigarettes", "Cigaretter"),
                            ("pipe", "Pibestop"),
                            ("cigars", "Cigarer og cerutter"),
                            ("snus", "Snus"),
                            ("e_cigarette", "E-cigaret"),
                            ("pouches", "Nikotinposer"),
                        ],
                        max_length=12,
                    ),
                ),
                ("amount", models.PositiveSmallIntegerField()),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="contactattempt",
            name="outcome_known",
        ),
        migrations.RemoveConstraint(
            model_name="referral",
            name="referral_closed_has_reason",
        ),
        migrations.AddField(
            model_name="citizen",
            name="merged_into",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="merged",
                to="referrals.citizen",
            ),
        ),
        migrations.AddField(
            model_name="citizen",
            name="practice",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="organisations.organisation",
                verbose_name="egen læge",
            ),
        ),
        migrations.AddField(
            model_name="citizen",
            name="practice_name",
            field=models.CharField(
                blank=True, db_default=models.Value(""), max_length=160, verbose_name="egen læge"
            ),
        ),
        migrations.AddField(
            model_name="citizen",
            name="version",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="contactattempt",
            name="before",
            field=models.JSONField(null=True),
        ),
        migrations.AddField(
            model_name="contactattempt",
            name="incoming",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="contactattempt",
            name="phone",
            field=models.CharField(blank=True, db_default=models.Value(""), max_length=16),
        ),
        migrations.AddField(
            model_name="contactattempt",
            name="request_sha256",
            field=models.BinaryField(null=True),
        ),
        migrations.AddField(
            model_name="contactattempt",
            name="undone_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="contactattempt",
            name="undone_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="incomingmessage",
            name="handled_at",
            field=models.DateTimeField(null=True, verbose_name="behandlet"),
        ),
        migrations.AddField(
            model_name="incomingmessage",
            name="handled_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="incomingmessage",
            name="handled_note",
            field=models.CharField(blank=True, db_default=models.Value(""), max_length=300),
        ),
        migrations.AddField(
            model_name="referral",
            name="next_note",
            field=models.CharField(blank=True, db_default=models.Value(""), max_length=200),
        ),
        migrations.AddField(
            model_name="referral",
            name="next_step",
            field=models.CharField(
                blank=True,
                choices=[
                    ("call", "Første opkald"),
                    ("retry", "Prøv igen"),
                    ("call_back", "Ring igen som aftalt"),
                    ("decide", "Hør, hvad borgeren har besluttet"),
                    ("talk", "Afklarende samtale"),
                ],
                db_default=models.Value(""),
                max_length=12,
                verbose_name="næste skridt",
            ),
        ),
        migrations.AddField(
            model_name="referral",
            name="request_sha256",
            field=models.BinaryField(null=True),
        ),
        migrations.AlterField(
            model_name="contactattempt",
            name="outcome",
            field=models.CharField(
                choices=[
                    ("reached", "Truffet"),
                    ("no_answer", "Intet svar"),
                    ("voicemail", "Lagt besked"),
                    ("call_back", "Ring igen"),
                    ("thinking", "Overvejer det"),
                    ("wrong_number", "Forkert nummer"),
                    ("declined", "Ønsker ikke hjælp"),
                ],
                max_length=20,
                verbose_name="resultat",
            ),
        ),
        migrations.AlterField(
            model_name="referral",
            name="close_reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("declined", "Ønsker ikke hjælp"),
                    ("completed", "Har fået den hjælp, der var aftalt"),
                    ("not_reached", "Ikke truffet"),
                    ("quitline", "Overdraget til Stoplinien"),
                    ("moved", "Flyttet"),
                    ("dead", "Død"),
                    ("mistake", "Oprettet ved en fejl"),
                ],
                max_length=20,
            ),
        ),
        migrations.AlterField(
            model_name="referral",
            name="next_at",
            field=models.DateTimeField(null=True, verbose_name="næste"),
        ),
        AddConstraintNotValid(
            model_name="contactattempt",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "outcome__in",
                        [
                            "reached",
                            "no_answer",
                            "voicemail",
                            "call_back",
                            "thinking",
                            "wrong_number",
                            "declined",
                        ],
                    )
                ),
                name="outcome_known",
            ),
        ),
        AddConstraintNotValid(
            model_name="referral",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        (
                            "close_reason__in",
                            [
                                "declined",
                                "completed",
                                "not_reached",
                                "quitline",
                                "moved",
                                "dead",
                                "mistake",
                            ],
                        ),
                        ("state", "closed"),
                    ),
                    models.Q(models.Q(("state", "closed"), _negated=True), ("close_reason", "")),
                    _connector="OR",
                ),
                name="referral_closed_has_reason",
            ),
        ),
        migrations.AddField(
            model_name="cover",
            name="absent",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="cover",
            name="municipality",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="organisations.municipality",
            ),
        ),
        migrations.AddField(
            model_name="cover",
            name="substitute",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="handover",
            name="citizen",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="referrals.citizen",
            ),
        ),
        migrations.AddField(
            model_name="handover",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="handover",
            name="ended_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="handover",
            name="giver",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="organisations.organisation",
            ),
        ),
        migrations.AddField(
            model_name="handover",
            name="receiver",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="organisations.organisation",
            ),
        ),
        migrations.AddField(
            model_name="handover",
            name="referral",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="hand_overs",
                to="referrals.referral",
            ),
        ),
        migrations.AddField(
            model_name="informed",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="informed",
            name="referral",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="informed",
                to="referrals.referral",
            ),
        ),
        migrations.AddField(
            model_name="interview",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="merge",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="merge",
            name="kept",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="referrals.citizen",
            ),
        ),
        migrations.AddField(
            model_name="merge",
            name="merged",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="referrals.citizen",
            ),
        ),
        migrations.AddField(
            model_name="merge",
            name="undone_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="reservation",
            name="holder",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="use",
            name="interview",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="uses",
                to="referrals.interview",
            ),
        ),
        migrations.AddConstraint(
            model_name="cover",
            constraint=models.CheckConstraint(
                condition=models.Q(("absent", models.F("substitute")), _negated=True),
                name="cover_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="cover",
            constraint=models.CheckConstraint(
                condition=models.Q(("until_on__gte", models.F("from_on"))),
                name="cover_ends_after_it_begins",
            ),
        ),
        migrations.AddConstraint(
            model_name="cover",
            constraint=models.UniqueConstraint(
                fields=("municipality", "absent", "substitute", "from_on"), name="cover_once"
            ),
        ),
        migrations.AddIndex(
            model_name="handover",
            index=models.Index(
                condition=models.Q(("ended_at", None)),
                fields=["receiver", "at"],
                name="handed_over_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="handover",
            constraint=models.CheckConstraint(
                condition=models.Q(("giver", models.F("receiver")), _negated=True),
                name="handed_to_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="handover",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at", None), ("ended_by", None), ("result", "")),
                    models.Q(
                        ("ended_at__gte", models.F("at")),
                        ("ended_by__isnull", False),
                        ("result__in", ["talked", "not_reached", "declined", "withdrawn"]),
                    ),
                    _connector="OR",
                ),
                name="hand_over_ends_with_result",
            ),
        ),
        migrations.AddConstraint(
            model_name="informed",
            constraint=models.UniqueConstraint(fields=("referral", "topic"), name="informed_once"),
        ),
        migrations.AddConstraint(
            model_name="informed",
            constraint=models.CheckConstraint(
                condition=models.Q(("topic__in", ["group", "individual", "quitline", "subsidy"])),
                name="topic_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="interview",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("motivation", None), ("motivation__range", (1, 10)), _connector="OR"
                ),
                name="motivation_one_to_ten",
            ),
        ),
        migrations.AddConstraint(
            model_name="interview",
            constraint=models.CheckConstraint(
                condition=models.Q(("per_day", None), ("per_day__lte", 200), _connector="OR"),
                name="per_day_is_possible",
            ),
        ),
        migrations.AddConstraint(
            model_name="interview",
            constraint=models.CheckConstraint(
                condition=models.Q(("pregnant__in", ["yes", "no", "unknown"])),
                name="pregnant_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="interview",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("wishes__contained_by", ["group", "individual", "open", "quitline"])
                ),
                name="wishes_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="interview",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "times__contained_by",
                        [
                            "1-am",
                            "1-pm",
                            "1-ev",
                            "2-am",
                            "2-pm",
                            "2-ev",
                            "3-am",
                            "3-pm",
                            "3-ev",
                            "4-am",
                            "4-pm",
                            "4-ev",
                            "5-am",
                            "5-pm",
                            "5-ev",
                            "6-am",
                            "6-pm",
                            "6-ev",
                            "7-am",
                            "7-pm",
                            "7-ev",
                        ],
                    )
                ),
                name="times_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="interview",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("why_asked", "answered"), models.Q(("why", ""), _negated=True)),
                    models.Q(("why", ""), ("why_asked__in", ["not_asked", "no_answer"])),
                    _connector="OR",
                ),
                name="why_answered",
            ),
        ),
        migrations.AddConstraint(
            model_name="merge",
            constraint=models.CheckConstraint(
                condition=models.Q(("kept", models.F("merged")), _negated=True), name="merge_of_two"
            ),
        ),
        migrations.AddConstraint(
            model_name="merge",
            constraint=models.UniqueConstraint(
                condition=models.Q(("undone_at", None)),
                fields=("merged",),
                name="merged_once_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="merge",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("undone_at", None), ("undone_by", None)),
                    models.Q(("undone_at__isnull", False), ("undone_by__isnull", False)),
                    _connector="OR",
                ),
                name="merge_undone_by_someone",
            ),
        ),
        migrations.AddConstraint(
            model_name="use",
            constraint=models.UniqueConstraint(
                fields=("interview", "product"), name="product_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="use",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "product__in",
                        ["cigarettes", "pipe", "cigars", "snus", "e_cigarette", "pouches"],
                    )
                ),
                name="product_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="use",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__range", (1, 500))), name="amount_possible"
            ),
        ),
    ]
