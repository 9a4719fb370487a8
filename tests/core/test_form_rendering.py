"""Our form renderer writes what Django's writes."""

import datetime

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.test.html import parse_html

from core.forms.rendering import FormRenderer


class Sample(forms.Form):
    """One field of each widget that is built directly, and some that are not."""

    text = forms.CharField(max_length=20, initial='a "quoted" & <b>bold</b> text', help_text="help")
    number = forms.IntegerField(min_value=0, required=False)
    email = forms.EmailField(widget=forms.EmailInput(attrs={"autocomplete": "off", "readonly": True, "hidden": False}))
    password = forms.CharField(widget=forms.PasswordInput(render_value=True), initial="p&w")
    hidden = forms.CharField(widget=forms.HiddenInput, initial="h")
    date = forms.DateField(initial=datetime.date(2026, 11, 23))
    time = forms.TimeField(initial=datetime.time(9, 30))
    moment = forms.DateTimeField(initial=datetime.datetime(2026, 11, 23, 9, 30))
    check = forms.BooleanField(initial=True)
    url = forms.URLField(initial="https://example.com/?a=1&b=2")
    choice = forms.ChoiceField(
        choices=[("", "Any"), (1, "<One>"), ("group & co", [("2", "Two"), ("3", "Three")])], initial=2
    )
    many = forms.MultipleChoiceField(choices=[("a", "A"), ("b", "B")], initial=["b"])
    area = forms.CharField(widget=forms.Textarea, initial="x")
    boxes = forms.MultipleChoiceField(choices=[("a", "A")], widget=forms.CheckboxSelectMultiple)
    grouped = forms.MultipleChoiceField(
        choices=[("a", "<A>"), ("group & co", [("b", "B")])],
        initial=["b"],
        widget=forms.CheckboxSelectMultiple(attrs={"class": "c", "required": True}),
    )
    file = forms.FileField()


@pytest.mark.parametrize("name", list(Sample.base_fields))
@pytest.mark.parametrize("data", [None, {"text": "<", "choice": "1", "many": ["a", "b"], "number": "no"}])
def test_each_widget_is_as_django_writes_it(name, data):
    ours = Sample(data, renderer=FormRenderer())[name].as_widget()
    djangos = Sample(data, renderer=DjangoTemplates())[name].as_widget()
    assert parse_html(ours) == parse_html(djangos)
