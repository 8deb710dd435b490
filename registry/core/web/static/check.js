// "Check a paper": without a network after one visit, with the registry's present state where there is one.
import { able, carried, check, keysOf, readList } from "./papers.js";

const place = document.querySelector("[data-papers]");
const form = place.querySelector("form");
const field = form?.querySelector("[data-scan]");
const said = place.querySelector("[data-said]");
const state = { keys: [], endings: null };
const language = document.documentElement.lang;
const zone = { timeZone: place.dataset.zone };

function copy(name) {
  return place.querySelector(`template[data-piece="${name}"]`).content.cloneNode(true);
}

function words(name, values = {}) {
  return filled(copy(name).textContent.trim(), values);
}

function filled(text, values) {
  return Object.entries(values).reduce((all, [key, value]) => all.replaceAll(`{${key}}`, value), text);
}

function copyWith(name, values) {
  const piece = copy(name);
  const texts = document.createTreeWalker(piece, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) texts.currentNode.data = filled(texts.currentNode.data, values);
  return piece;
}

const moment = (seconds, form) => new Intl.DateTimeFormat(language, { ...zone, ...form }).format(seconds * 1000);
const day = (seconds) => moment(seconds, { dateStyle: "medium" });
const time = (seconds) => moment(seconds, { dateStyle: "medium", timeStyle: "short" });
const country = (code) => /^[A-Z]{2}$/.test(code) ? new Intl.DisplayNames([language], { type: "region", fallback: "code" }).of(code) : code;

// "3 hours": how old the list is, in the largest unit that is full.
function age(seconds) {
  const units = [["day", 86400], ["hour", 3600], ["minute", 60]];
  const [unit, size] = units.find(([, one]) => seconds >= one) ?? units[2];
  const shape = { style: "unit", unit, unitDisplay: "long" };
  return new Intl.NumberFormat(language, shape).format(Math.max(0, Math.floor(seconds / size)));
}

async function fetched(address, read) {
  try {
    const answer = await fetch(address, { credentials: "omit" });
    return answer.ok ? await read(answer) : null;
  } catch {
    return null;
  }
}

async function refresh() {
  const told = await fetched(place.dataset.keys, (answer) => answer.json());
  state.keys = told ? keysOf(told) : [];
  const raw = await fetched(place.dataset.endings, (answer) => answer.arrayBuffer());
  state.endings = raw ? await readList(new Uint8Array(raw), state.keys) : null;
  tellAge();
}

function tellAge() {
  const status = place.querySelector("[data-age]");
  if (!state.endings) return status.replaceChildren(copy("list-none"));
  const now = Date.now() / 1000;
  const told = { time: time(state.endings.made), age: age(now - state.endings.made) };
  status.replaceChildren(copyWith(state.endings.next <= now ? "list-old" : "list-new", told));
}

function facts(found) {
  const list = copy("facts").querySelector("dl");
  const add = (name, value) => {
    if (!value) return;
    const row = list.ownerDocument.createElement("div");
    const [term, text] = ["dt", "dd"].map((tag) => row.appendChild(document.createElement(tag)));
    term.textContent = words(name);
    text.appendChild(document.createElement("bdi")).textContent = value;
    list.append(row);
  };
  add("number", found.number);
  add("issuer", country(found.issuer));
  add("issued", time(found.issued_at));
  add("from", found.starts_at !== null && day(found.starts_at));
  add("until", found.ends_at !== null && day(found.ends_at - 1));
  found.parties.forEach(([role, name]) => add(role, name));
  add("route", found.route.map(country).join(" – "));
  add("mark", found.mark);
  return list;
}

function goods(found) {
  const piece = copy("goods");
  const body = piece.querySelector("tbody");
  for (const line of found.lines) {
    const row = body.insertRow();
    const [what, calibre, quantity, mark] = line;
    const amount = new Intl.NumberFormat(language).format(quantity);
    for (const value of [what, calibre, amount, mark]) {
      row.insertCell().appendChild(document.createElement("bdi")).textContent = value;
    }
  }
  if (found.more_lines) {
    const more = document.createElement("p");
    more.textContent = words("more", { count: found.more_lines });
    piece.append(more);
  }
  return piece;
}

function show(found) {
  said.replaceChildren(copy(found.doubt ?? found.ending ?? found.verdict));
  if (!found.facts) return;
  if (found.stale && !found.doubt) said.append(copy("stale"));
  const title = document.createElement("h2");
  title.textContent = words(found.facts.kind);
  said.append(title, facts(found.facts), goods(found.facts));
}

// "Genuine" alone is no answer where the registry knows more.
function contradict(authenticity) {
  if (authenticity !== "current") said.querySelector(".finding.tone-good")?.remove();
}

// What the registry says now goes before what the square says; nothing is said where there is no network.
async function addPresent(code) {
  const told = await fetched(`${place.dataset.present}${encodeURIComponent(code)}`, (answer) => answer.json());
  if (told) contradict(told.authenticity);
  said.prepend(copy(told ? `now-${told.authenticity}` : "no-network"));
}

async function judge(text) {
  const [typed] = carried(text);
  const found = await check(text, place.dataset.state, state.keys, state.endings, Date.now() / 1000);
  show(found);
  const code = typed.split("/").pop().replace(/[^0-9A-Za-z-]/g, "");
  if (place.dataset.asked) contradict(place.dataset.asked);
  else if (code && found.facts) await addPresent(code);
  said.focus();
}

async function take(text) {
  if (carried(text)[1]) return judge(text);
  if (!navigator.onLine) return said.replaceChildren(copy("code-alone"));
  field.value = text;
  form.submit();
}

// What the address says: a code in its path, and the facts behind #.
function opened() {
  const [, figures] = carried(location.hash);
  const code = location.pathname.split("/")[2];
  return figures && (code ? `${code}#${figures}` : figures);
}

function listen() {
  form.addEventListener("submit", (event) => {
    const text = field.value;
    if (navigator.onLine && !carried(text)[1]) return; // a code alone is checked by the registry
    event.preventDefault();
    field.value = "";
    take(text);
  });
  place.querySelector("[data-camera]").addEventListener("scanned", (event) => {
    event.preventDefault();
    take(event.detail);
  });
}

const RETRIES = [1, 5, 30, 120]; // seconds

// The browser drops what keeps the page when one file of it does not come, so it is tried again.
async function keep() {
  for (const pause of RETRIES) {
    try {
      const found = await navigator.serviceWorker.register(place.dataset.worker, { scope: "/verify" });
      if (await isKept(found.installing)) return;
    } catch {
      // no network, or a busy registry
    }
    await new Promise((later) => window.setTimeout(later, pause * 1000));
  }
}

function isKept(worker) {
  if (!worker) return true;
  return new Promise((decide) => {
    worker.addEventListener("statechange", () => {
      if (worker.state === "activated") decide(true);
      if (worker.state === "redundant") decide(false);
    });
  });
}

async function begin() {
  if (!(await able())) return said.replaceChildren(copy("not-able"));
  if ("serviceWorker" in navigator) keep();
  if (form) listen();
  await refresh();
  if (opened()) await judge(opened());
  window.setInterval(tellAge, 60_000);
  window.addEventListener("online", refresh);
  window.addEventListener("hashchange", () => opened() && judge(opened()));
  place.dataset.ready = "";
}

begin();
