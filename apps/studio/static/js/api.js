// The studio's API: JSON, uploads, and streams of JSON lines. Every error is an ApiError with one line.

export class ApiError extends Error {
  constructor(message, status = 0) {
    super(message);
    this.name = "ApiError";
    this.status = status;
  }
}

async function request(path, options) {
  let response;
  try {
    response = await fetch(`/api/${path}`, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    silent();
    throw new ApiError("The studio does not answer. Is it still running?");
  }
  if (response.ok) return response;
  let line = `The studio answered ${response.status}.`;
  try {
    line = (await response.json()).error ?? line;
  } catch {
    // not JSON: the line above
  }
  throw new ApiError(line, response.status);
}

const AGAIN = 2000; // milliseconds from one question to the next while the studio does not answer
let waiting = false;

// Asks until the studio answers again, and then tells the document: "answers". What it had of this page may be gone.
async function silent() {
  if (waiting) return;
  waiting = true;
  for (let there = false; !there; ) {
    await new Promise((wake) => setTimeout(wake, AGAIN));
    there = await fetch("/api/networks").then(
      (response) => response.ok,
      () => false,
    );
  }
  waiting = false;
  document.dispatchEvent(new CustomEvent("answers"));
}

function json(body, signal) {
  return {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
    signal,
  };
}

// GET: api.get("networks") -> JSON. `signal` (an AbortSignal) gives up.
async function get(path, { signal } = {}) {
  return (await request(path, { signal })).json();
}

// GET of anything else: api.fetch("jazz/takes/1/solo.mid") -> Response.
async function fetchFile(path, { signal } = {}) {
  return request(path, { signal });
}

// POST of JSON: api.post("emoji/predict", {text}) -> JSON.
async function post(path, body, { signal } = {}) {
  return (await request(path, json(body, signal))).json();
}

// DELETE: api.remove("networks/dinos/1").
async function remove(path) {
  return (await request(path, { method: "DELETE" })).json();
}

// POST of a File as a raw body; its name travels beside it as a title that is only ever shown.
async function upload(path, file, { signal, limit } = {}) {
  if (limit && file.size > limit) throw new ApiError(`The file has more than ${limit / 1e6} MB.`, 413);
  const headers = {
    "Content-Type": "application/octet-stream",
    "X-Title": encodeURIComponent(file.name.toWellFormed?.() ?? file.name),
  };
  return (await request(path, { method: "POST", headers, body: file, signal })).json();
}

// POST of JSON, answered by one JSON object a line: for await (const item of api.stream(path, body)) ...
// Leaving the loop, or `signal`, ends the work on the server. A line {"error": ...} is thrown.
async function* stream(path, body, { signal } = {}) {
  const controller = new AbortController();
  const give_up = () => controller.abort();
  if (signal?.aborted) give_up();
  signal?.addEventListener("abort", give_up);
  try {
    const response = await request(path, json(body, controller.signal));
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { done, value } = await reader.read();
      const lines = (rest + (value ?? "")).split("\n");
      rest = lines.pop();
      for (const line of lines) {
        const item = JSON.parse(line);
        if (item.error !== undefined) throw new ApiError(item.error);
        yield item;
      }
      if (done) return;
    }
  } catch (error) {
    if (error.name === "AbortError" || error instanceof ApiError) throw error;
    silent();
    throw new ApiError("The studio stopped answering. Is it still running?");
  } finally {
    signal?.removeEventListener("abort", give_up);
    controller.abort();
  }
}

export const api = { get, fetch: fetchFile, post, remove, upload, stream };
