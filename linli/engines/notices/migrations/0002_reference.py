from django.db import migrations

# Any change of these tables gives the reference data a new stamp, in the same transaction.
TABLES = ['notices_wording', 'notices_customs']


class Migration(migrations.Migration):
    dependencies = [("notices", "0001_first"), ("audit", "0002_revision")]
    operations = [
        migrations.RunSQL(
            f"CREATE TRIGGER reference_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE "
            f"ON {table} FOR EACH STATEMENT EXECUTE FUNCTION audit_reference_changed()",
            f"DROP TRIGGER reference_changed ON {table}",
        )
        for table in TABLES
    ]
