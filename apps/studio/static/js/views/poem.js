import { emptyState, intro } from "../ui.js";

export async function mount(section, api) {
  section.append(intro("poem", "Poem", ""), emptyState("Nothing here yet", ""));
}
