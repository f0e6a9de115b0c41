from django.db import migrations

# Any change of these tables gives the reference data a new stamp, in the same transaction. Signing
# in writes `last_login` and a token's use is noted, which is no reference data.
TABLES = [
    ("accounts_role", "UPDATE"),
    ("accounts_rolegrant", "UPDATE"),
    ("accounts_post", "UPDATE"),
    ("accounts_holding", "UPDATE"),
    ("accounts_token", "UPDATE OF account_id, digest, permissions, expires_at, revoked_at"),
    ("accounts_account", "UPDATE OF is_active, person_id"),
]


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_first"), ("audit", "0002_revision")]
    operations = [
        migrations.RunSQL(
            f"CREATE TRIGGER reference_changed AFTER INSERT OR {update} OR DELETE OR TRUNCATE "
            f"ON {table} FOR EACH STATEMENT EXECUTE FUNCTION audit_reference_changed()",
            f"DROP TRIGGER reference_changed ON {table}",
        )
        for table, update in TABLES
    ]
