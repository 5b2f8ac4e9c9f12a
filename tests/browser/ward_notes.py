"""Notes from a ward, written for the pictures: `[words|LABEL]` marks what an annotator would."""

from __future__ import annotations

import re

from app.services.annotation.annotation import AnnotationService
from app.services.suggestions.instant_lessons import InstantLearning
from app.services.suggestions.predictor import active_predictor
from app.simulation.visits import correct
from core.types import Key
from storage.engine import Sessions, writing
from storage.repository import documents, projects

LABELS = ("DRUG", "DOSE", "SYMPTOM")
NOTES = (
    "Mrs. Brandt came in with [chest pain|SYMPTOM]. She was given [300 mg|DOSE] of [aspirin|DRUG] "
    "and [5 mg|DOSE] of [morphine|DRUG].",
    "No [fever|SYMPTOM] overnight. We stopped [morphine|DRUG] and began [1 g|DOSE] of "
    "[paracetamol|DRUG] every six hours.",
    "The [chest pain|SYMPTOM] is gone. He goes home with [75 mg|DOSE] of [aspirin|DRUG] and [40 "
    "mg|DOSE] of [simvastatin|DRUG] at night.",
    "Mr. Olsen has had a [dry cough|SYMPTOM] for three weeks, since his doctor started [10 "
    "mg|DOSE] of [lisinopril|DRUG]. We changed it to [50 mg|DOSE] of [losartan|DRUG].",
    "She complains of [nausea|SYMPTOM] after [500 mg|DOSE] of [metformin|DRUG]. We told her to "
    "take it with a meal.",
    "The girl slept badly because of a [sore throat|SYMPTOM]. Her mother gave her [200 mg|DOSE] "
    "of [ibuprofen|DRUG] twice.",
    "He was found with [shortness of breath|SYMPTOM] and [swollen ankles|SYMPTOM]. He got [40 "
    "mg|DOSE] of [furosemide|DRUG] at once.",
    "[Furosemide|DRUG] was raised to [80 mg|DOSE]. The [swollen ankles|SYMPTOM] are better, and "
    "he has no [chest pain|SYMPTOM].",
    "Mrs. Ito stopped [losartan|DRUG] herself. She felt [dizziness|SYMPTOM] each morning and says "
    "that half a tablet was enough.",
    "After [4 mg|DOSE] of [ondansetron|DRUG] the [nausea|SYMPTOM] went away, and she kept [1 "
    "g|DOSE] of [paracetamol|DRUG] down.",
    "The patient has [itching|SYMPTOM] and a [rash|SYMPTOM] on both arms since he takes "
    "[amoxicillin|DRUG]. We gave [10 mg|DOSE] of [cetirizine|DRUG] and stopped the antibiotic.",
    "Mr. Adeyemi still has a [fever|SYMPTOM]. He gets [2 g|DOSE] of [ceftriaxone|DRUG] a day and "
    "[1 g|DOSE] of [paracetamol|DRUG] when he needs it.",
    "[Dizziness|SYMPTOM] on standing up. We halved the [amlodipine|DRUG] to [5 mg|DOSE] and asked "
    "her to drink more.",
    "He sleeps well with [3 mg|DOSE] of [melatonin|DRUG]. There is no [nausea|SYMPTOM], and the "
    "[headache|SYMPTOM] is rare now.",
    "The child has [vomiting|SYMPTOM] and [diarrhoea|SYMPTOM]. No [ibuprofen|DRUG] until he "
    "drinks again; [120 mg|DOSE] of [paracetamol|DRUG] if there is a [fever|SYMPTOM].",
    "Ms. Novak takes [20 mg|DOSE] of [omeprazole|DRUG] against [heartburn|SYMPTOM]. It came back "
    "when she forgot it for two days.",
    "The ward gave [5 mg|DOSE] of [bisoprolol|DRUG] because of [palpitations|SYMPTOM]. His pulse "
    "was 64 at noon.",
    "She has [back pain|SYMPTOM] and asks for more than [50 mg|DOSE] of [tramadol|DRUG]. We added "
    "[1 g|DOSE] of [metamizole|DRUG].",
    "[Tramadol|DRUG] makes her tired. [Back pain|SYMPTOM] was three of ten this morning, with "
    "[400 mg|DOSE] of [ibuprofen|DRUG].",
    "Mr. Haas was sent to us with a [stiff neck|SYMPTOM] and a [high fever|SYMPTOM]. He had had "
    "[4 g|DOSE] of [ceftriaxone|DRUG] and [10 mg|DOSE] of [dexamethasone|DRUG].",
    "The [rash|SYMPTOM] has faded since [cetirizine|DRUG]. He may go home and must not take "
    "[amoxicillin|DRUG] again.",
    "No [palpitations|SYMPTOM] since Monday. [Bisoprolol|DRUG] stays at [5 mg|DOSE], and "
    "[simvastatin|DRUG] at [20 mg|DOSE].",
    "Her [headache|SYMPTOM] began after [0.4 mg|DOSE] of [nitroglycerin|DRUG]. It lasted an hour "
    "and needed nothing but [500 mg|DOSE] of [paracetamol|DRUG].",
    "He has [muscle pain|SYMPTOM] in both legs. We stopped [simvastatin|DRUG] and will try [10 "
    "mg|DOSE] of [rosuvastatin|DRUG] in four weeks.",
    "Mrs. Lindgren has had [constipation|SYMPTOM] since she takes [oxycodone|DRUG]. She gets [10 "
    "g|DOSE] of [macrogol|DRUG] a day.",
    "With [metformin|DRUG] at [850 mg|DOSE] there was no [diarrhoea|SYMPTOM]. Her sugar was 7.2 "
    "before breakfast.",
    "The man has a [productive cough|SYMPTOM] and [shortness of breath|SYMPTOM]. He was given [40 "
    "mg|DOSE] of [prednisolone|DRUG] and [2.5 mg|DOSE] of [salbutamol|DRUG].",
    "[Salbutamol|DRUG] made her hands shake. We went down to [1.25 mg|DOSE]; the [cough|SYMPTOM] "
    "is no worse.",
    "After the operation he had [chills|SYMPTOM] and [vomiting|SYMPTOM]. [4 mg|DOSE] of "
    "[ondansetron|DRUG] helped, [10 mg|DOSE] of [metoclopramide|DRUG] had not.",
    "She goes home on [75 mg|DOSE] of [clopidogrel|DRUG] and [40 mg|DOSE] of [pantoprazole|DRUG]. "
    "If the [chest pain|SYMPTOM] returns, she calls us.",
)

