"""The description of the API, for programs and for people."""

from fastapi import Request, Response
from fastapi.responses import HTMLResponse, JSONResponse

from wrldbldr.api.door import guarded_router
from wrldbldr.api.handbook import handbook

NO_SCRIPTS = {"content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'"}

router = guarded_router("Documentation")


@router.get("/api/openapi.json", include_in_schema=False, response_class=Response)
def show_openapi(request: Request) -> JSONResponse:
    """OpenAPI, as JSON."""
    return JSONResponse(request.app.openapi())


@router.get("/api/docs", include_in_schema=False, response_class=Response)
def show_documentation(request: Request) -> HTMLResponse:
    """A page to read."""
    return HTMLResponse(handbook(request.app.openapi()), headers=NO_SCRIPTS)
