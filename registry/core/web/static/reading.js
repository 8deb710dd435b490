// Shows how a mark is understood while it is typed; without this script a button of the form does.
"use strict";

const PAUSE = 350;

function readAlong(panel) {
  const form = panel.closest("form");
  let timer = 0;
  let asking = null;

  async function ask() {
    asking?.abort();
    asking = new AbortController();
    try {
      const answer = await fetch(panel.dataset.reading, {
        method: "POST",
        body: new FormData(form),
        signal: asking.signal,
      });
      if (answer.ok && !answer.redirected) panel.innerHTML = await answer.text();
    } catch (error) {
      if (error.name !== "AbortError") panel.replaceChildren();
    }
  }

  form.addEventListener("input", (event) => {
    if (!/^(mark|maker|country|symbols-\d+)$/.test(event.target.name)) return;
    window.clearTimeout(timer);
    timer = window.setTimeout(ask, PAUSE);
  });
}

document.querySelectorAll("[data-reading]").forEach(readAlong);
