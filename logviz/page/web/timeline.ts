// The course of the attempts over the whole time. A click goes there; a drag chooses a span.

import type { Context } from "./context";
import { h, s, write } from "./dom";
import type { View } from "./model";
import type { State } from "./state";

const width = 960;
const height = 72;
const ground = 64; // below it logins that succeeded are marked

export class Timeline {
  readonly element: HTMLElement;
  private readonly bars = s("path", { class: "bars" });
  private readonly past = s("path", { class: "past" });
  private readonly clip = s("rect", { x: 0, y: 0, height });
  private readonly alarms = s("path", { class: "alarms" });
  private readonly cursor = s("line", { class: "cursor", y1: 0, y2: height });
  private readonly span = s("rect", { class: "span", y: 0, height, width: 0 });
  private readonly head = h("span", { class: "soft" });
  private readonly ticks = h("div", { class: "ticks", "aria-hidden": "true" });
  private steps = 1;

  constructor(
    private readonly ctx: Context,
    private readonly go: (step: number) => void,
  ) {
    const svg = s("svg", { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none", "aria-hidden": "true", "data-ops": "timeline" });
    svg.append(s("clipPath", { id: "past" }, this.clip), this.span, this.bars, this.past, this.alarms, this.cursor);
    this.past.setAttribute("clip-path", "url(#past)");
    this.element = h("div", { class: "timeline" }, this.head, svg, this.ticks);
    this.listen(svg);
  }

  update(view: View, state: State): void {
    const { header } = this.ctx.model;
    this.steps = header.steps;
    const wide = whole(this.steps / (width / 2), header.step); // steps of one bar
    const bars: [number, number][] = [];
    for (let at = 0; at < this.steps; at += wide) {
      let failed = 0;
      let accepted = 0;
      for (let i = at; i < Math.min(at + wide, this.steps); i++) {
        failed += view.steps[i]!;
        accepted += view.stepsAccepted[i]!;
      }
      bars.push([failed, accepted]);
    }
    const top = Math.max(1, ...bars.map((b) => b[0]));
    const one = (width * wide) / this.steps;
    let path = "";
    let alarms = "";
    bars.forEach(([failed, accepted], i) => {
      const x = round(i * one);
      const w = round(Math.max(1, one - (one > 4 ? 1 : 0)));
      if (failed) path += `M${x} ${ground}h${w}V${round(ground - (failed / top) * (ground - 2))}h-${w}z`;
      if (accepted) alarms += `M${x} ${ground + 2}h${Math.max(3, w)}v6h-${Math.max(3, w)}z`;
    });
    this.bars.setAttribute("d", path);
    this.past.setAttribute("d", path);
    this.alarms.setAttribute("d", alarms);
    const l = this.ctx.language;
    const peak = bars.findIndex((b) => b[0] === top);
    const per = l.say("course", { step: l.duration(wide * header.step) });
    write(this.head, peak < 0 ? per : `${per} · ${l.say("peak")}: ${l.number(top)}, ${this.ctx.clock.moment(this.ctx.clock.unix(peak * wide))}`);
    const f = state.filter;
    this.span.setAttribute("x", String(this.x(f.from ?? 0)));
    this.span.setAttribute("width", String(f.from === undefined ? 0 : this.x(f.to!) - this.x(f.from)));
    this.drawTicks();
  }

  draw(state: State): void {
    const x = this.x(state.step);
    this.cursor.setAttribute("transform", `translate(${x} 0)`);
    this.clip.setAttribute("width", String(x));
  }

  private x(step: number): number {
    return round((step / this.steps) * width);
  }

  private drawTicks(): void {
    const { clock, model } = this.ctx;
    const hours = model.hourStart;
    const days = this.steps * model.header.step > 3 * 86400;
    const labels: [number, string][] = [];
    for (const step of hours) {
      const unix = clock.unix(step);
      const hour = clock.hour(unix) % 24;
      if (days ? hour === 0 : hour % 3 === 0 || hours.length < 8) labels.push([step, days || (hour === 0 && hours.length > 26) ? clock.shortDay(unix) : clock.time(unix)]);
    }
    // Of many, those that fall on midnight are kept.
    const first = labels.findIndex(([step]) => clock.hour(clock.unix(step)) % 24 === 0);
    const every = [1, 2, 4, 8].find((n) => labels.length / n <= 9) ?? Math.ceil(labels.length / 9);
    this.ticks.replaceChildren(
      ...labels
        .filter((_, i) => (i - Math.max(first, 0)) % every === 0)
        .map(([step, words]) => {
          const tick = h("span", {}, words);
          tick.style.left = `${(100 * step) / this.steps}%`;
          return tick;
        }),
    );
  }

  private listen(svg: SVGSVGElement): void {
    let from = -1;
    let moved = false;
    const step = (e: PointerEvent): number => {
      const box = svg.getBoundingClientRect();
      return Math.min(Math.max(Math.round(((e.clientX - box.left) / box.width) * this.steps), 0), this.steps);
    };
    svg.addEventListener("pointerdown", (e) => {
      from = step(e);
      moved = false;
      svg.setPointerCapture(e.pointerId);
    });
    svg.addEventListener("pointermove", (e) => {
      if (from < 0) return;
      const to = step(e);
      moved ||= Math.abs(this.x(to) - this.x(from)) > 8;
      if (!moved) return;
      this.span.setAttribute("x", String(this.x(Math.min(from, to))));
      this.span.setAttribute("width", String(Math.abs(this.x(to) - this.x(from))));
    });
    svg.addEventListener("pointerup", (e) => {
      const to = step(e);
      if (from >= 0 && moved) this.ctx.choose({ from: Math.min(from, to), to: Math.max(from, to) });
      else if (from >= 0) this.go(to);
      from = -1;
    });
    svg.addEventListener("pointercancel", () => (from = -1));
  }
}

// whole returns how many steps a bar has, so many or more, that last a time with a name.
function whole(steps: number, step: number): number {
  const minutes = [1, 2, 3, 5, 10, 15, 20, 30, 60, 120, 180, 360, 720, 1440];
  const wanted = (steps * step) / 60;
  const found = minutes.find((m) => m >= wanted && (m * 60) % step === 0);
  return found ? (found * 60) / step : Math.ceil(wanted / 1440) * (86400 / step);
}

function round(x: number): number {
  return Math.round(x * 10) / 10;
}
