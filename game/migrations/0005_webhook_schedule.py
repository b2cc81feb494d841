"""Looks each minute whether webhooks are looked after."""

from django.db import migrations


def add(apps, schema_editor):
    apps.get_model("django_q", "Schedule").objects.update_or_create(
        name="start_webhooks",
        defaults={"func": "game.tasks.start_webhooks", "schedule_type": "I", "minutes": 1, "repeats": -1},
    )


def remove(apps, schema_editor):
    apps.get_model("django_q", "Schedule").objects.filter(name="start_webhooks").delete()


class Migration(migrations.Migration):
    dependencies = [("game", "0004_webhooks"), ("django_q", "0018_task_success_index")]
    operations = [migrations.RunPython(add, remove)]
