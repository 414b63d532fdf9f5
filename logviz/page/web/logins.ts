// The logins that succeeded: the loudest part of the page, and louder where failed attempts went before.

import type { Context, Part } from "./context";
import { h, name } from "./dom";
import type { View } from "./model";
import type { Login } from "./payload";
import type { State } from "./state";

export class Logins implements Part {
  readonly element: HTMLElement;
  private readonly body = h("div");

  constructor(private readonly ctx: Context) {
    this.element = h("section", { class: "card wide logins", "data-ops": "logins" }, h("h2", {}, ctx.language.say("logins")), this.body);
  }

  update(view: View, state: State): void {
    const { clock, language: l, model } = this.ctx;
    const all = model.header.statistics.logins;
    const guessed = (x: Login): number => Number(x.failures_before > 0);
    const shown = all.filter((x) => this.matches(x, state)).sort((a, b) => guessed(b) - guessed(a) || when(b) - when(a) || 0);
    this.element.classList.toggle("some", view.accepted > 0);
    if (view.accepted === 0) {
      this.body.replaceChildren(h("p", {}, l.say("noLogins")));
      return;
    }
    const head = [l.say("time"), l.say("account"), l.say("method"), l.say("address"), l.say("country"), ""].map((x) => h("th", { scope: "col" }, x));
    head[5] = h("td") as HTMLTableCellElement;
    const rows = shown.map((x) => {
      const before = x.failures_before;
      const at = when(x);
      return h(
        "tr",
        { class: before ? "alarm" : "" },
        h("td", {}, Number.isNaN(at) ? "–" : clock.moment(Math.floor(at))),
        h("th", { scope: "row" }, name(x.account || l.say("empty"))),
        h("td", {}, name(x.method)),
        h("td", {}, name(x.ip || l.say("noAddress"))),
        h("td", {}, x.country ? l.place(x.country) : ""),
        h("td", {}, before ? h("strong", {}, `⚠ ${l.forms("failuresBefore", before)}`) : null),
      );
    });
    this.body.replaceChildren(h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": l.say("logins") }, h("table", {}, h("thead", {}, h("tr", {}, ...head)), h("tbody", {}, ...rows))));
    const left = view.accepted - shown.length;
    if (left > 0) this.body.append(h("p", { class: "soft" }, l.say("notListed", { n: l.number(left) })));
  }

  private matches(x: Login, state: State): boolean {
    const { header: h, networks, sourceNetwork } = this.ctx.model;
    const f = state.filter;
    const step = (when(x) - h.from) / h.step;
    const source = h.sources.indexOf(x.ip);
    return (
      (f.from === undefined || (step >= f.from && step < f.to!)) &&
      (f.account === undefined || h.accounts[f.account] === x.account) &&
      (f.method === undefined || h.methods[f.method] === x.method) &&
      (f.source === undefined || f.source === source) &&
      (f.place === undefined || (source >= 0 ? h.source_place[source] === f.place : h.places[f.place] === x.country)) &&
      (f.network === undefined || (source >= 0 && networks[f.network] === networks[sourceNetwork[source]!]))
    );
  }
}

// when is the Unix second of a login, NaN if its time was not logged (null, or year 1 in what a live page gets).
function when(x: Login): number {
  const seconds = Date.parse(x.time ?? "") / 1000;
  return seconds > 0 ? seconds : NaN;
}
