"""Every error of the API in one shape: what failed, and what to do."""

from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from pgc.api.shapes import Problem
from pgc.errors import PgcError


def answer_problems(app: FastAPI) -> None:
    """Makes the application answer every known error with a :class:`Problem`."""
    app.add_exception_handler(PgcError, _of_ours)
    app.add_exception_handler(RequestValidationError, _of_input)
    app.add_exception_handler(HTTPException, _of_http)


async def _of_ours(_: Request, error: Exception) -> JSONResponse:
    known = error if isinstance(error, PgcError) else PgcError("the platform failed")
    return _answer(known.status, str(known), known.hint)


async def _of_input(_: Request, error: Exception) -> JSONResponse:
    found = error.errors() if isinstance(error, RequestValidationError) else []
    reasons = [f"{'.'.join(str(part) for part in problem['loc'][1:])}: {problem['msg']}" for problem in found]
    return _answer(HTTPStatus.UNPROCESSABLE_ENTITY, "; ".join(reasons), "see /docs for what is taken")


async def _of_http(_: Request, error: Exception) -> JSONResponse:
    known = error if isinstance(error, HTTPException) else HTTPException(500)
    return _answer(known.status_code, str(known.detail), "see /docs for the paths there are")


def _answer(status: int, error: str, hint: str) -> JSONResponse:
    return JSONResponse(Problem(error=error, hint=hint).model_dump(), status_code=status)
