// The view as a file: its numbers as CSV, its map as SVG or PNG.

import type { Context } from "./context";
import { h, s } from "./dom";
import type { View } from "./model";
import type { Ranking } from "./ranking";
import type { WorldMap } from "./worldmap";

export function saveMenu(ctx: Context, map: WorldMap, rankings: Ranking[], view: () => View): HTMLElement {
  const l = ctx.language;
  const item = (kind: string, words: string, save: () => void): HTMLElement => h("button", { type: "button", "data-export": kind, click: save }, words);
  return h(
    "details",
    { class: "menu", "data-ops": "export" },
    h("summary", {}, l.say("download")),
    h(
      "div",
      {},
      item("csv", l.say("csv"), () => save("attacks.csv", "text/csv;charset=utf-8", csv(ctx, rankings, view()))),
      item("svg", l.say("svg"), () => save("attacks.svg", "image/svg+xml", svg(ctx, map))),
      item("png", l.say("png"), () => void png(svg(ctx, map))),
    ),
  );
}

function save(name: string, type: string, content: BlobPart): void {
  const url = URL.createObjectURL(new Blob([content], { type }));
  h("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

// csv has one line for each number: the list, the name as the log has it, attempts. RFC 4180; a cell that a spreadsheet
// would take for a formula gets an apostrophe in front.
export function csv(ctx: Context, rankings: Ranking[], view: View): string {
  const rows: (string | number)[][] = [["list", "name", "failed", "accepted"]];
  rows.push(["total", "", view.failed, view.accepted]);
  for (const { options: o } of rankings) {
    const values = o.values(view);
    values.forEach((n, i) => {
      const accepted = o.dimension === "place" ? view.placeAccepted[i]! : o.dimension === "method" ? view.methodAccepted[i]! : "";
      if (n > 0 || Number(accepted) > 0) rows.push([o.list, o.others?.(i) ? "(others)" : o.key(i), n, accepted]);
    });
  }
  for (const x of view.hours) if (x.failed || x.accepted) rows.push(["hours", ctx.clock.stamp(x.start), x.failed, x.accepted]);
  return "\ufeff" + rows.map((row) => row.map(cell).join(",")).join("\r\n") + "\r\n";
}

function cell(value: string | number): string {
  if (typeof value === "number") return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

// svg is the map as it is shown, with the colours written into it and a line that says what it is.
function svg(ctx: Context, map: WorldMap): string {
  const copy = map.svg.cloneNode(true) as SVGSVGElement;
  const [, , width = 960, height = 480] = (copy.getAttribute("viewBox") ?? "").split(" ").map(Number);
  const dark = ctx.dark();
  const inks = dark ? { sphere: "#151a20", lines: "#1b2027", border: "#0f1216", text: "#f1f3f5" } : { sphere: "#eff2f3", lines: "#e3e7e9", border: "#fdfcf9", text: "#16191d" };
  const note = 28;
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("viewBox", `0 0 ${width} ${height + note}`);
  copy.setAttribute("width", String(2 * width));
  copy.setAttribute("height", String(2 * (height + note)));
  for (const e of copy.querySelectorAll("*")) {
    const kind = e.getAttribute("class") ?? "";
    if (/\b(none|ring)\b/.test(kind)) e.remove();
    for (const a of ["class", "role", "tabindex", "aria-label", "aria-pressed", "data-code"]) e.removeAttribute(a);
    if (kind.includes("sphere")) e.setAttribute("fill", inks.sphere);
    else if (kind.includes("graticule")) {
      e.setAttribute("fill", "none");
      e.setAttribute("stroke", inks.lines);
    } else {
      e.setAttribute("stroke", kind.includes("dot") ? inks.text : inks.border);
      e.setAttribute("stroke-width", "0.6");
    }
  }
  const words = [...document.querySelectorAll(".map .clock > *, .filters bdi")].map((e) => e.textContent ?? "").join(" · ");
  copy.prepend(s("rect", { width, height: height + note, fill: inks.border }));
  copy.append(s("text", { x: 8, y: height + 18, fill: inks.text, "font-family": "system-ui, sans-serif", "font-size": 13 }, `${ctx.model.header.title} · ${words}`));
  const ticks = map.scale.ticks(6);
  ticks.forEach((t, i) => {
    const x = width - 56 * (ticks.length - i);
    const fill = map.scale.colours[map.scale.level(t)]!;
    copy.append(s("rect", { x, y: height + 8, width: 10, height: 10, fill }), s("text", { x: x + 14, y: height + 17, fill: inks.text, "font-family": "system-ui, sans-serif", "font-size": 11 }, ctx.language.number(t)));
  });
  return new XMLSerializer().serializeToString(copy);
}

async function png(source: string): Promise<void> {
  const url = URL.createObjectURL(new Blob([source], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = h("canvas", { width: image.width, height: image.height });
    canvas.getContext("2d")!.drawImage(image, 0, 0);
    const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/png"));
    if (blob) save("attacks.png", "image/png", blob);
  } finally {
    URL.revokeObjectURL(url);
  }
}
