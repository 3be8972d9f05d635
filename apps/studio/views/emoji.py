"""The Emoji view's API."""

from fastapi import APIRouter

router = APIRouter(prefix="/api/emoji", tags=["emoji"])
