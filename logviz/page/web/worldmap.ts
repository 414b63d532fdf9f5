// The map: every country is a shape, small ones a dot, coloured by the attempts from there at the time shown. Those with
// attempts can be pointed at, reached with the arrow keys, and chosen.

import { Scale, levels } from "./colour";
import type { Context, Part } from "./context";
import { Course } from "./course";
import { h, printable, s, write } from "./dom";
import type { View } from "./model";
import { largest } from "./model";
import type { State } from "./state";

export interface MapData {
  width: number;
  height: number;
  sphere: string;
  graticule: string;
  countries: { code: string; path: string; dot: [number, number]; small: boolean }[];
}

interface Mark {
  shapes: SVGElement[];
  level: number;
  at: [number, number];
}

export class WorldMap implements Part {
  readonly element: HTMLElement;
  readonly svg: SVGSVGElement;
  scale = new Scale(10, false);
  private readonly marks = new Map<string, Mark>();
  private readonly rings = { chosen: s("path", { class: "ring" }), current: s("path", { class: "ring" }) };
  private readonly legend = h("div", { class: "legend", "aria-hidden": "true" });
  private readonly tip = h("div", { class: "tip", role: "status", hidden: true });
  private readonly clock = h("strong", { "data-ops": "clock" });
  private readonly date = h("span");
  private readonly what = h("span", { class: "soft" });
  private readonly now = h("ol", { class: "now" });
  private view!: View;
  private state!: State;
  private course?: Course;
  private courseKey = "";
  private order: number[] = []; // places by attempts: the way of the arrow keys
  private current = -1; // place with the focus

  constructor(
    private readonly ctx: Context,
    private readonly data: MapData,
  ) {
    const l = ctx.language;
    this.svg = s("svg", { viewBox: `0 0 ${data.width} ${data.height}`, role: "group", "aria-label": l.say("map"), "data-ops": "map" });
    const land = s("g", { "clip-path": "url(#sphere)" });
    this.svg.append(
      s("clipPath", { id: "sphere" }, s("path", { d: data.sphere })),
      s("path", { class: "sphere", d: data.sphere }),
      s("path", { class: "graticule", d: data.graticule, "clip-path": "url(#sphere)" }),
      land,
    );
    const dots: SVGElement[] = [];
    for (const c of data.countries) {
      const mark: Mark = { shapes: [], level: -1, at: c.dot };
      if (c.path) {
        const shape = s("path", { class: "country", d: c.path, "data-code": c.code });
        land.append(shape);
        mark.shapes.push(shape);
      }
      if (c.small) {
        const dot = s("circle", { class: "dot", cx: c.dot[0], cy: c.dot[1], r: 4, "data-code": c.code });
        dots.push(dot);
        mark.shapes.unshift(dot);
      }
      this.marks.set(c.code, mark);
    }
    this.svg.append(...dots, this.rings.chosen, this.rings.current);
    const target = ctx.model.header.target;
    if (target) this.svg.append(s("g", { class: "target", transform: `translate(${target.x} ${target.y})` }, s("path", { d: "M-7 0H7M0-7V7" }), s("circle", { r: 4 }), s("text", { x: 10, y: 4 }, printable(target.name, 40))));
    const frame = h("div", { class: "frame" });
    frame.append(this.svg, this.tip);
    this.listen(frame);
    this.element = h(
      "section",
      { class: "map", "aria-label": l.say("map") },
      h("div", { class: "moment" }, h("div", { class: "clock" }, this.clock, this.date), this.what, this.now, this.legend),
      frame,
    );
  }

  update(view: View, state: State): void {
    this.view = view;
    this.state = state;
    const f = state.filter;
    const key = JSON.stringify([f.source, f.network, f.account, f.method, state.mode, this.ctx.model.rows.length, this.ctx.model.header.from]);
    if (key !== this.courseKey || this.ctx.live) {
      this.course = new Course(this.ctx.model, f, state.mode);
      this.courseKey = key;
    }
    this.order = largest(view.places, view.places.length, (i) => !this.marks.has(this.code(i))).map(([i]) => i);
    const buttons = new Set(this.order.map((i) => this.code(i)));
    for (const [code, mark] of this.marks) {
      mark.level = -1; // the colours may be others
      const shape = mark.shapes[0];
      if (!shape) continue;
      const active = buttons.has(code);
      toggle(shape, "role", active ? "button" : null);
      toggle(shape, "tabindex", active ? "-1" : null);
      toggle(shape, "aria-pressed", active ? String(f.place !== undefined && this.code(f.place) === code) : null);
      if (!active) shape.removeAttribute("aria-label"); // a shape that is no button has no name
    }
    this.ring("chosen", f.place ?? -1);
    for (const i of this.order) {
      const l = this.ctx.language;
      const label = `${l.place(this.code(i))}: ${l.many("attempts", view.places[i]!)}, ${l.share(view.places[i]!, sum(view.places))}`;
      this.shape(i)?.setAttribute("aria-label", label);
    }
    const stop = this.order.includes(this.current) ? this.current : this.order[0];
    if (stop !== undefined) this.shape(stop)?.setAttribute("tabindex", "0");
    this.drawn = "";
    this.draw(state);
  }

