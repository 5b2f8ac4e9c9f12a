"""Offsets of other tools become code points, or the record is refused with the reason."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.formats.fields import FieldError
from storage.formats.offsets import Location, Ruler, in_code_points
from tests.storage.formats.material import TEXT, texts

IN = {
    "code points": [(2, 15), (10, 15), (22, 30)],
    "UTF-16 units": [(3, 16), (11, 16), (23, 31)],
    "UTF-8 bytes": [(5, 18), (13, 18), (25, 33)],
}
SURFACES = ["Bank of China", "China", "Ms. Haag"]


@pytest.mark.parametrize("unit", IN)
def test_the_words_tell_which_unit_the_offsets_are_in(unit: str) -> None:
    locations = [
        Location(*location, words) for location, words in zip(IN[unit], SURFACES, strict=True)
    ]
    result, note = in_code_points(TEXT, locations)

    assert list(result) == IN["code points"]
    assert (note is None) == (unit == "code points")
    assert note is None or unit in note


def test_one_unit_must_fit_all_entities_of_a_document() -> None:
    text = "😊 aaaa Bank"
    locations = [Location(3, 4, "a"), Location(8, 12, "Bank")]

    assert in_code_points(text, locations)[0] == ((2, 3), (7, 11))


def test_an_entity_without_words_follows_the_unit_of_the_others() -> None:
    result, _ = in_code_points(TEXT, [Location(3, 16, "Bank of China"), Location(23, 31)])

    assert result == ((2, 15), (22, 30))


def test_without_any_words_offsets_are_code_points() -> None:
    assert in_code_points(TEXT, [Location(3, 16)]) == (((3, 16),), None)


def test_white_space_of_another_kind_is_the_same_words() -> None:
    assert in_code_points("New\nYork", [Location(0, 8, "New York")])[1] is None


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        (Location(0, 4, "Bank", "ORG"), "'Bank' says the file, but '😊 Ba' is there"),
        (Location(0, 99, None, "ORG"), "[0, 99) 'ORG' does not lie in the text of 32 code points"),
        (Location(-1, 2, None, "X"), "does not lie in the text"),
        (Location(5, 5, None, "X"), "end exclusive"),
        (Location(10**30, 10**30 + 1, "x", "X"), "does not lie in the text"),
    ],
)
def test_what_fits_no_unit_is_refused_with_what_stands_there(
    location: Location, reason: str
) -> None:
    with pytest.raises(FieldError) as caught:
        in_code_points(TEXT, [location])

    assert reason in str(caught.value)


@given(text=texts, data=st.data())
def test_a_ruler_finds_every_code_point_and_nothing_between(text: str, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(text)))
    for unit, encoding, width in (("UTF-16 units", "utf-16-le", 2), ("UTF-8 bytes", "utf-8", 1)):
        ruler = Ruler(text, unit)  # type: ignore[arg-type]
        assert ruler.code_point(len(text[:index].encode(encoding)) // width) == index
    assert Ruler("😊", "UTF-16 units").code_point(1) is None
    assert Ruler("😊", "UTF-8 bytes").code_point(9) is None


LINES = "Visit Oslo.\nMara works for Łódź 😊 Acme.\n"
WORDS = {"Oslo": "LOC", "Mara": "PER", "Acme": "ORG"}


def counted(text: str, encoding: str, width: int) -> list[Location]:
    """The words' locations in a text as a tool that reads it in this encoding counts them."""
    at = {word: len(text[: text.index(word)].encode(encoding)) // width for word in WORDS}
    return [Location(start, start + 4, word, WORDS[word]) for word, start in at.items()]


@pytest.mark.parametrize(
    ("unit", "encoding", "width"),
    [("", "utf-32-le", 4), ("UTF-16 units", "utf-16-le", 2), ("UTF-8 bytes", "utf-8", 1)],
)
@pytest.mark.parametrize(
    ("ours", "theirs", "reported"),
    [
        (LINES.replace("\n", "\r\n"), LINES, "count CRLF as one"),
        (LINES, LINES.replace("\n", "\r\n"), "count LF as two"),
        ("\ufeff" + LINES, LINES, "leave the byte order mark out"),
        (LINES, "\ufeff" + LINES, "count a byte order mark"),
    ],
)
def test_line_ends_and_marks_that_are_counted_otherwise_are_told_by_the_words(
    ours: str, theirs: str, reported: str, unit: str, encoding: str, width: int
) -> None:
    result, note = in_code_points(ours, counted(theirs, encoding, width))

    assert [ours[start:end] for start, end in result] == list(WORDS)
    assert note is not None
    assert reported in note
    assert unit in note


def test_all_at_once_is_refused() -> None:
    ours = "\ufeff" + LINES.replace("\n", "\r\n")

    with pytest.raises(FieldError, match="nor other line ends or a byte order mark"):
        in_code_points(ours, counted(LINES, "utf-8", 1))


def test_words_that_fit_two_ways_of_counting_are_refused_with_both() -> None:
    with pytest.raises(FieldError) as caught:
        in_code_points("\r\naba", [Location(3, 4, "a")])

    assert "count CRLF as one, or count a byte order mark: which, its words do not tell" in str(
        caught.value
    )


def test_an_entity_of_no_length_is_said_to_have_no_words() -> None:
    with pytest.raises(FieldError) as caught:
        in_code_points("Mara", [Location(0, 4, "Mara"), Location(2, 2, "", "PER")])

    assert str(caught.value) == (
        "entity [2, 2) 'PER' has no words: it ends where it begins; offsets are end exclusive: "
        "leave it out, or correct its end"
    )


def test_an_entity_across_a_line_end_is_the_same_words() -> None:
    text = "in New\r\nYork"

    assert in_code_points(text, [Location(3, 12, "New York")]) == (((3, 12),), None)
    assert in_code_points(text, [Location(3, 11, "New York")])[0] == ((3, 12),)


@pytest.mark.parametrize("written", ["Ada\r\nLovelace", "Ada Lovelace", "Ada  Lovelace"])
def test_words_on_one_line_may_have_a_blank_or_two_for_crlf(written: str) -> None:
    locations = [Location(0, 13, written, "PER")]
    assert in_code_points("Ada\r\nLovelace", locations) == (((0, 13),), None)


@pytest.mark.parametrize(
    ("text", "location"),
    [
        ("Bank\nof China hired.", Location(0, 13, "Bank\\nof China")),
        ("Bank\r\nof China hired.", Location(0, 14, "Bank\\r\\nof China")),
        ("Text: Berlin,  Germany.", Location(6, 22, "Berlin, Germany")),
        ("in Berlin \n\n of", Location(3, 13, "Berlin")),
    ],
)
def test_words_as_a_browser_selects_them_prove_offsets_as_they_are(
    text: str, location: Location
) -> None:
    assert in_code_points(text, [location]) == (((location.start, location.end),), None)


def test_a_blank_too_many_proves_no_other_way_of_counting() -> None:
    with pytest.raises(FieldError, match="'Berlin, Germany' says the file"):
        in_code_points("😊 Berlin,  Germany.", [Location(3, 19, "Berlin, Germany")])


def test_words_that_fit_another_way_of_counting_exactly_are_counted_so() -> None:
    assert in_code_points("😊  Oslo  x", [Location(3, 8, " Oslo")])[0] == ((2, 7),)


def test_of_words_that_differ_in_more_than_blanks_the_first_is_named() -> None:
    locations = [Location(0, 7, "in\\nNew"), Location(8, 12, "Cork")]

    with pytest.raises(FieldError, match="'Cork' says the file, but 'York' is there"):
        in_code_points("in \nNew York", locations)


def test_where_the_first_line_alone_fits_the_line_ends_are_asked_about() -> None:
    locations = [Location(6, 10, "Oslo"), Location(99, 104, "Maria")]

    with pytest.raises(FieldError, match="first line fit: were line ends changed or removed"):
        in_code_points(LINES * 4, locations)
    with pytest.raises(FieldError, match="was the text changed after it was annotated"):
        in_code_points(LINES * 4, locations[1:])
