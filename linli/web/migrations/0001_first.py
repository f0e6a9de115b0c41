from django.db import migrations

# The cache is the database: a cache per process would split rate limits between workers. It may
# be lost with the machine, so it is not written ahead.
CACHE = """
CREATE UNLOGGED TABLE web_cache (
    cache_key varchar(255) PRIMARY KEY,
    value text NOT NULL,
    expires timestamp with time zone NOT NULL
);
CREATE INDEX web_cache_expires ON web_cache (expires);
"""
NO_CACHE = "DROP TABLE web_cache;"

# A NOTIFY on every insert makes commits wait for each other; the workers poll instead.
TRIGGER = "procrastinate_jobs_notify_queue_job_inserted_v1"
QUIET = f"ALTER TABLE procrastinate_jobs DISABLE TRIGGER {TRIGGER};"
LOUD = f"ALTER TABLE procrastinate_jobs ENABLE TRIGGER {TRIGGER};"


class Migration(migrations.Migration):
    initial = True
    dependencies = [("procrastinate", "0041_post_retry_failed_job")]
    operations = [
        migrations.RunSQL(CACHE, NO_CACHE),
        migrations.RunSQL(QUIET, LOUD),
    ]
