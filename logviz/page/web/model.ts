// The counts behind every part of the page: one pass over the rows for the chosen filter.
//
// Each list is counted with all parts of the filter but its own, so that the countries beside a chosen one are still
// there to be chosen; the totals are counted with all of it.

import type { Clock } from "./clock";
import { network } from "./network";
import type { Header, Rows } from "./payload";

export interface Filter {
  place?: number;
  source?: number;
  network?: number;
  account?: number;
  method?: number;
  from?: number; // first step
  to?: number; // step behind the last
}

export type Dimension = "place" | "source" | "network" | "account" | "method";

const PLACE = 1;
const SOURCE = 2;
const NETWORK = 4;
const ACCOUNT = 8;
const METHOD = 16;
const TIME = 32;

export interface Hour {
  start: number; // unix seconds
  fromStep: number;
  toStep: number;
  failed: number;
  accepted: number;
  sources: number;
  fresh: number; // sources that were never seen before
}

export interface View {
  failed: number;
  accepted: number;
  sources: number;
  sourcesAtMost: boolean; // some may be counted that were not part of it
  countries: number;
  unlocated: number; // failed attempts without a country
  untimed: number; // failed attempts without a time, which are in no hour
  places: Float64Array; // failed attempts by place …
  placeSources: Float64Array;
  placeAccepted: Float64Array;
  bySource: Float64Array;
  byNetwork: Float64Array;
  networkSources: Float64Array;
  byAccount: Float64Array;
  accountMethods: Map<number, Map<number, number>>;
  byMethod: Float64Array;
  methodAccepted: Float64Array;
  steps: Float64Array; // failed, by step
  stepsAccepted: Float64Array;
  hours: Hour[];
  returning: number; // sources with attempts in two or more hours
}

export class Model {
  networks: string[] = [];
  sourceNetwork = new Uint32Array(0);
  hourStart: number[] = []; // first step of every hour that the log has
  hourOf = new Uint32Array(0);

  constructor(
    readonly header: Header,
    readonly rows: Rows,
    private readonly clock: Clock,
  ) {
    this.index();
  }

  // index is called again when the header has grown.
  index(): void {
    const h = this.header;
    const known = new Map(this.networks.map((name, i) => [name, i]));
    const of = new Uint32Array(h.sources.length);
    of.set(this.sourceNetwork.subarray(0, of.length));
    for (let i = this.sourceNetwork.length; i < of.length; i++) {
      const name = network(h.sources[i]!);
      let id = known.get(name);
      if (id === undefined) {
        id = this.networks.length;
        known.set(name, id);
        this.networks.push(name);
      }
      of[i] = id;
    }
    this.sourceNetwork = of;

    this.hourStart = [];
    this.hourOf = new Uint32Array(h.steps);
    let last = NaN;
    for (let s = 0; s < h.steps; s++) {
      const hour = this.clock.hour(this.clock.unix(s));
      if (hour !== last) this.hourStart.push(s);
      last = hour;
      this.hourOf[s] = this.hourStart.length - 1;
    }
  }

  others(source: number): number {
    return this.header.source_others?.[source] ?? 0;
  }

