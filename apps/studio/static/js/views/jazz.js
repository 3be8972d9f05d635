import { emptyState, intro } from "../ui.js";

export async function mount(section, api) {
  section.append(intro("jazz", "Jazz", ""), emptyState("Nothing here yet", ""));
}
