import { emptyState, intro } from "../ui.js";

export async function mount(section, api) {
  section.append(intro("emoji", "Emoji", ""), emptyState("Nothing here yet", ""));
}
