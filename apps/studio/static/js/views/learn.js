import { emptyState, intro } from "../ui.js";

export async function mount(section, api) {
  section.append(intro("learn", "Learn", ""), emptyState("Nothing here yet", ""));
}
