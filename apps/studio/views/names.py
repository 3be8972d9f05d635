"""The Names view's API."""

from fastapi import APIRouter

router = APIRouter(prefix="/api/names", tags=["names"])
