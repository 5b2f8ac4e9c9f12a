"""The Denoise page: the dials reach the sampler, and the same ones are computed once."""

from __future__ import annotations

from core.types import SamplerSettings
from tests.app.pages_kit import Site


def test_the_page_denoises_as_suggestions_are_made(site: Site) -> None:
    document = site.add()

    site.open("denoise", document=document)

    assert site.model.asked == [SamplerSettings(steps=5, num_spans=60, seed=0)]
    assert site.app.get("bidi_component")
    assert len(site.app.get("plotly_chart")) == 3


def test_every_dial_reaches_the_sampler(site: Site) -> None:
    document = site.add()
    site.open("denoise", document=document)

    site.app.select_slider(key="gamma").set_value(20)
    site.app.slider(key="num_spans").set_value(120)
    site.app.number_input(key="seed").set_value(7)
    site.app.slider(key="eta").set_value(0.5)
    site.app.slider(key="phi_1").set_value(2.0)
    site.run()

    assert site.model.asked[-1] == SamplerSettings(20, 120, 0.5, 7, 2.0)


def test_the_same_dials_are_computed_once(site: Site) -> None:
    document = site.add()
    site.open("denoise", document=document)

    site.app.number_input(key="seed").set_value(7)
    site.run()
    site.app.number_input(key="seed").set_value(0)
    site.run()

    assert [settings.seed for settings in site.model.asked] == [0, 7]


def test_every_sentence_of_the_document_can_be_chosen(site: Site) -> None:
    document = site.add("Bo Li met Anna. They went to Oslo.")

    site.open("denoise", document=document)

    options = site.app.selectbox(key=f"denoise_sentence_{document}").options
    assert [option.split(" (")[0] for option in options] == [
        "1. Bo Li met Anna.",
        "2. They went to Oslo.",
    ]


def test_a_text_of_ones_own_can_be_denoised(site: Site) -> None:
    document = site.add()
    site.open("denoise", document=document)

    site.app.get("segmented_control")[0].set_value("My own")
    site.run()

    assert site.app.text_area(key="denoise_text").value
    assert site.app.get("bidi_component")


def test_a_text_without_words_is_no_error(site: Site) -> None:
    site.open("denoise")

    site.app.text_area(key="denoise_text").set_value("   ")
    site.run()

    assert "no words in this text" in site.said()
