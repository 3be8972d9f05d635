"""The Learn view's API."""

from fastapi import APIRouter

router = APIRouter(prefix="/api/learn", tags=["learn"])
