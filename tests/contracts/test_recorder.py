"""The ear on our side of the wire."""

from collections.abc import Iterator

import httpx
import pytest
from fastapi import FastAPI, Request, Response

from deployments.world.served import served
from tests.contracts.recorder import NotJson, Recorder


@pytest.fixture
def base() -> Iterator[str]:
    world = FastAPI(openapi_url=None)

    @world.post("/vendor/{path:path}")
    async def echo(request: Request, path: str) -> dict[str, str]:
        return {"path": path, "body": (await request.body()).decode(), "key": request.headers.get("Api-Key", "")}

    @world.get("/vendor/{path:path}")
    async def page() -> Response:
        return Response("<html>", media_type="text/html")

    @world.delete("/vendor/{path:path}")
    async def gone() -> Response:
        return Response(status_code=204)

    with served(world) as address:
        yield address


def test_a_call_goes_to_the_world_and_is_written_down_as_it_was_meant(base: str) -> None:
    ear = Recorder(f"{base}/vendor", has_hosts=True)
    with httpx.Client(base_url="https://content-api.wildberries.ru", transport=ear) as client:
        told = client.post("/v2/cards", params=[("a", "1"), ("a", "2")], json={"b": 1}, headers={"Api-Key": "secret"}).json()
    (heard,) = ear.exchanges
    assert told == {"path": "content-api/v2/cards", "body": '{"b":1}', "key": "secret"}
    assert (heard.host, heard.method, heard.path) == ("content-api", "POST", "/v2/cards")
    assert (heard.query, heard.body, heard.status, heard.answer) == ((("a", "1"), ("a", "2")), {"b": 1}, 200, told)


def test_no_header_is_kept(base: str) -> None:
    ear = Recorder(f"{base}/vendor")
    with httpx.Client(base_url="https://vendor.example", transport=ear) as client:
        client.delete("/", headers={"Api-Key": "secret"})
    assert "api-key" in ear.exchanges[0].headers
    assert "secret" not in str(ear.exchanges)


def test_nothing_told_is_none_and_what_is_not_json_is_kept_as_text(base: str) -> None:
    ear = Recorder(f"{base}/vendor")
    with httpx.Client(base_url="https://vendor.example", transport=ear) as client:
        client.delete("/")
        client.get("/")
    gone, page = ear.exchanges
    assert (gone.body, gone.status, gone.answer) == (None, 204, None)
    assert (page.answer, type(page.answer)) == ("<html>", NotJson)


def test_a_request_sent_again_goes_to_the_same_place(base: str) -> None:
    ear = Recorder(f"{base}/vendor")
    with httpx.Client(base_url="https://vendor.example", transport=ear) as client:
        request = client.build_request("POST", "/again", json={})
        assert [client.send(request).json()["path"] for _ in range(2)] == ["again", "again"]
    assert [one.path for one in ear.exchanges] == ["/again", "/again"]


def test_a_call_that_nobody_answers_is_written_down_too() -> None:
    ear = Recorder("http://127.0.0.1:1/vendor")
    with httpx.Client(base_url="https://vendor.example", transport=ear) as client, pytest.raises(httpx.TransportError):
        client.post("/lost", json={"a": 1})
    assert [(one.path, one.body, one.status) for one in ear.exchanges] == [("/lost", {"a": 1}, None)]
