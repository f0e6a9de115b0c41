from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("audit", "0003_seal")]
    operations = [
        AddIndexConcurrently("entry", models.Index(fields=fields, name=f"audit_entry_{name}"))
        for name, fields in (
            ("xact", ["xact", "id"]),
            ("heard", ["heard_at", "id"]),
            ("post", ["post_id", "heard_at", "id"]),
            ("verb", ["verb", "heard_at", "id"]),
        )
    ]
