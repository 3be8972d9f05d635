"""What compose.py makes the tune from, written by hand: chords, rhythms, motifs, voicings."""

import re
from fractions import Fraction

TITLE = "Tram Line Nine"
TEMPO = 132.0
BEATS = 4

# Home is F. The first half visits A flat, the bridge B flat and D flat: a ii-V-I in four keys.
A = "Fmaj7 | Gm7 C7 | Fmaj7 | Bbm7 Eb7 | Abmaj7 | Am7b5 D7b9"
FIRST_ENDING = "Gm7 | C7"
LAST_ENDING = "Gm7 C7 | Fmaj7"
BRIDGE = "Cm7 | F7 | Bbmaj7 | Bbmaj7 | Ebm7 | Ab7 | Dbmaj7 | Gm7 C7"
CHART = " | ".join([A, FIRST_ENDING, A, LAST_ENDING, BRIDGE, A, LAST_ENDING])

# Rhythm letters in quarter notes. L and s are a swung pair of eighths, three s a triplet; p is a
# note pushed off the beat and held over the next.
LENGTHS = {
    "h": Fraction(2),
    "p": Fraction(5, 3),
    "q": Fraction(1),
    "L": Fraction(2, 3),
    "e": Fraction(1, 2),
    "s": Fraction(1, 3),
    "x": Fraction(1, 4),
}
# A word is a letter and: a dot for a rest; u or o for the semitone under or over the next note; or a
# degree: 1 is the chord's root, 9 the ninth above it, 0 the seventh below.
WORD = re.compile(r"([hpqLesx])(?:(?P<rest>\.)|(?P<lean>[uo])|(?P<degree>-?\d+))")

HEAD_A = (
    "L5 s6 p8 s7 q5",  # the tune's motif: up to the root, held over the beat, and back
    "L3 s2 L1 s0 L3 s5 q7",
    "q3 L5 s6 q5 q.",
    "L5 s6 q8 L9 s7 q5",
    "L5 s6 p8 s7 q5",  # the motif in A flat
    "L3 s1 L0 s-2 L3 s5 q9",
)
HEAD_FIRST_ENDING = ("q5 L3 s2 q1 q.", "q. L3 s5 L7 s6 L5 su")
HEAD_LAST_ENDING = ("L3 s2 L1 s0 L3 s2 Lo su", "p1 s5 q3 q.")
HEAD_BRIDGE = (
    "q5 L8 s9 q10 L9 s8",
    "L7 s5 L3 su q3 q.",
    "L5 s6 p8 s7 q5",
    "q. L1 s3 L5 s3 L2 so",
    "q5 L8 s9 q10 L9 s8",  # the same a minor third higher
    "L7 s5 L3 su q3 q.",
    "L5 s6 p8 s7 q5",
    "L3 s2 L1 s0 L3 s5 L7 su",
)
HEAD = (*HEAD_A, *HEAD_FIRST_ENDING, *HEAD_A, *HEAD_LAST_ENDING, *HEAD_BRIDGE, *HEAD_A, *HEAD_LAST_ENDING)

# The chorus: words for two beats. They begin on a chord tone, or lean on one.
LINES = (
    "L1 s2 L3 s5",
    "L3 s5 L7 s9",
    "L9 s7 L5 s3",
    "L5 s4 L3 s2",
    "L8 s7 L6 s5",
    "L3 s2 L1 s0",
    "L1 s3 L5 su",
    "L7 s6 L5 su",
    "L5 s3 L1 su",
    "s1 s3 s5 L7 s5",
    "q5 L3 su",
    "q3 L5 s6",
    "q9 L7 s5",
    "L3 s2 q1",
    "L5 s6 q8",
    "Lo su q3",
    "Lo su q5",
    "e1 x2 x3 q5",
)
ENDINGS = ("L5 s3 q.", "q3 q.", "L9 s8 q.", "L3 s1 q.", "L5 s8 q.")
BREATHS = ("q. L5 s6", "q. L3 s5", "h.", "q. q5")
CHORUS_ENDING = ("L3 s2 L1 s0", "L3 s2 Lo su", "p5 s6", "h8")
HALVES = 2  # of a measure: what the chorus is chained from

SCALES = {  # semitones of degrees 1 to 7
    "maj7": (0, 2, 4, 5, 7, 9, 11),
    "m7": (0, 2, 3, 5, 7, 9, 10),
    "7": (0, 2, 4, 5, 7, 9, 10),
    "7b9": (0, 1, 4, 5, 7, 8, 10),
    "m7b5": (0, 1, 3, 5, 6, 8, 10),
}
VOICINGS = {  # degrees of the right hand, in the two positions between which voices move little
    "maj7": ((3, 5, 7, 9), (7, 9, 3, 5)),
    "m7": ((3, 5, 7, 9), (7, 9, 3, 5)),
    "7": ((7, 9, 3, 13), (3, 13, 7, 9)),
    "7b9": ((7, 9, 3, 5), (3, 5, 7, 9)),
    "m7b5": ((3, 5, 7, 8), (7, 8, 3, 5)),
}
ROOTS = {"C": 0, "Db": 1, "D": 2, "Eb": 3, "E": 4, "F": 5, "G": 7, "Ab": 8, "A": 9, "Bb": 10}
LOWEST, MIDDLE, HIGHEST = 57, 69, 82  # of the melody
LARGEST_LEAP = 5  # semitones from one group of words to the next, in the chorus
LOWEST_ROOT, LOWEST_VOICE, HIGHEST_VOICE = 40, 51, 68  # of the piano

# When the piano plays in measures of one chord and of two: (start, length) in quarter notes.
COMPING = {
    1: (
        ((0, 1), (Fraction(5, 3), Fraction(4, 3))),
        ((0, Fraction(5, 3)), (Fraction(8, 3), 1)),
        ((0, 1), (Fraction(8, 3), Fraction(4, 3))),
        ((0, 3),),
    ),
    2: (
        ((0, Fraction(5, 3)), (2, Fraction(5, 3))),
        ((0, 1), (Fraction(5, 3), Fraction(5, 3))),
        ((0, Fraction(5, 3)), (2, 1)),
    ),
}