  private drawn = ""; // what the legend shows

  // draw shows another time; it writes only what differs.
  draw(state: State): void {
    this.state = state;
    const { header } = this.ctx.model;
    const whole = state.step >= header.steps && !this.ctx.live;
    const step = Math.min(state.step, header.steps - 1);
    const top = whole ? Math.max(0, ...this.view.places) : this.course!.top;
    const key = `${whole} ${top} ${this.ctx.dark()} ${state.mode}`;
    if (key !== this.drawn) {
      this.drawn = key;
      this.scale = new Scale(top, this.ctx.dark());
      for (const mark of this.marks.values()) this.paint(mark, 0);
      this.drawLegend(state, whole);
    }
    const at = whole ? undefined : this.course!.at(step);
    const count = whole ? this.view.places.length : this.course!.places.length;
    const best: [number, number][] = [];
    for (let k = 0; k < count; k++) {
      const place = whole ? k : this.course!.places[k]!;
      const value = whole ? this.view.places[k]! : at![k]!;
      const mark = this.marks.get(this.code(place));
      if (mark) this.paint(mark, this.scale.level(value));
      if (value >= 0.5 && (best.length < 5 || value > best[4]![1])) {
        best.push([place, value]);
        best.sort((a, b) => b[1] - a[1]);
        best.length = Math.min(best.length, 5);
      }
    }
    this.drawMoment(state, step, whole, best);
  }

  private drawMoment(state: State, step: number, whole: boolean, best: [number, number][]): void {
    const { clock, language: l, model } = this.ctx;
    const at = clock.unix(step);
    write(this.clock, whole ? this.hours() : clock.time(at));
    write(this.date, whole ? this.span() : `${clock.day(at)}, ${clock.zone(at)}`);
    const words = whole ? "" : { pulse: l.say("pulse"), window: l.say("window", { time: l.duration(15 * model.header.step) }), cumulative: l.say("cumulative") }[state.mode];
    write(this.what, words);
    for (let i = 0; i < 5; i++) {
      let row = this.now.children[i] as HTMLElement | undefined;
      if (!row) this.now.append((row = h("li", {}, h("span"), h("b"))));
      const found = best[i];
      row.classList.toggle("none", !found);
      write(row.children[0] as HTMLElement, found ? l.place(this.code(found[0])) : "");
      write(row.children[1] as HTMLElement, found ? l.number(Math.round(found[1])) : "");
    }
  }

  // hours is what the map tells of when no moment is chosen: the chosen hours, or the whole time.
  private hours(): string {
    const { clock, language } = this.ctx;
    const { from, to } = this.state.filter;
    return from === undefined ? language.say("whole") : `${clock.time(clock.unix(from))}–${clock.time(clock.unix(to!))}`;
  }

  private span(): string {
    const { clock, model } = this.ctx;
    const f = this.state.filter;
    const from = clock.unix(f.from ?? 0);
    const to = clock.unix(f.to ?? model.header.steps);
    if (f.from === undefined && to - from <= 26 * 3600) return `${clock.day(from)}, ${clock.zone(from)}`;
    if (f.from === undefined) return `${clock.shortDay(from)} – ${clock.shortDay(to - 1)}, ${clock.zone(from)}`;
    return `${clock.moment(from)} – ${clock.time(to)} ${clock.zone(from)}`;
  }

  private paint(mark: Mark, level: number): void {
    if (mark.level === level) return;
    mark.level = level;
    for (const shape of mark.shapes) {
      shape.setAttribute("fill", this.scale.colours[level]!);
      if (shape.tagName === "circle") shape.classList.toggle("none", level === 0);
    }
  }

  private drawLegend(state: State, whole: boolean): void {
    const l = this.ctx.language;
    const bar = h("div", { class: "ramp" });
    for (let i = 1; i <= 24; i++) {
      const cell = h("i");
      cell.style.background = this.scale.colours[Math.round((i / 24) * (levels - 1))]!;
      bar.append(cell);
    }
    const ticks = h("div", { class: "ticks" });
    const one = this.scale.position(1);
    for (const t of this.scale.ticks(5)) {
      const tick = h("span", {}, l.number(t));
      // The ramp begins with the colours below one attempt: ten levels of its 44.
      tick.style.left = `${100 * ((10 + (34 * (this.scale.position(t) - one)) / (1 - one)) / 44)}%`;
      ticks.append(tick);
    }
    const caption = whole || state.mode === "cumulative" ? l.forms("failed", 2) : `${l.forms("failed", 2)}, ${l.say("around")} ${l.duration(15 * this.ctx.model.header.step)}`;
    this.legend.replaceChildren(h("span", { class: "soft" }, caption), h("div", {}, bar, ticks));
  }

