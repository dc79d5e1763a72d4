"""Run `python service.py --store FILE --port PORT [--seed FILE]`: the agency's GraphQL API, for who has the token
in PARTNER_TOKEN.
"""

import argparse
import hmac
import json
import os
from pathlib import Path
from typing import Any

import graphene
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from store import Store

LARGEST_PAGE = 1_000


class Office(graphene.ObjectType):
    """The office of this agency that an officer works in."""

    code = graphene.String(required=True, description="A short code.")
    city = graphene.String()


class Contact(graphene.ObjectType):
    """An officer or a desk, as the store has it."""

    class Meta:
        """Says what the type is, for the schema."""

        description = "An officer or desk of this agency."

    id = graphene.ID(required=True)
    family_name = graphene.String(required=True)
    given_name = graphene.String(required=True)
    position = graphene.String(required=True)
    mail = graphene.String()
    telephone = graphene.String()
    public = graphene.Boolean(required=True)
    chapters = graphene.List(
        graphene.NonNull(graphene.String), required=True, description="HTSUS chapters the officer works on."
    )
    office = graphene.Field(Office)


class Case(graphene.ObjectType):
    """A matter, as the store has it."""

    class Meta:
        """Says what the type is, for the schema."""

        description = "A matter of this agency, by the number CBP knows it by."

    id = graphene.ID(required=True)
    number = graphene.String(required=True)
    title = graphene.String(required=True)
    state = graphene.String(required=True)
    opened = graphene.String(required=True)
    importer = graphene.String()
    handled_by = graphene.String()


class PageInfo(graphene.ObjectType):
    """Whether there is a next page, and what to send as `after` for it."""

    has_next_page = graphene.Boolean(required=True)
    end_cursor = graphene.String()


class Page(graphene.Interface):
    """What pages of all kinds have beside their rows."""

    deleted = graphene.List(
        graphene.NonNull(graphene.ID), required=True, description="Of these, nothing is left but the id."
    )
    cursor = graphene.String(required=True, description="What to send as `since` next time.")
    page_info = graphene.Field(PageInfo, required=True)


class ContactPage(graphene.ObjectType):
    """A page of contacts, in the order in which they last changed."""

    class Meta:
        """Has the fields of every page, too."""

        interfaces = (Page,)

    nodes = graphene.List(graphene.NonNull(Contact), required=True)


class CasePage(graphene.ObjectType):
    """A page of cases, in the order in which they last changed."""

    class Meta:
        """Has the fields of every page, too."""

        interfaces = (Page,)

    nodes = graphene.List(graphene.NonNull(Case), required=True)


_PAGE = {
    "first": graphene.Int(default_value=100, description=f"At most {LARGEST_PAGE}."),
    "after": graphene.String(description="The endCursor of the page before."),
    "since": graphene.String(description="Only what has changed since; absent: all there is."),
}


def _page(info: graphene.ResolveInfo, kind: str, first: int, after: str | None, since: str | None) -> dict[str, Any]:
    if not 1 <= first <= LARGEST_PAGE:
        raise ValueError(f"first: expected 1 to {LARGEST_PAGE}")
    try:
        numbers = int(since) if since is not None else None, int(after or 0)
    except ValueError:
        raise ValueError("since and after: expected a cursor that this service gave") from None
    store: Store = info.context["store"]
    page = store.page(kind, *numbers, first)
    return {
        "nodes": page.nodes,
        "deleted": page.deleted,
        "cursor": str(page.cursor),
        "page_info": {"has_next_page": page.more, "end_cursor": str(page.last)},
    }


class Query(graphene.ObjectType):
    """What can be asked: contacts and cases, by pages, as a whole or since a cursor."""

    contacts = graphene.Field(ContactPage, required=True, **_PAGE)
    cases = graphene.Field(CasePage, required=True, **_PAGE)

    @staticmethod
    def resolve_contacts(
        _: object, info: graphene.ResolveInfo, first: int, after: str | None = None, since: str | None = None
    ) -> Any:
        """A page of contacts. Raises `ValueError` for a size or cursor that is none."""
        return _page(info, "contact", first, after, since)

    @staticmethod
    def resolve_cases(
        _: object, info: graphene.ResolveInfo, first: int, after: str | None = None, since: str | None = None
    ) -> Any:
        """A page of cases. Raises `ValueError` for a size or cursor that is none."""
        return _page(info, "case", first, after, since)


class OfficeInput(graphene.InputObjectType):
    """An office, as part of a contact that is written."""

    code = graphene.String(required=True)
    city = graphene.String()


