// Pages work without this script; it makes them quicker and safer to use.
"use strict";

const isTyping = (target) => target.closest("input, textarea, select, [contenteditable]") !== null;

function askBeforeDanger(event) {
  const question = event.submitter?.dataset.confirm;
  if (question && !window.confirm(question)) event.preventDefault();
}

// The button is not disabled, as that would drop its name from what is sent. A form that answers with a
// file leaves this page standing, so the lock opens again by itself.
function sendOnce(event) {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "1";
  event.submitter?.setAttribute("aria-disabled", "true");
  window.setTimeout(() => unlock(form), 8000);
}

// A form whose answer is a file: the file is saved, and the page shows what was done. What is refused is sent
// once more as any form, for its page that says why.
async function saveFile(event) {
  const form = event.target;
  if (event.defaultPrevented || form.dataset.saved === undefined) return;
  event.preventDefault();
  try {
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form) });
    const name = answer.ok && /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition") ?? "");
    if (!name) return form.submit();
    const link = document.createElement("a");
    link.href = URL.createObjectURL(await answer.blob());
    link.download = name[1];
    link.click();
    window.setTimeout(() => location.assign(form.dataset.saved), 300);
  } catch {
    unlock(form); // no network: nothing was sent, or the page tells at its next visit
  }
}

function unlock(form) {
  delete form.dataset.sent;
  form.querySelectorAll("[aria-disabled]").forEach((button) => button.removeAttribute("aria-disabled"));
}

function leaveOutEmpty(event) {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "get") return;
  const empty = [...form.elements].filter((field) => field.name && field.value === "" && !field.disabled);
  empty.forEach((field) => (field.disabled = true));
  window.setTimeout(() => empty.forEach((field) => (field.disabled = false)));
}

function slashFinds(event) {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  const field = document.querySelector("main [data-search]") ?? document.querySelector("[data-search]");
  if (!field) return;
  event.preventDefault();
  field.focus();
  field.select();
}

// A scanner ends each code with Enter, which is a new line there; Ctrl and Enter sends the form.
function quickSend(event) {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  if (event.target.dataset?.quick === undefined) return;
  event.preventDefault();
  event.target.form.requestSubmit();
}

function focusFirst() {
  const summary = document.querySelector("[data-focus]");
  const scan = document.querySelector("[data-scan]");
  if (summary) summary.focus();
  else if (scan && !location.hash) {
    scan.focus({ preventScroll: true });
    scan.select();
  }
}

// A table that fits needs no stop for the keyboard; one that scrolls does.
const frames = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
    else target.removeAttribute("tabindex");
  }
});

// Where items are entered one a row, Enter (of a keyboard or a scanner) goes to the next field.
function nextField(event) {
  const from = event.target;
  if (event.key !== "Enter" || event.ctrlKey || !from.matches?.("[data-entry] :is(input, select)")) return;
  event.preventDefault();
  const fields = [...from.closest("[data-entry]").querySelectorAll("input, select")];
  fields[fields.indexOf(from) + 1]?.focus();
}

// Cells copied in a spreadsheet fill the grid from where they are pasted; rows beyond it go to the field for more.
function pasteCells(event) {
  const from = event.target;
  if (!from.matches?.("[data-overflow] :is(input, select)")) return;
  const rows = event.clipboardData.getData("text").replace(/\r?\n$/, "").split(/\r?\n/);
  if (rows.length < 2 && !rows[0].includes("\t")) return;
  event.preventDefault();
  const lines = [...from.closest("tbody").rows].map((row) => [...row.querySelectorAll("input, select")]);
  const first = lines.findIndex((fields) => fields.includes(from));
  const left = lines[first].indexOf(from);
  const beyond = rows.filter((row, n) => {
    const fields = lines[first + n];
    if (fields) row.split("\t").forEach((cell, k) => fields[left + k] && fill(fields[left + k], cell.trim()));
    return !fields && row.trim();
  });
  const more = from.form.elements[from.closest("[data-overflow]").dataset.overflow];
  if (beyond.length) more.value = [more.value, ...beyond.map((row) => "\t".repeat(left) + row)].filter(Boolean).join("\n");
}

function fill(field, text) {
  const wanted = field.options && [...field.options].find((o) => [o.value, o.text].includes(text));
  if (!field.options) field.value = text;
  else if (wanted) field.value = wanted.value;
  else if (text) field.add(new Option(text, text, false, true)); // the registry says what is wrong with it
}

document.addEventListener("paste", pasteCells);
document.addEventListener("submit", askBeforeDanger);
document.addEventListener("submit", sendOnce);
document.addEventListener("submit", saveFile);
document.addEventListener("submit", leaveOutEmpty);
document.addEventListener("keydown", slashFinds);
document.addEventListener("keydown", quickSend);
document.addEventListener("keydown", nextField);
window.addEventListener("pageshow", () => [...document.forms].forEach(unlock));
document.querySelectorAll(".table-frame").forEach((frame) => frames.observe(frame));
document.querySelectorAll("[data-print]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
});
document.querySelectorAll("[data-search]").forEach((field) => {
  field.ariaKeyShortcuts = "/";
});
document.querySelectorAll("[data-again]").forEach((link) => {
  setTimeout(() => location.replace(link.href), link.dataset.again * 1000);
});
focusFirst();
