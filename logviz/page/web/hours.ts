// New and returning addresses, hour by hour: bars of two parts, and the table of them.

import type { Context, Part } from "./context";
import { h, s } from "./dom";
import type { View } from "./model";
import type { State } from "./state";

const width = 480;
const height = 96;

export class Hours implements Part {
  readonly element: HTMLElement;
  private readonly svg = s("svg", { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none", "aria-hidden": "true" });
  private readonly body = h("tbody");
  private readonly returning = h("p", { "data-ops": "returning" });

  constructor(private readonly ctx: Context) {
    const l = ctx.language;
    const head = (words: string, n = true): HTMLElement => h("th", n ? { scope: "col", class: "n" } : { scope: "col" }, words);
    this.element = h(
      "section",
      { class: "card" },
      h("h2", {}, l.say("newAndSeen")),
      this.returning,
      this.svg,
      h("p", { class: "keys", "aria-hidden": "true" }, h("i", { class: "new" }), l.say("newColumn"), h("i", { class: "seen" }), l.say("seenColumn")),
      h(
        "details",
        { "data-table": "hours" },
        h("summary", {}, l.say("table")),
        h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": l.say("newAndSeen") },
          h("table", {}, h("thead", {}, h("tr", {}, head(l.say("hour"), false), head(l.say("failedColumn")), head(l.say("acceptedColumn")), head(l.say("sourcesColumn")), head(l.say("newColumn")), head(l.say("seenColumn")))), this.body),
        ),
      ),
    );
  }

  update(view: View, state: State): void {
    const { clock, language: l, live, model } = this.ctx;
    const hours = view.hours;
    const top = Math.max(1, ...hours.map((x) => x.sources));
    const one = width / Math.max(hours.length, 1);
    let fresh = "";
    let seen = "";
    hours.forEach((x, i) => {
      const high = (n: number): number => Math.round((n / top) * (height - 2) * 10) / 10;
      const at = Math.round(i * one * 10) / 10;
      const w = Math.max(1, Math.round((one - (one > 4 ? 1.5 : 0)) * 10) / 10);
      const old = x.sources - x.fresh;
      if (old) seen += `M${at} ${height}h${w}v-${high(old)}h-${w}z`;
      if (x.fresh) fresh += `M${at} ${height - high(old)}h${w}v-${high(x.fresh)}h-${w}z`;
    });
    this.svg.replaceChildren(s("path", { class: "seen", d: seen }), s("path", { class: "new", d: fresh }));
    // Rows may stand for several addresses; of all of them the log's statistics know more.
    const all = !live && Object.keys(state.filter).length === 0;
    const returning = all ? model.header.statistics.returning_sources : view.returning;
    this.returning.textContent = l.many("returning", returning);
    this.returning.dataset.value = String(returning);
    const cell = (n: number): HTMLElement => h("td", { class: "n", "data-value": n }, l.number(n));
    this.body.replaceChildren(
      ...hours
        .filter((x) => x.failed || x.accepted)
        .map((x) => h("tr", { "data-key": x.start }, h("th", { scope: "row" }, clock.moment(x.start)), cell(x.failed), cell(x.accepted), cell(x.sources), cell(x.fresh), cell(x.sources - x.fresh))),
    );
  }
}
