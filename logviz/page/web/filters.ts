// What was chosen, each with a way out of it.

import type { Context, Part } from "./context";
import { h, printable } from "./dom";
import type { Filter, View } from "./model";
import type { State } from "./state";

export class Filters implements Part {
  readonly element: HTMLElement;

  constructor(private readonly ctx: Context) {
    this.element = h("div", { class: "filters", "data-ops": "filters", role: "group", "aria-label": ctx.language.say("filters") });
  }

  update(_: View, state: State): void {
    const { clock, language: l, model } = this.ctx;
    const f = state.filter;
    const chips: HTMLElement[] = [];
    const chip = (what: string, value: string, out: { [K in keyof Filter]?: undefined }): void => {
      const words = `${what}: ${printable(value, 40)}`;
      chips.push(h("button", { type: "button", "aria-label": l.say("removeFilter", { what: words }), click: () => this.ctx.choose(out) }, h("bdi", {}, words), " ✕"));
    };
    const none = undefined;
    if (f.place !== none) chip(l.say("country"), l.place(model.header.places[f.place]!), { place: none });
    if (f.account !== none) chip(l.say("account"), model.header.accounts[f.account]! || l.say("empty"), { account: none });
    if (f.source !== none) chip(l.say("address"), model.header.sources[f.source]! || l.say("noAddress"), { source: none });
    if (f.network !== none) chip(l.say("network"), model.networks[f.network]!, { network: none });
    if (f.method !== none) chip(l.say("method"), model.header.methods[f.method]!, { method: none });
    if (f.from !== none) chip(l.say("time"), `${clock.moment(clock.unix(f.from))} – ${clock.time(clock.unix(f.to!))}`, { from: none, to: none });
    if (chips.length > 1) {
      const all = { place: none, account: none, source: none, network: none, method: none, from: none, to: none };
      chips.push(h("button", { type: "button", class: "clear", click: () => this.ctx.choose(all) }, l.say("clear")));
    }
    this.element.replaceChildren(...(chips.length ? [h("span", {}, `${l.say("filters")}:`), ...chips] : [h("span", { class: "soft" }, l.say("noFilters"))]));
  }
}
