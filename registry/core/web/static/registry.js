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
  const field = document.querySelector("[data-search]");
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

document.addEventListener("submit", askBeforeDanger);
document.addEventListener("submit", sendOnce);
document.addEventListener("submit", leaveOutEmpty);
document.addEventListener("keydown", slashFinds);
document.addEventListener("keydown", quickSend);
window.addEventListener("pageshow", () => [...document.forms].forEach(unlock));
document.querySelectorAll(".table-frame").forEach((frame) => frames.observe(frame));
document.querySelectorAll("[data-print]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
});
document.querySelectorAll("[data-search]").forEach((field) => {
  field.ariaKeyShortcuts = "/";
});
focusFirst();
