"""The server of the annotator's demo: a dictionary in memory, and the address that edits go to."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from app.services.annotation import wire
from app.services.annotation.document_data import AWAITED
from tests.browser.annotator_cases import CASES

MODELS: dict[str, dict[str, Any]] = {}
"""What is stored, by run."""


def model_of(run: str, case: str, person: str, query: Mapping[str, str]) -> dict[str, Any]:
    """What is stored of a run; the options say what goes wrong in it."""
    document = CASES[case]
    return MODELS.setdefault(
        run,
        {
            "case": case,
            "text": document.text,
            "person": person,
            "spans": {span["id"]: dict(span) for span in document.state(0)[0]},
            "applied": [],
            "log": [],
            "bases": [],
            "submitted": False,
            "comment": document.comment,
            "skip_reason": document.skip_reason,
            "deaf": int(query.get("deaf", "0")),
            "delay": float(query.get("delay", "0")),
            "wrong_owner": int(query.get("wrong_owner", "0")),
            "gone": int(query.get("gone", "0")),
            "others": [],
            "ahead": query.get("ahead", ""),
            "went": [],
        },
    )


def state_of(model: dict[str, Any]) -> dict[str, Any]:
    """What edits change of what the annotator takes."""
    for span in CASES[model["case"]].state(len(model["log"]))[0]:
        model["spans"].setdefault(span["id"], dict(span))
    return {
        "spans": list(model["spans"].values()),
        "version": len(model["log"]),
        "status": "submitted" if model["submitted"] else "in_progress",
        "read_only": model["submitted"],
        "comment": model["comment"],
        "skip_reason": model["skip_reason"],
        "conflicts": [],
    }


def apply(model: dict[str, Any], op: dict[str, Any]) -> str | None:
    """What the real reducer does, without its checks; says why where it refuses."""
    spans: dict[str, dict[str, Any]] = model["spans"]
    span = spans.get(op.get("id", ""), {})
    fields = {
        name: value for name, value in op.items() if name not in ("seq", "base_version", "op")
    }
    match op["op"]:
        case "submit" | "accept_all" if model["case"] == "around":
            return "this document stays open"
        case "add":
            if model["case"] == "refusing":
                return f"label {op['label']!r} is closed for new spans"
            status = {"status": "accepted", "score": None, "source": "person"}
            spans[op["id"]] = {**fields, **status}
        case "restore":
            known = {"confidence": span["confidence"]} if "confidence" in span else {}
            fields.pop("confidence", None)
            spans[op["id"]] = {**fields, **known}
        case "delete":
            spans.pop(op["id"])
        case "reject":
            span["status"] = "rejected"
        case "accept" | "relabel" | "move":
            span.update(fields, status="accepted")
        case "accept_all" | "reject_all":
            for item in spans.values():
                if item["status"] == "suggested" and item["score"] >= op.get("above", 0):
                    item["status"] = "accepted" if op["op"] == "accept_all" else "rejected"
        case "comment":
            model["comment"] = op["text"]
        case "skip":
            model["skip_reason"] = op["reason"]
        case "submit":
            model["submitted"] = True
    return None


def receive(model: dict[str, Any], sent: dict[str, Any]) -> dict[str, Any]:
    back = {"client": sent["client"], "doc_id": sent["doc_id"], "why": "", "wrong_owner": False}
    answer = {"doc_id": sent["doc_id"], "ack": None, "error": None, "returned": None}
    answer |= {"state": None, "news": None, "corrected": []}
    if sent["person"] != model["person"] or sent["client"] in model["others"]:
        return {**answer, "returned": {**back, "wrong_owner": True}}
    if model["wrong_owner"]:
        model["wrong_owner"] -= 1
        model["others"].append(sent["client"])
        return {**answer, "returned": {**back, "wrong_owner": True}}
    if model["gone"]:
        model["gone"] -= 1
        return {**answer, "returned": {**back, "why": "there is no document 404"}}
    error = None
    for op in sent["ops"]:
        if [sent["client"], op["seq"]] in model["applied"]:
            continue
        model["applied"].append([sent["client"], op["seq"]])
        model["log"].append(op["op"])
        model["bases"].append(op["base_version"])
        error = apply(model, op)
    ack = {"client": sent["client"], "seq": sent["ops"][-1]["seq"]} if sent["ops"] else None
    following = next_of(model, sent["doc_id"]) if sent["go_on"] and model["ahead"] else None
    state = as_sent(state_of(model))
    return {**answer, "ack": ack, "error": error, "state": state, "next": following}


def next_of(model: dict[str, Any], run: str) -> dict[str, Any]:
    """The next document, "ready" or "awaited"."""
    following = f"{run.rpartition('/')[0]}/repeated"
    stored = model_of(following, "repeated", model["person"], {})
    data = {"doc_id": following, "text": stored["text"], "labels": CASES["repeated"].labels}
    data |= {"tokens": wire.words(stored["text"]), "hints": [], "can_ask": False}
    data |= {"held_out": False, "title": "", "empty": "Nothing yet.", "reading": None}
    data |= state_of(stored)
    if model["ahead"] == "awaited":
        data |= {"spans": [], "reading": AWAITED}
    return {"ready": model["ahead"] == "ready", "data": as_sent(data)}


def as_sent(data: dict[str, Any]) -> dict[str, Any]:
    return {**data, "spans": wire.rows(data["spans"])}


async def edits(request: Request) -> Response:
    sent = await request.json()
    model = MODELS[sent["doc_id"]]
    await asyncio.sleep(model["delay"])
    if model["deaf"]:
        model["deaf"] -= 1
        return PlainTextResponse("lost", 503)
    return JSONResponse(receive(model, sent))


async def stored(request: Request) -> Response:
    return JSONResponse(MODELS[request.query_params["run"]])


ROUTES = [Route("/edits/demo", edits, methods=["POST"]), Route("/stored", stored)]
