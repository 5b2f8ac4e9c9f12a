"""What is saved and shared of an animation: pictures, a video, a page of its own."""

from __future__ import annotations

import re
from base64 import b64encode
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image, ImageChops, ImageSequence, ImageStat
from playwright.sync_api import Locator, Page, expect

from app.components.denoising import sentence_payload
from app.components.denoising.sharing import standalone
from tests.app.traces import COLOURS, build_trace

pytestmark = pytest.mark.xdist_group("browser-demos")

PLAYED = """async (address) => {
    const film = document.createElement('video');
    film.muted = true;
    film.src = URL.createObjectURL(await (await fetch(address)).blob());
    const event = (name) => new Promise((done, fail) => {
        film.addEventListener(name, done, { once: true });
        film.addEventListener('error', () => fail(film.error), { once: true });
    });
    await event('loadeddata');
    const pen = new OffscreenCanvas(film.videoWidth, film.videoHeight).getContext('2d');
    const shown = () => {
        pen.drawImage(film, 0, 0);
        return pen.getImageData(0, 0, film.videoWidth, film.videoHeight).data.join();
    };
    const first = shown();
    const ended = event('ended');
    film.playbackRate = 4;
    await film.play();
    await ended;
    return [film.videoWidth > 600, shown() !== first];
}"""
"""Plays a film to its end: whether it is as wide as the stage, and its last picture another one."""


def test_a_step_is_saved_as_a_picture_and_the_whole_as_a_video(
    view: Locator, tmp_path: Path
) -> None:
    view.locator(".seek").fill("3")
    for kind, starts in (("PNG", b"\x89PNG"), ("SVG", b"<svg")):
        with view.page.expect_download() as downloading:
            view.get_by_role("button", name=kind, exact=True).click()
        file = tmp_path / downloading.value.suggested_filename
        downloading.value.save_as(file)
        assert file.name.endswith(f"-step-3.{kind.lower()}")
        assert file.read_bytes().startswith(starts)
    drawn = file.read_text(encoding="utf-8")
    picture = ElementTree.fromstring(drawn)
    (png,) = tmp_path.glob("*.png")
    with Image.open(png) as image:
        assert image.size == (2 * int(picture.attrib["width"]), 2 * int(picture.attrib["height"]))
        assert len(image.convert("RGB").getcolors(1 << 24) or []) > 50, "words, bars, no blank"
    for word in ("Kovalenko", "Step 3 of 5", "step 3 · 7"):
        assert word in drawn
    with view.page.expect_download() as downloading:
        view.get_by_role("button", name="Video", exact=True).click()
        expect(view.locator(".saving")).to_be_visible()
        expect(view.locator(".save-video")).to_have_text(re.compile(r"^Recording \d+ % – stop$"))
    file = tmp_path / downloading.value.suggested_filename
    downloading.value.save_as(file)
    data = file.read_bytes()
    assert (file.suffix == ".mp4" and data[4:8] == b"ftyp") or (
        file.suffix == ".webm" and data.startswith(b"\x1a\x45\xdf\xa3")
    )
    assert len(data) > 20_000
    address = f"data:video/{file.suffix[1:]};base64,{b64encode(data).decode()}"
    assert view.page.evaluate(PLAYED, address) == [True, True]
    expect(view.locator(".saving")).to_be_hidden()


def test_the_whole_is_saved_as_a_gif_of_the_same_colours(view: Locator, tmp_path: Path) -> None:
    view.locator(".seek").fill("6")
    with view.page.expect_download() as downloading:
        view.get_by_role("button", name="PNG", exact=True).click()
    downloading.value.save_as(tmp_path / "last.png")
    with view.page.expect_download() as downloading:
        view.get_by_role("button", name="GIF", exact=True).click()
        expect(view.locator(".save-video")).to_be_disabled()
    assert downloading.value.suggested_filename.endswith(".gif")
    downloading.value.save_as(tmp_path / "whole.gif")
    with Image.open(tmp_path / "whole.gif") as gif, Image.open(tmp_path / "last.png") as last:
        frames = [frame.convert("RGB") for frame in ImageSequence.Iterator(gif)]
        assert len(frames) > 50
        still = last.convert("RGB").resize(frames[-1].size)
    differences = ImageStat.Stat(ImageChops.difference(frames[-1], still)).mean
    assert max(differences) < 5, "the last frame shows what stands on the stage at the end"
    assert ImageChops.difference(frames[0], frames[-1]).getbbox() is not None
    expect(view.locator(".save-gif")).to_have_text("GIF")
    expect(view.locator(".save-video")).to_be_enabled()


def test_a_recording_can_be_stopped(view: Locator) -> None:
    button = view.locator(".save-video")
    button.click()
    expect(button).to_have_text(re.compile("stop"))
    button.click()
    expect(button).to_have_text("Video")
    expect(view.locator(".saving")).to_be_hidden()


@pytest.fixture
def shared(tmp_path: Path) -> str:
    """A film as a file on disk, of a sentence that tries to break out."""
    text = "Ann </script><script>alert(1)</script> <img src=x onerror=alert(1)> met Bob ."
    trace = build_trace(((text, ((0, 1, "PER"), (-2, -1, "PER"))),))
    payload = sentence_payload(trace, 0, COLOURS)
    file = tmp_path / "film.html"
    file.write_text(standalone(payload, title="A film", caption="seed 0"), encoding="utf-8")
    return file.as_uri()


def test_a_shared_film_plays_from_its_file_alone(moving: Page, shared: str) -> None:
    asked: list[str] = []
    faults: list[str] = []
    moving.on("request", lambda request: asked.append(request.url))
    moving.on("pageerror", lambda error: faults.append(str(error)))
    moving.on("dialog", lambda dialog: (faults.append(dialog.message), dialog.dismiss()))
    moving.clock.install()
    moving.goto(shared)
    view = moving.locator(".denoising")
    expect(view).to_have_class(re.compile("playing"))
    moving.clock.run_for(1000)
    moving.clock.fast_forward(60_000)
    expect(view.locator(".readout")).to_have_text(re.compile("^Done"))
    expect(view.locator(".text")).to_contain_text("</script><script>alert(1)</script>")
    view.locator("button.entity").first.click()
    expect(view.locator(".title")).to_have_text("Ann PER")
    view.press("Home")
    expect(view.locator(".readout")).to_have_text(re.compile("random spans"))
    assert view.locator("img").count() == 0
    assert asked == [shared]
    assert faults == []
