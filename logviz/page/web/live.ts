// A live page: the data of the start are fetched, then rows come as server-sent events. Whoever missed some starts anew.

import type { Model } from "./model";
import { type Login, type Payload, type Statistics, decode, inflate } from "./payload";

interface Update {
  seq: number;
  places?: string[];
  sources?: [string, number][];
  accounts?: string[];
  methods?: string[];
  rows?: [number, number, number, number, number][];
  statistics?: Partial<Statistics> & { logins_new?: Login[] };
  from?: number;
  steps?: number;
}

export async function snapshot(): Promise<Payload> {
  const answer = await fetch("data", { cache: "no-store" });
  if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
  return decode(await inflate(new Uint8Array(await answer.arrayBuffer())));
}

export function follow(seq: number, on: { rows(update: Update): void; reset(): void; state(connected: boolean): void }): EventSource {
  const source = new EventSource(`events?seq=${seq}`);
  source.addEventListener("open", () => on.state(true));
  source.addEventListener("error", () => on.state(false));
  source.addEventListener("rows", (e) => on.rows(JSON.parse((e as MessageEvent<string>).data) as Update));
  source.addEventListener("reset", () => on.reset());
  return source;
}

// take adds an update to the model. Its rows belong to the newest steps, but need not be in order.
export function take(model: Model, u: Update): void {
  const { header, rows } = model;
  if (u.from !== undefined && u.from > header.from) {
    rows.shift(Math.round((u.from - header.from) / header.step));
    header.from = u.from;
  }
  if (u.steps !== undefined) header.steps = u.steps;
  header.places.push(...(u.places ?? []));
  header.accounts.push(...(u.accounts ?? []));
  header.methods.push(...(u.methods ?? []));
  for (const [address, place] of u.sources ?? []) {
    header.sources.push(address);
    header.source_place.push(place);
  }
  for (const [step, source, account, method, n] of u.rows ?? []) rows.add(step, source, account, method, n);
  if (u.statistics) {
    const { logins_new, ...rest } = u.statistics;
    Object.assign(header.statistics, rest);
    if (logins_new) header.statistics.logins.push(...logins_new);
  }
  model.index();
}
