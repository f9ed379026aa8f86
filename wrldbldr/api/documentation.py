"""The description of the API, for programs and for people."""

from fastapi import Request, Response
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse, JSONResponse

from wrldbldr.api.door import guarded_router

OPENAPI_URL = "/api/openapi.json"

router = guarded_router("Documentation")


@router.get(OPENAPI_URL, include_in_schema=False, response_class=Response)
def show_openapi(request: Request) -> JSONResponse:
    """OpenAPI, as JSON."""
    return JSONResponse(request.app.openapi())


@router.get("/api/docs", include_in_schema=False, response_class=Response)
def show_documentation(request: Request) -> HTMLResponse:
    """A page to read and try the API."""
    return get_swagger_ui_html(openapi_url=OPENAPI_URL, title=request.app.title)
