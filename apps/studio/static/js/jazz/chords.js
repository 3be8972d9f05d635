// Names of chords and keys as the page shows them.

// A chord's name so many semitones higher, as the take spells it there.
export function higher(take, name, semitones) {
  return take.names[name]?.[(semitones + 12) % 12] ?? name;
}

// A name with the signs of music.
export function typeset(name) {
  return name.replace(/(?<=^[A-G]|\/[A-G])b|b(?=[0-9])/g, "♭").replaceAll("#", "♯");
}
