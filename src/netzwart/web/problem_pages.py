"""The page behind each problem type: what it means and what helps."""

from litestar import Controller, get
from litestar.params import FromPath
from litestar.response import Template

from netzwart.errors import NotFoundError
from netzwart.web.problems import explained_kinds


class ProblemController(Controller):
    """Explains the kinds of problems; nothing in it is about anybody."""

    path = "/problems"
    opt = {"public": True}  # noqa: RUF012 - Litestar reads a plain attribute
    include_in_schema = False

    @get("/{kind:str}")
    async def show(self, kind: FromPath[str]) -> Template:
        """Explain one kind."""
        found = explained_kinds().get(kind)
        if found is None:
            raise NotFoundError("Diese Art von Fehler gibt es nicht.")
        status, explained = found
        return Template("web/problem_kind.html", context={"status": status, "kind": explained})
