// A list of names by their attempts: a table whose rows are bars. Choosing a name filters everything else by it.

import type { Context, Part } from "./context";
import { h, name } from "./dom";
import { type Dimension, type View, largest } from "./model";
import type { State } from "./state";

const few = 10;
const most = 1000;

export interface RankingOptions {
  dimension: Dimension;
  list: string; // name for tests and exports: countries, accounts …
  title: string;
  column: string;
  key(i: number): string; // what the log calls it
  label(i: number): string; // what people call it
  values(view: View): Float64Array;
  others?(i: number): number; // how many further ones an entry stands for
  skip?(i: number): boolean; // not of this list
  none?(): boolean; // the page was made without what this list tells
  chosen(state: State): number | undefined;
}

export class Ranking implements Part {
  readonly element: HTMLElement;
  private readonly body = h("tbody");
  private readonly more = h("button", { type: "button", class: "more", click: () => this.unfold() });
  private unfolded = false;
  private view!: View;
  private state!: State;

  constructor(
    private readonly ctx: Context,
    readonly options: RankingOptions,
  ) {
    const l = ctx.language;
    this.element = h(
      "section",
      { class: "card", "data-list": options.list },
      h("h2", {}, options.title),
      h(
        "table",
        { class: "ranking" },
        h("thead", {}, h("tr", {}, h("th", { scope: "col" }, options.column), h("th", { scope: "col", class: "n" }, l.say("failedColumn")), h("th", { scope: "col", class: "n" }, l.say("share")))),
        this.body,
      ),
      this.more,
    );
  }

  update(view: View, state: State): void {
    this.view = view;
    this.state = state;
    const { language: l } = this.ctx;
    const o = this.options;
    this.element.hidden = o.none?.() ?? false;
    const values = o.values(view);
    const total = values.reduce((a, b) => a + b, 0);
    const left = (i: number): boolean => (o.others?.(i) ?? 0) > 0;
    const all = largest(values, values.length, (i) => left(i) || (o.skip?.(i) ?? false));
    const shown = all.slice(0, this.unfolded ? most : few);
    const chosen = o.chosen(state);
    if (chosen !== undefined && values[chosen]! > 0 && !shown.some(([i]) => i === chosen)) shown.push([chosen, values[chosen]!]);
    const top = shown[0]?.[1] ?? 1;
    const focused = this.body.contains(document.activeElement) ? document.activeElement?.closest("tr")?.getAttribute("data-key") : null;
    this.body.replaceChildren(...shown.map(([i, n]) => this.row(i, n, top, total, i === chosen, chosen !== undefined)));
    if (focused) this.body.querySelector<HTMLElement>(`tr[data-key="${CSS.escape(focused)}"] button`)?.focus();

    const rest = total - shown.reduce((sum, [, n]) => sum + n, 0);
    if (rest > 0) {
      let names = all.length - shown.length;
      for (let i = 0; i < values.length; i++) if (values[i]! > 0) names += o.others?.(i) ?? 0;
      const words = names > 0 ? l.forms("others", names) : l.say("noAddress");
      this.body.append(h("tr", { class: "rest" }, h("th", { scope: "row" }, words), h("td", { class: "n", "data-value": rest }, l.number(rest)), h("td", { class: "n" }, l.share(rest, total))));
    }
    if (shown.length === 0) this.body.append(h("tr", {}, h("td", { colspan: 3 }, l.say("nothing"))));
    this.more.hidden = all.length <= few;
    this.more.textContent = this.unfolded ? l.say("fewer") : l.say("all", { n: l.number(Math.min(all.length, most)) });
    this.more.setAttribute("aria-expanded", String(this.unfolded));
  }

  private row(i: number, n: number, top: number, total: number, chosen: boolean, choosing: boolean): HTMLElement {
    const { language: l } = this.ctx;
    const o = this.options;
    const bar = h("i", { class: "bar", "aria-hidden": "true" });
    bar.style.width = `${(100 * n) / Math.max(top, 1)}%`;
    const click = (): void => this.ctx.choose({ [o.dimension]: chosen ? undefined : i });
    return h(
      "tr",
      { "data-key": o.key(i), class: chosen ? "chosen" : choosing ? "aside" : "" },
      h("th", { scope: "row" }, bar, h("button", { type: "button", "aria-pressed": String(chosen), click }, name(o.label(i)))),
      h("td", { class: "n", "data-value": n }, l.number(n)),
      h("td", { class: "n" }, l.share(n, total)),
    );
  }

  private unfold(): void {
    this.unfolded = !this.unfolded;
    this.update(this.view, this.state);
  }
}
