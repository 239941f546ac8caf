from django.db import migrations, models

from jigi.foundation.bulk import statement


def _key(named: str, function: str) -> models.GeneratedField:
    return models.GeneratedField(db_persist=True, expression=models.Func(models.F(named), function=function), output_field=models.TextField())


class Migration(migrations.Migration):
    dependencies = [
        ("geography", "0003_invitation"),
        ("registry", "0005_visits"),
    ]
    operations = [
        migrations.RunSQL(statement("registry", "word_keys")),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(statement("registry", "search_columns"))],
            state_operations=[
                migrations.RemoveIndex("person", "person_by_surname"),
                migrations.RemoveIndex("person", "person_by_given_name"),
                migrations.AlterField("person", "given_key", _key("given_names", "jigi_first_word_key")),
                migrations.AddField("person", "other_key", _key("given_names", "jigi_other_word_key")),
                migrations.AddField("person", "nickname_key", _key("nickname", "jigi_first_word_key")),
                migrations.AlterField("person", "surname_key", _key("surname", "jigi_last_word_key")),
            ],
        ),
        migrations.AddIndex("person", models.Index(fields=["surname_key", "given_key"], name="person_by_surname")),
        migrations.AddIndex("person", models.Index(fields=["given_key"], name="person_by_given_name")),
        migrations.AddIndex("person", models.Index(fields=["commune", "surname_key", "given_key"], name="person_by_place_and_name")),
        migrations.AddIndex("person", models.Index(fields=["other_key", "surname_key"], name="person_by_other_name", condition=~models.Q(other_key=""))),
        migrations.AddIndex("person", models.Index(fields=["nickname_key", "surname_key"], name="person_by_nickname", condition=~models.Q(nickname_key=""))),
    ]
