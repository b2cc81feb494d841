from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('game', '0016_announcements'),
    ]

    operations = [
        migrations.AddField(
            model_name='hunt',
            name='scene',
            field=models.CharField(blank=True, db_default='', default='', max_length=20),
        ),
        migrations.AddField(
            model_name='hunt',
            name='scene_at',
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='hunt',
            name='scene_by',
            field=models.CharField(blank=True, db_default='', default='', max_length=150),
        ),
    ]
