from django.db import migrations, models

# Refused by right for the house's role, and by trigger for everybody. Only the owner of the tables,
# dropping months that have served their term, is let through.
GUARDS = """
CREATE OR REPLACE FUNCTION audit_entry_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_setting('linli.dropping', true) = 'served months'
        AND current_user = (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = TG_RELID)
    THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'an audit entry is never changed'
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER audit_seal_is_final BEFORE UPDATE OR DELETE ON audit_seal
    FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_is_final();
CREATE TRIGGER audit_seal_is_kept BEFORE TRUNCATE ON audit_seal
    FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_is_final();
"""
NO_GUARDS = """
DROP TRIGGER audit_seal_is_final ON audit_seal;
DROP TRIGGER audit_seal_is_kept ON audit_seal;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_revision")]
    operations = [
        migrations.CreateModel(
            name="Seal",
            fields=[
                ("seq", models.BigIntegerField(primary_key=True, serialize=False)),
                ("entry_id", models.UUIDField(unique=True)),
                ("digest", models.BinaryField(max_length=32)),
                ("chain", models.BinaryField(max_length=32)),
            ],
        ),
        migrations.CreateModel(
            name="Month",
            fields=[
                ("month", models.DateField(primary_key=True, serialize=False)),
                ("seq", models.BigIntegerField()),
                ("chain", models.BinaryField(max_length=32)),
                ("dropped_at", models.DateTimeField()),
            ],
        ),
        migrations.RunSQL(GUARDS, NO_GUARDS),
    ]
