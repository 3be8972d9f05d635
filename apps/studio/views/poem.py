"""The Poem view's API."""

from fastapi import APIRouter

router = APIRouter(prefix="/api/poem", tags=["poem"])
