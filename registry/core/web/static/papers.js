// The check of a paper's square without a network: the steps of registry/verification/verdicts.py, by
// WebCrypto's Ed25519. Times are seconds since 1970.
import { NotCbor, Tagged, decoded, encodedArray } from "./cbor.js";

const [SIGN1, ED25519, KID, SIGNATURE, ID] = [18, -19, 8, 64, 8];
const PAPER = "firearms-registry paper 1";
const ENDINGS_LIST = "firearms-registry revocations 1";
const LATEST = 253402300799;
export const KINDS = [
  "import_licence", "export_licence", "transit_licence", "brokering_licence",
  "deactivation_certificate", "destruction_certificate", "disposal_certificate",
];
export const ROLES = [
  "holder", "final_recipient", "intermediary", "work_done_by", "inspected_by", "carried_out_by", "received_by",
];
export const ENDINGS = ["suspended", "revoked", "replaced", "ended"];
const NOT_OURS = { verdict: "not_ours" };

class NotSigned extends Error {}
class Unreadable extends Error {}

// Whether this browser can check signatures: only over https or on this machine, and none before 2025.
export async function able() {
  try {
    await crypto.subtle.importKey("raw", new Uint8Array(32), "Ed25519", false, ["verify"]);
    return true;
  } catch {
    return false;
  }
}