  private code(place: number): string {
    return this.ctx.model.header.places[place]!;
  }

  // shape is what stands for a place and takes its focus; nothing for those that are on no map.
  private shape(place: number): SVGElement | undefined {
    return this.marks.get(this.code(place))?.shapes[0];
  }

  private place(target: EventTarget | null): number {
    const code = target instanceof Element ? target.getAttribute("data-code") : null;
    const i = code === null ? -1 : this.ctx.model.header.places.indexOf(code);
    return i >= 0 && this.view.places[i]! > 0 ? i : -1;
  }

  private listen(frame: HTMLElement): void {
    const choose = (e: Event): void => {
      const place = this.place(e.target);
      if (place >= 0) this.ctx.choose({ place: this.state.filter.place === place ? undefined : place });
    };
    this.svg.addEventListener("click", choose);
    this.svg.addEventListener("pointerover", (e) => this.explain(this.place(e.target)));
    this.svg.addEventListener("pointerleave", () => this.explain(-1));
    // Not on the drawing: in Chromium one that listens for the focus takes it, and the tab key would stop there.
    frame.addEventListener("focusin", (e) => this.focus(this.place(e.target)));
    frame.addEventListener("focusout", () => this.explain(-1));
    this.svg.addEventListener("keydown", (e) => {
      const move = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[e.key];
      if (e.key === "Enter" || e.key === " ") choose(e);
      else if (e.key === "Escape") this.explain(-1);
      else if (move) {
        const n = this.order.length;
        this.shape(this.order[(this.order.indexOf(this.current) + move + n) % n]!)?.focus();
      } else return;
      e.preventDefault();
    });
  }

  private focus(place: number): void {
    if (place < 0) return;
    if (this.current >= 0) this.shape(this.current)?.setAttribute("tabindex", "-1");
    this.current = place;
    this.shape(place)?.setAttribute("tabindex", "0");
    this.explain(place);
  }

  // ring draws a line around a place, over all its neighbours; around none for -1.
  private ring(which: "chosen" | "current", place: number): void {
    const shape = place < 0 ? undefined : this.shape(place);
    let d = shape?.getAttribute("d") ?? "";
    if (shape?.tagName === "circle") {
      const [x, y] = this.marks.get(this.code(place))!.at;
      d = `M${x - 5} ${y}a5 5 0 1 0 10 0a5 5 0 1 0 -10 0z`;
    }
    this.rings[which].setAttribute("d", d);
  }

  private explained = -1;

  // explain shows what is known of a place beside it, or nothing for -1.
  private explain(place: number): void {
    if (place === this.explained) return;
    this.explained = place;
    this.tip.hidden = place < 0;
    this.ring("current", place);
    if (place < 0) return;
    const { language: l, model } = this.ctx;
    const v = this.view;
    const tops = model.tops(this.state.filter, place, 3);
    const list = (title: string, rows: [number, number][], names: string[]): HTMLElement | null =>
      rows.length === 0
        ? null
        : h("div", {}, h("span", { class: "soft" }, title), ...rows.map(([i, n]) => h("div", { class: "pair" }, h("bdi", {}, printable(names[i]!, 28) || l.say("empty")), h("b", {}, l.number(n)))));
    this.tip.replaceChildren(
      h("strong", {}, l.place(this.code(place))),
      h("div", {}, `${l.many("attempts", v.places[place]!)} · ${l.share(v.places[place]!, sum(v.places))} · ${l.many("sources", v.placeSources[place]!)}`),
    );
    if (v.placeAccepted[place]) this.tip.append(h("div", { class: "alarm" }, l.many("accepted", v.placeAccepted[place]!)));
    for (const part of [list(l.say("topAccounts"), tops.accounts, model.header.accounts), list(l.say("topNetworks"), tops.networks.filter(([i]) => model.networks[i] !== ""), model.networks)]) if (part) this.tip.append(part);
    const [x, y] = this.marks.get(this.code(place))!.at;
    this.tip.style.left = `${(100 * x) / this.data.width}%`;
    this.tip.style.top = `${(100 * y) / this.data.height}%`;
    this.tip.classList.toggle("left", x > this.data.width / 2);
    this.tip.classList.toggle("up", y > this.data.height / 2);
  }
}

function toggle(e: Element, name: string, value: string | null): void {
  if (value === null) e.removeAttribute(name);
  else if (e.getAttribute(name) !== value) e.setAttribute(name, value);
}

function sum(values: Float64Array): number {
  return values.reduce((a, b) => a + b, 0);
}
