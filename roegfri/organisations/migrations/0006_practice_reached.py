"""Where a letter to a practice goes."""

import roegfri.organisations.numbers
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('organisations', '0005_all_municipalities'),
    ]

    operations = [
        migrations.AddField(
            model_name='practice',
            name='address',
            field=models.CharField(blank=True, db_default=models.Value(''), max_length=200, verbose_name='postadresse'),
        ),
        migrations.AddField(
            model_name='practice',
            name='ean',
            field=models.CharField(blank=True, db_default=models.Value(''), max_length=13, validators=[roegfri.organisations.numbers.validate_ean], verbose_name='EAN (lokationsnummer)'),
        ),
    ]
