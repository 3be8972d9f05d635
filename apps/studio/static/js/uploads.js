// Files that were given to the studio. The browser keeps them, for a studio that was started again has lost them.

import { store } from "./state.js";

const PIECES = "jazz/pieces"; // where the Jazz view's files go; those to learn from go to learn/uploads/APP

function folder(use) {
  return use === "piece" ? PIECES : "learn/uploads";
}

function target(use) {
  return use === "piece" ? PIECES : `learn/uploads/${encodeURIComponent(use)}`;
}

// Gives the studio a file and keeps it. `use`: "piece", or the app of a network that is to learn from it.
export async function give(api, use, file, options) {
  const found = await api.upload(target(use), file, options);
  await store.put("uploads", { id: found.id, title: found.title, name: file.name, use, file: new Blob([file]), found });
  return found;
}

// What the studio said of an upload, once it is sure that it has it; an Error with one line if nobody has it.
export async function recall(api, id, title = "the file") {
  const kept = await store.get("uploads", id);
  try {
    await api.get(`${folder(kept?.use ?? "piece")}/${encodeURIComponent(id)}`);
    return kept?.found ?? { id, title };
  } catch (error) {
    if (error.status !== 404) throw error;
  }
  if (!kept) throw new Error(`“${title}” is on another machine: choose that file here, or open the session it is in.`);
  return api.upload(target(kept.use), new File([kept.file], kept.name));
}
