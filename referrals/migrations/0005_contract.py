"""Indexes without a lock, and what the database now refuses.

The code before this release wrote rows that the new checks refuse: in a rolling update, migrate to
0004, replace the servers, then migrate to the end (docs/running.md).
"""

from django.contrib.postgres.operations import (
    AddConstraintNotValid,
    AddIndexConcurrently,
    RemoveIndexConcurrently,
    ValidateConstraint,
)
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("referrals", "0004_doors")]

    operations = [
        RemoveIndexConcurrently(
            model_name="referral",
            name="referral_by_next",
        ),
        AddIndexConcurrently(
            model_name="incomingmessage",
            index=models.Index(
                condition=models.Q(
                    models.Q(("state", "accepted"), _negated=True), ("handled_at", None)
                ),
                fields=["organisation", "came_at", "id"],
                name="inbox_waiting",
            ),
        ),
        AddIndexConcurrently(
            model_name="referral",
            index=models.Index(
                condition=models.Q(("next_at__isnull", False)),
                fields=["handler", "next_at", "id"],
                name="referral_queue",
            ),
        ),
        AddIndexConcurrently(
            model_name="referral",
            index=models.Index(fields=["caseworker", "state"], name="referral_by_caseworker"),
        ),
        AddIndexConcurrently(
            model_name="phone",
            index=models.Index(fields=["number"], name="phone_by_number"),
        ),
        AddIndexConcurrently(
            model_name="citizen",
            index=models.Index(
                fields=["birth_date", "sort_key"], name="citizen_by_birth_and_name"
            ),
        ),
        AddConstraintNotValid(
            model_name="citizen",
            constraint=models.CheckConstraint(
                condition=models.Q(("sex__in", ["", "female", "male", "other"])), name="sex_known"
            ),
        ),
        ValidateConstraint(model_name="citizen", name="sex_known"),
        AddConstraintNotValid(
            model_name="citizen",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("merged_into", None),
                    models.Q(("merged_into", models.F("id")), _negated=True),
                    _connector="OR",
                ),
                name="merged_into_another",
            ),
        ),
        ValidateConstraint(model_name="citizen", name="merged_into_another"),
        AddConstraintNotValid(
            model_name="citizenaccess",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("until_on", None), ("until_on__gte", models.F("from_on")), _connector="OR"
                ),
                name="access_ends_after_it_begins",
            ),
        ),
        ValidateConstraint(model_name="citizenaccess", name="access_ends_after_it_begins"),
        AddConstraintNotValid(
            model_name="civilnumber",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["cpr", "substitute", "x-ecpr", "d-ecpr"])),
                name="civil_number_kind_known",
            ),
        ),
        ValidateConstraint(model_name="civilnumber", name="civil_number_kind_known"),
        AddConstraintNotValid(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(("form__in", ["oral", "written"])), name="consent_form_known"
            ),
        ),
        ValidateConstraint(model_name="consent", name="consent_form_known"),
        ValidateConstraint(model_name="contactattempt", name="outcome_known"),
        AddConstraintNotValid(
            model_name="contactattempt",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("call_back_at", None),
                    ("outcome__in", ["call_back", "thinking"]),
                    _connector="OR",
                ),
                name="only_some_call_back",
            ),
        ),
        ValidateConstraint(model_name="contactattempt", name="only_some_call_back"),
        AddConstraintNotValid(
            model_name="contactattempt",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("undone_at", None), ("undone_by", None)),
                    models.Q(("undone_at__isnull", False), ("undone_by__isnull", False)),
                    _connector="OR",
                ),
                name="call_undone_by_someone",
            ),
        ),
        ValidateConstraint(model_name="contactattempt", name="call_undone_by_someone"),
        AddConstraintNotValid(
            model_name="incomingmessage",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("handled_at", None), ("handled_by", None)),
                    models.Q(("handled_at__isnull", False), ("handled_by__isnull", False)),
                    _connector="OR",
                ),
                name="message_handled_by_someone",
            ),
        ),
        ValidateConstraint(model_name="incomingmessage", name="message_handled_by_someone"),
        AddConstraintNotValid(
            model_name="referral",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "channel__in",
                        ["medcom", "correspondence", "email", "phone", "web", "in_person"],
                    )
                ),
                name="referral_channel_known",
            ),
        ),
        ValidateConstraint(model_name="referral", name="referral_channel_known"),
        AddConstraintNotValid(
            model_name="referral",
            constraint=models.CheckConstraint(
                condition=models.Q(("guardian_consent__in", ["yes", "no", "unknown"])),
                name="guardian_consent_known",
            ),
        ),
        ValidateConstraint(model_name="referral", name="guardian_consent_known"),
        AddConstraintNotValid(
            model_name="referral",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("next_at", None), ("next_step", "")),
                    models.Q(
                        ("next_at__isnull", False),
                        ("next_step__in", ["call", "retry", "call_back", "decide", "talk"]),
                    ),
                    _connector="OR",
                ),
                name="referral_next_step_has_time",
            ),
        ),
        ValidateConstraint(model_name="referral", name="referral_next_step_has_time"),
        AddConstraintNotValid(
            model_name="referral",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "received"), _negated=True),
                    ("next_at__isnull", False),
                    _connector="OR",
                ),
                name="referral_received_is_due",
            ),
        ),
        ValidateConstraint(model_name="referral", name="referral_received_is_due"),
        AddConstraintNotValid(
            model_name="referral",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "closed"), _negated=True), ("next_at", None), _connector="OR"
                ),
                name="referral_closed_is_not_due",
            ),
        ),
        ValidateConstraint(model_name="referral", name="referral_closed_is_not_due"),
        ValidateConstraint(model_name="referral", name="referral_closed_has_reason"),
    ]
