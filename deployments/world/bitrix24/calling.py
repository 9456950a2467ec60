"""The one entrance: a method in the address, alone or many in a batch."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from deployments.world.bitrix24.methods import run
from deployments.world.bitrix24.room import Portal, Webhook
from deployments.world.bitrix24.saying import Told, Wrong, needed, read, tree
from deployments.world.php import php_array, read_form
from deployments.world.room import RoomRoute

BATCH_MAX = 50
_EARLIER = re.compile(r"\$result((?:\[[^\]]+\])+)")

router = APIRouter(route_class=RoomRoute)


@router.api_route("/rest/{user}/{secret}/{method}", methods=["GET", "POST"])
async def call(request: Request, user: str, secret: str, method: str) -> Response:
    """A method by its name, with ``.json`` or without; the format is JSON either way."""
    portal: Portal = request.app.state.room
    hook, name = portal.hooks[user, secret], method.lower().removesuffix(".json")
    try:
        params = await read(request)
        if name == "batch":
            return _batch(portal, hook, int(user), params)
        told, spent_s = run(portal, name, hook, int(user), params)
        _hurry(portal, spent_s)
    except Wrong as wrong:
        raise wrong.refusal() from wrong
    return JSONResponse({"result": told.result, **_pages(told), "time": portal.time(name, spent_s)})


@router.api_route("/rest/{method}", methods=["GET", "POST"])
async def call_by_nobody(request: Request, method: str) -> Response:
    """A call without a webhook gets no further than the door."""
    raise Wrong(401, "NO_AUTH_FOUND", f"{request.method} {method}").refusal()


def _batch(portal: Portal, hook: Webhook, user_id: int, params: Mapping[str, Any]) -> Response:
    """Commands one after another; an error is told beside the results, and stops the others where ``halt`` says so."""
    results: dict[str, Any] = {}
    errors: dict[str, Any] = {}
    totals: dict[str, Any] = {}
    nexts: dict[str, Any] = {}
    times: dict[str, Any] = {}
    all_s = 0.0
    is_halted = str(params.get("halt", "0")).lower() in ("1", "true", "y")
    for at, (key, command) in enumerate(tree(needed(params, "cmd")).items()):
        name, _, query = str(command).partition("?")
        name = name.lower().removesuffix(".json")
        try:
            _admit(at, name)
            asked = _filled(read_form(parse_qsl(query, keep_blank_values=True)), results)
            told, spent_s = run(portal, name, hook, user_id, asked)
        except Wrong as wrong:
            errors[key] = wrong.body
            if is_halted:
                break
            continue
        all_s += spent_s
        _hurry(portal, all_s)
        results[key], times[key] = told.result, portal.time(name, spent_s)
        totals |= {key: told.total} if told.total is not None else {}
        nexts |= {key: told.next_start} if told.next_start is not None else {}
    parts = {"result": results, "result_error": errors, "result_total": totals, "result_next": nexts, "result_time": times}
    return JSONResponse({"result": {name: php_array(part) for name, part in parts.items()}, "time": portal.time("batch", all_s)})


def _admit(at: int, name: str) -> None:
    if at >= BATCH_MAX:
        raise Wrong(400, "ERROR_BATCH_LENGTH_EXCEEDED", "Max batch length exceeded")
    if name == "batch":
        raise Wrong(405, "ERROR_BATCH_METHOD_NOT_ALLOWED", "Method is not allowed for batch usage")


def _hurry(portal: Portal, spent_s: float) -> None:
    """A call that runs longer than a minute is cut; what it has done is done."""
    if spent_s > portal.knobs.request_s:
        raise Wrong(504, "INTERNAL_SERVER_ERROR", "Internal server error")


def _filled(asked: Any, results: Mapping[str, Any]) -> Any:  # noqa: ANN401 - whatever JSON can say
    """References to earlier results, ``$result[key][field]``, are replaced by them; by nothing where there is none."""
    if isinstance(asked, dict):
        return {name: _filled(value, results) for name, value in asked.items()}
    if isinstance(asked, list):
        return [_filled(value, results) for value in asked]
    return _EARLIER.sub(lambda found: _looked_up(results, re.findall(r"\[([^\]]+)\]", found[1])), str(asked))


def _looked_up(results: Any, steps: list[str]) -> str:  # noqa: ANN401 - whatever JSON can say
    for step in steps:
        results = tree(results).get(step)
    return "" if results is None else str(results)


def _pages(told: Told) -> dict[str, int]:
    pages = {"next": told.next_start, "total": told.total}
    return {name: value for name, value in pages.items() if value is not None}
