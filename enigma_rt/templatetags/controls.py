"""`{{ field|control }}`: the input of a form's field. The first that is wrong has the focus, so that a screen reader
says at once what is wrong with it; when it is the whole form (a log-in), the password."""

from django import template
from django.forms import BoundField
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def control(field: BoundField) -> SafeString:
    form = field.form
    wrong = next((one.name for one in form.visible_fields() if one.errors), None)
    if wrong is None and form.non_field_errors():
        wrong = next((one.name for one in form.visible_fields() if one.widget_type == "password"), None)
    return field.as_widget(attrs={"autofocus": True} if field.name == wrong else None)
