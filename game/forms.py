"""The admin's forms: what is typed into them is checked as a hunt pack is."""

import datetime
import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.admin.widgets import AdminSplitDateTime, AdminTextareaWidget
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from game.models import Hunt, Question, StoryBlock
from game.packs import Fault, PackQuestion, checks
from game.packs.records import EPOCH, MS
from game.rules.settings import HuntSettings, load
from game.services.packs import CONTENT

if TYPE_CHECKING:
    HuntBase = forms.ModelForm[Hunt]
    QuestionBase = forms.ModelForm[Question]
    StoryBase = forms.BaseInlineFormSet[StoryBlock, Question, forms.ModelForm[StoryBlock]]
else:
    HuntBase = QuestionBase = forms.ModelForm
    StoryBase = forms.BaseInlineFormSet


class InstantWidget(AdminSplitDateTime):
    """Shows milliseconds since the epoch as date and time, to the second."""

    def decompress(self, value: Any) -> tuple[datetime.date | None, datetime.time | None]:
        if not isinstance(value, int):
            return (None, None)
        moment = EPOCH + value * MS
        return (moment.date(), moment.time().replace(microsecond=0))


class InstantField(forms.SplitDateTimeField):
    """Date and time in the server's zone, which is UTC -> milliseconds since the epoch."""

    widget = InstantWidget

    def compress(self, data_list: Any) -> Any:
        moment: datetime.datetime | None = super().compress(data_list)
        if moment is not None and moment < EPOCH:
            raise ValidationError(_("That is before 1970."))
        return None if moment is None else (moment - EPOCH) // MS


class MarkdownField(forms.CharField):
    """A text as it is: browsers send other line ends than packs are written with, and blanks may matter."""

    widget = AdminTextareaWidget

    def __init__(self, **options: Any) -> None:
        super().__init__(strip=False, **options)

    def to_python(self, value: Any) -> str:
        return (super().to_python(value) or "").replace("\r\n", "\n")


class LinesField(forms.Field):
    """A list of texts, one in each line."""

    widget = AdminTextareaWidget

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[str]:
        return [line for line in (value or "").splitlines() if line.strip()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return list(initial or []) != self.to_python(data)


class SettingsField(forms.JSONField):
    widget = AdminTextareaWidget

    def prepare_value(self, value: Any) -> Any:
        return json.dumps(value, indent=2) if isinstance(value, dict) else super().prepare_value(value)


class HuntForm(HuntBase):
    """Settings are validated by the rules; instants that stay keep their milliseconds."""

    starts_at = InstantField(label=_("starts at (UTC)"))
    ends_at = InstantField(label=_("ends at (UTC)"))
    settings = SettingsField(
        required=False,
        help_text=_("JSON; only what differs from the defaults. Known: %(names)s")
        % {"names": ", ".join(HuntSettings.__struct_fields__)},
    )

    def clean_settings(self) -> dict[str, object]:
        raw = self.cleaned_data["settings"] or {}
        if not isinstance(raw, dict):
            raise ValidationError(_('Settings are written {"name": value, …}.'))
        if faults := list(checks.settings_faults(raw)):
            raise ValidationError([f"{fault.place}: {fault.text}." for fault in faults])
        return checks.differing(load(raw))

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        for name in {"starts_at", "ends_at"} & self.fields.keys() - set(self.changed_data):
            values[name] = getattr(self.instance, name)
        start, end = values.get("starts_at"), values.get("ends_at")
        if start is not None and end is not None and end <= start:
            self.add_error("ends_at", _("The hunt would end before it has started."))
        return values


class QuestionForm(QuestionBase):
    """What may be changed of a question while it is played. Its place and its picture come from the pack."""

    text = MarkdownField(help_text=_("Markdown"))
    image_alt = MarkdownField(
        required=False, help_text=_("Describes the picture for those who cannot see it.")
    )
    answers = LinesField(
        help_text=_("One in each line. Case, accents, spaces and punctuation do not matter.")
    )
    close = LinesField(required=False, help_text=_("One in each line: near, but not right."))
    hint = MarkdownField(required=False, help_text=_("Markdown"))

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        # What is not in the form, or has a worse fault already, is as it was.
        said = {name: values.get(name, getattr(self.instance, name)) for name in CONTENT}
        question = PackQuestion(
            title=said["title"],
            text=said["text"],
            image=self.instance.image.path if self.instance.image else None,
            image_alt=said["image_alt"],
            answers=tuple(said["answers"]),
            close=tuple(said["close"]),
            threshold=said["threshold"],
            hint=said["hint"],
            points=said["points"],
        )
        for fault in checks.question_faults(question):
            key = fault.place.partition("[")[0]
            if key not in self.errors:
                self.add_error(key if key in self.fields else None, sentence(fault))
        return values


class StoryFormSet(StoryBase):
    """The story around one question, checked as a whole: it arrives as a whole."""

    def clean(self) -> None:
        super().clean()
        if any(self.errors):
            return
        kept = [
            form.cleaned_data
            for form in self.forms
            if form.cleaned_data.get("text") and not form.cleaned_data.get("DELETE")
        ]
        kept.sort(key=lambda values: values["ordinal"])
        faults: list[Fault] = []
        for when in StoryBlock.When.values:
            faults += checks.story_faults(when, [values["text"] for values in kept if values["when"] == when])
        if faults:
            raise ValidationError(list(map(sentence, faults)))


def sentence(fault: Fault) -> str:
    return f"{fault.place} {fault.text}. {fault.cure}."


def lines(texts: Iterable[str]) -> str:
    return " · ".join(texts)
