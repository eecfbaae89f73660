"""A fifth thing to agree to, receipts among what comes in; and whoever holds her course takes those that a course needs.

A host meets her with the form in hand. The letter to her general practitioner is her own
municipality's affair: those consents a host neither sees nor takes.
"""

from django.conf import settings
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models

SEES = """(
  select true from referrals_citizenaccess a
  where a.citizen_id = referrals_consent.citizen_id
    and a.organisation_id = (select app_organisation())
    and a.from_on <= (select app_today())
    and (a.until_on is null or a.until_on >= (select app_today()))
    and a.ground in ({grounds}) limit 1)"""
CLOSE = SEES.format(grounds="'handling', 'home'")
HOLDS = SEES.format(grounds="'host'")
OF_A_COURSE = f"(kind in ('stopbase', 'sms', 'follow_up') and {HOLDS})"
POLICY = """
alter policy referrals_consent_scope on referrals_consent
  using ((select app_system()) or {visible}) with check ((select app_system()) or {visible});
"""


class Migration(migrations.Migration):

    dependencies = [
        ('referrals', '0018_hosting'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='consent',
            name='consent_kind_known',
        ),
        migrations.AlterField(
            model_name='consent',
            name='kind',
            field=models.CharField(choices=[('stopbase', 'Registrering i STOPbasen'), ('follow_up', 'Opkald efter 6 måneder'), ('sms', 'SMS-påmindelser'), ('discharge', 'Brev til egen læge'), ('discharge_result', 'Resultatet i brevet til egen læge')], max_length=20, verbose_name='til'),
        ),
        AddConstraintNotValid(
            model_name='consent',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['stopbase', 'follow_up', 'sms', 'discharge', 'discharge_result'])), name='consent_kind_known'),
        ),
        migrations.RemoveConstraint(
            model_name="arrival",
            name="arrival_result_known",
        ),
        migrations.AlterField(
            model_name="arrival",
            name="result",
            field=models.CharField(choices=[('created', 'Ny henvisning'), ('corrected', 'Rettelse'), ('duplicate', 'Kendt i forvejen'), ('refused', 'Ikke indlæst'), ('answered', 'Kvittering')], max_length=10),
        ),
        AddConstraintNotValid(
            model_name="arrival",
            constraint=models.CheckConstraint(condition=models.Q(('result__in', ['created', 'corrected', 'duplicate', 'refused', 'answered'])), name="arrival_result_known"),
        ),
        migrations.RunSQL(
            POLICY.format(visible=f"({CLOSE} or {OF_A_COURSE})"), POLICY.format(visible=CLOSE)
        ),
    ]
