// The numbers of the day, and what was not understood or not located, in plain sight.

import type { Context, Part } from "./context";
import { h, printable, write } from "./dom";
import type { View } from "./model";
import type { State } from "./state";

export class Totals implements Part {
  readonly element: HTMLElement;
  private readonly numbers = new Map<string, { value: HTMLElement; words: HTMLElement }>();
  private readonly unparsed = h("span", { "data-ops": "unparsed" });
  private readonly unlocated = h("span", { "data-ops": "unlocated" });
  private readonly untimed = h("span", { "data-ops": "untimed" });

  constructor(private readonly ctx: Context) {
    const list = h("dl", { class: "totals" });
    for (const key of ["accepted", "failed", "sources", "countries", "accounts"]) {
      const value = h("dd", { "data-ops": key });
      const words = h("dt");
      this.numbers.set(key, { value, words });
      list.append(h("div", { class: key }, words, value));
    }
    this.element = h("section", { class: "summary" }, list, h("p", { class: "soft" }, this.unparsed, " · ", this.unlocated, this.untimed));
  }

  update(view: View, _: State): void {
    const { language: l, model } = this.ctx;
    const { header } = model;
    const put = (key: string, n: number, words: string, before = ""): void => {
      const { value, words: caption } = this.numbers.get(key)!;
      write(value, before + l.number(n));
      value.dataset.value = String(n);
      write(caption, words);
    };
    let accounts = 0;
    for (const a of view.accountMethods.keys()) accounts += header.account_others?.[a] ?? 1;
    put("failed", view.failed, l.forms("failed", view.failed));
    put("accepted", view.accepted, l.forms("accepted", view.accepted));
    put("sources", view.sources, l.forms("sources", view.sources), view.sourcesAtMost ? "≤ " : "");
    put("countries", view.countries, l.forms("countries", view.countries));
    put("accounts", accounts, l.forms("accountsTried", accounts));
    this.numbers.get("accepted")!.value.parentElement!.classList.toggle("alarm", view.accepted > 0);
    const stats = header.statistics;
    const by = stats.unparsed_by.slice(0, 3).map((x) => `${printable(x.program, 30) || "–"} ${l.number(x.lines)}`);
    write(this.unparsed, l.many("unparsed", stats.unparsed) + (by.length ? ` (${by.join(", ")}${stats.unparsed_programs > 3 ? ", …" : ""})` : ""));
    this.unparsed.dataset.value = String(stats.unparsed);
    write(this.unlocated, l.many("unlocated", view.unlocated));
    this.unlocated.dataset.value = String(view.unlocated);
    write(this.untimed, view.untimed ? ` · ${l.many("untimed", view.untimed)}` : "");
  }
}