  view(f: Filter): View {
    const h = this.header;
    const r = this.rows;
    const v: View = {
      failed: 0,
      accepted: 0,
      sources: 0,
      sourcesAtMost: false,
      countries: 0,
      unlocated: 0,
      untimed: 0,
      places: new Float64Array(h.places.length),
      placeSources: new Float64Array(h.places.length),
      placeAccepted: new Float64Array(h.places.length),
      bySource: new Float64Array(h.sources.length),
      byNetwork: new Float64Array(this.networks.length),
      networkSources: new Float64Array(this.networks.length),
      byAccount: new Float64Array(h.accounts.length),
      accountMethods: new Map(),
      byMethod: new Float64Array(h.methods.length),
      methodAccepted: new Float64Array(h.methods.length),
      steps: new Float64Array(h.steps),
      stepsAccepted: new Float64Array(h.steps),
      hours: this.hourStart.map((s, i) => ({
        start: this.clock.unix(s),
        fromStep: s,
        toStep: this.hourStart[i + 1] ?? h.steps,
        failed: 0,
        accepted: 0,
        sources: 0,
        fresh: 0,
      })),
      returning: 0,
    };
    const seen = new Uint8Array(h.sources.length); // in the totals
    const seenCountry = new Uint8Array(h.places.length);
    const seenPlace = new Uint8Array(h.sources.length);
    const seenNetwork = new Uint8Array(h.sources.length);
    const lastHour = new Int32Array(h.sources.length).fill(-1); // with any time
    const inHours = new Uint16Array(h.sources.length); // hours in the totals
    const lastCounted = new Int32Array(h.sources.length).fill(-1);

    for (let i = 0; i < r.length; i++) {
      const step = r.step[i]!;
      const source = r.source[i]!;
      const account = r.account[i]!;
      const method = r.method[i]! >> 1;
      const place = h.source_place[source]!;
      const net = this.sourceNetwork[source]!;
      let miss = 0;
      if (f.place !== undefined && f.place !== place) miss |= PLACE;
      if (f.source !== undefined && f.source !== source) miss |= SOURCE;
      if (f.network !== undefined && f.network !== net) miss |= NETWORK;
      if (f.account !== undefined && f.account !== account) miss |= ACCOUNT;
      if (f.method !== undefined && f.method !== method) miss |= METHOD;
      if (f.from !== undefined && (step < f.from || step >= f.to!)) miss |= TIME;
      if ((miss & (miss - 1)) !== 0) continue; // two parts or more of the filter miss it
      const n = r.n[i]!;
      const timed = step < h.steps;
      const hour = timed ? this.hourOf[step]! : -1;
      if (r.method[i]! & 1) {
        if (miss === 0) v.accepted += n;
        if (miss === 0 || miss === PLACE) v.placeAccepted[place]! += n;
        if (miss === 0 || miss === METHOD) v.methodAccepted[method]! += n;
        if (timed && (miss === 0 || miss === TIME)) {
          v.stepsAccepted[step]! += n;
          v.hours[hour]!.accepted += n;
        }
        continue;
      }
      const named = h.sources[source] !== "" || this.others(source) > 0;
      if (miss === 0) {
        v.failed += n;
        seen[source] = 1;
        if (h.places[place]!.startsWith("-")) v.unlocated += n;
        else seenCountry[place] = 1;
        if (!timed) v.untimed += n;
        else if (lastCounted[source] !== hour) {
          lastCounted[source] = hour;
          inHours[source]!++;
        }
        let methods = v.accountMethods.get(account);
        if (!methods) v.accountMethods.set(account, (methods = new Map()));
        methods.set(method, (methods.get(method) ?? 0) + n);
      }
      if (miss === 0 || miss === PLACE) {
        v.places[place]! += n;
        if (named && !seenPlace[source]) {
          seenPlace[source] = 1;
          v.placeSources[place]! += this.others(source) || 1;
        }
      }
      if (miss === 0 || miss === SOURCE) v.bySource[source]! += n;
      if (miss === 0 || miss === NETWORK) {
        v.byNetwork[net]! += n;
        if (named && !seenNetwork[source]) {
          seenNetwork[source] = 1;
          v.networkSources[net]! += this.others(source) || 1;
        }
      }
      if (miss === 0 || miss === ACCOUNT) v.byAccount[account]! += n;
      if (miss === 0 || miss === METHOD) v.byMethod[method]! += n;
      if (timed && (miss === 0 || miss === TIME)) {
        const at = v.hours[hour]!;
        v.steps[step]! += n;
        at.failed += n;
        if (named && lastHour[source] !== hour) {
          const all = this.others(source) || 1;
          at.sources += all;
          if (lastHour[source]! < 0) at.fresh += all;
          lastHour[source] = hour;
        }
      }
    }
    for (let s = 0; s < seen.length; s++) {
      if (!seen[s] || (h.sources[s] === "" && !this.others(s))) continue;
      v.sources += this.others(s) || 1;
      if (this.others(s) > 1 && (f.account !== undefined || f.method !== undefined || f.from !== undefined)) v.sourcesAtMost = true;
      if (inHours[s]! > 1) v.returning++;
    }
    v.countries = seenCountry.reduce((a, b) => a + b, 0);
    return v;
  }

  // tops returns the largest counts of a place under the filter: its accounts and its networks.
  tops(f: Filter, place: number, most: number): { accounts: [number, number][]; networks: [number, number][] } {
    const v = this.view({ ...f, place });
    return { accounts: largest(v.byAccount, most), networks: largest(v.byNetwork, most) };
  }
}

// largest returns the indexes with the largest values above 0 and the values, in their order.
export function largest(values: ArrayLike<number>, most: number, skip?: (i: number) => boolean): [number, number][] {
  const all: [number, number][] = [];
  for (let i = 0; i < values.length; i++) if (values[i]! > 0 && !skip?.(i)) all.push([i, values[i]!]);
  all.sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  return all.slice(0, most);
}
