"""The small words of the templates; a builtin, so that no template has to load it."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django import forms, template
from django.forms.boundfield import BoundField
from django.http import QueryDict
from django.template.context import RequestContext
from django.templatetags.static import static
from django.utils import formats
from django.utils.html import format_html
from django.utils.safestring import SafeString

from roegfri import clock
from roegfri import money as amounts
from roegfri.ui import charts

register = template.Library()

# kind of tag -> class of the design system; colour never stands alone, the text says it too.
TAGS = {
    "overdue": "badge-error",
    "today": "badge-warning",
    "new": "badge-info",
    "done": "badge-success",
    "waiting": "badge-neutral",
    "later": "badge-neutral",
}
_WIDTHS = {"number": "s", "date": "s", "time": "xs", "tel": "m"}


@register.simple_tag
def icon(name: str) -> SafeString:
    """An icon of the design system; it says nothing that the text beside it does not."""
    return format_html(
        '<svg class="icon-svg" focusable="false" aria-hidden="true"><use href="{}#{}"></use></svg>',
        static("dkfds/img/all-svg-icons.svg"),
        name,
    )


@register.simple_tag
def tag(kind: str, text: Any) -> SafeString:
    """A coloured word, for instance {% tag "overdue" "1 dag over fristen" %}."""
    return format_html('<span class="badge {}">{}</span>', TAGS[kind], text)


@register.simple_tag
def money(oere: int) -> str:
    """1.230,00 kr."""
    return f"{amounts.in_kroner(oere)} kr."


@register.simple_tag
def day(date: dt.date | None) -> str:
    """A date as lists show it: "25. nov", and with its year when that is another than this."""
    if date is None:
        return ""
    return formats.date_format(date, "j. b" if date.year == clock.today().year else "j. b Y")


@register.simple_tag
def moment(instant: dt.datetime | None) -> str:
    """An instant on a Danish wall clock: "25. nov 9.30"."""
    if instant is None:
        return ""
    local = instant.astimezone(clock.COPENHAGEN)
    return f"{day(local.date())} {local.hour}.{local.minute:02d}"


@register.simple_tag
def until(deadline: dt.datetime) -> str:
    """When something is due at the latest: a moment, or the day that ends then."""
    whole = clock.day_ended_by(deadline)
    return day(whole) if whole else moment(deadline)


@register.inclusion_tag("ui/empty_state.html")
def empty_state(title: str, text: str) -> dict[str, str]:
    """What a list says when there is nothing in it: what that means, and what to do."""
    return {"title": title, "text": text}


@register.inclusion_tag("ui/chart.html")
def bars(series: charts.Series) -> dict[str, Any]:
    """A drawing of numbers, and the numbers beside it."""
    return {
        "series": series,
        "drawing": charts.drawing(series),
        "heads": charts.heads(series),
        "rows": charts.rows(series),
    }


@register.inclusion_tag("ui/error_summary.html")
def error_summary(form: forms.BaseForm | None) -> dict[str, Any]:
    """The mistakes of a form, on top of the page, each a link to its field."""
    if form is None or not form.is_bound or not form.errors:
        return {"errors": []}
    return {"errors": list(_errors(form))}


def _errors(form: forms.BaseForm) -> Iterable[tuple[str, str, str]]:
    for words in form.non_field_errors():
        yield "", "", str(words)
    for name, found in form.errors.items():
        if name == "__all__":
            continue
        field = form[name]
        for words in found:
            yield _first_of(field), str(field.label), str(words)


def _first_of(field: BoundField) -> str:
    """The id of the field, or of the first choice where it is a group of them."""
    return field.id_for_label or (f"{field.auto_id}_0" if field.auto_id else "")


@register.simple_tag(takes_context=True)
def query_without(context: RequestContext, *names: str) -> str:
    """The page's own query string without some of its names."""
    query: QueryDict = context["request"].GET.copy()
    for name in names:
        query.pop(name, None)
    return query.urlencode()


@register.filter
def widget_kind(field: BoundField) -> str:
    """Which branch of ui/field.html renders a field."""
    widget = field.field.widget
    for kind, classes in _KINDS:
        if isinstance(widget, classes):
            return kind
    return "input"


_KINDS: tuple[tuple[str, tuple[type[forms.Widget], ...]], ...] = (
    ("checkboxes", (forms.CheckboxSelectMultiple,)),
    ("radios", (forms.RadioSelect,)),
    ("checkbox", (forms.CheckboxInput,)),
    ("moment", (forms.SplitDateTimeWidget,)),
    ("select", (forms.Select,)),
    ("textarea", (forms.Textarea,)),
    ("file", (forms.FileInput,)),
)
_CLASSES = {"select": "form-select", "file": "form-file", "checkbox": "form-checkbox"}


@register.filter
def dressed(field: BoundField) -> SafeString:
    """The widget with the design system's class and what a screen reader needs."""
    kind = widget_kind(field)
    given: dict[str, Any] = {"placeholder": False}  # the label says it, and does not vanish
    given["class"] = " ".join(filter(None, (_CLASSES.get(kind, "form-input"), _width(field))))
    if field.errors:
        given["aria-invalid"] = "true"
    if described := described_by(field):
        given["aria-describedby"] = described
    return field.as_widget(attrs=given)


@register.filter
def described_by(field: BoundField) -> str:
    """The ids of what is said about a field: its hint, and what is wrong with it."""
    said = {"hint": field.help_text, "error": field.errors}
    return " ".join(f"{field.auto_id}-{what}" for what, words in said.items() if words)


def _width(field: BoundField) -> str:
    widget = field.field.widget
    kind = getattr(widget, "input_type", "")
    wanted = widget.attrs.get("inputmode", kind)
    return f"input-width-{_WIDTHS[wanted]}" if wanted in _WIDTHS else ""


@register.filter
def phone_number(e164: str) -> str:
    """+4520123456 as Danes read it: 20 12 34 56."""
    if e164.startswith("+45") and len(e164) == 11:
        return " ".join(e164[at : at + 2] for at in range(3, 11, 2))
    return e164
