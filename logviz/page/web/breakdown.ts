// Accounts by method, for the accounts that were tried most.

import { Scale } from "./colour";
import type { Context, Part } from "./context";
import { h, name } from "./dom";
import { type View, largest } from "./model";
import type { State } from "./state";

const most = 12;

export class Breakdown implements Part {
  readonly element: HTMLElement;
  private readonly table = h("table", { class: "breakdown", "data-ops": "breakdown" });

  constructor(private readonly ctx: Context) {
    this.element = h("section", { class: "card" }, h("h2", {}, ctx.language.say("breakdown")), h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": ctx.language.say("breakdown") }, this.table));
  }

  update(view: View, state: State): void {
    const { language: l, model } = this.ctx;
    const methods = largest(view.byMethod, 8).map(([i]) => i);
    const others = model.header.account_others ?? {};
    const totals = new Float64Array(model.header.accounts.length);
    for (const [account, by] of view.accountMethods) totals[account] = [...by.values()].reduce((a, b) => a + b, 0);
    const accounts = largest(totals, most, (i) => i in others && model.header.accounts[i] === "");
    const cells = accounts.map(([a]) => methods.map((m) => view.accountMethods.get(a)?.get(m) ?? 0));
    const counts = cells.flat().filter((n) => n > 0);
    const scale = new Scale(10, this.ctx.dark());
    this.table.replaceChildren(
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, l.say("account")), ...methods.map((m) => h("th", { scope: "col", class: "n" }, name(model.header.methods[m]!))))),
      h(
        "tbody",
        {},
        ...accounts.map(([a], r) =>
          h(
            "tr",
            {},
            h("th", { scope: "row" }, h("button", { type: "button", click: () => this.ctx.choose({ account: state.filter.account === a ? undefined : a }) }, name(model.header.accounts[a]! || l.say("empty")))),
            ...cells[r]!.map((n) => {
              const cell = h("td", { class: "n", "data-value": n }, n ? l.number(n) : "–");
              if (n) {
                const level = Scale.between(n, Math.min(...counts), Math.max(...counts));
                cell.style.background = scale.colours[level]!;
                cell.style.color = scale.inks[level]!;
              }
              return cell;
            }),
          ),
        ),
      ),
    );
  }
}
