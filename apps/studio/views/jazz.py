"""The Jazz view's API."""

from fastapi import APIRouter

router = APIRouter(prefix="/api/jazz", tags=["jazz"])
