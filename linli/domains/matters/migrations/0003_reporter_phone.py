from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("matters", "0002_reference")]
    operations = [
        migrations.AddIndex(
            model_name="reporter",
            index=models.Index(
                condition=models.Q(("phone_digest__isnull", False)),
                fields=["phone_digest"],
                name="reporter_phone",
            ),
        ),
    ]
