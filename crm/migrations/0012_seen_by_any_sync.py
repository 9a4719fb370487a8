from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0011_emails_in_one_form"),
    ]

    operations = [
        migrations.AlterField(
            model_name="record",
            name="seen_in",
            field=models.BigIntegerField(default=0, help_text="The latest sync that met it."),
        ),
    ]
