"""A band for a solo: piano, bass and drums by rules, swing, a count-in."""

from models.jazz.band.arranger import STYLES, Style, accompany, perform
from models.jazz.band.swing import swing_ratio, swung

__all__ = ["STYLES", "Style", "accompany", "perform", "swing_ratio", "swung"]