class ContactInput(graphene.InputObjectType):
    """All that is known of a contact; what is left out is not kept from before."""

    family_name = graphene.String(required=True)
    given_name = graphene.String(required=True)
    position = graphene.String(required=True)
    mail = graphene.String()
    telephone = graphene.String()
    public = graphene.Boolean(default_value=False)
    chapters = graphene.List(graphene.NonNull(graphene.String), default_value=[])
    office = graphene.Field(OfficeInput)


class CaseInput(graphene.InputObjectType):
    """All that is known of a case; what is left out is not kept from before."""

    number = graphene.String(required=True)
    title = graphene.String(required=True)
    state = graphene.String(required=True)
    opened = graphene.String(required=True)
    importer = graphene.String()
    handled_by = graphene.String()


class PutContact(graphene.Mutation):
    """Adds a contact, or writes it anew."""

    class Arguments:
        """The agency's own id, and the contact."""

        id = graphene.ID(required=True)
        contact = ContactInput(required=True)

    ok = graphene.Boolean(required=True)

    @staticmethod
    # the argument's name
    def mutate(_: object, info: graphene.ResolveInfo, id: str, contact: dict[str, Any]) -> "PutContact":  # noqa: A002
        """Keeps the contact; `ok` is always true."""
        info.context["store"].put("contact", id, dict(contact))
        return PutContact(ok=True)


class PutCase(graphene.Mutation):
    """Adds a case, or writes it anew."""

    class Arguments:
        """The agency's own id, and the case."""

        id = graphene.ID(required=True)
        case = CaseInput(required=True)

    ok = graphene.Boolean(required=True)

    @staticmethod
    # the argument's name
    def mutate(_: object, info: graphene.ResolveInfo, id: str, case: dict[str, Any]) -> "PutCase":  # noqa: A002
        """Keeps the case; `ok` is always true."""
        info.context["store"].put("case", id, dict(case))
        return PutCase(ok=True)


class Delete(graphene.Mutation):
    """Deletes a contact or a case; whoever follows the changes learns its id."""

    class Arguments:
        """Which kind of record, and the agency's own id."""

        kind = graphene.Argument(graphene.Enum("Kind", [("CONTACT", "contact"), ("CASE", "case")]), required=True)
        id = graphene.ID(required=True)

    ok = graphene.Boolean(required=True, description="Whether there was one.")

    @staticmethod
    # the argument's name
    def mutate(_: object, info: graphene.ResolveInfo, kind: Any, id: str) -> "Delete":  # noqa: A002
        """Deletes the record; `ok` tells whether there was one."""
        store: Store = info.context["store"]
        there = store.get(kind.value, id) is not None
        if there:
            store.put(kind.value, id, None)
        return Delete(ok=there)


class Mutation(graphene.ObjectType):
    """What can be changed."""

    put_contact = PutContact.Field()
    put_case = PutCase.Field()
    delete = Delete.Field()


def create_app(store: Store, token: str) -> Starlette:
    """`/graphql` by POST for whoever sends that token, and `/readyz` for everybody."""
    schema = graphene.Schema(query=Query, mutation=Mutation)

    async def graphql(request: Request) -> Response:
        sent_token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not hmac.compare_digest(sent_token.encode(), token.encode()):
            return JSONResponse({"errors": [{"message": "who asks? send the token as Authorization: Bearer …"}]}, 401)
        try:
            asked = await request.json()
            document, variables = str(asked["query"]), asked.get("variables")
        except (ValueError, KeyError, TypeError):
            return JSONResponse({"errors": [{"message": 'the body must be JSON with the document under "query"'}]}, 400)
        done = await schema.execute_async(document, variable_values=variables, context_value={"store": store})
        errors = [{"message": str(error.message)} for error in done.errors or ()]
        return JSONResponse({"data": done.data, **({"errors": errors} if errors else {})})

    async def ready(_: Request) -> Response:
        return PlainTextResponse("ok\n")

    return Starlette(routes=[Route("/graphql", graphql, methods=["POST"]), Route("/readyz", ready)])


def main() -> None:
    """Serves until the process is ended. Raises `SystemExit` where PARTNER_TOKEN is not set."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--store", type=Path, required=True)
    asked.add_argument("--port", type=int, required=True)
    asked.add_argument(
        "--seed", type=Path, help="JSON with contacts and cases by id, taken in where the store is empty."
    )
    options = asked.parse_args()
    token = os.environ.get("PARTNER_TOKEN")
    if not token:
        raise SystemExit("set PARTNER_TOKEN: without it everybody could read this agency's cases")
    store = Store(options.store)
    if options.seed and store.is_empty:
        seed = json.loads(options.seed.read_text())
        for kind in ("contact", "case"):
            for id_, body in seed.get(f"{kind}s", {}).items():
                store.put(kind, id_, body)
    uvicorn.run(create_app(store, token), host="127.0.0.1", port=options.port, log_level="warning")


if __name__ == "__main__":
    main()
