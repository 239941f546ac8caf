import secrets

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from jigi.foundation.bulk import statement


def draw_secret(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("INSERT INTO registry_numbering (secret) VALUES (%s)", [secrets.randbits(62)])


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.RunSQL(
            statement("registry", "functions"),
            "DROP FUNCTION jigi_rsu_number, jigi_name_key; DROP TABLE registry_numbering; DROP SEQUENCE registry_rsu_seq",
        ),
        migrations.RunPython(draw_secret, migrations.RunPython.noop),
    ]
