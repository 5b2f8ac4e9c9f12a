from __future__ import annotations

from itertools import pairwise

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from core.text.tokenization import tokenize
from tests.thorough import examples

ANYTHING = st.text(alphabet=st.characters(exclude_categories=()), max_size=60)
"""Every code point there is: lone surrogates, NUL and unassigned ones too."""
TRICKY = st.text(
    alphabet="aB1 .,:'’-@#_/&()\n\t\x00\x1c\u00a0\u0301\u200b\u200c\u200d\u2028\u20e3\ufe0f\ud800"
    "中のｶガーไทยกำ한글ß😀👍🏽🇺🇦👩©\u0600ש״صל",
    max_size=40,
)


def spelled(text: str) -> list[str]:
    return [text[token.start : token.end] for token in tokenize(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        (" \n\t ", ""),
        ("Bank of China hired Ms. Haag.", "Bank of China hired Ms. Haag ."),
        ("London-based Kyiv's firm", "London - based Kyiv 's firm"),
        ("O’Reilly’s boys' team", "O’Reilly ’s boys ' team"),
        ("They don't, can't, won’t; I'd've", "They do n't , ca n't , wo n’t ; I 'd 've"),
        ("L'Oréal de l'Ukraine, Xi'an", "L' Oréal de l' Ukraine , Xi'an"),
        ("the U.S. and U.N.'s J. K. Rowling", "the U.S. and U.N. 's J. K. Rowling"),
        ("J.K.Rowling, Ph.D., of St. Ives", "J.K. Rowling , Ph.D. , of St. Ives"),
        ("Malcolm X.", "Malcolm X ."),
        ("He said “Malcolm X.”", "He said “ Malcolm X . ”"),
        ("No. 5 on Jan. 3, p. 7? No. Del Mar.", "No. 5 on Jan. 3 , p. 7 ? No . Del Mar ."),
        ("$1,234.56 at 10:30, 50%, v2.0", "$ 1,234.56 at 10:30 , 50 % , v2.0"),
        ("2019-2020, 3Arena", "2019 - 2020 , 3Arena"),
        ("AT&T ... wait -- ok", "AT & T ... wait -- ok"),
        ("@BBC's #World2024 #1 C#", "@BBC 's #World2024 # 1 C #"),
        ("me.too@x.co.uk, bbc.co.uk/news!", "me.too@x.co.uk , bbc.co.uk/news !"),
        ("Booking.com's end.It", "Booking.com 's end . It"),
        ("(https://a.org/b_(c)?d=1).", "( https://a.org/b_(c)?d=1 ) ."),
        ("見てhttps://a.org/を。", "見 て https://a.org/ を 。"),
        ("www.a.com, http://", "www.a.com , http : / /"),
        ("中国银行2019年", "中 国 银 行 2019 年"),
        ("東京タワーへ", "東 京 タ ワ ー へ"),
        ("서울에서 만나", "서울에서 만나"),
        ("กำลัง", "กำ ลั ง"),
        ("می‌خواهم صلى", "می‌خواهم صلى"),
        ('צה"ל שלום', 'צה"ל שלום'),
        ("Лук'янівська г. Киев", "Лук'янівська г. Киев"),
        ("😊👨‍👩‍👧👍🏽🇺🇦🇩🇪1️⃣❤️‍🔥🏴󠁧󠁢󠁥󠁮󠁧󠁿", "😊 👨‍👩‍👧 👍🏽 🇺🇦 🇩🇪 1️⃣ ❤️‍🔥 🏴󠁧󠁢󠁥󠁮󠁧󠁿"),
        ("e\u0301te\u0301 a\u00adb", "e\u0301te\u0301 a\u00adb"),
        ("<img src=x>", "< img src = x >"),
    ],
)
def test_words_are_cut_where_an_entity_may_begin_or_end(text: str, expected: str) -> None:
    assert spelled(text) == expected.split()


def test_offsets_are_code_points_after_an_emoji() -> None:
    assert [(t.start, t.end) for t in tokenize("😊 Bank")] == [(0, 1), (2, 6)]


@given(ANYTHING | TRICKY)
@settings(max_examples=examples(500))
def test_every_visible_code_point_is_in_one_token_and_no_white_space_is(text: str) -> None:
    covered = [i for token in tokenize(text) for i in range(token.start, token.end)]
    assert covered == [i for i, character in enumerate(text) if not character.isspace()]


@given(ANYTHING | TRICKY)
@settings(max_examples=examples(300))
def test_no_token_cuts_a_grapheme(text: str) -> None:
    """Signs that stand before a number ("\\u0600") may be parted from what is no number."""
    bare = regex.sub(r"\p{GCB=Prepend}", "", "".join(text.split()))
    whole = {match.start() for match in regex.finditer(r"\X", bare)}
    assert {token.start for token in tokenize(bare)} <= whole


@given(TRICKY, TRICKY)
def test_a_line_break_keeps_texts_apart(left: str, right: str) -> None:
    assert spelled(left + "\n" + right) == spelled(left) + spelled(right)


@pytest.mark.parametrize(
    "unit",
    ["word ", "a", "a-", "A.", "a@", "@", "#1", "1,", "d'", "n't", "(", "http://(", "x.y-",
     ".", "\u0301", "😀\u200d", "🇺", "中", " ", "A. ", "\u0600"],
)  # fmt: skip
@pytest.mark.timeout(20)
def test_time_grows_with_the_text_and_not_with_its_square(unit: str) -> None:
    """A line of 100,000 code points takes less than a second; its square takes a minute."""
    text = unit * (100_000 // len(unit))

    assert all(left.end <= right.start for left, right in pairwise(tokenize(text)))
