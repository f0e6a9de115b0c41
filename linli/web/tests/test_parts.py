"""The parts of a page, rendered as a page would render them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django import forms
from django.template import Context, Template
from django.utils import translation

from linli.kernel.pages import Chip, Figure, Photo, Step, StoryEntry
from linli.web.parts import MARKS, due_words, moment_words, span_words

NOON = datetime(2024, 3, 12, 4, 0, tzinfo=UTC)  # noon in Shanghai, a Tuesday
CHECKOUT = Path(__file__).parents[3]
TEMPLATES = sorted(CHECKOUT.glob("linli/**/templates/**/*.html"))


def show(source: str, **values: object) -> str:
    with translation.override("en"):
        return Template(source).render(Context(values))


def flat(html: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


class ReportForm(forms.Form):
    what = forms.CharField(label="What?", help_text="One sentence.", widget=forms.Textarea)
    kind = forms.ChoiceField(
        label="Kind", choices=[("a", "Lamp"), ("b", "Lid")], widget=forms.RadioSelect
    )
    street = forms.ChoiceField(label="Where", choices=[("1", "Heshun")], required=False)
    hidden = forms.BooleanField(label="Keep it quiet", required=False)
    request_id = forms.CharField(widget=forms.HiddenInput)
    phone = forms.CharField(label="Phone", required=False, max_length=3)


# --- words of time ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(0), "0 min"),
        (timedelta(minutes=59), "59 min"),
        (timedelta(hours=1), "1 h"),
        (timedelta(hours=47, minutes=59), "47 h"),
        (timedelta(hours=48), "2 d"),
    ],
)
def test_a_span_is_said_in_one_unit(span: timedelta, words: str) -> None:
    with translation.override("en"):
        assert span_words(span) == words


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (NOON + timedelta(hours=1), "Today 13:00"),
        (NOON + timedelta(hours=12), "Tomorrow 00:00"),
        (NOON - timedelta(hours=13), "Yesterday 23:00"),
        (NOON + timedelta(days=9), "21 Mar 12:00"),
        (NOON - timedelta(days=366), "12 Mar 2023 12:00"),
    ],
)
def test_a_moment_is_said_by_the_wall_clock(at: datetime, words: str) -> None:
    with translation.override("en"):
        assert moment_words(at, now=NOON) == words


@pytest.mark.parametrize(
    ("left", "kind", "words"),
    [
        (timedelta(days=3), "calm", "3 d left"),
        (timedelta(hours=4), "soon", "4 h left"),
        (timedelta(0), "soon", "0 min left"),
        (timedelta(minutes=-61), "late", "1 h late"),
    ],
)
def test_a_clock_says_how_urgent_it_is(left: timedelta, kind: str, words: str) -> None:
    with translation.override("en"):
        due = due_words(NOON + left, now=NOON)
    assert (due.kind, due.words) == (kind, words)


# --- marks ------------------------------------------------------------------------------------


@pytest.mark.parametrize("phase", MARKS)
def test_a_status_has_word_icon_and_colour(phase: str) -> None:
    html = show("{% status phase %}", phase=phase)
    assert flat(html)
    assert f"#{MARKS[phase].icon}" in html
    assert f"ll-status-{MARKS[phase].tone}" in html


def test_a_pack_may_bring_its_own_word_and_it_is_escaped() -> None:
    assert "&lt;b&gt;" in show("{% status 'new' word=word %}", word="<b>")


def test_every_icon_a_template_or_a_part_names_is_in_the_sprite() -> None:
    sprite = set((CHECKOUT / "islands/icons.txt").read_text().split())
    asked = {mark.icon for mark in MARKS.values()}
    for template in TEMPLATES:
        asked |= set(re.findall(r"{% icon ['\"]([\w-]+)['\"]", template.read_text()))
    assert "search" in asked
    assert asked <= sprite, asked - sprite


def test_an_icon_alone_has_a_name_and_beside_a_word_it_is_silent() -> None:
    assert 'aria-label="Search"' in show("{% icon 'search' 'Search' %}")
    assert 'aria-hidden="true"' in show("{% icon 'search' %}")


# --- forms ------------------------------------------------------------------------------------


def test_a_field_has_label_help_and_error_beside_it_and_keeps_what_was_typed() -> None:
    form = ReportForm({"what": "", "phone": "12345"})
    html = show("{% fields form %}", form=form)
    assert '<label class="form-label" for="id_what">' in html
    assert 'id="id_what_helptext"' in html
    assert 'aria-describedby="id_what_helptext id_what_error"' in html
    assert 'id="id_what_error"' in html
    assert 'value="12345"' in html
    assert 'aria-invalid="true"' in html


def test_a_field_without_error_shows_none() -> None:
    html = show("{% field form.what %}", form=ReportForm())
    assert "ll-field-error" not in html
    assert "is-invalid" not in html


def test_choices_are_a_group_with_a_legend_and_each_its_label() -> None:
    html = show("{% field form.kind %}", form=ReportForm())
    assert "<legend" in html
    assert html.count('<label class="ll-choice"') == 2


def test_only_what_may_stay_empty_is_marked_so() -> None:
    form = ReportForm()
    assert "(optional)" in show("{% field form.phone %}", form=form)
    assert "(optional)" not in show("{% field form.what %}", form=form)


def test_a_hidden_field_is_only_its_input() -> None:
    assert show("{% field form.request_id %}", form=ReportForm()).strip().startswith("<input")


def test_the_errors_of_a_form_lead_to_their_fields() -> None:
    html = show("{% form_errors form %}", form=ReportForm({"phone": "12345"}))
    assert 'href="#id_what"' in html
    assert 'href="#id_phone"' in html
    assert "form_errors" not in html


def test_a_form_that_was_not_sent_has_no_errors_to_show() -> None:
    assert flat(show("{% form_errors form %}", form=ReportForm())) == ""


def test_an_act_that_cannot_be_undone_says_what_will_happen() -> None:
    html = show("{% confirm 'Withdraw' 'It will not be handled.' '/x' %}", csrf_token="t0ken")
    assert "It will not be handled." in html
    assert 'value="t0ken"' in html
    assert '<form class="ll-confirm-panel" method="post" action="/x">' in html


# --- records and lists ------------------------------------------------------------------------


def test_a_clock_shows_what_is_left_until_when_and_why() -> None:
    html = show("{% due at now why_url='/why' %}", at=NOON - timedelta(hours=2), now=NOON)
    assert flat(html) == "2 h late Today 10:00 Why?"
    assert "ll-due-late" in html
    assert "#clock-exclamation" in html


def test_a_stopped_clock_names_its_reason_and_no_time() -> None:
    source = "{% due at now paused='Waiting for an answer' %}"
    assert flat(show(source, at=NOON, now=NOON)) == "Clock stopped Waiting for an answer"


def test_a_record_without_a_limit_says_so() -> None:
    assert flat(show("{% due at now %}", at=None, now=NOON)) == "No limit"


def test_a_story_tells_who_what_when_and_on_which_ground() -> None:
    photo = Photo("/p/1", "/p/1s", "Photo 1")
    story = [StoryEntry("Li", "Checked", NOON, "Rule 12", "Seen.", photos=(photo,))]
    html = show("{% timeline story %}", story=story)
    assert flat(html) == "Checked · Li 12 Mar 2024 12:00 Seen. Ground: Rule 12"
    assert 'alt="Photo 1"' in html


def test_the_step_that_is_now_is_told_to_those_who_listen() -> None:
    steps = [Step("Received", "done", "Thank you.", NOON), Step("Checked", "now"), Step("End")]
    html = show("{% step_line steps %}", steps=steps)
    assert html.count('aria-current="step"') == 1
    assert "(done)" in html


def test_a_number_opens_its_records_and_names_its_time() -> None:
    figures = [Figure("Late", 3, "/late", "Past the limit", NOON), Figure("All", 9)]
    html = show("{% figures figures %}", figures=figures)
    assert '<a href="/late">3</a>' in html
    assert "As of 12 Mar 2024 12:00" in flat(html)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("next_url='?a' count=100 shown=50", "50 of 100 Next"),
        ("count=3 shown=3", "3 in all"),
        ("previous_url='?a' next_url='?b'", "Previous Next"),
        ("", ""),
    ],
)
def test_a_list_says_how_much_there_is_and_leads_on(arguments: str, words: str) -> None:
    assert flat(show("{% pagination " + arguments + " %}")) == words


def test_a_filter_in_force_can_be_taken_off() -> None:
    chips = [Chip("Lamp", "?kind=")]
    html = show("{% filters form chips '?' %}", form=ReportForm(), chips=chips)
    assert 'method="get"' in html
    assert 'href="?kind="' in html


def test_a_masked_number_is_only_offered_where_it_may_be_shown() -> None:
    closed = show("{% masked '138****0001' %}")
    opened = show("{% masked '138****0001' reveal_url='/r' %}", csrf_token="t0ken")
    assert "<form" not in closed
    assert '<form method="post" action="/r">' in opened


def test_facts_without_a_value_are_left_out() -> None:
    html = show("{% facts 'Place' 'Gate 3' 'Unit' '' %}")
    assert flat(html) == "Place Gate 3"


def test_a_rail_count_is_urgent_only_when_something_lies_there() -> None:
    source = "{% rail_link '/q' 'inbox' 'Late' count=count urgent=True current=True %}"
    assert "ll-count-urgent" in show(source, count=2)
    assert "ll-count-urgent" not in show(source, count=0)
    assert 'aria-current="page"' in show(source, count=0)


def test_a_page_header_has_one_heading_and_its_actions() -> None:
    source = "{% page_header title=title %}<a href='/'>Go</a>{% endpage_header %}"
    html = show(source, title="<Lamp>")
    assert "<h1>&lt;Lamp&gt;</h1>" in html
    assert "<a href='/'>Go</a>" in html


def test_the_remaining_parts_render() -> None:
    form = ReportForm()
    source = """
      {% tile '/r' 'message' 'Report' 'One tap' True %}{% bottom_link '/' 'home' 'Home' True %}
      {% empty_state 'Nothing late' 'All is well.' '/q' 'Next queue' %}{% draft_note %}
      {% toast 'Done' 'success' %}{% form_actions 'Send' cancel_url='/' icon='send' %}
      {% photo_picker form.what %}{% place_picker form.what form.what form.what '/o.json' %}
      {% outline_editor form.what '/o.json' %}{% copy_text 'Plain text' 'list' %}
      {% photo_grid photos %}{% moment now %}{% island 'photos' %}"""
    html = show(source, form=form, photos=[], now=NOON)
    for words in ("Nothing late", "Done", "Send", "Plain text", 'data-max="9"', "photos.js"):
        assert words in html
