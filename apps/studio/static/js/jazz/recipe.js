// A take's recipe: the values of its address, all of them texts, and what they ask the studio for.

const FASTER = { step: 10, choruses: 8, most: 400 };
// In the order of the address. `tune`, `chart` or `file` (the id of an upload; `name` is its title) is played over;
// `network` is a title, and missing for the bundled one; `trade` tells trades apart, whose notes are in the store alone.
const NAMES = (
  "tune chart file name network band tempo temperature choruses intro ending practice transpose seed trade"
).split(" ");

// The recipe in an address: what else it says is left out, so that one take has one recipe.
export function recipeOf(values) {
  const known = NAMES.filter((name) => values[name] !== undefined && values[name] !== null && values[name] !== "");
  return Object.fromEntries(known.map((name) => [name, String(values[name])]));
}

// The body of a request for takes. `network`: its id.
export function requestOf(values, { network, takes = 1 }) {
  const body = { network, takes };
  for (const name of ["tempo", "temperature", "choruses", "intro", "transpose", "seed"]) {
    if (values[name] !== undefined) body[name] = Number(values[name]);
  }
  for (const name of ["band", "ending", "chart"]) if (values[name] !== undefined) body[name] = values[name];
  if (values.file !== undefined) body.piece = values.file;
  else if (values.chart === undefined) body.tune = values.tune ?? "tune";
  if (values.practice) Object.assign(body, { choruses: 1 }, loops(values.practice, body.tempo));
  return body;
}

// What is asked for to practise: the loops say how many choruses there are.
function loops(practice, first) {
  if (practice !== "faster") return { loop_keys: practice };
  const last = Math.min(FASTER.most, first + FASTER.step * (FASTER.choruses - 1));
  return { loop_tempo: `${first}:${last}:${FASTER.step}` };
}
