"""Every municipality of the country, most of them without a CVR; and what is only there once.

The new rule on CVR numbers stands before the old one falls, so that no number is ever free twice.
"""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
from django.db import migrations, models

import roegfri.organisations.numbers

DATED = models.Func(
    models.F("from_on"),
    models.F("until_on"),
    models.Value("[]"),
    function="daterange",
    output_field=django.contrib.postgres.fields.ranges.DateRangeField(),
)


class Migration(migrations.Migration):
    dependencies = [("organisations", "0004_track_kinds")]
    operations = [
        migrations.AddConstraint(
            "municipality",
            models.UniqueConstraint(
                fields=["cvr"],
                condition=~models.Q(cvr=""),
                name="municipality_cvr_once",
                violation_error_message="En anden kommune har det CVR-nummer.",
            ),
        ),
        migrations.AlterField(
            "municipality",
            "cvr",
            models.CharField(
                "CVR",
                max_length=8,
                blank=True,
                validators=[roegfri.organisations.numbers.validate_cvr],
            ),
        ),
        migrations.AddConstraint(
            "pharmacy",
            models.UniqueConstraint(
                fields=["gln"],
                condition=~models.Q(gln=""),
                name="pharmacy_gln_once",
                violation_error_message="Et andet apotek har det GLN-nummer.",
            ),
        ),
        migrations.AddConstraint(
            "membership",
            django.contrib.postgres.constraints.ExclusionConstraint(
                name="one_cessation_agreement_at_a_time",
                expressions=[
                    ("municipality", django.contrib.postgres.fields.ranges.RangeOperators.EQUAL),
                    (DATED, django.contrib.postgres.fields.ranges.RangeOperators.OVERLAPS),
                ],
                condition=models.Q(scope="cessation"),
                violation_error_message=(
                    "Kommunen er allerede med i en aftale om rygestop i den periode."
                ),
            ),
        ),
    ]
