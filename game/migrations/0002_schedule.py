"""The one schedule of the game: hourly XP is settled each minute."""

from django.db import migrations


def add(apps, schema_editor):
    apps.get_model("django_q", "Schedule").objects.update_or_create(
        name="settle_xp", defaults={"func": "game.tasks.settle_xp", "schedule_type": "I", "minutes": 1, "repeats": -1}
    )


def remove(apps, schema_editor):
    apps.get_model("django_q", "Schedule").objects.filter(name="settle_xp").delete()


class Migration(migrations.Migration):
    dependencies = [("game", "0001_initial"), ("django_q", "0018_task_success_index")]
    operations = [migrations.RunPython(add, remove)]
