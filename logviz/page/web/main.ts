// The page: reads its data, builds its parts, and keeps them and the address bar in step.

import { Breakdown } from "./breakdown";
import { Clock } from "./clock";
import type { Context, Part } from "./context";
import { h, printable, write } from "./dom";
import { Filters } from "./filters";
import { Hours } from "./hours";
import { follow, snapshot, take } from "./live";
import { Logins } from "./logins";
import { Model, type View } from "./model";
import { type Payload, decode, fromBase64, inflate, text } from "./payload";
import { Player } from "./player";
import { Ranking } from "./ranking";
import { saveMenu } from "./save";
import { type State, read, start, write as fragment } from "./state";
import { Strip } from "./strip";
import { Totals } from "./totals";
import { Language } from "./words";
import { type MapData, WorldMap } from "./worldmap";

const block = (id: string): Promise<Uint8Array<ArrayBuffer>> => inflate(fromBase64(document.getElementById(id)?.textContent ?? ""));

async function main(): Promise<void> {
  const live = document.querySelector('meta[name="ops-live"]') !== null;
  let language = new Language(navigator.languages);
  try {
    const map = JSON.parse(text(await block("map"))) as MapData;
    const data = live ? await snapshot() : decode(await block("data"));
    if (data.header.lang !== "auto") language = new Language([data.header.lang]);
    document.documentElement.lang = language.tag;
    build(data, map, language, live);
  } catch (e) {
    const why = e instanceof Error ? e.message : String(e);
    document.getElementById("app")!.replaceChildren(h("p", { role: "alert", class: "alarm" }, language.say("broken", { why })));
    throw e;
  }
}

function build(data: Payload, mapData: MapData, language: Language, live: boolean): void {
  const { header } = data;
  const clock = new Clock(header, language.locale);
  const model = new Model(header, data.rows, clock);
  const system = matchMedia("(prefers-color-scheme: dark)");
  const first = start(model, header.theme);
  let state: State = read(location.hash, model, first);
  let view: View;

  const ctx: Context = {
    model,
    clock,
    language,
    live,
    dark: () => (state.theme === "auto" ? system.matches : state.theme === "dark"),
    choose(change) {
      const filter = { ...state.filter };
      for (const [key, value] of Object.entries(change) as [keyof typeof filter, number | undefined][]) {
        if (value === undefined) delete filter[key];
        else filter[key] = value;
      }
      state = { ...state, filter };
      remember(true);
      update();
    },
    show(change) {
      const onlyTime = Object.keys(change).every((key) => key === "step");
      state = { ...state, ...change };
      if (onlyTime) {
        map.draw(state);
        player.draw(state);
        later();
      } else {
        remember(false);
        update();
      }
    },
  };

  // Browsers allow a few changes of the address a second; while time runs it is written when it stands still.
  let timer = 0;
  const later = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => remember(false), 300);
  };
  const remember = (entry: boolean): void => {
    clearTimeout(timer);
    const hash = fragment(state, model, first);
    const url = location.pathname + location.search + (hash ? `#${hash}` : "");
    if (url === location.pathname + location.search + location.hash) return;
    if (entry) history.pushState(null, "", url);
    else history.replaceState(null, "", url);
  };

  const map = new WorldMap(ctx, mapData);
  const player = new Player(ctx);
  const rankings = lists(ctx);
  const theme = h(
    "select",
    { "data-ops": "theme", "aria-label": language.say("theme"), change: () => ctx.show({ theme: theme.value }) },
    ...(["auto", "light", "dark"] as const).map((x) => h("option", { value: x }, language.say(x))),
  );
  const feed = h("span", { class: "feed", role: "status", "data-ops": "feed" });
  header.title ||= language.say("title");
  document.title = printable(header.title, 200);
  const title = h("h1", {}, h("bdi", {}, document.title));
  const filters = new Filters(ctx);
  const totals = new Totals(ctx);
  const logins = new Logins(ctx);
  const strip = new Strip(ctx);
  const hours = new Hours(ctx);
  const breakdown = new Breakdown(ctx);
  const parts: Part[] = [filters, totals, map, player, logins, strip, ...rankings, hours, breakdown];

  const wall = h("button", { type: "button", "data-ops": "wall", click: () => ctx.show({ wall: !state.wall }) }, language.say("wall"));
  const app = document.getElementById("app")!;
  app.replaceChildren(
    h("header", {}, title, feed, h("span", { class: "tools" }, wall, theme, saveMenu(ctx, map, rankings, () => view))),
    h(
      "main",
      {},
      totals.element,
      filters.element,
      h("div", { class: "stage" }, map.element, player.element),
      logins.element,
      strip.element,
      h("div", { class: "cards" }, ...rankings.map((r) => r.element), breakdown.element, hours.element),
    ),
    h("footer", {}, h("p", {}, language.say("attribution")), ...header.notes.map((note) => h("p", {}, printable(note, 300))), h("p", {}, printable(header.generator))),
  );
  document.getElementById("static")?.remove();

  const update = (): void => {
    document.documentElement.dataset.theme = ctx.dark() ? "dark" : "light";
    document.documentElement.classList.toggle("wall", state.wall);
    wall.setAttribute("aria-pressed", String(state.wall));
    theme.value = state.theme;
    view = model.view(state.filter);
    for (const part of parts) part.update(view, state);
  };
  system.addEventListener("change", update);
  addEventListener("popstate", () => {
    state = read(location.hash, model, first);
    update();
  });
  update();
  document.documentElement.dataset.ready = "1";

  if (live) {
    write(feed, language.say("connecting"));
    follow(header.seq ?? 0, {
      rows(u) {
        const atEnd = state.step >= header.steps;
        take(model, u);
        if (atEnd || state.step > header.steps) state = { ...state, step: header.steps };
        update();
      },
      reset: () => setTimeout(() => location.reload(), 3000 * Math.random()), // at midnight all screens would ask at once
      state: (connected) => {
        write(feed, connected ? `● ${language.say("live")}` : language.say("lost"));
        feed.classList.toggle("lost", !connected);
      },
    });
  }
}