_MARK = re.compile(r"\[([^|\]]+)\|([A-Z]+)\]")


def read(note: str) -> tuple[str, list[Key]]:
    """The note's text, and its entities in code points."""
    text, entities, end = "", [], 0
    for mark in _MARK.finditer(note):
        text += note[end : mark.start()]
        entities.append((len(text), len(text) + len(mark[1]), mark[2]))
        text += mark[1]
        end = mark.end()
    return text + note[end:], entities


def annotated(sessions: Sessions) -> int:
    """Makes a project in which every note was corrected, submitted and learnt before the next one;
    returns its number."""
    with writing(sessions) as session:
        project_id = projects.create(session, "Ward").id
        projects.ensure_labels(session, project_id, LABELS)
    model = active_predictor(sessions)
    assert model is not None
    service, learning = AnnotationService(sessions, model), InstantLearning(sessions)
    for number, note in enumerate(NOTES, 1):
        text, entities = read(note)
        with writing(sessions) as session:
            name = f"note {number:02d}"
            added = documents.add(session, project_id, name=name, text=text, split="train")
            assert added is not None
        correct(service, added.id, entities, resuggest=False)
        while learning.step(project_id, model.in_background()) == "learnt":
            pass
    learning.rest(project_id, model.model_version_id)
    return project_id
