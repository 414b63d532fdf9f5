// Hours × days as a table whose cells are coloured by their attempts. Choosing an hour filters everything by it; the
// arrow keys go from hour to hour.

import { Scale } from "./colour";
import type { Context, Part } from "./context";
import { h } from "./dom";
import type { Hour, View } from "./model";
import type { State } from "./state";

export class Strip implements Part {
  readonly element: HTMLElement;
  private readonly table = h("table", { class: "strip", "data-ops": "strip" });
  private current = -1; // start of the hour that has the focus

  constructor(private readonly ctx: Context) {
    const l = ctx.language;
    this.element = h("section", { class: "card wide" }, h("h2", {}, l.say("strip")), h("p", { class: "soft" }, l.say("stripHelp")), h("div", { class: "scroll", tabindex: "-1" }, this.table));
    this.table.addEventListener("keydown", (e) => this.key(e));
  }

  update(view: View, state: State): void {
    const { clock, language: l } = this.ctx;
    const days = new Map<number, Hour[]>();
    for (const hour of view.hours) {
      const day = Math.floor(clock.hour(hour.start) / 24);
      const list = days.get(day);
      if (list) list.push(hour);
      else days.set(day, [hour]);
    }
    const counts = view.hours.map((x) => x.failed).filter((n) => n > 0);
    const scale = new Scale(10, this.ctx.dark());
    const focused = this.table.contains(document.activeElement);
    const first = view.hours[0]?.start ?? 0;
    const stop = view.hours.some((x) => x.start === this.current) ? this.current : first;
    const head = h("tr", {}, h("td"));
    for (let i = 0; i < 24; i++) head.append(h("th", { scope: "col" }, String(i).padStart(2, "0")));
    const rows: HTMLElement[] = [];
    for (const [day, hours] of days) {
      const row = h("tr", {}, h("th", { scope: "row" }, clock.shortDay(hours[0]!.start)));
      for (let i = 0; i < 24; i++) {
        const hour = hours.find((x) => clock.hour(x.start) === day * 24 + i);
        if (!hour) {
          row.append(h("td"));
          continue;
        }
        const chosen = state.filter.from === hour.fromStep && state.filter.to === hour.toStep;
        const level = Scale.between(hour.failed, Math.min(...counts), Math.max(...counts));
        const words = `${clock.moment(hour.start)}: ${l.many("failed", hour.failed)}${hour.accepted ? `, ${l.many("accepted", hour.accepted)}` : ""}`;
        const cell = h(
          "button",
          {
            type: "button",
            "data-hour": hour.start,
            "data-value": hour.failed,
            "data-short": hour.failed ? short(hour.failed) : "", // shown by the style: the label has the whole number
            tabindex: hour.start === stop ? 0 : -1,
            "aria-label": words,
            "aria-pressed": String(chosen),
            title: words,
            class: [chosen ? "chosen" : "", hour.accepted ? "got-in" : ""].join(" "),
            click: () => {
              this.current = hour.start;
              this.ctx.choose(chosen ? { from: undefined, to: undefined } : { from: hour.fromStep, to: hour.toStep });
            },
          },
        );
        cell.style.background = scale.colours[level]!;
        cell.style.color = scale.inks[level]!;
        row.append(h("td", {}, cell));
      }
      rows.push(row);
    }
    this.table.replaceChildren(h("caption", { class: "hidden" }, l.say("strip")), h("thead", {}, head), h("tbody", {}, ...rows));
    if (focused) this.table.querySelector<HTMLElement>(`[data-hour="${stop}"]`)?.focus();
  }

  private key(e: KeyboardEvent): void {
    const move = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 24, ArrowUp: -24 }[e.key];
    if (!move) return;
    const cells = [...this.table.querySelectorAll<HTMLElement>("button")];
    const at = cells.indexOf(document.activeElement as HTMLElement);
    const next = cells[at + move];
    if (at >= 0 && next) {
      cells[at]!.tabIndex = -1;
      next.tabIndex = 0;
      this.current = Number(next.dataset.hour);
      next.focus();
    }
    e.preventDefault();
  }
}

// short fits into a cell: 950, 1.2k, 15k, 2.3m.
export function short(n: number): string {
  if (n < 1000) return String(n);
  const [unit, sign] = n < 1e6 ? [1e3, "k"] : n < 1e9 ? [1e6, "m"] : [1e9, "bn"];
  const x = n / unit;
  return `${x < 10 ? Math.floor(x * 10) / 10 : Math.floor(x)}${sign}`;
}
