// What the page shows, and the part of the address behind # that says it, so that a view can be shared. Names are kept
// rather than numbers: a link then works on tomorrow's page too.

import type { Mode } from "./course";
import type { Filter, Model } from "./model";

export interface State {
  filter: Filter;
  step: number; // shown on the map; the number of steps: the whole time
  mode: Mode;
  speed: number;
  theme: string; // auto, light, dark
  wall: boolean;
}

export const speeds = [0.25, 0.5, 1, 2, 4];
const modes: Mode[] = ["pulse", "window", "cumulative"];

export function start(model: Model, theme: string): State {
  return { filter: {}, step: model.header.steps, mode: "pulse", speed: 1, theme, wall: false };
}

// write gives the fragment for a state, "" for the first one.
export function write(state: State, model: Model, first: State): string {
  const h = model.header;
  const p = new URLSearchParams();
  const f = state.filter;
  if (f.place !== undefined) p.set("country", h.places[f.place]!);
  if (f.account !== undefined) p.set("account", h.accounts[f.account]!);
  if (f.source !== undefined) p.set("address", h.sources[f.source]!);
  if (f.network !== undefined) p.set("network", model.networks[f.network]!);
  if (f.method !== undefined) p.set("method", h.methods[f.method]!);
  const at = (step: number): string => new Date((h.from + step * h.step) * 1000).toISOString().slice(0, 19) + "Z";
  if (f.from !== undefined) {
    p.set("from", at(f.from));
    p.set("to", at(f.to!));
  }
  if (state.step !== h.steps) p.set("at", at(state.step));
  if (state.mode !== first.mode) p.set("mode", state.mode);
  if (state.speed !== first.speed) p.set("speed", String(state.speed));
  if (state.theme !== first.theme) p.set("theme", state.theme);
  if (state.wall) p.set("wall", "1");
  return p.toString();
}

// read gives the state that a fragment names; what it does not know stays as at first.
export function read(fragment: string, model: Model, first: State): State {
  const h = model.header;
  const p = new URLSearchParams(fragment.replace(/^#/, ""));
  const state: State = { ...first, filter: {} };
  const index = (list: string[], key: string): number | undefined => {
    const value = p.get(key);
    const i = value === null ? -1 : list.indexOf(value);
    return i < 0 ? undefined : i;
  };
  const step = (key: string): number | undefined => {
    const time = Date.parse(p.get(key) ?? "");
    if (Number.isNaN(time)) return undefined;
    return Math.min(Math.max(Math.round((time / 1000 - h.from) / h.step), 0), h.steps);
  };
  const chosen: [keyof Filter, number | undefined][] = [
    ["place", index(h.places, "country")],
    ["account", index(h.accounts, "account")],
    ["source", index(h.sources, "address")],
    ["network", index(model.networks, "network")],
    ["method", index(h.methods, "method")],
  ];
  for (const [key, value] of chosen) if (value !== undefined) state.filter[key] = value;
  const [from, to] = [step("from"), step("to")];
  if (from !== undefined && to !== undefined && from < to) Object.assign(state.filter, { from, to });
  state.step = step("at") ?? h.steps;
  const mode = modes.find((m) => m === p.get("mode"));
  if (mode) state.mode = mode;
  const speed = speeds.find((x) => String(x) === p.get("speed"));
  if (speed) state.speed = speed;
  if (["auto", "light", "dark"].includes(p.get("theme") ?? "")) state.theme = p.get("theme")!;
  state.wall = p.has("wall");
  return state;
}
