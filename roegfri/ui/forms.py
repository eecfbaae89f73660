"""Every form in the markup of Det Fælles Designsystem."""

from django.forms.renderers import TemplatesSetting


class Renderer(TemplatesSetting):
    """Form and field templates of our own; widgets are Django's, with classes added there."""

    form_template_name = "ui/form.html"
    field_template_name = "ui/field.html"