// What was scanned: the address or code before, and the figures, "" where there are none.
export function carried(text) {
  const stripped = text.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, "");
  const found = /^(.*?)([0-9]{200,2900})$/s.exec(stripped);
  return found ? [found[1].replace(/[#£§\\/ ]+$/, ""), found[2]] : [stripped, ""];
}

// What a scanned text comes to at a moment: { verdict, facts, ending, doubt, stale }.
export async function check(text, state, keys, endings, now) {
  const [code, figures] = carried(text);
  const found = signedOrNull(figures);
  if (!found) return NOT_OURS;
  const key = keys.find((one) => one.kid === hex(found.kid));
  if (!key) return ofUnknownKey(found.payload, state);
  if (!(await isBy(found, key, PAPER))) return NOT_OURS;
  if (key.withdrawn) return { verdict: "cannot_tell", doubt: "withdrawn_key" };
  const facts = factsOrNull(found.payload);
  if (!facts) return { verdict: "cannot_tell", doubt: "new_form" };
  if (facts.issuer !== key.state || facts.issued_at >= key.until) return NOT_OURS;
  if (code && (await paperId(code)) !== facts.id) return NOT_OURS;
  return standing(facts, endings, now);
}

function ofUnknownKey(payload, state) {
  const facts = factsOrNull(payload);
  if (!facts) return NOT_OURS;
  return { verdict: "cannot_tell", doubt: facts.issuer !== state ? "other_state" : "unknown_key" };
}

function standing(facts, endings, now) {
  const stale = !endings || endings.next <= now;
  const ending = endings?.endings.get(facts.id);
  if (ending) return { verdict: "no_longer_good", facts, ending, stale };
  const early = facts.starts_at !== null && now < facts.starts_at;
  const late = facts.ends_at !== null && now >= facts.ends_at;
  if (early || late) return { verdict: "out_of_dates", facts, stale };
  if (stale) return { verdict: "cannot_tell", facts, doubt: endings ? "old_list" : "no_list", stale };
  return { verdict: "genuine", facts, stale };
}

// The keys that the registry publishes, as `check` takes them.
export function keysOf(told) {
  return told.keys.map((key) => ({
    kid: key.kid,
    public: bytesOf(key.x),
    state: told.state,
    until: Date.parse(key.valid_until) / 1000,
    withdrawn: key.withdrawn_at !== null,
  }));
}

// The list of endings; null unless one of these keys, not withdrawn, signed it as that.
export async function readList(raw, keys) {
  let found;
  try {
    found = opened(raw);
  } catch (error) {
    return failed(error, NotSigned);
  }
  const key = keys.find((one) => one.kid === hex(found.kid) && !one.withdrawn);
  if (!key || !(await isBy(found, key, ENDINGS_LIST))) return null;
  try {
    return listOf(decoded(found.payload), key.state);
  } catch (error) {
    return failed(error, NotCbor, Unreadable);
  }
}

function listOf(form, state) {
  const whole = form instanceof Map && form.size === 5 && [0, 1, 2, 3, 4].every((key) => form.has(key));
  if (!whole || form.get(0) !== 1 || form.get(1) !== state) throw new Unreadable();
  const runs = form.get(4);
  if (!(runs instanceof Map)) throw new Unreadable();
  const endings = new Map();
  for (const [number, ids] of runs) {
    if (!(number >= 1 && number <= ENDINGS.length)) throw new Unreadable();
    if (!(ids instanceof Uint8Array) || ids.length % ID) throw new Unreadable();
    for (let at = 0; at < ids.length; at += ID) endings.set(hex(ids.subarray(at, at + ID)), ENDINGS[number - 1]);
  }
  return { made: moment(form.get(2)), next: moment(form.get(3)), endings };
}

function signedOrNull(figures) {
  try {
    return opened(fromFigures(figures));
  } catch (error) {
    return failed(error, NotSigned);
  }
}

function factsOrNull(payload) {
  try {
    return factsOf(decoded(payload));
  } catch (error) {
    return failed(error, NotCbor, Unreadable);
  }
}

function failed(error, ...expected) {
  if (expected.some((kind) => error instanceof kind)) return null;
  throw error;
}

export function fromFigures(figures) {
  if (!/^[1-9][0-9]{0,2899}$/.test(figures)) throw new NotSigned();
  let digits = BigInt(figures).toString(16);
  if (digits.length % 2) digits = `0${digits}`;
  const raw = Uint8Array.from(digits.match(/../g), (pair) => parseInt(pair, 16));
  if (raw[0] !== 1) throw new NotSigned();
  return raw.subarray(1);
}

function opened(raw) {
  const found = orNotSigned(raw);
  const parts = found instanceof Tagged && found.tag === SIGN1 ? found.value : null;
  if (!Array.isArray(parts) || parts.length !== 4) throw new NotSigned();
  const [covered, open, payload, signature] = parts;
  const bytes = [covered, payload, signature].every((part) => part instanceof Uint8Array);
  if (!bytes || !(open instanceof Map) || open.size) throw new NotSigned();
  const header = orNotSigned(covered);
  if (!(header instanceof Map) || header.size !== 2 || header.get(1) !== ED25519) throw new NotSigned();
  const kid = header.get(4);
  if (!(kid instanceof Uint8Array) || kid.length !== KID || signature.length !== SIGNATURE) throw new NotSigned();
  return { kid, payload, signature, covered };
}

function orNotSigned(raw) {
  try {
    return decoded(raw);
  } catch (error) {
    if (error instanceof NotCbor) throw new NotSigned();
    throw error;
  }
}

async function isBy(found, key, what) {
  const signed = encodedArray(["Signature1", found.covered, new TextEncoder().encode(what), found.payload]);
  const known = await crypto.subtle.importKey("raw", key.public, "Ed25519", false, ["verify"]);
  return crypto.subtle.verify("Ed25519", known, found.signature, signed);
}

function factsOf(form) {
  const needed = [0, 1, 2, 3, 4, 5, 8, 9, 10];
  const allowed = new Set([...needed, 6, 7, 11, 12]);
  const whole = form instanceof Map && needed.every((key) => form.has(key));
  if (!whole || ![...form.keys()].every((key) => allowed.has(key)) || form.get(0) !== 1) throw new Unreadable();
  return {
    kind: KINDS[number(form.get(1), KINDS.length) - 1],
    issuer: text(form.get(2)),
    number: text(form.get(3)),
    id: id(form.get(4)),
    issued_at: moment(form.get(5)),
    starts_at: form.has(6) ? moment(form.get(6)) : null,
    ends_at: form.has(7) ? moment(form.get(7)) : null,
    parties: list(form.get(8)).map(party),
    route: list(form.get(9)).map(text),
    lines: list(form.get(10)).map(line),
    more_lines: form.has(11) ? number(form.get(11), Number.MAX_SAFE_INTEGER, 0) : 0,
    mark: form.has(12) ? text(form.get(12)) : "",
  };
}

function number(value, most = Number.MAX_SAFE_INTEGER, least = 1) {
  if (typeof value !== "number" || value < least || value > most) throw new Unreadable();
  return value;
}

function text(value) {
  if (typeof value !== "string") throw new Unreadable();
  return value;
}

function id(value) {
  if (!(value instanceof Uint8Array) || value.length !== ID) throw new Unreadable();
  return hex(value);
}

const moment = (value) => number(value, LATEST, 0);

function list(value, length) {
  if (!Array.isArray(value) || (length && value.length !== length)) throw new Unreadable();
  return value;
}

function party(value) {
  const [role, name] = list(value, 2);
  return [ROLES[number(role, ROLES.length) - 1], text(name)];
}

function line(value) {
  const [what, calibre, quantity, mark] = list(value, 4);
  return [text(what), text(calibre), number(quantity, Number.MAX_SAFE_INTEGER, 0), text(mark)];
}

// How squares and lists name the paper with a code: as registry/verification/codes.py reads it.
async function paperId(typed) {
  const last = typed.replace(/\/+$/, "").split("/").pop().slice(0, 80);
  const code = last.replace(/[\s‐-―-]+/g, "").toUpperCase();
  const read = code.replace(/[OILU]/g, (letter) => ({ O: "0", I: "1", L: "1", U: "V" })[letter]);
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(read));
  return hex(new Uint8Array(digest, 0, ID));
}

function bytesOf(base64url) {
  const plain = atob(base64url.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
