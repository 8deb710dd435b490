// CBOR as the registry signs it: the one spelling of RFC 8949 section 4.2.1, by the rules of
// registry/verification/cbor.py. A Map stands for a map, a Uint8Array for bytes.
const DEEPEST = 8;
const [UNSIGNED, NEGATIVE, BYTES, TEXT, ARRAY, MAP, TAG] = [0, 1, 2, 3, 4, 5, 6];
const letters = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export class NotCbor extends Error {}

export class Tagged {
  constructor(tag, value) {
    this.tag = tag;
    this.value = value;
  }
}

// The value of these bytes, all of them; throws NotCbor. A tag is read at the outside alone.
export function decoded(raw) {
  const reader = new Reader(raw);
  const found = reader.tagged();
  if (reader.at !== raw.length) throw new NotCbor("more bytes follow");
  return found;
}

class Reader {
  constructor(raw) {
    this.raw = raw;
    this.at = 0;
  }

  tagged() {
    if (this.raw.length && this.raw[0] >> 5 === TAG) {
      const [, tag] = this.head();
      return new Tagged(tag, this.value(0));
    }
    return this.value(0);
  }

  value(depth) {
    if (depth > DEEPEST) throw new NotCbor("too deep");
    const [major, number] = this.head();
    if (major === UNSIGNED) return number;
    if (major === NEGATIVE) return -1 - number;
    if (major === BYTES) return this.take(number);
    if (major === TEXT) return this.text(number);
    if (major === ARRAY) return Array.from({ length: this.counted(number) }, () => this.value(depth + 1));
    if (major === MAP) return this.map(this.counted(number), depth);
    throw new NotCbor("a kind of value that is not used here");
  }

  head() {
    const first = this.take(1)[0];
    const [major, short] = [first >> 5, first & 31];
    if (short < 24) return [major, short];
    if (short > 27) throw new NotCbor("without a length");
    const size = 1 << (short - 24);
    const number = this.take(size).reduce((sum, byte) => sum * 256 + byte, 0);
    const least = size === 1 ? 24 : 2 ** (4 * size);
    if (number < least || !Number.isSafeInteger(number)) throw new NotCbor("not the shortest spelling, or too large");
    return [major, number];
  }

  take(count) {
    if (count > this.raw.length - this.at) throw new NotCbor("cut short");
    this.at += count;
    return this.raw.subarray(this.at - count, this.at);
  }

  counted(number) {
    if (number > this.raw.length - this.at) throw new NotCbor("cut short");
    return number;
  }

  text(count) {
    try {
      return letters.decode(this.take(count));
    } catch {
      throw new NotCbor("not UTF-8");
    }
  }

  map(count, depth) {
    const found = new Map();
    let before = new Uint8Array();
    for (let n = 0; n < count; n += 1) {
      const start = this.at;
      const key = this.value(depth + 1);
      const spelled = this.raw.subarray(start, this.at);
      if (typeof key !== "number" || !follows(spelled, before)) throw new NotCbor("keys in their order, each once");
      before = spelled;
      found.set(key, this.value(depth + 1));
    }
    return found;
  }
}

function follows(bytes, before) {
  for (let n = 0; n < bytes.length && n < before.length; n += 1) {
    if (bytes[n] !== before[n]) return bytes[n] > before[n];
  }
  return bytes.length > before.length;
}

// The bytes of an array of texts and bytes: all that is ever signed over.
export function encodedArray(values) {
  const parts = values.map((value) => (typeof value === "string" ? new TextEncoder().encode(value) : value));
  const heads = parts.map((part, n) => head(typeof values[n] === "string" ? TEXT : BYTES, part.length));
  return joined([head(ARRAY, values.length), ...parts.flatMap((part, n) => [heads[n], part])]);
}

function head(major, number) {
  if (number < 24) return Uint8Array.of((major << 5) | number);
  if (number < 256) return Uint8Array.of((major << 5) | 24, number);
  if (number < 65536) return Uint8Array.of((major << 5) | 25, number >> 8, number & 255);
  return Uint8Array.of((major << 5) | 26, ...[24, 16, 8, 0].map((shift) => (number >>> shift) & 255));
}

function joined(parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
