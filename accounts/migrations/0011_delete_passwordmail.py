from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0010_emails_in_one_form"),
        ("mail", "0001_initial"),  # has taken over what stood here
    ]

    operations = [migrations.DeleteModel(name="PasswordMail")]
