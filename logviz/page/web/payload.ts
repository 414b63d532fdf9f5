// The data of a page as Go packs them (logviz/page/payload.go): a header in JSON, then the rows column by column.

export interface Login {
  time: string | null;
  account: string;
  method: string;
  ip: string;
  country: string;
  failures_before: number;
}

// Statistics are what the rows cannot tell (logviz/page/statistics.go).
export interface Statistics {
  lines: number;
  events: number;
  unparsed: number;
  unparsed_by: { program: string; lines: number }[]; // the first ones
  unparsed_programs: number; // of so many
  returning_sources: number;
  logins: Login[]; // the first ones
}

export interface Header {
  version: number;
  title: string; // "": that of the reader's language
  generator: string;
  from: number; // unix seconds of step 0
  step: number; // seconds
  steps: number; // rows of step number steps were logged without a time
  zone: string;
  offsets: [number, number, string][]; // from when on, seconds east of UTC, abbreviation
  statistics: Statistics;
  places: string[]; // ISO 3166-1 alpha-2 codes, or "-private", "-reserved", "-unknown"
  sources: string[];
  source_place: number[];
  source_others?: Record<string, number>; // entries that stand for so many further addresses
  accounts: string[];
  account_others?: Record<string, number>;
  methods: string[];
  notes: string[];
  lang: string; // auto, or one that we speak
  theme: string; // auto, light, dark
  target: { name: string; x: number; y: number } | null; // what was attacked, in units of the map
  seq?: number; // of a live page
}

// Rows are attempts: one row is n of them by one source on one account in one step. They are in order of the step.
export class Rows {
  length = 0;
  step = new Uint32Array(0);
  source = new Uint32Array(0);
  account = new Uint32Array(0);
  method = new Uint16Array(0); // twice the method's index, plus one where the attempts got in
  n = new Uint32Array(0);

  reserve(size: number): void {
    if (size <= this.n.length) return;
    const grow = <T extends Uint32Array | Uint16Array>(from: T, to: T): T => (to.set(from), to);
    const room = Math.max(size, 2 * this.n.length);
    this.step = grow(this.step, new Uint32Array(room));
    this.source = grow(this.source, new Uint32Array(room));
    this.account = grow(this.account, new Uint32Array(room));
    this.method = grow(this.method, new Uint16Array(room));
    this.n = grow(this.n, new Uint32Array(room));
  }

  push(step: number, source: number, account: number, method: number, n: number): void {
    const i = this.length;
    this.reserve(i + 1);
    this.step[i] = step;
    this.source[i] = source;
    this.account[i] = account;
    this.method[i] = method;
    this.n[i] = n;
    this.length++;
  }

  // shift drops the rows before a step and counts steps from there on.
  shift(steps: number): void {
    let kept = 0;
    for (let i = 0; i < this.length; i++) {
      if (this.step[i]! < steps) continue;
      this.step[kept] = this.step[i]! - steps;
      this.source[kept] = this.source[i]!;
      this.account[kept] = this.account[i]!;
      this.method[kept] = this.method[i]!;
      this.n[kept] = this.n[i]!;
      kept++;
    }
    this.length = kept;
  }
}

export interface Payload {
  header: Header;
  rows: Rows;
}

export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.trim());
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

export async function inflate(packed: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const plain = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(plain).arrayBuffer());
}

export function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

export function decode(bytes: Uint8Array): Payload {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const block = (): Uint8Array => {
    const size = view.getUint32(at, true);
    at += 4 + size;
    return bytes.subarray(at - size, at);
  };
  const header = JSON.parse(text(block())) as Header;
  const columns = [varints(block()), varints(block()), varints(block()), varints(block()), varints(block())] as const;
  const rows = new Rows();
  rows.reserve(columns[0].length);
  let step = 0;
  let source = 0;
  for (let i = 0; i < columns[0].length; i++) {
    const steps = columns[0][i]!;
    step += steps;
    source = columns[1][i]! + (steps ? 0 : source); // within a step they only grow
    rows.push(step, source, columns[2][i]!, columns[3][i]!, columns[4][i]!);
  }
  return { header, rows };
}

// varints reads unsigned LEB128 numbers, below 2^53.
function varints(bytes: Uint8Array): number[] {
  const out: number[] = [];
  let value = 0;
  let scale = 1;
  for (const b of bytes) {
    value += (b & 0x7f) * scale;
    if (b & 0x80) {
      scale *= 128;
      continue;
    }
    out.push(value);
    value = 0;
    scale = 1;
  }
  return out;
}
