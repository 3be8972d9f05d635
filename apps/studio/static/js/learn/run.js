// One training or comparison at a time: its stream, its stop, and what is said about it.

import { hold } from "../state.js";
import { button, el, errorLine } from "../ui.js";

// runner(api, {onevent, onend}): {node, start(path, body, words), say(text), show(done, total)}
// `node` has the status, the progress bar, the stop button and the error line.
export function runner(api, { onevent, onend }) {
  const status = el("p", { role: "status", class: "run-status" });
  const progress = el("progress", { max: 1, value: 0, "aria-label": "Epochs done", hidden: true });
  const count = el("span", { class: "note number" });
  const error = errorLine();
  const halt = button("Stop", { hidden: true, onclick: stop });
  const node = el(
    "div",
    { class: "run stack" },
    el("div", { class: "run-line" }, status, el("div", { class: "row" }, count, halt)),
    progress,
    error.node,
  );
  let controller = null;
  let id = null;

  async function stop() {
    halt.disabled = true;
    if (!id) {
      controller?.abort(); // it still waits for its turn
      return;
    }
    say("Stopping after this batch …");
    try {
      await api.post(`learn/trainings/${id}/stop`, {});
    } catch (problem) {
      error.show(problem);
      halt.disabled = false;
    }
  }

  function say(text) {
    status.textContent = text;
  }

  function show(done, total) {
    progress.max = total;
    progress.value = done;
    count.textContent = `epoch ${Math.floor(done)} of ${total}`;
  }

  // Streams the events of a run. `words` says what happens; onend(true): it came to an end, stopped or not.
  async function start(path, body, words) {
    controller = new AbortController();
    id = null;
    error.clear();
    halt.hidden = false;
    halt.disabled = false;
    progress.hidden = false;
    progress.removeAttribute("value");
    count.textContent = "";
    say("Starting …");
    const release = hold();
    let ended = false;
    let preparing = false;
    try {
      for await (const event of api.stream(path, body, { signal: controller.signal })) {
        if (event.waiting) {
          say(
            event.waiting === 1
              ? "Another training is running. This one begins when it has ended."
              : `${event.waiting} trainings are before this one.`,
          );
        } else if (event.event === "started") {
          id = event.id;
          say(words);
        } else if (event.event === "status") {
          say(`${event.text[0].toUpperCase()}${event.text.slice(1)} …`);
          preparing = true;
        } else {
          if (preparing && !halt.disabled) say(words);
          preparing = false;
          ended ||= event.event === "done";
        }
        onevent(event);
      }
    } catch (problem) {
      error.show(problem);
    } finally {
      controller = null;
      release();
      halt.hidden = true;
      progress.hidden = true;
      count.textContent = "";
      if (!ended) say("");
      onend(ended);
    }
  }

  return { node, start, say, show };
}