function lists(ctx: Context): Ranking[] {
  const { language: l, model } = ctx;
  const h = model.header;
  return [
    new Ranking(ctx, {
      dimension: "place",
      list: "countries",
      title: l.say("countriesList"),
      column: l.say("country"),
      key: (i) => h.places[i]!,
      label: (i) => l.place(h.places[i]!),
      values: (v) => v.places,
      chosen: (s) => s.filter.place,
    }),
    new Ranking(ctx, {
      dimension: "account",
      list: "accounts",
      title: l.say("accountsList"),
      column: l.say("account"),
      key: (i) => h.accounts[i]!,
      label: (i) => h.accounts[i]! || l.say("empty"),
      values: (v) => v.byAccount,
      others: (i) => (h.accounts[i] === "" ? (h.account_others?.[i] ?? 0) : 0),
      chosen: (s) => s.filter.account,
    }),
    new Ranking(ctx, {
      dimension: "source",
      list: "addresses",
      title: l.say("addressesList"),
      column: l.say("address"),
      key: (i) => h.sources[i]!,
      label: (i) => h.sources[i]!,
      values: (v) => v.bySource,
      others: (i) => (h.sources[i] === "" ? model.others(i) : 0), // a network that stands for several has a name
      skip: (i) => h.sources[i] === "",
      none: () => h.sources.every((name) => name === ""),
      chosen: (s) => s.filter.source,
    }),
    new Ranking(ctx, {
      dimension: "network",
      list: "networks",
      title: l.say("networksList"),
      column: l.say("network"),
      key: (i) => model.networks[i]!,
      label: (i) => model.networks[i]!,
      values: (v) => v.byNetwork,
      skip: (i) => model.networks[i] === "",
      none: () => model.networks.every((name) => name === ""),
      chosen: (s) => s.filter.network,
    }),
    new Ranking(ctx, {
      dimension: "method",
      list: "methods",
      title: l.say("methodsList"),
      column: l.say("method"),
      key: (i) => h.methods[i]!,
      label: (i) => h.methods[i]!,
      values: (v) => v.byMethod,
      chosen: (s) => s.filter.method,
    }),
  ];
}

void main();
