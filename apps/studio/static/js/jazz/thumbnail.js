// A small picture of a take's solo, or of both of a trade: drawn once, and in the colours of its place.

const SVG = "http://www.w3.org/2000/svg";
const HEIGHT = 40;

export function thumbnail({ parts, seconds }) {
  const notes = parts.filter(({ name }, number) => number === 0 || name === "You").flatMap((part) => part.notes);
  const pitches = notes.map((note) => note[2]);
  const low = pitches.reduce((a, b) => Math.min(a, b), 127);
  const high = pitches.reduce((a, b) => Math.max(a, b), 0);
  const lines = notes.map(([start, end, pitch]) => {
    const [x, width] = [start, Math.max(end - start, seconds / 400)].map((time) => ((100 * time) / seconds).toFixed(2));
    return `M${x} ${((1 - (pitch - low + 0.5) / (high - low + 1)) * HEIGHT).toFixed(1)}h${width}`;
  });
  const picture = document.createElementNS(SVG, "svg");
  picture.setAttribute("class", "thumbnail");
  picture.setAttribute("viewBox", `0 0 100 ${HEIGHT}`);
  picture.setAttribute("preserveAspectRatio", "none");
  picture.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", lines.join(""));
  picture.append(path);
  return picture;
}
