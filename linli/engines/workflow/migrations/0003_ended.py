from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("workflow", "0002_reference")]
    operations = [
        migrations.AddIndex(
            model_name="work",
            index=models.Index(
                condition=models.Q(("closed_at__isnull", False)),
                fields=["subject_kind", "closed_at", "id"],
                name="work_ended",
            ),
        ),
    ]
