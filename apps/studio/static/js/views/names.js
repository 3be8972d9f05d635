import { emptyState, intro } from "../ui.js";

export async function mount(section, api) {
  section.append(intro("names", "Names", ""), emptyState("Nothing here yet", ""));
}
