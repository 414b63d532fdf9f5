// How much each place glows at each step: what the map shows while it plays.

import type { Filter, Model } from "./model";

export type Mode = "pulse" | "window" | "cumulative";

// fade is the number of steps in which an attempt fades by e, and that a window has: as in the films.
export const fade = 15;

export class Course {
  readonly places: number[] = []; // that have attempts
  readonly top: number; // the largest value of any place at any step, for the scale
  private readonly values: Float32Array; // by step, then place

  constructor(model: Model, filter: Filter, readonly mode: Mode) {
    const { rows, header: h } = model;
    const column = new Int32Array(h.places.length).fill(-1);
    const use: number[] = [];
    for (let i = 0; i < rows.length; i++) {
      if (rows.method[i]! & 1 || rows.step[i]! >= h.steps) continue;
      const source = rows.source[i]!;
      if (filter.source !== undefined && filter.source !== source) continue;
      if (filter.network !== undefined && filter.network !== model.sourceNetwork[source]) continue;
      if (filter.account !== undefined && filter.account !== rows.account[i]) continue;
      if (filter.method !== undefined && filter.method !== rows.method[i]! >> 1) continue;
      const place = h.source_place[source]!;
      if (column[place]! < 0) column[place] = this.places.push(place) - 1;
      use.push(i);
    }
    const width = this.places.length;
    const v = new Float32Array(width * h.steps);
    for (const i of use) v[rows.step[i]! * width + column[h.source_place[rows.source[i]!]!]!]! += rows.n[i]!;
    const keep = mode === "pulse" ? Math.exp(-1 / fade) : 1;
    const plain = mode === "window" ? v.slice() : v;
    let top = 0;
    for (let at = 0; at < v.length; at++) {
      if (at >= width) v[at]! += keep * v[at - width]!;
      if (mode === "window" && at >= fade * width) v[at]! -= plain[at - fade * width]!;
      if (v[at]! > top) top = v[at]!;
    }
    this.values = v;
    this.top = top;
  }

  // at gives each of places its value in a step.
  at(step: number): Float32Array {
    const width = this.places.length;
    return this.values.subarray(step * width, (step + 1) * width);
  }
}
