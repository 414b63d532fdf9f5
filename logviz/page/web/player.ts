// The controls of time: play, pause, speed, one step, any step, the peak; and the keys for the same.

import type { Context, Part } from "./context";
import { h, icon } from "./dom";
import type { View } from "./model";
import type { Mode } from "./course";
import { type State, speeds } from "./state";
import { Timeline } from "./timeline";

const icons = {
  play: "M3 1.5v13l11-6.5z",
  pause: "M3 2h4v12H3zM9 2h4v12H9z",
  back: "M2 2h2.5v12H2zM14 2v12L5.5 8z",
  forward: "M11.5 2H14v12h-2.5zM2 2v12l8.5-6z",
  peak: "M1 14h14L8 3z",
};

const stepsPerSecond = 30; // at speed 1, as the films

export class Player implements Part {
  readonly element: HTMLElement;
  private readonly button: HTMLButtonElement;
  private readonly scrub: HTMLInputElement;
  private readonly speed: HTMLSelectElement;
  private readonly mode: HTMLSelectElement;
  private readonly timeline: Timeline;
  private state!: State;
  private peak = 0;
  private playing = false;
  private position = 0; // in steps, with their parts
  private before = 0; // time of the frame before, in ms

  constructor(private readonly ctx: Context) {
    const l = ctx.language;
    const button = (key: "stepBack" | "stepForward", ops: "back" | "forward", click: () => void): HTMLButtonElement =>
      h("button", { type: "button", "data-ops": ops, "aria-label": l.say(key), title: l.say(key), click }, icon(icons[ops]));
    this.button = h("button", { type: "button", class: "play", "data-ops": "play", click: () => this.toggle() });
    this.scrub = h("input", { type: "range", min: 0, step: 1, "data-ops": "scrub", "aria-label": l.say("position"), input: () => this.go(Number(this.scrub.value)) });
    this.speed = h("select", { "data-ops": "speed", "aria-label": l.say("speed"), change: () => this.ctx.show({ speed: Number(this.speed.value) }) }, ...speeds.map((x) => h("option", { value: x }, `${x} ×`)));
    const modes: [Mode, string][] = [
      ["pulse", l.say("pulse")],
      ["window", l.say("window", { time: l.duration(15 * ctx.model.header.step) })],
      ["cumulative", l.say("cumulative")],
    ];
    this.mode = h("select", { "data-ops": "mode", "aria-label": l.say("mode"), change: () => this.ctx.show({ mode: this.mode.value as Mode }) }, ...modes.map(([value, words]) => h("option", { value }, words)));
    this.timeline = new Timeline(ctx, (step) => this.go(step));
    this.element = h(
      "section",
      { class: "player", "aria-label": l.say("time") },
      this.timeline.element,
      this.scrub,
      h(
        "div",
        { class: "controls" },
        this.button,
        button("stepBack", "back", () => this.go(this.state.step - 1)),
        button("stepForward", "forward", () => this.go(this.state.step + 1)),
        h("button", { type: "button", "data-ops": "peak", title: l.say("toPeak"), click: () => this.go(this.peak) }, icon(icons.peak), l.say("peak")),
        h("label", {}, `${l.say("speed")} `, this.speed),
        h("label", {}, `${l.say("mode")} `, this.mode),
      ),
    );
    this.label();
    document.addEventListener("keydown", (e) => this.key(e));
  }

  update(view: View, state: State): void {
    this.scrub.max = String(this.ctx.model.header.steps);
    this.peak = state.filter.from ?? 0; // of what is chosen
    for (let i = this.peak; i < (state.filter.to ?? view.steps.length); i++) if (view.steps[i]! > view.steps[this.peak]!) this.peak = i;
    this.speed.value = String(state.speed);
    this.mode.value = state.mode;
    this.timeline.update(view, state);
    this.draw(state);
  }

  draw(state: State): void {
    this.state = state;
    const { clock, language: l, model } = this.ctx;
    if (Number(this.scrub.value) !== state.step) this.scrub.value = String(state.step);
    const whole = state.step >= model.header.steps;
    this.scrub.setAttribute("aria-valuetext", whole ? l.say(this.ctx.live ? "now" : "whole") : clock.moment(clock.unix(state.step)));
    this.timeline.draw(state);
    if (Math.floor(this.position) !== state.step) this.position = state.step;
  }

  // range is what is played: the chosen hours, or all.
  private range(): [number, number] {
    return [this.state.filter.from ?? 0, this.state.filter.to ?? this.ctx.model.header.steps];
  }

  private go(step: number): void {
    this.ctx.show({ step: Math.min(Math.max(step, 0), this.ctx.model.header.steps) });
  }

  private toggle(): void {
    this.playing = !this.playing;
    this.label();
    if (!this.playing) return;
    const [from, to] = this.range();
    if (this.state.step < from || this.state.step >= to) this.go(from);
    this.before = performance.now();
    requestAnimationFrame((now) => this.frame(now));
  }

  private label(): void {
    const word = this.ctx.language.say(this.playing ? "pause" : "play");
    this.button.replaceChildren(icon(this.playing ? icons.pause : icons.play), word);
    this.button.setAttribute("aria-pressed", String(this.playing));
  }

  private frame(now: number): void {
    if (!this.playing) return;
    const [, to] = this.range();
    const elapsed = Math.min(now - this.before, 1000);
    // Who asked for less motion gets a still picture each second, an hour or so further on.
    if (!matchMedia("(prefers-reduced-motion: reduce)").matches || now - this.before >= 1000) {
      this.before = now;
      const next = this.position + (elapsed / 1000) * stepsPerSecond * this.state.speed;
      if (next >= to) {
        this.playing = false;
        this.label();
        this.go(to);
        return;
      }
      const step = Math.floor(next);
      if (step !== this.state.step) this.go(step);
      this.position = next;
    }
    requestAnimationFrame((t) => this.frame(t));
  }

  private key(e: KeyboardEvent): void {
    const target = e.target as Element;
    if (e.defaultPrevented || e.ctrlKey || e.metaKey || e.altKey || target.matches("input, select, textarea")) return;
    const far = Math.max(1, Math.round(3600 / this.ctx.model.header.step));
    switch (e.key) {
      case " ":
        if (target.matches("button, summary, a")) return;
        this.toggle();
        break;
      case "ArrowLeft":
        this.go(this.state.step - (e.shiftKey ? far : 1));
        break;
      case "ArrowRight":
        this.go(this.state.step + (e.shiftKey ? far : 1));
        break;
      case "Home":
        this.go(0);
        break;
      case "End":
        this.go(this.ctx.model.header.steps);
        break;
      case "+":
      case "-":
        this.ctx.show({ speed: speeds[Math.min(Math.max(speeds.indexOf(this.state.speed) + (e.key === "+" ? 1 : -1), 0), speeds.length - 1)]! });
        break;
      case "Escape":
        this.ctx.choose({ place: undefined, source: undefined, network: undefined, account: undefined, method: undefined, from: undefined, to: undefined });
        break;
      default:
        return;
    }
    e.preventDefault();
  }
}
