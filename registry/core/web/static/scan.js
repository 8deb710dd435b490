// The camera beside a box for codes: what it sees is taken as if a scanner had typed it.
import { readPicture, scan } from "./camera.js";

function take(box, text) {
  if (!box.dispatchEvent(new CustomEvent("scanned", { detail: text, cancelable: true }))) return;
  const form = box.closest("form");
  form.querySelector("[data-scan]").value = text;
  form.requestSubmit();
}

async function look(box) {
  const video = box.querySelector("video");
  const stopping = new AbortController();
  box.querySelector("[data-stop]").onclick = () => stopping.abort();
  box.dataset.looking = "";
  tell(box, "");
  try {
    const text = await scan(video, stopping.signal);
    if (text) take(box, text);
  } catch {
    tell(box, box.dataset.refused);
  } finally {
    delete box.dataset.looking;
  }
}

async function readFile(box, input) {
  tell(box, "");
  const [text] = input.files.length ? await readPicture(input.files[0]) : [];
  input.value = "";
  if (text) take(box, text);
  else tell(box, box.dataset.unread);
}

function tell(box, words) {
  box.querySelector("[data-camera-said]").textContent = words;
}

document.querySelectorAll("[data-camera]").forEach((box) => {
  box.hidden = false;
  const start = box.querySelector("[data-start]");
  start.hidden = !navigator.mediaDevices?.getUserMedia;
  start.addEventListener("click", () => look(box));
  const input = box.querySelector("[type=file]");
  input.addEventListener("change", () => readFile(box, input));
});
