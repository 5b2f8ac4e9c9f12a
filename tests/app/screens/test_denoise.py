"""The Denoise page: the dials reach the sampler, and the same ones are computed once."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.screens.common.sentence import REQUEST
from app.screens.denoise.overview import rows_at_once
from core.types import Entity, Prediction, SamplerSettings
from tests.app.pages_kit import TEXT, PretendedModel, Site
from tests.app.traces import SENTENCES
from tests.app.versions_kit import add_version


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
    site.app.slider(key="phi_1_nested").set_value(0.6)
    site.run()

    assert site.model.asked[-1] == SamplerSettings(20, 120, 0.5, 7, 0.6)


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

    options = _menu(site, "Sentence").options
    assert [option.split(" (")[0] for option in options] == [
        "1. Bo Li met Anna.",
        "2. They went to Oslo.",
    ]


def _menu(site: Site, label: str) -> Any:
    (menu,) = [box for box in site.app.selectbox if box.label == label]
    return menu


def test_the_sentence_shown_is_the_one_named_after_the_text_has_changed(site: Site) -> None:
    site.open("denoise")
    site.app.text_area(key="denoise_text").set_value("Ann saw Bo. They left.")
    site.run()
    _menu(site, "Sentence").select_index(1)
    site.run()
    former = _menu(site, "Sentence").key

    site.app.text_area(key="denoise_text").set_value("Oslo is cold. Rome is not. So be it.")
    site.run()

    menu = _menu(site, "Sentence")
    assert menu.key != former, "under one key the browser goes on showing the former sentence"
    assert menu.value == 0


def test_the_denoising_of_a_selected_span_begins_with_its_sentence(site: Site) -> None:
    text = "Bo Li met Anna. They went to Oslo. Nobody saw them."
    document = site.add(text)
    site.open("annotate", document=document)

    site.navigate(f"denoise@{text.index('Oslo')}")

    assert _menu(site, "Sentence").value == 1
    assert REQUEST not in site.app.session_state, "it is asked for once"


def test_there_is_a_way_back_to_the_document(site: Site) -> None:
    document = site.add()
    site.open("denoise", document=document)

    site.app.button(key="icon-back").click()
    site.run()

    assert site.mounted()["doc_id"] == document


def test_two_denoisings_run_beside_each_other(site: Site) -> None:
    site.open("denoise", document=site.add())
    assert _data(site)["beside"] is None

    site.app.selectbox(key="beside").set_value("Another seed")
    site.run()
    assert site.model.asked[-1] == SamplerSettings(seed=1)
    assert _data(site)["names"] == ["seed 0", "seed 1"]
    assert _data(site)["beside"]["words"] == _film(site)["words"]

    site.app.selectbox(key="beside").set_value("Other steps γ")
    site.run()
    assert site.model.asked[-1] == SamplerSettings(steps=10)
    assert _data(site)["names"] == ["γ = 5", "γ = 10"]


def test_another_version_runs_beside_the_active_one(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.open("denoise", document=site.add())
    other = PretendedModel(2)
    add_version(site, monkeypatch, other)
    site.run()

    site.app.selectbox(key="beside").set_value("Another version")
    site.run()
    site.app.selectbox(key="beside_version").set_value(2)
    site.run()

    assert other.asked == [SamplerSettings()]
    assert _data(site)["names"] == ["version 1", "version 2"]


def test_the_whole_document_is_denoised_when_it_is_asked_for_and_a_click_chooses(
    site: Site,
) -> None:
    site.open("denoise", document=site.add(" ".join(text for text, _ in SENTENCES)))
    assert _data(site)["overview"] == []
    assert len(site.model.asked) == 1

    site.app.toggle(key="denoise_overview").set_value(True)
    site.run()

    rows = _data(site)["overview"]
    assert [row["index"] for row in rows] == [0, 1, 2]
    assert _data(site)["sentence"] == 0
    site.app.session_state["denoising"] = {"sentence": 2}
    site.run()
    assert _data(site)["sentence"] == 2


@pytest.mark.parametrize(("steps", "spans", "rows"), [(5, 60, 24), (5, 200, 7), (50, 200, 1)])
def test_the_whole_document_is_shown_a_page_at_a_time(steps: int, spans: int, rows: int) -> None:
    assert rows_at_once(SamplerSettings(steps=steps, num_spans=spans)) == rows


def test_a_text_of_ones_own_can_be_denoised(site: Site) -> None:
    document = site.add()
    site.open("denoise", document=document)

    site.app.get("segmented_control")[0].set_value("My text")
    site.run()

    assert site.app.text_area(key="denoise_text").value
    assert site.app.get("bidi_component")


def test_a_text_without_words_is_no_error(site: Site) -> None:
    site.open("denoise")

    site.app.text_area(key="denoise_text").set_value("   ")
    site.run()

    assert "This text has no words" in site.messages()


def _data(site: Site) -> dict[str, Any]:
    """What the page gave the view, without its name."""
    component = site.app.get("bidi_component")[0]
    return dict(json.loads(component.proto.json))


def _film(site: Site) -> dict[str, object]:
    return dict(_data(site)["payload"])


def _pictures(site: Site) -> dict[str, dict[str, object]]:
    figures = site.app.get("plotly_chart")
    return {figure.key: json.loads(figure.proto.spec) for figure in figures}


def test_what_is_chosen_in_the_film_is_drawn_in_the_pictures(site: Site) -> None:
    site.open("denoise", document=site.add())
    chosen = {"animation": _film(site)["id"], "entity": 3, "span": None}

    site.app.session_state["denoising"] = {"chosen": chosen}
    site.run()

    assert "New York University Hospital" in site.messages()
    names = [trace["name"] for trace in _pictures(site)["river"]["data"]]  # type: ignore[attr-defined]
    assert "ORG, chosen" in names

    site.app.session_state["denoising"] = {"chosen": {**chosen, "span": 11}}
    site.run()

    assert "Boundary probabilities of noisy span 12" in site.messages()


def test_what_was_chosen_in_another_film_is_not_looked_for_in_this_one(site: Site) -> None:
    site.open("denoise", document=site.add())

    site.app.session_state["denoising"] = {
        "chosen": {"animation": "gone", "entity": 99, "span": None}
    }
    site.run()

    names = [trace["name"] for trace in _pictures(site)["river"]["data"]]  # type: ignore[attr-defined]
    assert not any(name.endswith("chosen") for name in names)


def test_the_film_and_its_trace_can_be_downloaded(site: Site) -> None:
    site.open("denoise", document=site.add())

    labels = [button.proto.label for button in site.app.get("download_button")]

    assert labels[:2] == ["Animation (HTML)", "Trace (JSON)"]
    assert labels.count("Data (CSV)") == 3


def test_no_seed_is_compared_before_it_is_asked_for(site: Site) -> None:
    site.open("denoise", document=site.add())

    assert site.model.predicted == []


def test_seeds_are_compared_and_told_where_they_differ(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = {seed: _said("New York University", "ORG") for seed in range(8)}
    message[2] = _said("New York", "LOC")
    _answer(monkeypatch, message)
    site.open("denoise", document=site.add(TEXT))

    site.app.get("segmented_control")[-1].set_value("Seeds")
    site.run()

    assert [settings.seed for settings in site.model.predicted] == [0, 1, 2, 3, 4]
    assert "They agree on 0 of 2 places." in site.messages()
    assert "ORG with seed 0, seed 1, seed 3 and seed 4" in site.messages().replace("\\", "")
    table = site.app.dataframe[0].value
    assert list(table["seed 2"]) == ["≠ “New York” LOC", "✓ 90%"]
    assert table["Existence"].tolist() == [1.0, 1.0]
    assert table["Boundary"].tolist() == [0.8, 0.2]

    site.app.slider(key="compare_seeds").set_value(2)
    site.run()

    assert "They agree on 1 of 1 place." in site.messages()
    assert len(site.model.predicted) == 5, "each seed is asked once"


def test_versions_are_compared_where_there_is_more_than_one(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = site.add(TEXT)
    site.open("denoise", document=document)
    assert list(site.app.get("segmented_control")[-1].options) == ["Seeds"]

    add_version(site, monkeypatch, PretendedModel(2, names=[("New York", "ORG")]))
    site.run()
    site.app.get("segmented_control")[-1].set_value("Model versions")
    site.run()

    table = site.app.dataframe[0].value
    assert {"version 1", "version 2"} <= set(table.columns)
    assert list(table.loc[table["Found"] == "New York", "version 2"]) == ["≠ ORG 90%"]


def test_another_version_can_be_watched(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.open("denoise", document=site.add(TEXT))
    other = PretendedModel(2)
    add_version(site, monkeypatch, other)
    site.run()
    assert other.asked == []

    site.app.selectbox(key="denoise_version").set_value(2)
    site.run()

    assert len(other.asked) == 1


def test_a_version_whose_folder_is_gone_is_left_out_and_told(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.open("denoise", document=site.add(TEXT))
    with monkeypatch.context() as patched:
        add_version(site, patched, PretendedModel(2))
    site.run()

    site.app.get("segmented_control")[-1].set_value("Model versions")
    site.run()

    assert "Version 2 is skipped" in site.messages()
    assert "version 2" not in site.app.dataframe[0].value.columns


def _said(words: str, label: str) -> tuple[Entity, ...]:
    return (Entity(TEXT.index(words), TEXT.index(words) + len(words), label, 0.9),)


def _answer(monkeypatch: pytest.MonkeyPatch, message: dict[int, tuple[Entity, ...]]) -> None:
    def predict(
        self: PretendedModel, text: str, settings: SamplerSettings, *_: object
    ) -> Prediction:
        self.predicted.append(settings)
        return Prediction(text, message[settings.seed])

    monkeypatch.setattr(PretendedModel, "predict", predict)
